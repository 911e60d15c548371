"""Topic models for notebooks: lists of words in, a model out, no study file needed."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import Literal

from nlp import fitting
from nlp.fitted import TopicModel, matrix_of
from nlp.settings import Engine, TopicSettings
from nlp.vocabulary import least_documents
from storage import MissingInput


def fit_topics(
    documents: Iterable[list[str]],
    n_topics: int,
    seed: int = 1,
    engine: Engine = "cvb0",
    *,
    passes: int | None = None,
    min_documents: int | Literal["auto"] = "auto",
    max_share: float = 0.5,
) -> TopicModel:
    """Fit LDA to documents given as lists of words (content words, already lemmatized).

    Words in fewer than ``min_documents`` documents (``auto``: one in a thousand, at least 3) or in more than
    ``max_share`` of them are left out. Raises MissingInput when no word is left and ConfigError for settings
    that cannot be. Same documents, seed, engine and platform: the same model bit for bit.

        >>> import nlp
        >>> texts = [["кот", "мышь"], ["кот", "молоко"], ["код", "баг"], ["код", "тест"]] * 10
        >>> model = nlp.fit_topics(texts, n_topics=2)
        >>> sorted(model.top_words(topic, 1)[0] for topic in range(2))
        ['код', 'кот']
    """
    settings = TopicSettings(n_topics=n_topics, engine=engine, min_documents=min_documents, max_share=max_share)
    rows = [list(document) for document in documents]
    df = collections.Counter(word for row in rows for word in set(row))
    totals = collections.Counter(word for row in rows for word in row)
    filled = sum(1 for row in rows if row)
    least, most = least_documents(settings, filled), max_share * filled
    terms = sorted((word for word, n in df.items() if least <= n <= most), key=lambda word: (-totals[word], word))
    if not terms:
        raise MissingInput(
            "Темы строить не из чего: после отбора не осталось ни одного слова.",
            f"Документов со словами: {filled}; нужны слова из {least} и более, но не более {most:.0f} из них.",
            "Дайте больше документов или уменьшите min_documents.",
        )
    matrix = matrix_of(rows, {word: place for place, word in enumerate(terms)})
    return fitting.fit(matrix, terms, [df[word] for word in terms], n_topics, seed, engine=engine, passes=passes)
