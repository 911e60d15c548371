"""Our fields and a file's columns: the mapping, and one record's values to a checked row."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from collector.import_dates import parse_date
from collector.import_records import FIELDS, NO_TEXT, Batch, Broken, NoTable, Record, Tally, listed
from collector.import_stream import ForeignFile
from collector.values import storable, whole
from collector.values import text as whole_text
from storage import ConfigError

# Column names taken without --map, lower case; our own names come first.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "text": ("текст", "message", "body", "текст комментария", "комментарий", "текст поста", "текст записи", "запись",
             "сообщение", "content"),
    "author": ("автор", "author_id", "user_id", "user", "from_id", "id автора", "автор id", "id пользователя",
               "автор поста", "автор записи", "автор комментария", "ссылка на автора", "ссылка на профиль"),
    "community": ("сообщество", "группа", "group", "group_id", "channel", "owner_id", "id группы", "id сообщества",
                  "паблик", "канал", "chat", "subreddit", "board"),
    # A comment's number before its post's: one post has many comments.
    "id": ("comment_id", "comment id", "id комментария", "message_id", "post_id", "id поста", "id записи"),
    # 4CAT writes both; its words are of its own machine's time zone.
    "date": ("unix_timestamp", "дата", "published_at", "created_at", "timestamp", "дата публикации", "дата и время",
             "время", "дата комментария", "дата поста", "дата записи", "дата создания"),
    "likes": ("лайки", "лайков", "likes_count", "нравится"),
    "comments": ("комментарии", "комментариев", "comments_count"),
    "reposts": ("репосты", "репостов", "reposts_count", "forwards"),
    "views": ("просмотры", "просмотров", "views_count"),
    "url": ("ссылка", "link", "ссылка на пост", "ссылка на запись", "ссылка на комментарий"),
}  # fmt: skip
# A negative number is how VK and Telegram write a community.
_COMMUNITY_NUMBER = re.compile(r"-\d+", re.ASCII)
_SPACES = re.compile(r"\s")  # Russian tables part thousands by one
_WALL = re.compile(
    r"\b(?:vk\.com|vk\.ru|vkontakte\.ru)/(?:\S*[?&]w=)?wall(-?[1-9]\d{0,17})_\d", re.ASCII | re.IGNORECASE
)
_PLACE, _URL = FIELDS.index("community"), FIELDS.index("url")


class Row(NamedTuple):
    """One text ready to be stored; ``author`` and ``community`` are the file's own names, empty when absent."""

    line: int
    text: str
    author: str
    community: str
    id: str
    published_at: int | None
    repost_text: str | None
    likes: int | None
    comments: int | None
    reposts: int | None
    views: int | None
    url: str


def parse_mapping(text: str) -> dict[str, str]:
    """``text=Текст,community=comm`` to our field -> column. Raises ConfigError naming a wrong field and the nearest."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or not column:
            raise ConfigError(
                f"Не понять соответствие «{part}».", "Нужно поле=столбец.", "Пример: --map text=Текст,author=Автор"
            )
        if name in found:
            raise ConfigError(f"Поле «{name}» названо дважды.", "", "Оставьте один столбец для каждого поля.")
        found[name] = column
    check_fields(found)
    return found


def check_fields(mapping: Mapping[str, str]) -> None:
    """Raise ConfigError for a field that does not exist."""
    for name in mapping:
        if name not in FIELDS:
            near = difflib.get_close_matches(name.lower(), FIELDS, n=1)
            hint = f"Может быть, {near[0]}? " if near else ""
            raise ConfigError(f"Поля «{name}» нет.", f"{hint}Есть: {', '.join(FIELDS)}.", "Исправьте --map.")


def has_text(columns: Sequence[str]) -> bool:
    """Whether one of the columns has a usual name of texts."""
    return _usual("text", columns, set()) is not None


def match_columns(file: ForeignFile, columns: Sequence[str], mapping: Mapping[str, str]) -> tuple[str | None, ...]:
    """The column of each of FIELDS or None: as mapped, else the column of the same or a usual name.

    Raises NoTable when a mapped column is missing, or there is no text.
    """
    there = f"В файле есть столбцы: {listed(columns)}." if columns else "В файле не видно ни одного столбца."
    for name, column in mapping.items():
        if column not in columns:
            near = difflib.get_close_matches(column, columns, n=1)
            hint = f"Может быть, --map {name}={near[0]}?" if near else "Исправьте --map."
            raise NoTable(f"Столбца «{column}» (для поля {name}) нет: {file}", there, hint)
    found = {name: mapping.get(name) or _usual(name, columns, set(mapping.values())) for name in FIELDS}
    if found["text"] is None:
        raise NoTable(
            f"Не понять, в каком столбце тексты: {file}", there, "Назовите его: --map text=СТОЛБЕЦ,community=СТОЛБЕЦ"
        )
    return tuple(found[name] for name in FIELDS)


def nameless(file: ForeignFile, columns: Sequence[str], text: str | None) -> NoTable:
    """The refusal of a file that says nowhere whose the texts are; ``text`` is the column of them."""
    return NoTable(
        f"Не понять, чьи это тексты: {file}",
        f"Нужен столбец с автором, с сообществом или со ссылкой на запись VK. В файле есть столбцы: {listed(columns)}.",
        f"Назовите его: --map text={text},author=СТОЛБЕЦ или community=СТОЛБЕЦ",
    )


def _usual(name: str, columns: Sequence[str], taken: set[str]) -> str | None:
    by_lower = {column.lower(): column for column in reversed(columns) if column not in taken}
    return next((by_lower[usual] for usual in (name, *_SYNONYMS.get(name, ())) if usual in by_lower), None)


def _written(value: Any) -> Any:
    """A number as it is shown: people post «2024» too, and Excel and JSON make a number of it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def read_row(record: Record, notes: Tally) -> Row | Broken | None:
    """Check one record; None when it has no text. That, and what only loses a side value (a date that is no date), is
    counted in ``notes``."""
    line = record.line
    text, author, community, number, date, repost, likes, comments, reposts, views, url = record.values
    text, repost = _written(text), _written(repost)
    if not isinstance(text, str | None) or not isinstance(repost, str | None):
        return Broken(line, "текст — не строка")
    text, repost = _clean(text or "", line, notes), _clean(repost or "", line, notes) or None
    if not text.strip() and not (repost and repost.strip()):
        notes.add(NO_TEXT, line)
        return None
    who, where = name_of(author), name_of(community)
    if who is None or where is None:
        return Broken(line, "автор или сообщество — не строка и не номер")
    who, where = voices(who, where)
    if not who and not where:
        return Broken(line, "нет ни автора, ни сообщества")
    liked, answered, shared, seen = (read_count(value, line, notes) for value in (likes, comments, reposts, views))
    moment, key, link = read_date(date, line, notes), name_of(number) or "", name_of(url) or ""
    return Row(line, text, who, where, key, moment, repost, liked, answered, shared, seen, link)


