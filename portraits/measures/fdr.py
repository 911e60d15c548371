"""The false discovery rate of many tests at once (Benjamini, Hochberg, 1995)."""

from __future__ import annotations

from collections.abc import Sequence


def q_values(p_values: Sequence[float]) -> list[float]:
    """Adjusted p of each test, in the order given: accept those with q <= 0.05 and about 5 % of them are false."""
    total = len(p_values)
    order = sorted(range(total), key=lambda i: p_values[i], reverse=True)
    found = [1.0] * total
    least = 1.0
    for step, i in enumerate(order):
        least = min(least, p_values[i] * total / (total - step))
        found[i] = least
    return found
