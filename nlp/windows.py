"""Coherence over sliding windows: C_v and NPMI as gensim's CoherenceModel computes them, without its processes.

Röder, Both, Hinneburg: "Exploring the space of topic coherence measures", WSDM 2015. A text of n words has
n - window + 1 windows, a shorter one a single window; a window counts a word once. gensim starts worker processes
for it, which hang in notebooks and on Windows, and walks every window; here the windows between two changes of their
content are counted at once, and short texts all together as one sparse product. A test holds both against gensim.

gensim (4.4) forgets a word of a window as soon as the window leaves one of its occurrences, even while another is
still inside. ``like_gensim`` repeats that, so that numbers can be compared with published ones; without it windows
are counted by the definition. On texts shorter than the window both are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp.coherence import pointwise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NPMI_WINDOW = 10
CV_WINDOW = 110
_SHORT_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Counts:
    """``pairs``: windows that hold both words (words x words; the diagonal holds one word's); ``total`` windows."""

    index: dict[str, int]
    pairs: Floats
    total: int


def c_v(
    texts: Iterable[Sequence[str]],
    topics: Sequence[Sequence[str]],
    window: int = CV_WINDOW,
    *,
    like_gensim: bool = True,
) -> list[float]:
    """C_v of each topic, given by its top words; NaN for one of fewer than two words or with a word never seen."""
    return [_one_set(scores) for scores in _scores(texts, topics, window, like_gensim)]


def npmi(
    texts: Iterable[Sequence[str]],
    topics: Sequence[Sequence[str]],
    window: int = NPMI_WINDOW,
    *,
    like_gensim: bool = True,
) -> list[float]:
    """Mean NPMI of the pairs of each topic's top words; NaN for one of fewer than two words or with one never seen."""
    return [_mean_of_pairs(scores) for scores in _scores(texts, topics, window, like_gensim)]


def _scores(
    texts: Iterable[Sequence[str]], topics: Sequence[Sequence[str]], window: int, like_gensim: bool
) -> Iterator[Floats]:
    """For each topic the NPMI of its words' pairs (words x words); NaN for a word that was never seen."""
    import numpy as np

    counts = count(texts, topics, window, like_gensim=like_gensim)
    scores = pointwise(counts.pairs / max(1, counts.total))
    scores[~np.isfinite(scores)] = np.nan
    for topic in topics:
        places = [counts.index[word] for word in topic]
        yield scores[np.ix_(places, places)]


def _one_set(vectors: Floats) -> float:
    """The mean cosine of each word's vector with the sum of all of them."""
    import numpy as np

    if len(vectors) < 2:
        return float("nan")
    whole = vectors.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosines = vectors @ whole / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole))
    return float(cosines.mean())


def _mean_of_pairs(scores: Floats) -> float:
    import numpy as np

    pairs = scores[np.tril_indices(len(scores), -1)]
    return float(pairs.mean()) if len(pairs) else float("nan")


def count(
    texts: Iterable[Sequence[str]], topics: Iterable[Sequence[str]], window: int, *, like_gensim: bool = True
) -> Counts:
    """Count the windows that hold the topics' words, one by one and in pairs; texts are read once, as a stream."""
    import numpy as np

    index = {word: place for place, word in enumerate(dict.fromkeys(word for topic in topics for word in topic))}
    pairs = np.zeros((len(index), len(index)))
    total, short = 0, _Short(len(index))
    for text in texts:
        places = [(at, index[word]) for at, word in enumerate(text) if word in index]
        total += max(1, len(text) - window + 1)
        if len(text) <= window:
            short.add({word for _, word in places})
            if short.rows >= _SHORT_BATCH:
                pairs += short.taken()
        elif places:
            _add_long(pairs, places, len(text), window, like_gensim)
    pairs += short.taken()
    return Counts(index, pairs, total)


class _Short:
    """Texts of one window each, collected for one sparse product."""

    def __init__(self, n_words: int) -> None:
        self._n_words = n_words
        self._words: list[int] = []
        self._ends = [0]

    @property
    def rows(self) -> int:
        """How many texts wait."""
        return len(self._ends) - 1

    def add(self, words: set[int]) -> None:
        """One text's distinct words."""
        if words:
            self._words += sorted(words)
            self._ends.append(len(self._words))

    def taken(self) -> Any:
        """The pair counts of the waiting texts (words x words), which are then forgotten."""
        import numpy as np
        from scipy import sparse

        ones = np.ones(len(self._words))
        held = sparse.csr_matrix((ones, self._words, self._ends), shape=(self.rows, self._n_words))
        self._words, self._ends = [], [0]
        return (held.T @ held).toarray()


def _add_long(pairs: Any, places: list[tuple[int, int]], length: int, window: int, like_gensim: bool) -> None:
    import numpy as np

    at, words = np.array(places).T
    own, column = np.unique(words, return_inverse=True)
    # A word at p is in the windows that begin at p - window + 1 .. p, as far as they exist.
    first, last = np.maximum(0, at - window + 1), at
    if like_gensim:
        last = at[_earliest(column, first, at)]
    after = np.minimum(last, length - window) + 1
    cuts = np.unique(np.concatenate([first, after]))
    changes = np.zeros((len(cuts), len(own)))
    np.add.at(changes, (np.searchsorted(cuts, first), column), 1)
    np.add.at(changes, (np.searchsorted(cuts, after), column), -1)
    held = (np.cumsum(changes, axis=0)[:-1] > 0).astype(np.float64)
    pairs[np.ix_(own, own)] += (held * np.diff(cuts)[:, None]).T @ held


def _earliest(words: Any, first: Any, at: Any) -> Any:
    """For each occurrence the number of its word's earliest one at or after ``first``, in order of words and places."""
    import numpy as np

    span = int(at.max()) + 1
    order = np.argsort(words * span + at, kind="stable")
    return order[np.searchsorted((words * span + at)[order], words * span + first)]