def voices(author: str, community: str) -> tuple[str, str]:
    """The author and the community of a text: what a community says itself has no author."""
    return ("", community or author) if _COMMUNITY_NUMBER.fullmatch(author) else (author, community)


def vk_places(batches: Iterable[Batch | Broken]) -> Iterator[Batch | Broken]:
    """Records whose community is VK's ``owner_id``: a positive one is no community but a person with a wall."""
    for batch in batches:
        if not isinstance(batch, Broken):
            text, authors, owners, *others = batch.columns
            authors = authors or (None,) * len(batch.lines)
            pairs = [_vk_place(*pair) for pair in zip(authors, owners or authors, strict=True)]
            batch = batch._replace(columns=(text, *zip(*pairs, strict=True), *others))
        yield batch


def by_address(batches: Iterable[Batch | Broken]) -> Iterator[Batch | Broken]:
    """Records with the owner of the wall that their address names, where it names one, as their community."""
    for batch in batches:
        if not isinstance(batch, Broken):
            columns = list(batch.columns)
            columns[_PLACE] = list(map(_wall_owner, columns[_URL] or (None,) * len(batch.lines)))
            batch = batch._replace(columns=tuple(columns))
        yield batch


def name_walls(batches: Iterable[Batch | Broken]) -> bool:
    """Whether any address among the first records is of a wall of VK."""
    first = next((batch for batch in batches if not isinstance(batch, Broken)), None)
    return first is not None and any(map(_wall_owner, first.columns[_URL] or ()))


def _wall_owner(address: Any) -> str | None:
    found = _WALL.search(address) if isinstance(address, str) else None
    return found[1] if found else None


def _vk_place(author: Any, owner: Any) -> tuple[Any, Any]:
    named = name_of(owner)
    return (author or owner, None) if named and not _COMMUNITY_NUMBER.fullmatch(named) else (author, owner)


def _clean(text: str, line: int, notes: Tally) -> str:
    if storable(text):
        return text
    notes.add("нечитаемые знаки заменены на U+FFFD", line)
    return whole_text(text)


def name_of(value: Any) -> str | None:
    """An id or a name as text, empty when absent; None for what is neither."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return whole_text(value).strip()
    number = None if isinstance(value, bool) else whole(value)
    return None if number is None else str(number)


def read_count(value: Any, line: int, notes: Tally) -> int | None:
    """A counter that is not negative, or None; what is none is told."""
    if value is None or value == "":
        return None
    number = whole(_SPACES.sub("", value) if isinstance(value, str) else value)
    if number is None or not 0 <= number < 2**63:
        notes.add("счётчик — не число, пропущен", line)
        return None
    return number


def read_date(value: Any, line: int, notes: Tally) -> int | None:
    """A moment as :mod:`import_dates` reads it, or None; what is none is told."""
    if value is None or value == "":
        return None
    moment = parse_date(value)
    if moment is None:
        notes.add("дата не понята, пропущена", line)
    return moment
