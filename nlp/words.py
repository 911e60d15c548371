"""Cleaned text to words: one compiled expression.

A word is a run of letters and digits. Joined to it: a hyphen (``кто-то``), an apostrophe (``об'ява``, ``don't``) and
the mask of a swear word (``п*здец``) where letters stand on both sides. A period or a comma always cuts, so a missing
space after it does no harm. Pure numbers are no words. For the choice of lemmas words keep their capital letters and
stand in sentences among punctuation marks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 50
"""Letters; what is longer is no word but noise and is cut at its hyphens or left out."""

_WORD_PATTERN = r"[^\W_]+(?:(?:[-\u2010\u2011'’]|(?<=[\u0400-\u04ff])[*@]{1,5}(?=[\u0400-\u04ff]))[^\W_]+)*"
_WORD = re.compile(_WORD_PATTERN)
_PLAIN_WORD = r"[А-яЁё]++(?=[ ,.!?\n])"  # most words, found a fifth faster
_TOKEN = re.compile(rf"{_PLAIN_WORD}|{_WORD_PATTERN}|[.!?…]+|\n+|[^\w\s]")
_NUMBER = re.compile(r"[\d\W]+")
_MARKS = re.compile("[\u0300-\u036f]+")
_PLAIN = {0x2010: "-", 0x2011: "-", 0x2019: "'"}
_STRESSED = {0x450: "е", 0x45D: "и"}  # «ѐ» and «ѝ», which NFC makes of a letter and its stress mark
ENDS = frozenset(".!?…\n")
"""What a token that ends a sentence begins with."""
_LONGEST_SENTENCE = 1000
"""Tokens; a text without a period is cut here, so that memory stays bounded."""


def words(text: str) -> Iterator[str]:
    """The words of a cleaned text in order, lower-cased, with plain hyphens and apostrophes."""
    for token in _WORD.findall(text.lower().replace("i\u0307", "i")):  # «İ» in small letters is two characters
        for word in parts(token) if len(token) > LONGEST else (token.translate(_PLAIN),):
            if word.isalpha() or not _NUMBER.fullmatch(word):
                yield word


def tokens_in(text: str) -> list[str]:
    """The words, numbers, punctuation marks and line breaks of a cleaned text, as they are written."""
    return _TOKEN.findall(text)


def sentences(text: str) -> Iterator[list[str]]:
    """The tokens of a cleaned text and its punctuation marks, sentence by sentence; never an empty one."""
    sentence: list[str] = []
    for token in _TOKEN.findall(text):
        if token.isalnum() and len(token) <= LONGEST:
            sentence.append(token)
        elif token[0] == "\n":
            if sentence:
                yield sentence
                sentence = []
        elif len(token) > LONGEST and token[0] not in ENDS:
            sentence.extend(parts(token))
        else:
            sentence.append(token[:LONGEST].translate(_PLAIN))
            if token[0] in ENDS or len(sentence) >= _LONGEST_SENTENCE:
                yield sentence
                sentence = []
    if sentence:
        yield sentence


def parts(token: str) -> list[str]:
    """What is left of a token too long for a word: its parts between hyphens that are short enough."""
    return [part for part in token.translate(_PLAIN).split("-") if 0 < len(part) <= LONGEST]


def word_in(token: str) -> str | None:
    """The form to look up if the whole token is one word, lower-cased; None if it is a number, a mark, a phrase."""
    form = token.lower()
    if len(form) > LONGEST:
        return None
    if form.isalpha():
        return form
    form = _MARKS.sub("", unicodedata.normalize("NFC", form).translate(_STRESSED))  # «за́мок»: its stress is no letter
    if form.isalpha():
        return form
    if _WORD.fullmatch(form) and not _NUMBER.fullmatch(form):
        return form.translate(_PLAIN)
    return None
