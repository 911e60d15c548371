"""Strings from VK made safe to look at. Escaping is the template's work; this is about what a screen would do.

A name may hold control characters, marks that turn the line from right to left, or a tower of accents that
covers its neighbours. None of it is markup, so escaping lets it through.
"""

from __future__ import annotations

import re
import unicodedata

from storage.mentions import LABELLED, may_be_person, without_people

_SPACES = re.compile(r"[\s\u2028\u2029]+")
_ACCENTS = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2})[\u0300-\u036f"
                      r"\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip
_KEPT_FORMAT = {"\u200d", "\u00ad"}  # joins emoji; soft hyphen

_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:ru|com|net|org|su|рф|cc|me|io|info|gl|link)\b\S*",
                   re.IGNORECASE)  # fmt: skip
_AT = re.compile(r"(?<!\w)[@*][\w.]{2,50}(?:[ \u00a0]?\((?:[^()]{0,300}\)|[^()\n]*))?")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
# Dots part the numbers of dates and sums too, so with them it takes a plus, or the length of a Russian number.
_PHONE = re.compile(
    r"(?<!\w)(?:\+?\d(?:[\s()\u2010-\u2015-]{0,2}\d){6,14}|\+\d(?:[\s().\u2010-\u2015-]{0,3}\d){6,14}"
    r"|[78](?:[\s().\u2010-\u2015-]{0,3}\d){10}|\(?\d{3}\)?[ .]{1,2}\d{3}\.\d\d\.\d\d)(?!\w)"
)


def visible(text: str) -> str:
    """The text without control characters, direction marks and piled-up accents; emoji stay whole."""
    kept = []
    for letter in text:
        category = unicodedata.category(letter)
        if category == "Cs":
            kept.append("\ufffd")
        elif category == "Cc":
            kept.append(" ")
        elif category not in ("Cf", "Co", "Cn") or letter in _KEPT_FORMAT:
            kept.append(letter)
    return _ACCENTS.sub(r"\1", "".join(kept))


def shorten(text: str, limit: int) -> str:
    """One line of at most ``limit`` letters, cut at a word where there is one."""
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > limit // 2 else cut).rstrip(" ,.;:-") + "…"


def quotable(text: str, limit: int = 220) -> str:
    """A text as a report may quote it: no mentions, links, addresses or phones; trimmed."""
    text = "\n".join(map(visible, text[: limit * 20].split("\n")))  # a name without its bracket ends with the line
    text = LABELLED.sub(_label, without_people(text, lambda _: True, "…"))
    for pattern in (_MAIL, _LINK, _AT, _PHONE):
        text = pattern.sub("…", text)
    return shorten(re.sub(r"(?:…\s*)+", "… ", text), limit)


def _label(match: re.Match[str]) -> str:
    """``[durov|Имя]`` may name a person and goes; ``[club1|Клуб]`` or ``[https://..|слово]`` leaves its word."""
    return "…" if may_be_person(match["target"]) else match["label"]
