"""Reads people: lists of their numbers, and the tables of people that VK parsers export. Names are never kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from collector.address import parse_address
from collector.import_fields import name_of
from collector.import_records import Broken, Record, Tally
from collector.parse_user import parse_user
from collector.read_facts import LOST, read_fact
from collector.values import inner
from storage import ConfigError
from storage.rows import User

FIELDS = ("id", "sex", "bdate", "city", "last_seen", "closed", "deactivated", "relation", "followers")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "vk id", "vk_id", "vkid", "user_id", "id пользователя", "айди", "ид", "ссылка", "ссылка на профиль",
           "ссылка на страницу", "профиль", "страница", "url", "link", "profile"),
    "sex": ("пол", "sex", "gender"),
    "bdate": ("дата рождения", "день рождения", "др", "bdate", "birthday", "birth date", "birthdate"),
    "city": ("город", "city"),
    "last_seen": ("последний визит", "последний вход", "был в сети", "был(а) в сети", "последняя активность",
                  "последнее посещение", "last_seen", "last seen"),
    "closed": ("закрытый профиль", "закрыт", "is_closed", "closed"),
    "deactivated": ("статус страницы", "заблокирован", "удален", "удалён", "deactivated", "banned"),
    "relation": ("relation",),
    "followers": ("подписчики", "подписчиков", "followers", "followers_count"),
}  # fmt: skip
# Columns that only a table of people has, kept or not.
_TELLING = frozenset(
    {*_COLUMNS["sex"], *_COLUMNS["bdate"], "имя", "фамилия", "имя и фамилия", "фио", "first_name", "last_name"}
)
_NOTHING = frozenset({"", "-", "—", "не указан", "не указана", "не указано", "скрыт", "скрыта", "скрыто"})
_LIST_LINE = re.compile(r"(?:(?:https?://)?(?:www\.|m\.)?(?:vk\.com|vk\.ru|vkontakte\.ru)/|@)?[\w.-]{1,64}/?", re.ASCII)
_HEADINGS = frozenset(_COLUMNS["id"])
_LONGEST_NUMBER = 15
_MEANT = 0.1


class PersonId(NamedTuple):
    """A person of whom a list gives the number only."""

    id: int


def looks_list(head: str) -> bool:
    """Whether a text is a list of people: one number, ``id123`` or address a line, more than half of them numbers;
    half will do where the others are names or addresses too."""
    lines = [line for line in (_bare(line) for line in head.split("\n")[:1000]) if line]
    if len(lines) > 1 and lines[0].lower() in _HEADINGS:
        lines = lines[1:]
    numbers = sum(1 for line in lines if _number(line) is not None)
    if numbers * 2 == len(lines):
        return numbers > 0 and all(_LIST_LINE.fullmatch(line) for line in lines)
    return numbers * 2 > len(lines)


def on_one_line(head: str) -> bool:
    """Whether a text is a single line of several people: ``1, 2, id3``. On several lines that would be a table."""
    words = _words(head)
    return len(words) > 1 and len(head.strip().splitlines()) == 1 and all(_number(word) is not None for word in words)


def split_lines(lines: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, str | None]]:
    """The people of such a line, each with its place in it."""
    for _, line in lines:
        yield from enumerate(_words(line or ""), start=1)


def _words(line: str) -> list[str]:
    return [word for word in re.split(r"[,;\s]+", line.strip(" \r\n\t\ufeff,;")) if word]


def has_numbers(head: str) -> bool:
    """Whether so many lines are people's numbers that a list was meant."""
    lines = [_bare(line) for line in head.split("\n")[:1000]]
    return sum(1 for line in lines if _number(line) is not None) >= _MEANT * len(lines)


def looks_members(value: Any) -> bool:
    """Whether a value is VK's list of numbers, as ``groups.getMembers`` answers without fields."""
    return bool(numbers_of(value))


def numbers_of(value: Any) -> list[Any]:
    """The numbers in ``{"response": {"count": 3, "items": [1, 2, 3]}}``; ``count`` or ``response`` may be missing."""
    answer = inner(value, "response")
    if answer is None and inner(value, "count") is not None:
        answer = value
    items = inner(answer, "items")
    return items if isinstance(items, list) and all(type(item) in (int, str) for item in items) else []


def member_rows(values: Iterable[tuple[int, Any] | Broken]) -> Iterator[PersonId | Broken]:
    """The people of such answers; the last page of a list may be empty."""
    for value in values:
        if isinstance(value, Broken):
            yield value
        elif numbers := numbers_of(value[1]):
            yield from list_rows((value[0], str(number)) for number in numbers)
        elif inner(inner(value[1], "response") or value[1], "items") != []:
            yield Broken(value[0], "это не список номеров")


def list_rows(lines: Iterable[tuple[int, str | None]]) -> Iterator[PersonId | Broken]:
    """The people of a list, or what their line is instead."""
    for number, line in lines:
        text = _bare(line or "")
        if not text or (number == 1 and text.lower() in _HEADINGS):
            continue
        person = _number(text)
        yield Broken(number, _why(text)) if person is None else PersonId(person)


def _bare(line: str) -> str:
    return line.strip().strip(",;\"'\ufeff").strip()


def _number(text: str) -> int | None:
    """The number of a person that a line names without asking VK; a bare number is a person's here."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return int(text) or None
    try:
        address = parse_address(text)
    except ConfigError:
        return None
    return address.id if address.kind == "person" else None


def _why(text: str) -> str:
    try:
        kind = parse_address(text).kind
    except ConfigError:
        return "это не номер и не адрес человека"
    if kind == "name":
        return "короткое имя: его номер знает только VK, нужен id123"
    return "это сообщество, а не человек"


def match_people(columns: Sequence[str]) -> tuple[str | None, ...] | None:
    """The columns of FIELDS in a table of people; None when it is no such table."""
    by_lower = {column.lower().strip(): column for column in reversed(columns)}
    found = tuple(next((by_lower[name] for name in _COLUMNS[key] if name in by_lower), None) for key in FIELDS)
    return found if found[0] is not None and _TELLING & by_lower.keys() else None


def people_rows(records: Iterable[Record | Broken], notes: Tally) -> Iterator[User | Broken]:
    """Records with the values of FIELDS as rows of people; a fact that is not understood is counted in ``notes``."""
    for record in records:
        yield record if isinstance(record, Broken) else _person(record, notes)


def _person(record: Record, notes: Tally) -> User | Broken:
    told = {name: value for name, value in zip(FIELDS, record.values, strict=True) if not _nothing(value)}
    named = name_of(told.get("id"))
    number = _number(named) if named else None
    if number is None:
        return Broken(record.line, _why(named) if named else "у человека нет номера")
    facts = {name: read_fact(name, value) for name, value in told.items() if name != "id"}
    for name, fact in facts.items():
        if fact is None:
            notes.add(f"{LOST[name]}, пропущено", record.line)
    closed = facts.get("closed")
    row = parse_user({
        "id": number, "sex": facts.get("sex"), "bdate": facts.get("bdate"), "city": {"title": facts.get("city")},
        "last_seen": {"time": facts.get("last_seen")}, "is_closed": closed, "relation": facts.get("relation"),
        "followers_count": facts.get("followers"), "deactivated": facts.get("deactivated"),
    })  # fmt: skip
    # A table that does not say whether a profile is open leaves that to who knows.
    return row._replace(state="unknown") if row.state == "ok" and closed is None else row


def _nothing(value: Any) -> bool:
    return value is None or str(value).strip().lower() in _NOTHING
