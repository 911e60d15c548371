"""Records checked a column at a time: most of a file is in order, and C looks through a column in a tenth of the
time that it takes to look at every value by itself. What is not plain goes to :func:`import_fields.read_row`."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from collector.import_dates import FIRST_SECOND
from collector.import_fields import Row, name_of, read_count, read_date, read_row, voices
from collector.import_records import Broken, Record, Tally
from collector.values import storable

BATCH = 512
# So few records are looked at one by one: halving them further costs more than it saves.
_FEW = 16
_NONE = type(None)
_DIGITS_OF_TIME = 11
_DIGITS_OF_COUNT = 18

_AUTHOR = 2  # the place of the authors among a Row's fields; the communities follow

Column = Sequence[Any]
_row: Callable[[tuple[Any, ...]], Row] = functools.partial(tuple.__new__, Row)


def read_rows(records: Iterable[Record | Broken], notes: Tally) -> Iterator[Row | Broken]:
    """Check records as :func:`import_fields.read_row` does, and tell the same ``notes``."""
    fresh = iter(records)
    while batch := list(itertools.islice(fresh, BATCH)):
        yield from _read([record for record in batch if not isinstance(record, Broken)], notes)
        yield from (record for record in batch if isinstance(record, Broken))


def _read(records: list[Record], notes: Tally) -> list[Row | Broken]:
    """One wrong record sends only the few about it the slow way."""
    if len(records) <= _FEW:
        return [row for record in records if (row := read_row(record, notes)) is not None]
    plain = _plain(records)
    if plain is not None:
        return plain
    middle = len(records) // 2
    return _read(records[:middle], notes) + _read(records[middle:], notes)


def _plain(records: list[Record]) -> list[Row | Broken] | None:
    """The rows, when there is nothing to tell about any of them."""
    lines, values = zip(*records, strict=True)
    checked: list[Column] = [lines]
    for check, column in zip(_CHECKS, zip(*values, strict=True), strict=True):
        found = check(column)
        if found is None:
            return None
        checked.append(found)
    if "-" in "".join(checked[_AUTHOR]):
        checked[_AUTHOR : _AUTHOR + 2] = zip(*map(voices, *checked[_AUTHOR : _AUTHOR + 2]), strict=True)
    rows: list[Any] = list(map(_row, zip(*checked, strict=True)))
    return rows if all(row.author or row.community for row in rows) else None


def _texts(column: Column) -> Column | None:
    if set(map(type, column)) != {str} or not all(column) or any(map(str.isspace, column)):
        return None
    return column if storable("".join(column)) else None


def _reposts(column: Column) -> Column | None:
    kinds = set(map(type, column))
    if kinds <= {_NONE}:
        return column
    if kinds <= {_NONE, str} and storable("".join(filter(None, column))):
        return [value or None for value in column]
    return None


def _names(column: Column) -> Column | None:
    kinds = set(map(type, column))
    if kinds <= {_NONE}:
        return [""] * len(column)
    if kinds <= {str}:
        return list(map(str.strip, column)) if storable("".join(column)) else None
    names = list(map(name_of, column))
    return None if None in names else names


def _dates(column: Column) -> Column | None:
    found = _whole(column, _DIGITS_OF_TIME)
    plain = found is not None and (found[0] is None or min(found) >= FIRST_SECOND)
    return found if plain else _each(column, read_date)


def _counts(column: Column) -> Column | None:
    found = _whole(column, _DIGITS_OF_COUNT)
    return _each(column, read_count) if found is None else found


def _whole(column: Column, digits: int) -> Column | None:
    """Numbers of at most so many digits, or nothing at all; None when anything else is among them."""
    kinds = set(map(type, column))
    if kinds <= {_NONE, str} and not any(column):
        return [None] * len(column)
    if kinds == {int}:
        return column if min(column) >= 0 and max(column) < 10**digits else None
    if kinds != {str}:
        return None
    joined = "".join(column)
    plain = joined.isascii() and joined.isdecimal() and all(column) and max(map(len, column)) <= digits
    return list(map(int, column)) if plain else None


def _each(column: Column, read: Callable[[Any, int, Tally], int | None]) -> Column | None:
    lost = Tally()
    found = [read(value, 0, lost) for value in column]
    return None if lost.counts else found


# In the order of FIELDS.
_CHECKS = (_texts, _names, _names, _names, _dates, _reposts, _counts, _counts, _counts, _counts, _names)
