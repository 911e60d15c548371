"""A person of VK's JSON to a row: no name, photo or contact, and the year of birth without the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from collector.values import inner, some_text, whole
from storage.rows import User

# Only what a row keeps is asked for: data that never arrives cannot leak.
FIELDS = "sex,bdate,city,country,occupation,education,schools,relation,last_seen,followers_count"
OLDEST_YEAR = 1910
NEWEST_YEAR = 2100

_FULL = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.([0-9]{4})")
_DAY = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
_SECONDS_A_YEAR = 31_556_952
_VK_FOUNDED = 2006


def parse_user(item: Mapping[str, Any]) -> User:
    """One user object. Raises ValueError without an id."""
    get = item.get  # a hundred thousand people are read in one go: each look-up counts
    number = whole(get("id"))
    if number is None:
        raise ValueError("a user without id")
    city, seen = get("city"), get("last_seen")
    seen_at = whole(inner(seen, "time"))
    year, flag = birth(get("bdate"), _year(seen_at))
    return User(
        id=number,
        state=_state(item),
        sex=whole(get("sex")) or None,
        birth_year=year,
        birth_flag=flag,
        city_id=whole(inner(city, "id")),
        city=some_text(inner(city, "title")),
        country_id=whole(inner(get("country"), "id")),
        occupation=some_text(inner(get("occupation"), "type")),
        university=some_text(get("university_name")),
        faculty=some_text(get("faculty_name")),
        graduation=whole(get("graduation")) or None,
        school_year=_school_year(get("schools")),
        relation=whole(get("relation")) or None,
        platform=whole(inner(seen, "platform")),
        last_seen_at=seen_at,
        followers_count=whole(get("followers_count")),
    )


def birth(value: Any, newest: int = NEWEST_YEAR) -> tuple[int | None, str]:
    """(year or None, flag) of VK's ``D.M.YYYY`` or ``D.M``.

    A year before 1910 or after ``newest`` (when the person was last seen) is a joke: ``unlikely``.
    """
    shown = value if isinstance(value, str) else ""
    if match := _FULL.fullmatch(shown):
        year = int(match[1])
        return (year, "full") if OLDEST_YEAR <= year <= newest else (None, "unlikely")
    return None, "day_only" if _DAY.fullmatch(shown) else "none"


def _year(seen_at: int | None) -> int:
    """The calendar year of UTC seconds, right but for hours around New Year; the farthest one when they say nothing."""
    year = 1970 + (seen_at or 0) // _SECONDS_A_YEAR
    return year if _VK_FOUNDED <= year <= NEWEST_YEAR else NEWEST_YEAR


def _school_year(schools: Any) -> int | None:
    """The last year of leaving a school; the schools themselves are not kept."""
    if not isinstance(schools, list):
        return None
    years = [whole(inner(item, "year_graduated")) or 0 for item in schools]
    return max((year for year in years if OLDEST_YEAR <= year <= NEWEST_YEAR), default=None)


def _state(item: Mapping[str, Any]) -> str:
    if item.get("deactivated"):
        return "banned" if item["deactivated"] == "banned" else "deleted"
    return "closed" if whole(item.get("is_closed")) else "ok"
