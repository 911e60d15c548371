"""LDA by collapsed variational Bayes, zeroth order (CVB0), vectorised with numpy and scipy.

The update is that of Asuncion, Welling, Smyth, Teh: "On smoothing and inference for topic models", UAI 2009 (after
Teh, Newman, Welling: "A collapsed variational Bayesian inference algorithm for LDA", NIPS 2006): every cell
(document d, word w) holds its responsibilities over topics, proportional to
``(N_dk + alpha_k) * (N_wk + eta) / (N_k + V * eta)`` with one token of the cell itself taken out. Cells of one chunk
of documents are updated at once, the counts after each chunk. The asymmetric ``alpha`` is learned by Minka's fixed
point ("Estimating a Dirichlet distribution", 2000) every few sweeps after a burn-in.

Memory: cells x topics x 4 bytes, twice inside a chunk. Same seed, same numpy, same platform: the same bits (no BLAS).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NUMBER = 1
"""Raised when the same input starts to give other topics."""

SWEEPS = 100
CHUNK_DOCUMENTS = 500
BURN_IN = 10
ALPHA_EVERY = 5
ALPHA = 0.1
ETA = 0.05
_LEAST_ALPHA = 1e-3
MOST_ALPHA = 5.0
"""Bound on the sum of alpha, in words. On very short texts the fixed point runs away (to 22 at 5 words a text on a
labelled corpus of 6,893 posts): profiles then show the prior and not the person, and perplexity is 10 % worse."""


@dataclass(frozen=True, slots=True)
class Fit:
    """``counts`` K x V, expected counts of words in topics; ``doc_counts`` N x K; ``alpha`` K; ``eta`` a number."""

    counts: Floats
    doc_counts: Floats
    alpha: Floats
    eta: float


@dataclass(slots=True)
class _Chunk:
    """The cells of some neighbouring documents, and the sparse sums over them."""

    documents: slice
    rows: Any  # document of each cell, within the chunk
    words: Any  # word of each cell
    own_words: Any  # the distinct words of the chunk
    by_document: Any  # documents x cells, sparse, holding the cells' counts
    by_word: Any  # own words x cells, sparse
    gamma: Any  # cells x K responsibilities


def fit(
    matrix: Any,
    n_topics: int,
    seed: int,
    *,
    sweeps: int = SWEEPS,
    alpha: float = ALPHA,
    eta: float = ETA,
    stopping: Callable[[int], bool] = lambda sweep: False,
) -> Fit:
    """Fit topics to a scipy CSR matrix of counts (documents x words).

    ``stopping`` is asked before each sweep with its number and ends the fit early when it says so.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    n_documents, n_words = matrix.shape
    chunks = _chunks(matrix, n_topics, rng)
    doc_counts = np.zeros((n_documents, n_topics))
    word_counts = np.zeros((n_words, n_topics))
    for chunk in chunks:
        doc_counts[chunk.documents] = chunk.by_document @ chunk.gamma
        word_counts[chunk.own_words] += chunk.by_word @ chunk.gamma
    totals = word_counts.sum(axis=0)
    lengths = doc_counts.sum(axis=1)
    alphas = np.full(n_topics, alpha)
    for sweep in range(sweeps):
        if stopping(sweep):
            break
        for chunk in chunks:
            _update(chunk, doc_counts, word_counts, totals, alphas, eta)
        if sweep >= BURN_IN and sweep % ALPHA_EVERY == 0:
            alphas = minka(doc_counts, lengths, alphas)
    return Fit(np.ascontiguousarray(word_counts.T), doc_counts, alphas, eta)


def _chunks(matrix: Any, n_topics: int, rng: np.random.Generator) -> list[_Chunk]:
    import numpy as np
    from scipy import sparse

    found = []
    for start in range(0, matrix.shape[0], CHUNK_DOCUMENTS):
        part = matrix[start : start + CHUNK_DOCUMENTS]
        cells, documents = len(part.data), part.shape[0]
        rows = np.repeat(np.arange(documents), np.diff(part.indptr))
        own_words, inverse = np.unique(part.indices, return_inverse=True)
        counts = part.data.astype(np.float32)
        place = (counts, (inverse, np.arange(cells)))
        gamma = rng.random((cells, n_topics), dtype=np.float32) + np.float32(0.5)
        gamma /= gamma.sum(axis=1, keepdims=True)
        found.append(
            _Chunk(
                documents=slice(start, start + documents),
                rows=rows,
                words=part.indices,
                own_words=own_words,
                by_document=sparse.csr_matrix((counts, np.arange(cells), part.indptr), shape=(documents, cells)),
                by_word=sparse.csr_matrix(place, shape=(len(own_words), cells)),
                gamma=gamma,
            )
        )
    return found


def _update(chunk: _Chunk, doc_counts: Floats, word_counts: Floats, totals: Floats, alphas: Floats, eta: float) -> None:
    """One step of every cell of a chunk; changes the chunk's responsibilities and the counts in place."""
    import numpy as np

    single, old = np.float32, chunk.gamma
    new = (doc_counts[chunk.documents] + alphas).astype(single)[chunk.rows]
    new -= old
    factor = (word_counts[chunk.own_words] + eta).astype(single)
    factor = factor[np.searchsorted(chunk.own_words, chunk.words)]
    factor -= old
    new *= factor
    # One token of a cell weighs nothing in a topic's total: leaving it in spares a division a cell.
    new *= (1.0 / (totals + eta * word_counts.shape[0])).astype(single)
    np.maximum(new, single(1e-30), out=new)
    new /= new.sum(axis=1, keepdims=True)
    doc_counts[chunk.documents] = chunk.by_document @ new
    change = chunk.by_word @ (new - old)
    word_counts[chunk.own_words] += change
    totals += change.sum(axis=0, dtype=np.float64)
    chunk.gamma = new


def minka(doc_counts: Floats, lengths: Floats, alphas: Floats, steps: int = 1) -> Floats:
    """``alpha`` after some steps of Minka's fixed point; each is bounded below, their sum above."""
    import numpy as np
    from scipy.special import psi

    for _ in range(steps):
        total = alphas.sum()
        over = (psi(doc_counts + alphas) - psi(alphas)).sum(axis=0)
        under = (psi(lengths + total) - psi(total)).sum()
        alphas = np.maximum(alphas * over / max(float(under), 1e-12), _LEAST_ALPHA)
        alphas = alphas * min(1.0, MOST_ALPHA / float(alphas.sum()))
    return alphas
