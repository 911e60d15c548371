"""Who belongs to an audience: the words of ``[[audiences]].definition``, and what is stored of them, told.

    any                            people of at least one of the communities (the default)
    all                            people of every one of them
    2 of 5                         people of at least two of the five
    active 3                       who liked, commented or reposted at least three times on their walls, member or not
    active 3 since 2026-01-01      ... what was published on that day or later, UTC
    active 3 since 2026-01-01 until 2026-03-31      ... and not after this day
    any minus vk.com/own           ... without the people of these communities; several are split by commas

An imported list of people stands in the key ``people`` and is added whatever the rule.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

WAYS = (
    'any, all, "2 of 5", "active 3", "active 3 since 2026-01-01", "active 3 since 2026-01-01 until 2026-03-31", '
    '"any minus vk.com/имя"'
)
_OF = re.compile(r"(\d{1,4})\s+of\s+(\d{1,4})")
_ACTIVE = re.compile(r"active\s+(\d{1,4})(?:\s+since\s+(\d{4}-\d\d-\d\d))?(?:\s+until\s+(\d{4}-\d\d-\d\d))?")
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Rule:
    """At least ``least`` of the communities (1: any), or at least ``actions`` on what was published on their walls at
    or after ``since`` and before ``until`` (UTC seconds), and none of ``minus``, as a person names them."""

    least: int = 1
    minus: tuple[str, ...] = ()
    actions: int = 0
    since: int | None = None
    until: int | None = None


def parse_rule(text: str, number: int) -> Rule:
    """The rule for an audience of ``number`` communities. Raises ValueError, in Russian, when it is none."""
    how, minus, taken = (part.strip() for part in text.strip().partition("minus"))
    names = tuple(name.strip() for name in taken.split(",") if name.strip())
    if minus and not names:
        raise ValueError("после minus нужно сообщество: any minus vk.com/имя")
    if active := _ACTIVE.fullmatch(how.lower()):
        return Rule(1, names, _actions(int(active[1])), *_period(active[2], active[3]))
    return Rule(_least(how.lower() or "any", number), names)


def _actions(number: int) -> int:
    if number < 1:
        raise ValueError("после active нужно число действий от 1")
    return number


def _period(first: str | None, last: str | None) -> tuple[int | None, int | None]:
    """From the first moment of one day to that after the last of another."""
    since, until = _start(first), _start(last)
    if since is not None and until is not None and until < since:
        raise ValueError(f"период кончается ({last}) раньше, чем начинается ({first})")
    return since, None if until is None else until + DAY


def _start(day: str | None) -> int | None:
    if day is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC)
    except ValueError as error:
        raise ValueError(f"нет такого дня: {day}") from error
    return int(moment.timestamp())


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


def told(definition: str, names: Mapping[int, str]) -> str:
    """A stored rule for a person; ``names`` of communities by id."""
    try:
        rule = dict(json.loads(definition))
    except (ValueError, TypeError):  # of another program: as it is
        return definition

    def of(key: str) -> str:
        return ", ".join(f"«{names.get(number) or number}»" for number in rule[key])

    if "baseline" in rule:
        drawn = {"random": "случайные люди VK", "city": f"жители города {rule.get('city')}"}
        who = drawn.get(rule["baseline"]) or f"участники других сообществ: {of('communities')}"
        when = f" {_day(rule['drawn_at'])}" if rule.get("drawn_at") else ""
        return f"{who}; набрано{when} с зерном {rule['seed']}"
    parts = [_members(rule, of)] + ([f"люди из файла: {rule['people']}"] if rule.get("people") else [])
    # An import writes no number of listed people; a collection that found no community does.
    empty = "ни одно из названных сообществ не найдено" if "people" in rule else "люди из импорта"
    text = " и ".join(part for part in parts if part) or empty
    return text + (f", без участников {of('minus')}" if rule.get("minus") else "")


def _day(moment: int) -> str:
    return f"{datetime.datetime.fromtimestamp(moment, datetime.UTC):%Y-%m-%d}"


def _members(rule: Mapping[str, Any], of: Callable[[str], str]) -> str:
    if "active" in rule:
        since = f" с {_day(rule['since'])}" if rule.get("since") else ""
        since += f" по {_day(rule['until'] - DAY)}" if rule.get("until") else ""
        return f"отметки, комментарии и репосты на стенах {of('walls')}: хотя бы {rule['active']}{since}"
    if "at_least" in rule:
        return f"участники хотя бы {rule['at_least']} из {of('of')}"
    if "all" in rule:
        return f"участники всех сразу: {of('all')}"
    if not rule.get("any"):
        return ""
    return f"участники хотя бы одного из {of('any')}" if len(rule["any"]) > 1 else f"участники {of('any')}"
