"""Who belongs to an audience: the words of ``[[audiences]].definition``.

    any                     people of at least one of the communities (the default)
    all                     people of every one of them
    2 of 5                  people of at least two of the five
    any minus vk.com/own    ... without the people of these communities; several are split by commas

An imported list of people stands in the key ``people`` and is added whatever the rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WAYS = 'any, all, "2 of 5", "any minus vk.com/имя"'
_OF = re.compile(r"(\d{1,4})\s+of\s+(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Rule:
    """At least ``least`` of the communities (1: any) and none of ``minus``, as a person names them."""

    least: int
    minus: tuple[str, ...] = ()


def parse_rule(text: str, number: int) -> Rule:
    """The rule for an audience of ``number`` communities. Raises ValueError, in Russian, when it is none."""
    how, minus, taken = (part.strip() for part in text.strip().partition("minus"))
    names = tuple(name.strip() for name in taken.split(",") if name.strip())
    if minus and not names:
        raise ValueError("после minus нужно сообщество: any minus vk.com/имя")
    return Rule(_least(how.lower() or "any", number), names)


def _least(how: str, number: int) -> int:
    if how in ("any", "all"):
        return 1 if how == "any" else max(1, number)
    found = _OF.fullmatch(how)
    if found is None:
        raise ValueError(f"допустимо: {WAYS}")
    least, of = int(found[1]), int(found[2])
    if of != number:
        raise ValueError(f"сказано «из {of}», а сообществ в communities: {number}")
    if not 1 <= least <= of:
        raise ValueError(f"нужно число от 1 до {of}")
    return least
