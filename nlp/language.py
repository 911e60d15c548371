"""The language of a text by its letters: an ordered list of rules, right for long texts, honest for short ones."""

from __future__ import annotations

import re

_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_RUSSIAN_ONLY = re.compile("[ыэъё]")
_RULES = (  # letters that Russian does not have, in the order in which they decide
    ("be", re.compile("ў")),
    ("kk", re.compile("[әғқңөұүһ]")),
    ("uk", re.compile("[іїєґ]")),
)
_PLAIN = re.compile("[\n -@\\[-`{-~А-яЁё«»—–…№“”„]*")
_ANY_RUSSIAN = re.compile("[А-яЁё]")
_FOREIGN = re.compile("|".join(pattern.pattern for _, pattern in _RULES))


def language(text: str) -> str:
    """``ru``, ``uk``, ``be``, ``kk`` (and its neighbours), ``other`` (not Cyrillic in the main) or ``none``.

    A text in Cyrillic letters is Russian until one of its hundred letters at least is foreign to Russian and
    those outnumber the letters that only Russian has: «і» alone in a Russian text is a smile or a slip.
    """
    if _PLAIN.fullmatch(text) and _ANY_RUSSIAN.search(text):
        return "ru"
    text = text.lower()
    letters = sum(map(len, _LETTERS.findall(text)))
    if not letters:
        return "none"
    if sum(map(len, _CYRILLIC.findall(text))) * 2 < letters:
        return "other"
    if not _FOREIGN.search(text):
        return "ru"
    russian = len(_RUSSIAN_ONLY.findall(text))
    for name, pattern in _RULES:
        foreign = len(pattern.findall(text))
        # Belarusian and Kazakh have ы and э too, so there the foreign letters need not outnumber them.
        if foreign * 100 >= letters and foreign and (name != "uk" or foreign > russian):
            return name
    return "ru"
