"""Topic profiles of documents under a fitted model: the trainer's update with the topics' words held still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SWEEPS = 60
TOLERANCE = 1e-4
_CELLS = 2_000_000


def fold_in(matrix: Any, topic_words: Floats, alpha: Floats) -> Floats:
    """Expected counts of topics (documents x K) for a scipy CSR matrix of counts (documents x words).

    ``topic_words`` K x V, rows sum to 1. A document without a word gets zeros.
    """
    import numpy as np

    n_topics = len(alpha)
    found = np.zeros((matrix.shape[0], n_topics))
    words = np.ascontiguousarray(topic_words.T, dtype=np.float32)
    for start, end in _parts(matrix.indptr, max(1, _CELLS // n_topics)):
        found[start:end] = _fold(matrix[start:end], words, alpha)
    return found


def _parts(indptr: Any, most_cells: int) -> list[tuple[int, int]]:
    """Ranges of documents with not many more than so many cells together."""
    found, start = [], 0
    for end in range(1, len(indptr)):
        if indptr[end] - indptr[start] >= most_cells or end == len(indptr) - 1:
            found.append((start, end))
            start = end
    return found


def _fold(part: Any, words: Any, alpha: Floats) -> Floats:
    import numpy as np
    from scipy import sparse

    documents, cells = part.shape[0], len(part.data)
    rows = np.repeat(np.arange(documents), np.diff(part.indptr))
    counts = part.data.astype(np.float32)
    by_document = sparse.csr_matrix((counts, np.arange(cells), part.indptr), shape=(documents, cells))
    likelihood = words[part.indices]
    gamma = likelihood + np.float32(1e-30)
    gamma /= gamma.sum(axis=1, keepdims=True)
    found: Floats = (by_document @ gamma).astype(np.float64)
    for _ in range(SWEEPS):
        new = (found + alpha).astype(np.float32)[rows]
        new -= gamma
        new *= likelihood
        np.maximum(new, np.float32(1e-30), out=new)
        new /= new.sum(axis=1, keepdims=True)
        gamma, before = new, found
        found = (by_document @ gamma).astype(np.float64)
        if np.abs(found - before).max(initial=0.0) < TOLERANCE:
            break
    return found


def shares(topic_counts: Floats, alpha: Floats) -> Floats:
    """Expected counts to profiles: rows sum to 1; a row without any word becomes NaN, never the flat prior."""
    import numpy as np

    whole = topic_counts + alpha
    found: Floats = whole / whole.sum(axis=1, keepdims=True)
    found[topic_counts.sum(axis=1) <= 0] = np.nan
    return found
