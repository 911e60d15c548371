"""How far two mean profiles lie apart: Jensen-Shannon distance (Lin, 1991; Endres, Schindelin, 2003), base 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


def jensen_shannon(first: Matrix, second: Matrix) -> Matrix:
    """Distance along the last axis, 0 (same) to 1 (nothing in common); rows need not be normalised.

    Raises ValueError for a row without any weight or with a negative one.
    """
    import numpy as np

    p, q = (np.asarray(x, dtype=np.float64) for x in (first, second))
    if (p < 0).any() or (q < 0).any() or (p.sum(-1) <= 0).any() or (q.sum(-1) <= 0).any():
        raise ValueError("a profile needs weights that are not negative and not all zero")
    p, q = p / p.sum(-1, keepdims=True), q / q.sum(-1, keepdims=True)
    middle = (p + q) / 2
    divergence = (_relative(p, middle) + _relative(q, middle)) / 2
    return np.asarray(np.sqrt(np.clip(divergence, 0.0, 1.0)))


def _relative(p: Matrix, middle: Matrix) -> Matrix:
    import numpy as np

    quotient = np.divide(p, middle, out=np.ones_like(p), where=p > 0)
    return np.asarray((p * np.log2(quotient)).sum(-1))
