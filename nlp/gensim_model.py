"""gensim's LdaModel: as the form in which any fitted model leaves, and as the second engine.

Stock online LDA (Hoffman, Blei, Bach, NIPS 2010) is fitted with strong priors, without which its topics on short
texts are far behind; they would fill half of a short text's profile, so ``alpha`` is estimated anew afterwards, on
the finished topics, by the same rule as for CVB0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlp import cvb0, infer
from storage import ConfigError

if TYPE_CHECKING:
    from nlp.fitted import TopicModel

PASSES = 20
CHUNK_SIZE = 2000
ALPHA = 1.0
ETA = 0.5
_ALPHA_ROUNDS = 10


def need(what: str) -> None:
    """Raise ConfigError where gensim is not installed; ``what`` wants it."""
    try:
        import gensim  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f"{what}: нужна библиотека gensim, а её здесь нет.",
            "Для Python 3.14 и новее gensim ещё не выпущен; всё остальное работает и без него.",
            "Возьмите Python 3.11-3.13 или обойдитесь без этого.",
        ) from error


def pour(model: TopicModel) -> Any:
    """A ``gensim.models.LdaModel`` with the counts, priors and dictionary of a fitted model."""
    need("to_gensim")
    import numpy as np
    from gensim.models import LdaModel

    found = LdaModel(
        id2word=_dictionary(model),
        num_topics=model.n_topics,
        alpha=[float(value) for value in model.alpha],
        eta=model.eta,
        dtype=np.float64,
        random_state=model.seed,
    )
    found.state.sstats[:] = model.counts
    found.state.numdocs = max(1, len(model.doc_topics))
    found.sync_state()
    return found


def _dictionary(model: TopicModel) -> Any:
    from gensim.corpora import Dictionary

    found = Dictionary()
    found.token2id = dict(model.index)
    found.id2token = dict(enumerate(model.vocabulary))
    totals = model.counts.sum(axis=0)
    found.cfs = {place: round(float(total)) for place, total in enumerate(totals)}
    found.dfs = dict(enumerate(model.df or found.cfs.values()))
    found.num_docs = max(1, len(model.doc_topics))
    found.num_pos = round(float(totals.sum()))
    return found


def fit(matrix: Any, n_topics: int, seed: int, *, passes: int = PASSES) -> cvb0.Fit:
    """Fit gensim's LdaModel to a scipy CSR matrix of counts (documents x words)."""
    need('[topics] engine = "gensim"')
    import numpy as np
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    trained = LdaModel(
        corpus=Sparse2Corpus(matrix, documents_columns=False),
        id2word={place: str(place) for place in range(matrix.shape[1])},
        num_topics=n_topics,
        alpha=[ALPHA] * n_topics,
        eta=ETA,
        passes=passes,
        chunksize=CHUNK_SIZE,
        random_state=seed,
        eval_every=None,
    )
    words = trained.get_topics().astype(np.float64)
    words /= words.sum(axis=1, keepdims=True)
    alphas = np.full(n_topics, cvb0.ALPHA)
    lengths = np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
    for _ in range(_ALPHA_ROUNDS):
        doc_counts = infer.fold_in(matrix, words, alphas)
        alphas = cvb0.minka(doc_counts, lengths, alphas)
    doc_counts = infer.fold_in(matrix, words, alphas)
    counts = np.asarray(trained.state.get_lambda(), dtype=np.float64) - ETA
    return cvb0.Fit(np.maximum(counts, 0.0), doc_counts, alphas, ETA)
