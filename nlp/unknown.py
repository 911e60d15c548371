"""The frequent words that the dictionary does not know, each with the guess it gets, for a linguist to correct."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from nlp.clean import clean
from nlp.language import language
from nlp.lemmatizer import Fast
from nlp.lexicon import Lexicon
from nlp.settings import LemmaSettings
from nlp.tables import corrections
from nlp.words import words
from storage import MissingInput, Store
from storage import texts as stored

_RUSSIAN = re.compile("[а-яё][а-яё-]*")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A form, in how many texts it stands, and what it is taken for."""

    form: str
    texts: int
    lemma: str
    pos: str


def unknown(store: Store, settings: LemmaSettings, *, limit: int = 50, least: int = 2) -> list[Unknown]:
    """The unknown forms of Russian texts, those in most texts first, then by alphabet. Raises MissingInput without
    texts.
    """
    if not stored.count_texts(store):
        raise MissingInput("Текстов нет.", "Их ещё не собирали.", "Запустите vkaudience collect или import.")
    book = Lexicon(corrections(settings.corrections))
    counts: Counter[str] = Counter()
    seen: dict[str, bool] = {}
    for text in stored.texts(store):
        cleaned = clean(text.text).text
        if language(cleaned) == "ru":
            for form in set(words(cleaned)):
                if form not in seen:
                    seen[form] = bool(_RUSSIAN.fullmatch(form)) and not book.knows(form)
                if seen[form]:
                    counts[form] += 1
    guess = Fast(book)
    chosen = sorted((-n, form) for form, n in counts.items() if n >= least)[:limit]
    return [Unknown(form, -n, *guess[form]) for n, form in chosen]
