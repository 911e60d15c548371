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
_CYRILLIC_WORD = re.compile("[\u0400-\u04ff]{2,}")
_LATIN_WORD = re.compile("[A-Za-z][A-Za-z0-9'’]*")
_ENGLISH = re.compile(  # small words that brands and titles seldom have and English sentences can hardly do without
    r"(?<![\w'’-])(?:I|I['’]\w+|i|a|an|the|is|are|was|am|be|been|my|me|you|your|he|she|it|its|we|our|us|they|this|that|to|of"
    r"|in|on|at|for|from|with|and|or|but|so|not|have|has|do|does|did|will|can|as|by|if|what|who|how|when)(?![\w'’-])"
)
_LATIN_BESIDE = 5
"""Latin words that one Russian word bears beside it: «Продам Apple MacBook Pro M2 16 Gb»."""
_FOREIGN = re.compile("|".join(pattern.pattern for _, pattern in _RULES))


def language(text: str) -> str:
    """``ru``, ``uk``, ``be``, ``kk`` (and its neighbours), ``other`` (not Cyrillic in the main) or ``none``.

    A text in Cyrillic letters is Russian until one of its hundred letters at least is foreign to Russian and
    those outnumber the letters that only Russian has: «і» alone in a Russian text is a smile or a slip.
    Brands and titles in Latin letters leave a text Russian, one Russian name leaves an English text English.
    """
    if _PLAIN.fullmatch(text) and _ANY_RUSSIAN.search(text):
        return "ru"
    written, text = text, text.lower()
    letters = sum(map(len, _LETTERS.findall(text)))
    if not letters:
        return "none"
    if sum(map(len, _CYRILLIC.findall(text))) * 2 < letters and not _among_brands(written):
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


def _among_brands(text: str) -> bool:
    """Whether a text of Latin words in the main has Russian words enough, small or at its beginning: no mere names."""
    words = _LETTERS.findall(text)
    latin, first = len(_LATIN_WORD.findall(text)), words[0]
    russian = [word for word in _CYRILLIC_WORD.findall(text) if word.islower() or word == first]
    if not russian or latin > _LATIN_BESIDE * len(russian) or _ENGLISH.search(text):
        return False
    if russian == [first] and first.istitle() and text.find(first + ",") >= 0:  # «Маша, happy birthday»
        return False
    return all(word.isascii() or _CYRILLIC.match(word) for word in words)
