"""One fit of one engine, and the scores by which fits are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nlp import coherence, cvb0, cvb0_jit, infer
from nlp.fitted import TopicModel, best

MOST_CELLS = 200_000_000
"""Cells (document, word) x topics a fit may hold at once, 4 bytes each and twice in use: beyond it a sample of the
documents is fitted, drawn by the seed, and the model applied to all."""


@dataclass(frozen=True, slots=True)
class Scores:
    """``npmi`` a topic; ``mean_npmi``; ``diversity`` of top words; ``perplexity`` a word of the fitted documents."""

    npmi: tuple[float, ...]
    mean_npmi: float
    diversity: float
    perplexity: float

    @property
    def product(self) -> float:
        """Coherence x diversity, by which numbers of topics are compared; a negative coherence counts as none."""
        return max(self.mean_npmi, 0.0) * self.diversity


def fit(
    matrix: Any,
    terms: Sequence[str],
    df: Sequence[int],
    n_topics: int,
    seed: int,
    *,
    engine: str = "cvb0",
    passes: int | None = None,
    stopping: Callable[[int, int], bool] = lambda done, total: False,
) -> TopicModel:
    """Fit one model to a CSR matrix of counts (documents x terms); topics come largest first."""
    import numpy as np

    engine = engine_of(engine)
    part = _sample(matrix, n_topics, seed)
    if engine == "gensim":
        from nlp import gensim_model

        found = gensim_model.fit(part, n_topics, seed, passes=passes or gensim_model.PASSES)
    else:
        compiled = engine == cvb0_jit.NAME
        found = cvb0.fit(part, n_topics, seed, sweeps=passes or cvb0.SWEEPS, compiled=compiled, stopping=stopping)
    order = np.array(best(found.counts.sum(axis=1), n_topics))
    # As stored: a model read back from the study must give the same profiles to the last bit.
    counts = found.counts[order].astype(np.float32).astype(np.float64)
    model = TopicModel(
        vocabulary=list(terms),
        counts=counts,
        alpha=found.alpha[order],
        eta=found.eta,
        seed=seed,
        engine=engine,
        doc_topics=infer.shares(found.doc_counts[:, order], found.alpha[order]),
        df=tuple(df),
    )
    return model if part is matrix else _applied(model, matrix)


def engine_of(asked: str) -> str:
    """The engine that really fits: ``cvb0`` is its compiled kernel where numba is installed.

    ``cvb0-numpy`` asks for the other one, so that a machine with numba can repeat the topics of one without.
    """
    if asked == "cvb0":
        return cvb0_jit.NAME if cvb0_jit.available() else "cvb0-numpy"
    return asked


def _sample(matrix: Any, n_topics: int, seed: int) -> Any:
    import numpy as np

    cells = len(matrix.data) * n_topics
    if cells <= MOST_CELLS:
        return matrix
    size = max(1, matrix.shape[0] * MOST_CELLS // cells)
    return matrix[np.sort(np.random.default_rng(seed).choice(matrix.shape[0], size, replace=False))]


def _applied(model: TopicModel, matrix: Any) -> TopicModel:
    import dataclasses

    return dataclasses.replace(model, doc_topics=model.profiles(matrix), index={})


def scores(model: TopicModel, matrix: Any) -> Scores:
    """Score a model on the documents it was fitted to.

    The perplexity is in-sample: it compares fits of one corpus and says nothing of new texts.
    """
    words = model.topic_words
    tops = [best(row, coherence.TOP) for row in words]
    each = coherence.npmi(matrix, tops)
    return Scores(
        npmi=tuple(each),
        mean_npmi=sum(each) / len(each),
        diversity=coherence.diversity(tops),
        perplexity=perplexity(model, matrix, words),
    )


def perplexity(model: TopicModel, matrix: Any, words: Any) -> float:
    """Perplexity a word of documents under their own profiles (in-sample)."""
    import numpy as np

    profiles = np.nan_to_num(model.doc_topics if len(model.doc_topics) else model.profiles(matrix))
    total = 0.0
    for start in range(0, matrix.shape[0], 2000):
        part = matrix[start : start + 2000]
        rows = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
        likelihood = (profiles[start : start + 2000][rows] * words.T[part.indices]).sum(axis=1)
        total += float((part.data * np.log(np.maximum(likelihood, 1e-300))).sum())
    return float(np.exp(-total / max(float(matrix.data.sum()), 1.0)))


def matched(one: TopicModel, other: TopicModel, n: int = coherence.TOP) -> list[float]:
    """For each topic of ``one``, the Jaccard overlap of top words with its partner in ``other`` (Hungarian method)."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    mine = [set(best(row, n)) for row in one.topic_words]
    theirs = [set(best(row, n)) for row in other.topic_words]
    overlap = np.array([[len(a & b) / max(1, len(a | b)) for b in theirs] for a in mine])
    rows, columns = linear_sum_assignment(-overlap)
    found = [0.0] * len(mine)
    for row, column in zip(rows, columns, strict=True):
        found[int(row)] = float(overlap[row, column])
    return found
