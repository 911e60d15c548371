"""How far a topic comes back when the fit is repeated, over what chance alone would bring back.

A model is fitted again to other people (a bootstrap sample of the documents) from another seed. Each topic is paired
with one of the new model's by the Hungarian method on the words' distributions; the pair's affinity is that of
Bhattacharyya (sum of the square roots of the products, 1 for equal distributions). Topics of a corpus without any
structure are alike too, since all follow the words' frequencies: so the same is done on shuffled corpora, where the
words are dealt to the documents anew (lengths and frequencies stay), and a topic's stability is
``(affinity - chance) / (1 - chance)``. The bar is what the topics of shuffled corpora reach themselves.

After Greene, O'Callaghan, Cunningham, ECML 2014 (agreement over resampled documents) and Rieger, Rahnenführer,
Jentsch, NLDB 2020 (agreement over seeds).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_DOCUMENTS = 20_000
"""Documents that repeated fits see at most: of more a sample is drawn, which makes stability smaller, never larger."""
REPEATS = 5
SHUFFLES = 3
QUANTILE = 0.95
LEAST_BAR = 0.15
"""Even where shuffled corpora agree on nothing, a topic whose words come back by less than this is no finding."""

Fitting = Callable[[Any, int], Any]
"""``(CSR matrix of counts, seed) -> topics x words, rows sum to 1``: one fit as it would be done for the model."""


@dataclass(frozen=True, slots=True)
class Stability:
    """``topics``: each topic's stability, 1 for one that comes back whole, 0 for no more than chance; ``bar``, from
    where a topic is stable; ``chance``, the affinity that noise reaches.
    """

    topics: tuple[float, ...]
    bar: float
    chance: float

    @property
    def stable(self) -> tuple[bool, ...]:
        """For each topic whether it may be named and interpreted."""
        return tuple(value >= self.bar for value in self.topics)


def measure(
    topic_words: Floats, matrix: Any, fit: Fitting, seed: int, *, repeats: int = REPEATS, shuffles: int = SHUFFLES
) -> Stability:
    """Stability of the topics (K x V, rows sum to 1) that were fitted to ``matrix`` (CSR, documents x words).

    Takes :func:`fits` of them; a fit is told apart by its seed alone, so the result repeats.
    """
    import numpy as np

    if matrix.shape[0] > MOST_DOCUMENTS:
        rows = np.random.default_rng([seed, 8]).choice(matrix.shape[0], MOST_DOCUMENTS, replace=False)
        matrix = matrix[np.sort(rows)]
    seeds = [int(one) for one in np.random.default_rng([seed, 7]).integers(1, 2**31, fits(repeats, shuffles))]
    again = [fit(resampled(matrix, one), one) for one in seeds[:repeats]]
    null = []
    for first, second in zip(seeds[repeats::2], seeds[repeats + 1 :: 2], strict=False):
        noise = shuffled(matrix, first)
        null.append((fit(noise, first), fit(resampled(noise, second), second)))
    return judge(topic_words, again, null)


def fits(repeats: int = REPEATS, shuffles: int = SHUFFLES) -> int:
    """How many fits :func:`measure` makes."""
    return repeats + 2 * shuffles


def judge(topic_words: Floats, again: Sequence[Floats], null: Sequence[tuple[Floats, Floats]]) -> Stability:
    """Stability from fits that are done: repeated ones, and pairs of fits of the same shuffled corpus."""
    import numpy as np

    affinities = np.mean([matched(topic_words, other) for other in again], axis=0)
    noise = np.concatenate([matched(one, other) for one, other in null])
    chance = min(float(noise.mean()), 1 - 1e-9)
    own, noise = (affinities - chance) / (1 - chance), (noise - chance) / (1 - chance)
    bar = max(LEAST_BAR, float(np.quantile(noise, QUANTILE)))
    return Stability(tuple(max(0.0, float(value)) for value in own), bar, chance)


def matched(one: Floats, other: Floats) -> Floats:
    """For each topic of ``one`` its affinity with its partner in ``other``; 0 for a topic left without a partner."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    affinity = np.sqrt(one) @ np.sqrt(other).T
    rows, columns = linear_sum_assignment(-affinity)
    found = np.zeros(len(one))
    found[rows] = affinity[rows, columns]
    return found


def resampled(matrix: Any, seed: int) -> Any:
    """As many documents drawn with replacement, in their order."""
    import numpy as np

    n = matrix.shape[0]
    return matrix[np.sort(np.random.default_rng(seed).choice(n, n))]


def shuffled(matrix: Any, seed: int) -> Any:
    """The words dealt to the documents anew: same lengths, same frequencies, no other structure."""
    import numpy as np
    from scipy import sparse

    counts = matrix.data.round().astype(np.int64)
    words = np.repeat(matrix.indices, counts)
    np.random.default_rng(seed).shuffle(words)
    ends = np.concatenate([[0], np.cumsum(counts)])[matrix.indptr]
    found = sparse.csr_matrix((np.ones(len(words)), words, ends), shape=matrix.shape)
    found.sum_duplicates()
    return found
