"""A person of VK's JSON to a row: no name, photo or contact, and the year of birth without the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from collector.values import inner, some_text, whole
from storage.rows import User

# Only what a row keeps is asked for: data that never arrives cannot leak.
FIELDS = "sex,bdate,city,country,occupation,education,relation,last_seen,followers_count"
OLDEST_YEAR = 1910

_FULL = re.compile(r"^\d{1,2}\.\d{1,2}\.(\d{4})$")
_DAY = re.compile(r"^\d{1,2}\.\d{1,2}$")


def parse_user(item: Mapping[str, Any]) -> User:
    """One user object. Raises ValueError without an id."""
    number = whole(item.get("id"))
    if number is None:
        raise ValueError("a user without id")
    year, flag = birth(item.get("bdate"))
    return User(
        id=number,
        state=_state(item),
        sex=whole(item.get("sex")) or None,
        birth_year=year,
        birth_flag=flag,
        city_id=whole(inner(item.get("city"), "id")),
        city=some_text(inner(item.get("city"), "title")),
        country_id=whole(inner(item.get("country"), "id")),
        occupation=some_text(inner(item.get("occupation"), "type")),
        university=some_text(item.get("university_name")),
        faculty=some_text(item.get("faculty_name")),
        graduation=whole(item.get("graduation")) or None,
        relation=whole(item.get("relation")) or None,
        platform=whole(inner(item.get("last_seen"), "platform")),
        last_seen_at=whole(inner(item.get("last_seen"), "time")),
        followers_count=whole(item.get("followers_count")),
    )


def birth(value: Any) -> tuple[int | None, str]:
    """(year or None, flag) of VK's ``D.M.YYYY`` or ``D.M``; a year before 1910 is a joke: ``unlikely``."""
    shown = value if isinstance(value, str) else ""
    if match := _FULL.match(shown):
        year = int(match[1])
        return (year, "full") if year >= OLDEST_YEAR else (None, "unlikely")
    return None, "day_only" if _DAY.match(shown) else "none"


def _state(item: Mapping[str, Any]) -> str:
    if item.get("deactivated"):
        return "banned" if item["deactivated"] == "banned" else "deleted"
    return "closed" if whole(item.get("is_closed")) else "ok"
