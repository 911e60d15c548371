"""Records checked a column at a time: most of a file is in order, and C looks through a column in a tenth of the
time that it takes to look at every value by itself. What is not plain goes to :func:`import_fields.read_row`."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collector.import_dates import FIRST_SECOND
from collector.import_fields import Row, name_of, read_count, read_date, read_row, voices
from collector.import_records import FIELDS, Batch, Broken, Column, Record, Tally, rows_of
from collector.values import storable
from storage.columns import Columns

# So few records are looked at one by one: halving them further costs more than it saves.
FEW = 16
_TEXT = FIELDS.index("text")
_NONE = type(None)
_DIGITS_OF_TIME = 11
_DIGITS_OF_COUNT = 18


@dataclass(frozen=True, slots=True)
class Texts:
    """Rows as columns: the fields of :class:`import_fields.Row` in its order."""

    line: Column
    text: Column
    author: Column
    community: Column
    id: Column
    published_at: Column
    repost_text: Column
    likes: Column
    comments: Column
    reposts: Column
    views: Column
    url: Column

    def __len__(self) -> int:
        return len(self.line)

    def __getitem__(self, part: slice) -> Texts:
        return Texts(*(column[part] for column in self.columns()))

    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return (
            self.line, self.text, self.author, self.community, self.id, self.published_at, self.repost_text,
            self.likes, self.comments, self.reposts, self.views, self.url,
        )  # fmt: skip

    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        return map(Row._make, zip(*self.columns(), strict=True))


Part = Texts | Columns | list[Any]
"""Some rows of a file: of texts and posts as columns, of anything else one by one."""


def joined(parts: Sequence[Texts]) -> Texts:
    """Several as one."""
    if len(parts) == 1:
        return parts[0]
    columns = zip(*(part.columns() for part in parts), strict=True)
    return Texts(*(list(itertools.chain.from_iterable(pieces)) for pieces in columns))


def regrouped(parts: Iterable[Part], size: int) -> Iterator[list[Part]]:
    """The parts, some of them cut, so that each list holds ``size`` rows."""
    kept: list[Part] = []
    lacking = size
    for part in parts:
        start = 0
        while len(part) - start >= lacking:
            yield [*kept, part[start : start + lacking]]
            kept, start, lacking = [], start + lacking, size
        if start < len(part):
            kept.append(part[start:] if start else part)
            lacking -= len(part) - start
    if kept:
        yield kept


def read_rows(batches: Iterable[Batch | Broken], notes: Tally) -> Iterator[Texts | Broken]:
    """Check records as :func:`import_fields.read_row` does, and tell the same ``notes``."""
    for batch in batches:
        if isinstance(batch, Broken):
            yield batch
            continue
        found = list(_read(batch, notes))
        yield from (one for one in found if isinstance(one, Broken))
        if good := [part for part in found if not isinstance(part, Broken)]:
            yield joined(good)


def _read(batch: Batch, notes: Tally) -> Iterator[Texts | Broken]:
    """One wrong record sends only the few about it the slow way."""
    size = len(batch.lines)
    if size <= FEW:
        yield from _slowly(batch, notes)
    elif (plain := _plain(batch)) is not None:
        yield plain
    else:
        middle = size // 2
        for half in (slice(middle), slice(middle, size)):
            columns = tuple(column and column[half] for column in batch.columns)
            yield from _read(Batch(batch.lines[half], columns, batch.storable), notes)


def _slowly(batch: Batch, notes: Tally) -> Iterator[Texts | Broken]:
    records = map(Record, batch.lines, rows_of(batch.columns, len(batch.lines)))
    found = [row for record in records if (row := read_row(record, notes)) is not None]
    yield from (row for row in found if isinstance(row, Broken))
    if good := [row for row in found if not isinstance(row, Broken)]:
        yield Texts(*zip(*good, strict=True))


def _plain(batch: Batch) -> Texts | None:
    """The rows, when there is nothing to tell about any of them."""
    size = len(batch.lines)
    if batch.columns[_TEXT] is None:
        return None
    checked: list[Column] = [batch.lines]
    for (check, absent), column in zip(_CHECKS, batch.columns, strict=True):
        found = [absent] * size if column is None else check(column, batch.storable)
        if found is None:
            return None
        checked.append(found)
    rows = Texts(*checked)
    if any("-" in author for author in set(rows.author)):
        authors, communities = zip(*map(voices, rows.author, rows.community), strict=True)
        rows = replace(rows, author=authors, community=communities)
    named = all(rows.community) or all(map(operator.or_, map(bool, rows.author), map(bool, rows.community)))
    return rows if named else None


def _texts(column: Column, clean: bool) -> Column | None:
    if set(map(type, column)) != {str} or not all(column) or any(map(str.isspace, column)):
        return None
    return column if clean or storable("".join(column)) else None


def _reposts(column: Column, clean: bool) -> Column | None:
    kinds = set(map(type, column))
    if kinds <= {_NONE}:
        return column
    if kinds <= {_NONE, str} and (clean or storable("".join(filter(None, column)))):
        return [value or None for value in column]
    return None


def _names(column: Column, clean: bool) -> Column | None:
    kinds = set(map(type, column))
    if kinds <= {_NONE}:
        return [""] * len(column)
    if kinds <= {str}:
        return list(map(str.strip, column)) if clean or storable("".join(column)) else None
    names = list(map(name_of, column))
    return None if None in names else names


def _dates(column: Column, _: bool) -> Column | None:
    found = _whole(column, _DIGITS_OF_TIME)
    plain = found is not None and (found[0] is None or min(found) >= FIRST_SECOND)
    return found if plain else _each(column, read_date)


def _counts(column: Column, _: bool) -> Column | None:
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


# In the order of FIELDS: the check of a column, and what stands for the values of one that is not there.
_CHECKS: tuple[tuple[Callable[[Column, bool], Column | None], Any], ...] = (
    (_texts, ""), (_names, ""), (_names, ""), (_names, ""), (_dates, None), (_reposts, None), (_counts, None),
    (_counts, None), (_counts, None), (_counts, None), (_names, ""),
)  # fmt: skip
