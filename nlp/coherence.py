"""How well a topic's words belong together: normalised pointwise mutual information over documents.

Bouma: "Normalized (pointwise) mutual information in collocation extraction", GSCL 2009; as a topic measure Lau,
Newman, Baldwin, EACL 2014. Counts are Boolean over the documents the model was fitted to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TOP = 10
_EPSILON = 1e-12


def npmi(matrix: Any, topics: Sequence[Sequence[int]]) -> list[float]:
    """Mean NPMI of the pairs of each topic's words (places in the vocabulary); -1 never together, 1 always.

    ``matrix`` is a CSR matrix of counts (documents x words); documents without a word do not count.
    """
    import numpy as np

    own = sorted({word for topic in topics for word in topic})
    place = {word: number for number, word in enumerate(own)}
    documents = int((np.diff(matrix.indptr) > 0).sum())
    if not own or not documents:
        return [float("nan")] * len(topics)
    part = matrix[:, own].astype(bool).astype(np.float64)
    pairs = (part.T @ part).toarray() / documents
    scores = pointwise(pairs)
    # A pair that is in every document has 0 / 0: it is always together, and that says nothing.
    scores[pairs > 1 - 1e-9] = 0.0
    return [_mean_of_pairs(scores, [place[word] for word in topic]) for topic in topics]


def pointwise(shares: Any) -> Any:
    """NPMI of each pair of words (words x words): ``shares`` of the documents or windows that hold both; its
    diagonal holds the share of those with one word. Not finite where that is 0 or everything."""
    import numpy as np

    alone = shares.diagonal()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log((shares + _EPSILON) / np.outer(alone, alone)) / -np.log(shares + _EPSILON)


def _mean_of_pairs(scores: Any, words: list[int]) -> float:
    values = [float(scores[a, b]) for number, a in enumerate(words) for b in words[:number]]
    return sum(values) / len(values) if values else float("nan")


def diversity(topics: Sequence[Sequence[int]]) -> float:
    """The share of distinct words among the top words of all topics: 1 when no word serves two topics."""
    listed = [word for topic in topics for word in topic]
    return len(set(listed)) / len(listed) if listed else 0.0
