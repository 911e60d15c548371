"""Stop words of a study's own: frequent words that say nothing of a topic, found by the model, for a person to judge.

A word that stands in many documents and falls on the topics as all words together do carries no information about
them. Information: the Kullback-Leibler divergence, in bits, of the topics of a word, p(topic | word), from those of
all words, p(topic).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from nlp.fitted import from_bytes
from storage import MissingInput, Store, models

LEAST_SHARE = 0.03
"""Documents with the word: what is rarer does no harm."""
MOST_BITS = 1.0
MOST = 50


@dataclass(frozen=True, slots=True)
class Word:
    """``share`` of the model's documents with the word; ``bits`` it tells of a topic; ``topics`` that have it among
    their most typical words.
    """

    word: str
    share: float
    bits: float
    topics: tuple[int, ...]


def background(store: Store, *, most: int = MOST) -> list[Word]:
    """The words of the current model that may be left out, those that say least first.

    Raises MissingInput without a model.
    """
    import numpy as np

    current = models.current_model(store)
    if current is None or current.id is None:
        raise MissingInput("Модели тем ещё нет: лишние слова ищутся по ней.", "", "Постройте её: vkaudience topics.")
    model = from_bytes(current.arrays)
    counts = model.counts + 1e-12
    of_word, of_all = counts / counts.sum(axis=0), counts.sum(axis=1) / counts.sum()
    bits = (of_word * np.log2(of_word / of_all[:, None])).sum(axis=0)
    typical = [
        (topic.topic, {word for word, _ in json.loads(topic.words)}) for topic in models.topics(store, current.id)
    ]
    found: list[Word] = []
    for place in np.argsort(bits, kind="stable"):
        share = model.df[place] / max(1, current.n_documents)
        if share < LEAST_SHARE:
            continue
        if bits[place] > MOST_BITS or len(found) == most:
            break
        word = model.vocabulary[place]
        found.append(Word(word, share, float(bits[place]), tuple(n for n, words in typical if word in words)))
    return found
