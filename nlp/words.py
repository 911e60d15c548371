"""Cleaned text to words: one compiled expression over lower-cased text.

A word is a run of letters and digits. Joined to it: a hyphen (``кто-то``), an apostrophe (``об'ява``, ``don't``) and
the mask of a swear word (``п*здец``) where letters stand on both sides. A period or a comma always cuts, so a missing
space after it does no harm. Pure numbers are no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 50
"""Letters; what is longer is no word but noise and is cut at its hyphens or left out."""

_WORD = re.compile(r"[^\W_]+(?:(?:[-\u2010\u2011'’]|(?<=[\u0400-\u04ff])[*@]{1,5}(?=[\u0400-\u04ff]))[^\W_]+)*")
_NUMBER = re.compile(r"[\d\W]+")


def words(text: str) -> Iterator[str]:
    """The words of a cleaned text in order, lower-cased, with plain hyphens and apostrophes."""
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        if not word.isalpha():
            word = word.translate(_PLAIN)
            if _NUMBER.fullmatch(word):
                continue
        if len(word) <= LONGEST:
            yield word
        else:
            yield from (part for part in word.split("-") if 0 < len(part) <= LONGEST and not _NUMBER.fullmatch(part))


_PLAIN = {0x2010: "-", 0x2011: "-", 0x2019: "'"}
