"""Text to lemmas to topics: the only room that knows Russian, pymorphy3, natasha and gensim.

    >>> import nlp
    >>> list(nlp.lemmatize_texts(["Вчера играли [id1|Ваня] и я в футбооол!!!"]))
    [['вчера', 'играть', 'и', 'я', 'в', 'футбол']]

The stages are ``nlp.lemmatize.lemmatize`` and ``nlp.topics.topics``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp.fitted import TopicModel
    from nlp.lemmatize import lemmatize_texts, lemmatize_tokens
    from nlp.notebook import fit_topics
    from nlp.settings import LemmaSettings, TopicSettings

_HOMES = {
    "LemmaSettings": "nlp.settings",
    "TopicModel": "nlp.fitted",
    "TopicSettings": "nlp.settings",
    "fit_topics": "nlp.notebook",
    "lemmatize_texts": "nlp.lemmatize",
    "lemmatize_tokens": "nlp.lemmatize",
}

__all__ = ["LemmaSettings", "TopicModel", "TopicSettings", "fit_topics", "lemmatize_texts", "lemmatize_tokens"]


def __getattr__(name: str) -> Any:
    # Imported when first asked for: `vkaudience --help` must not pay for it.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
