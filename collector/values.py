"""Single values of VK's JSON, read with distrust: a field may be missing, of another type, or broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

# Inside SQLite's signed 64 bits, and so is the negative of each.
LARGEST = 2**63 - 1

T = TypeVar("T")
_NONE = type(None)

_WHOLE = re.compile(r"-?[0-9]{1,19}")


def whole(value: Any) -> int | None:
    """A whole number within 64 bits, or None.

    VK sends 0/1 and false/true for the same field, and some ids as floats or texts.
    """
    if type(value) is not int:
        value = None if value is None else _number(value)
    return value if value is not None and -LARGEST <= value <= LARGEST else None


def wholes(values: Sequence[Any]) -> Sequence[int | None]:
    """:func:`whole` of each."""
    kinds = set(map(type, values))
    plain = kinds == {int} and min(values) >= -LARGEST and max(values) <= LARGEST
    return values if plain or kinds <= {_NONE} else list(map(whole, values))


def _number(value: Any) -> int | None:
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    return None


def text(value: Any) -> str:
    """VK's string as it is; a lone surrogate, which no file can hold, becomes U+FFFD."""
    if not isinstance(value, str):
        return ""
    return value if storable(value) else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def texts(values: Sequence[Any]) -> Sequence[str]:
    """:func:`text` of each."""
    return values if set(map(type, values)) == {str} and storable("".join(values)) else list(map(text, values))


def storable(text: str) -> bool:
    """Whether a file can hold the text: there is no lone surrogate in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def some_text(value: Any) -> str | None:
    """A text that is not empty, or None."""
    return None if value is None or value == "" else text(value) or None


def inner(value: Any, name: str) -> Any:
    """``value[name]`` of an object; PHP sends an empty object as ``[]``."""
    return value.get(name) if isinstance(value, dict) else None


def count(value: Any) -> int | None:
    """The number in ``{"count": 5}``, which is what VK's counters look like."""
    return whole(value.get("count")) if isinstance(value, dict) else None


def counts(values: Sequence[Any]) -> Sequence[int | None]:
    """:func:`count` of each."""
    if set(map(type, values)) == {dict}:
        return wholes([value.get("count") for value in values])
    return list(map(count, values))


def parsed(items: Any, parse: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """The rows of a list's items, in order. What is no object, or lacks what names it (``parse`` raises ValueError),
    is left out: one broken item must not end the reading of all the others.
    """
    found: list[T] = []
    for item in items if isinstance(items, list) else ():
        try:
            if isinstance(item, dict):
                found.append(parse(item))
        except ValueError:
            continue
    return found
