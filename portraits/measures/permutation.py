"""Would two groups lie this far apart if their people were dealt at random? (Fisher, 1935; Good, 2005)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portraits.measures.distance import jensen_shannon

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def chance_distances(
    profiles: Matrix, weights: Matrix, in_first: Flags, in_second: Flags, seed: tuple[int, ...], rounds: int
) -> Matrix:
    """Distances between the two groups' mean profiles after dealing their people anew ``rounds`` times.

    ``in_first`` and ``in_second`` flag the rows; whoever is in both stays in both, the others swap places.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    movable = np.flatnonzero(in_first != in_second)
    heads = int((in_first & ~in_second).sum())
    found = np.empty(rounds)
    for i in range(rounds):
        dealt = rng.permutation(movable)
        first, second = in_first & in_second, in_first & in_second
        first[dealt[:heads]] = True
        second[dealt[heads:]] = True
        found[i] = jensen_shannon((weights * first) @ profiles, (weights * second) @ profiles)
    return found


def chance_p(observed: float, chance: Matrix) -> float:
    """Share of random deals at least as far apart; never 0 (Phipson, Smyth, 2010)."""
    return (1.0 + float((chance >= observed - 1e-12).sum())) / (1.0 + len(chance))
