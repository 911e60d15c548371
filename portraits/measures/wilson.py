"""Wilson's score interval for a share (E. B. Wilson, 1927; recommended by Newcombe, 1998)."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson(count: float, n: float, z: float = Z95) -> tuple[float, float]:
    """95 % interval of the share ``count / n``, both ends within 0..1.

    ``count`` and ``n`` may be fractional: weighted data come with an effective n (:func:`effective_n`).
    Raises ValueError unless 0 <= count <= n and n > 0.
    """
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"not a share: {count} of {n}")
    share = count / n
    square = z * z / n
    middle = share + square / 2
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n))
    # At the ends the formula is exact on paper and off by a rounding error in floats.
    low = 0.0 if count == 0 else max(0.0, (middle - half) / (1 + square))
    high = 1.0 if count == n else min(1.0, (middle + half) / (1 + square))
    return low, high


def effective_n(total: float, squares: float) -> float:
    """Kish's effective sample size (1965): (sum of weights)^2 / (sum of their squares); 0 for nobody."""
    return total * total / squares if squares > 0 else 0.0
