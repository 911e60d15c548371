"""Intervals by resampling people (Efron, 1979; percentile method). A person is the unit: texts are not independent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

ROUNDS = 1000
_WORK = 20_000_000  # people x rounds: a large audience needs fewer rounds for the same steadiness


def rounds_for(people: int, wanted: int = ROUNDS) -> int:
    """How many resamples: ``wanted``, fewer (never below 200) where there are very many people."""
    return max(200, min(wanted, _WORK // max(1, people)))


def resampled_means(profiles: Matrix, weights: Matrix, seed: tuple[int, ...], rounds: int) -> Matrix:
    """Weighted means of ``profiles`` (people x topics) in ``rounds`` resamples of people: rounds x topics.

    The same seed gives the same numbers. Raises ValueError for nobody.
    """
    import numpy as np

    people = len(profiles)
    if people == 0:
        raise ValueError("nobody to resample")
    rng = np.random.default_rng(seed)
    found = np.empty((rounds, profiles.shape[1]))
    for row in range(rounds):
        drawn = np.bincount(rng.integers(0, people, people), minlength=people) * weights
        found[row] = drawn @ profiles / drawn.sum()
    return found


def interval(draws: Matrix) -> tuple[Matrix, Matrix]:
    """The 2.5 % and 97.5 % points of each column."""
    import numpy as np

    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return low, high
