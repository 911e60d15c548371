"""Values of VKScript: truth, numbers, sums, comparisons, members and the methods of strings and arrays."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from simulator.envelope import VkRefusal

MOST_LETTERS = 5 * 1024 * 1024
MOST_ITEMS = 1_000_000
_NUMBER = re.compile(r"\s*([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?)")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_SUMS: dict[str, Callable[[Any, Any], Any]] = {"-": operator.sub, "*": operator.mul, "+": operator.add}


def runtime_error(what: str) -> VkRefusal:
    """Error 13."""
    return VkRefusal(13, f"Runtime error occurred during code invocation: {what}")


def truth(value: Any) -> bool:
    """null, false, 0 and the empty string are false; arrays and objects are true."""
    return isinstance(value, list | dict) or bool(value)


def number(value: float) -> int | float:
    """A whole number where it is one, so that it can be sent as a parameter."""
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return 0
    return int(value) if value == int(value) and abs(value) < 2**63 else value


def to_number(value: Any) -> float:
    """A value as a number; NaN for what is none."""
    if value is None or isinstance(value, bool):
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and (match := _NUMBER.match(value)):
        return number(float(match[1]))
    return math.nan


def to_text(value: Any) -> str:
    """A value as it is joined to a string."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, list):
        return ",".join(to_text(one) for one in value)
    return "[object Object]" if isinstance(value, dict) else str(value)


def binary(mark: str, left: Any, right: Any) -> Any:
    """An arithmetic or comparing operator on two values."""
    if mark in ("==", "==="):
        return _equal(left, right)
    if mark in ("!=", "!=="):
        return not _equal(left, right)
    if mark in _ORDER:
        return _less_or_more(_ORDER[mark], left, right)
    if mark == "+" and not _plain(left, right):
        return _joined(left, right)
    return _computed(mark, to_number(left), to_number(right))


def _plain(left: Any, right: Any) -> bool:
    return not any(isinstance(one, str | list | dict) for one in (left, right))


def _equal(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    if type(left) is type(right) or isinstance(left, list | dict) or isinstance(right, list | dict):
        return bool(left == right)
    return to_number(left) == to_number(right)


def _less_or_more(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return compare(left, right)
    return compare(to_number(left), to_number(right))


def _joined(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        return _bounded([*left, *right])
    if isinstance(left, dict) and isinstance(right, dict):
        return {**left, **right}
    if isinstance(left, str) or isinstance(right, str):
        return _bounded(to_text(left) + to_text(right))
    raise runtime_error("cannot add an array to something else")


def _bounded(value: Any) -> Any:
    if len(value) > (MOST_LETTERS if isinstance(value, str) else MOST_ITEMS):
        raise runtime_error("response size is too big")
    return value


def _computed(mark: str, left: float, right: float) -> int | float:
    try:
        if mark in ("/", "%") and right == 0:
            raise runtime_error("division by zero")
        if mark == "/":
            return number(left / right)
        if mark == "%":
            return number(math.fmod(left, right))
        return number(_SUMS[mark](left, right))
    except OverflowError:
        raise runtime_error("number is too big") from None


def member(base: Any, key: Any) -> Any:
    """``base.key`` or ``base[key]``; null where there is none."""
    if isinstance(base, dict):
        return base.get(to_text(key))
    if isinstance(base, list | str):
        if key == "length":
            return len(base)
        place = to_number(key)
        if place == place and place == int(place) and 0 <= place < len(base):
            return base[int(place)]
    return None


def call_method(base: Any, name: str, arguments: list[Any]) -> Any:
    """``base.name(...)`` of an array or a string; refuses (13) what has no such method."""
    table = _LIST if isinstance(base, list) else _TEXT if isinstance(base, str) else {}
    if name not in table:
        raise runtime_error(f"method {name} of {type(base).__name__} not found")
    try:
        return table[name](base, *arguments)
    except (TypeError, ValueError):
        raise runtime_error(f"wrong arguments of {name}") from None


def _push(base: list[Any], *items: Any) -> int:
    base.extend(items)
    return len(_bounded(base))


def _unshift(base: list[Any], *items: Any) -> int:
    base[:0] = items
    return len(_bounded(base))


def _splice(base: list[Any], start: int, count: int | None = None, *items: Any) -> list[Any]:
    first = max(0, start + len(base)) if start < 0 else start
    last = len(base) if count is None else first + max(0, count)
    removed = base[first:last]
    base[first:last] = items
    return removed


def _index_of(base: Any, sought: Any) -> int:
    if isinstance(base, str):
        return base.find(to_text(sought))
    return next((place for place, one in enumerate(base) if _equal(one, sought)), -1)


def _slice(base: Any, start: Any = 0, end: Any = None) -> Any:
    return base[_place(start) : None if end is None else _place(end)]


def _place(value: Any) -> int:
    return int(number(to_number(value)))


def _substr(base: str, start: int, count: int | None = None) -> str:
    rest = base[_place(start) :]
    return rest if count is None else rest[: max(0, _place(count))]


def _split(base: str, mark: str = ",") -> list[str]:
    return base.split(mark) if mark else list(base)


_LIST: dict[str, Callable[..., Any]] = {
    "push": _push,
    "pop": lambda base: base.pop() if base else None,
    "shift": lambda base: base.pop(0) if base else None,
    "unshift": _unshift,
    "slice": _slice,
    "splice": _splice,
    "indexOf": _index_of,
    "join": lambda base, mark=",": mark.join(to_text(one) for one in base),
}
_TEXT: dict[str, Callable[..., Any]] = {
    "slice": _slice,
    "substr": _substr,
    "split": _split,
    "indexOf": _index_of,
}
