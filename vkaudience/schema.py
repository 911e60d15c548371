"""Every key of config.toml: its type, its default and what a value may be. The one list of them.

A key is ``Key(kind, default)``; ``kind`` names a check of :mod:`vkaudience.checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Key:
    """One key: how to check it, its default, its allowed words, and its least value (of words: how many)."""

    kind: str
    default: Any = None
    allowed: tuple[str, ...] = ()
    least: float | None = None


WHAT = ("members", "posts", "walls")
# What nlp.language tells apart.
LANGUAGES = ("ru", "uk", "be", "kk", "other")
ALL_WHAT = (*WHAT, "comments", "likes", "subscriptions")

SECTIONS: dict[str, dict[str, Key]] = {
    "study": {
        "name": Key("text", "study"),
        "database": Key("path", "study.db"),
        "question": Key("text", ""),
        "notes": Key("table", {}),
    },
    "vk": {
        "token_env": Key("text", "VK_TOKEN"),
        "token_file": Key("path", None),
        "api_url": Key("url", "https://api.vk.ru/method"),
        "api_version": Key("text", "5.199"),
        "requests_per_second": Key("number", 3.0, least=0.01),
        "lang": Key("text", "ru"),
        "contact": Key("text", ""),
    },
    "collect": {
        "what": Key("words", WHAT, allowed=ALL_WHAT, least=1),
        "since": Key("date", None),
        "max_posts": Key("count", None, least=1),
        "max_comments": Key("count", None, least=1),
        "sample": Key("count", None, least=1),
        "refresh_hours": Key("number", 24.0, least=0),
        "subscriptions_sample": Key("count", 0, least=0),
        "seed": Key("count", 1, least=0),
        "share": Key("text", "1/1"),
    },
    "lemmas": {
        "mode": Key("word", "context", allowed=("fast", "context")),
        "corrections": Key("path", None),
        "languages": Key("words", ("ru",), allowed=LANGUAGES, least=1),
    },
    "topics": {
        "n_topics": Key("n_topics", 20),
        "unit": Key("word", "person", allowed=("person", "community", "post")),
        "engine": Key("word", None, allowed=("cvb0", "gensim")),
        "seed": Key("count", None, least=0),
        "seeds": Key("count", None, least=1),
        "passes": Key("count", None, least=1),
        "pos": Key("words", None, least=1),
        "stopwords": Key("words", None),
        "min_length": Key("count", None, least=1),
        "min_documents": Key("count_or_auto", None, least=1),
        "max_share": Key("number", None, least=0),
        "min_words": Key("count", None, least=1),
        "min_people": Key("count", None, least=1),
        "bigrams": Key("flag", None),
        "curation": Key("path", None),
    },
    "segments": {"n_segments": Key("count_or_auto", "auto", least=2), "seed": Key("count", 1, least=0)},
    "report": {
        "language": Key("word", "ru", allowed=("ru", "en")),
        "formats": Key("words", ("html",), allowed=("html",)),
        "min_group": Key("count", 10, least=5),
        "quotes": Key("word", "communities", allowed=("communities", "people", "none")),
        "timezone": Key("timezone", "Europe/Moscow"),
        "out": Key("path", "report"),
    },
    "privacy": {
        "keep_days": Key("count", None, least=1),
        "special_categories": Key("flag", False),
        "key_file": Key("path", None),
    },
}

LISTS: dict[str, dict[str, Key]] = {
    "audiences": {
        "name": Key("text", None),
        "communities": Key("names", ()),
        "people": Key("path", None),
        "definition": Key("text", "any"),
        "baseline": Key("flag", False),
    },
    "hypotheses": {
        "audience": Key("text", None),
        "measure": Key("text", None),
        "direction": Key("text", None),
        "declared_at": Key("date", None),
    },
}

# Words that look like a token's key: a secret in a file that gets mailed round is refused with the reason.
SECRET_KEYS = ("token", "access_token", "service_key", "service_token", "password", "login")
