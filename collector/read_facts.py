"""What a table of people says of a person, cell by cell: sex, birth date, state of the profile, counters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from collector.import_dates import excel_day, parse_date
from collector.values import whole

# What is said of a cell that is not understood.
LOST: Mapping[str, str] = {
    "sex": "пол не понят",
    "bdate": "дата рождения не понята",
    "city": "город — не строка",
    "last_seen": "последний визит не понят",
    "closed": "закрыт ли профиль, не понято",
    "deactivated": "состояние страницы не понято",
    "relation": "семейное положение — не число",
    "followers": "число подписчиков — не число",
}
_SEXES = {
    "0": 0,
    **dict.fromkeys(("1", "ж", "жен", "женский", "женщина", "девушка", "f", "female"), 1),
    **dict.fromkeys(("2", "м", "муж", "мужской", "мужчина", "парень", "m", "male"), 2),
}
_YES = frozenset({"1", "да", "true", "yes", "+", "закрыт", "закрытый"})
_NO = frozenset({"0", "нет", "false", "no", "открыт", "открытый"})
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ].*)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-./](\d{1,2})(?:[-./](\d{4}))?", re.ASCII)
_IN_WORDS = re.compile(r"\d{1,2}\s+[^\W\d]{3,8}\.?(?:\s+(\d{4})(?:\s*г\.?)?)?")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:\s*г\.?)?", re.ASCII)
_EXCEL_BIRTHS = range(3_654, 60_000)  # 1910-2064; smaller numbers are years
_SPACES = re.compile(r"\s")


def read_fact(name: str, value: Any) -> Any:
    """A cell in the words of VK; None when it is not understood."""
    return _READ[name](value)


def _sex(value: Any) -> int | None:
    return _SEXES.get(_word(value))


def _birthday(value: Any) -> str | None:
    """VK's ``D.M.YYYY`` or ``D.M``. Of a birth only the year is kept, so where the file leaves open which number is
    the day, or gives the year alone, the first of January stands for it."""
    text = str(value).strip()
    number = whole(value)
    if number is not None and number in _EXCEL_BIRTHS:
        day = excel_day(number)
        return f"{day.day}.{day.month}.{day.year}"
    if match := _YEAR_FIRST.fullmatch(text):
        return f"{int(match[3])}.{int(match[2])}.{match[1]}"
    if match := _DAY_FIRST.fullmatch(text):
        return ".".join(str(int(part)) for part in match.groups() if part)
    if match := _IN_WORDS.fullmatch(text) or _YEAR.fullmatch(text):
        return f"1.1.{match[1]}" if match[1] else "1.1"
    return None


def _city(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _closed(value: Any) -> bool | None:
    word = _word(value)
    return True if word in _YES else False if word in _NO else None


def _deactivated(value: Any) -> str | None:
    """``deleted``, ``banned``, or empty for a page that is there."""
    word = _word(value)
    if word in _YES or word.startswith(("удал", "delet")):
        return "deleted"
    if word.startswith(("забл", "бан", "ban")):
        return "banned"
    return "" if word in _NO or word.startswith(("актив", "active", "ok")) else None


def _count(value: Any) -> int | None:
    number = whole(_SPACES.sub("", value) if isinstance(value, str) else value)
    return number if number is not None and number >= 0 else None


def _word(value: Any) -> str:
    return str(value).strip().lower().rstrip(".")


_READ: Mapping[str, Callable[[Any], Any]] = {
    "sex": _sex,
    "bdate": _birthday,
    "city": _city,
    "last_seen": parse_date,
    "closed": _closed,
    "deactivated": _deactivated,
    "relation": _count,
    "followers": _count,
}
