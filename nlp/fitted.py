"""A fitted topic model as plain arrays: what it knows of words, and what it says of documents."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nlp import infer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RELEVANCE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class TopicModel:
    """One LDA model.

    ``vocabulary`` V words; ``counts`` K x V expected counts of words in topics; ``alpha`` K, the prior of topics in a
    document; ``eta`` the prior of a word in a topic; ``df`` document frequencies; ``doc_topics`` N x K for the
    documents it was fitted to, a row of NaN for one without a word of the vocabulary.
    """

    vocabulary: list[str]
    counts: Floats
    alpha: Floats
    eta: float
    seed: int
    engine: str
    doc_topics: Floats
    df: tuple[int, ...] = ()
    index: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.index.update({word: place for place, word in enumerate(self.vocabulary)})

    @property
    def n_topics(self) -> int:
        """K."""
        return len(self.alpha)

    @property
    def topic_words(self) -> Floats:
        """K x V, rows sum to 1."""
        whole = self.counts + self.eta
        found: Floats = whole / whole.sum(axis=1, keepdims=True)
        return found

    def top_words(self, topic: int, n: int = 10) -> list[str]:
        """The most probable words of a topic."""
        return [self.vocabulary[place] for place in best(self.topic_words[topic], n)]

    def infer(self, documents: Iterable[list[str]]) -> Floats:
        """Profiles (N x K) of documents given as lists of words; NaN rows for those without a known word."""
        return self.profiles(matrix_of(documents, self.index))

    def profiles(self, matrix: Any) -> Floats:
        """Profiles (N x K) of a CSR matrix of counts over this vocabulary; NaN rows for empty documents."""
        return infer.shares(infer.fold_in(matrix, self.topic_words, self.alpha), self.alpha)

    def to_gensim(self) -> Any:
        """The same model as a ``gensim.models.LdaModel`` with its ``Dictionary``."""
        from nlp.gensim_model import pour

        return pour(self)


def best(values: Any, n: int) -> list[int]:
    """Places of the n largest values, largest first; ties by place, so that the order is the same everywhere."""
    import numpy as np

    return [int(place) for place in np.argsort(-values, kind="stable")[:n]]


def relevance(model: TopicModel) -> Floats:
    """K x V: relevance of Sievert & Shirley (2014), weight 0.6 on log p(w|k), 0.4 on the lift over p(w)."""
    import numpy as np

    words = model.topic_words
    overall = model.counts.sum(axis=0) + model.eta
    overall = overall / overall.sum()
    logs = np.log(words)
    found: Floats = RELEVANCE * logs + (1 - RELEVANCE) * (logs - np.log(overall))
    return found


def exclusivity(model: TopicModel, n: int = 10) -> list[float]:
    """For each topic, how much of its n top words' probability over all topics is its own, 0 to 1 on average."""
    words = model.topic_words
    own = words / words.sum(axis=0)
    return [float(own[topic][best(words[topic], n)].mean()) for topic in range(model.n_topics)]


def matrix_of(documents: Iterable[Iterable[str]], index: dict[str, int]) -> Any:
    """Lists of words to a scipy CSR matrix of counts; words outside the index are left out."""
    from array import array

    import numpy as np
    from scipy import sparse

    places, ends = array("i"), array("q", [0])
    for document in documents:
        places.extend(sorted(index[word] for word in document if word in index))
        ends.append(len(places))
    # Copies: scipy may sort in place, and an array that exports its buffer cannot grow.
    columns = np.array(places, dtype=np.int32)
    matrix = sparse.csr_matrix(
        (np.ones(len(columns)), columns, np.array(ends, dtype=np.int64)), shape=(len(ends) - 1, len(index))
    )
    matrix.sum_duplicates()
    return matrix


def to_bytes(model: TopicModel) -> bytes:
    """The model as a numpy ``.npz`` without pickle: the same model, the same bytes."""
    import numpy as np

    file = io.BytesIO()
    np.savez_compressed(
        file,
        counts=model.counts.astype(np.float32),
        alpha=model.alpha,
        eta=np.array(model.eta),
        seed=np.array(model.seed),
        engine=np.array(model.engine),
        df=np.array(model.df, dtype=np.int64),
        vocabulary=np.frombuffer("\n".join(model.vocabulary).encode(), dtype=np.uint8),
    )
    return file.getvalue()


def from_bytes(data: bytes) -> TopicModel:
    """The model that :func:`to_bytes` wrote, without the profiles of the documents it was fitted to."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        alpha = arrays["alpha"]
        return TopicModel(
            vocabulary=arrays["vocabulary"].tobytes().decode().split("\n"),
            counts=arrays["counts"].astype(np.float64),
            alpha=alpha,
            eta=float(arrays["eta"]),
            seed=int(arrays["seed"]),
            engine=str(arrays["engine"]),
            doc_topics=np.zeros((0, len(alpha))),
            df=tuple(int(count) for count in arrays["df"]),
        )
