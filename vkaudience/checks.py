"""Checks of single config values: each gives the value in its final form or raises ValueError in Russian."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vkaudience.schema import Key

# No limit of a study is larger, and every number up to it fits into a file and a clock.
MOST = 2**31 - 1

# VK's keys: vk1.a. and letters, or 64 and more hexadecimal digits.
_SECRET = re.compile(r"vk\d\.[a-z]{1,3}\.[\w-]{8,}|[0-9a-f]{64,}", re.IGNORECASE | re.ASCII)


def looks_secret(value: Any) -> bool:
    """Whether a value is an access token by its look: one pasted into the wrong key must be told, not repeated."""
    return isinstance(value, str) and _SECRET.search(value) is not None


def check(value: Any, key: Key, folder: Path) -> Any:
    """The checked value. ``folder`` is where relative paths start. Raises ValueError saying what is wrong."""
    if key.kind == "path":
        return _path(value, folder)
    return _CHECKS[key.kind](value, key)


def _path(value: Any, folder: Path) -> Path:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("нужен путь в кавычках")
    if "\0" in value:
        raise ValueError("в пути не бывает нулевого знака")
    try:
        return folder / Path(value).expanduser()
    except RuntimeError:
        raise ValueError("такого пользователя (~имя) на этой машине нет") from None


def _text(value: Any, key: Key) -> str:
    if not isinstance(value, str):
        raise ValueError("нужен текст в кавычках")
    return value


def _word(value: Any, key: Key) -> str:
    if value not in key.allowed:
        raise ValueError(f"допустимо: {', '.join(key.allowed)}")
    return str(value)


def _words(value: Any, key: Key) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('нужен список слов: ["...", "..."]')
    unknown = [item for item in value if key.allowed and item not in key.allowed]
    if unknown:
        raise ValueError(f"неизвестно: {', '.join(unknown)}; допустимо: {', '.join(key.allowed)}")
    if key.least and len(value) < key.least:
        raise ValueError("список пуст, нужно хотя бы одно слово")
    return tuple(value)


def _names(value: Any, key: Key) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int) and not isinstance(item, bool) for item in values):
        raise ValueError('нужен список сообществ: ["club1", "vk.com/name"]')
    return tuple(str(item) for item in values)


def _number(value: Any, key: Key) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("нужно число")
    if not -MOST <= value <= MOST:  # NaN is in no range either
        raise ValueError(f"нужно число, и не больше {MOST}")
    if key.least is not None and value < key.least:
        raise ValueError(f"не меньше {key.least:g}")
    return float(value)


def _count(value: Any, key: Key) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("нужно целое число")
    return int(_number(value, key))


def _count_or_auto(value: Any, key: Key) -> int | str:
    return "auto" if value == "auto" else _count(value, key)


def _n_topics(value: Any, key: Key) -> int | tuple[int, ...] | str:
    if value == "auto":
        return "auto"
    values = value if isinstance(value, list) else [value]
    whole = all(isinstance(item, int) and not isinstance(item, bool) and 2 <= item <= 500 for item in values)
    if not values or not whole:
        raise ValueError('нужно число тем от 2 до 500, список чисел или "auto"')
    return tuple(values) if isinstance(value, list) else int(value)


def _flag(value: Any, key: Key) -> bool:
    if not isinstance(value, bool):
        raise ValueError("нужно true или false")
    return value


def _table(value: Any, key: Key) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValueError("нужна таблица с текстами")
    return dict(value)


def _date(value: Any, key: Key) -> int:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("нужна дата вида 2026-01-31") from None
    if isinstance(value, datetime.datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
    elif isinstance(value, datetime.date):
        moment = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC)
    else:
        raise ValueError("нужна дата вида 2026-01-31")
    return int(moment.timestamp())


def _url(value: Any, key: Key) -> str:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, half a bracket
        whole = False
    if not whole:
        raise ValueError("нужен адрес вида https://api.vk.ru/method")
    if parts.username or parts.query:
        raise ValueError("в адресе не должно быть ни пароля, ни параметров")
    from collector.settings import loopback

    if parts.scheme == "http" and not loopback(value):
        raise ValueError("по http ключ доступа ушёл бы открытым текстом: нужен https (http — только для этой машины)")
    return str(value).rstrip("/")


def _timezone(value: Any, key: Key) -> str:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(value)
    except (TypeError, ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        # Windows has no zone database of its own; a well-formed name must not stop a study there.
        if not (isinstance(value, str) and not zoneinfo.available_timezones() and value.count("/") == 1):
            raise ValueError("нужен часовой пояс вида Europe/Moscow") from None
    return str(value)


_CHECKS: dict[str, Callable[[Any, Key], Any]] = {
    "text": _text,
    "word": _word,
    "words": _words,
    "names": _names,
    "number": _number,
    "count": _count,
    "count_or_auto": _count_or_auto,
    "n_topics": _n_topics,
    "flag": _flag,
    "table": _table,
    "date": _date,
    "url": _url,
    "timezone": _timezone,
}
