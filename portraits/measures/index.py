"""How many times a share is larger in one group than in another: ratio, interval, test.

The interval is that of the logarithm of the ratio (Katz, Baptista, Azen, Pike, 1978), for two groups without
common people.
"""

from __future__ import annotations

import math

from portraits.measures.wilson import Z95


def ratio(count_a: float, n_a: float, count_b: float, n_b: float, z: float = Z95) -> tuple[float, float, float]:
    """(ratio of shares A / B, low, high). Raises ValueError unless 0 < count <= n in both groups."""
    error = _error(count_a, n_a, count_b, n_b)
    middle = math.log(count_a / n_a) - math.log(count_b / n_b)
    return math.exp(middle), math.exp(middle - z * error), math.exp(middle + z * error)


def ratio_p(count_a: float, n_a: float, count_b: float, n_b: float) -> float:
    """Two-sided p of "both shares are equal", from the same log-ratio, so that it never contradicts the interval."""
    error = _error(count_a, n_a, count_b, n_b)
    distance = abs(math.log(count_a / n_a) - math.log(count_b / n_b))
    if error == 0:
        return 1.0 if distance == 0 else 0.0
    return math.erfc(distance / error / math.sqrt(2))


def _error(count_a: float, n_a: float, count_b: float, n_b: float) -> float:
    if not (0 < count_a <= n_a and 0 < count_b <= n_b):
        raise ValueError(f"no ratio: {count_a} of {n_a} and {count_b} of {n_b}")
    return math.sqrt(max(0.0, 1 / count_a - 1 / n_a + 1 / count_b - 1 / n_b))
