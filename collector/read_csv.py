"""Reads tables of texts: comma, semicolon or tab, quotes and line ends inside cells, broken rows one by one."""

from __future__ import annotations

import csv
import io
import itertools
import operator
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from collector.import_records import Broken, Record
from collector.import_stream import numbered_lines, open_text
from collector.sniff import SourceFile

DELIMITERS = (",", ";", "\t")
# A cell longer than this is taken for a quote that was never closed.
LONGEST_CELL = 4 * 2**20
_SAMPLE_LINES = 200
_LONGEST_ROW = 500
"""Lines of one row. Without an end, a quote that is never closed would read the whole file again for each line."""


@dataclass(frozen=True, slots=True)
class Table:
    """How to read one table: ``hint`` is Excel's first line ``sep=;``, which is no row."""

    delimiter: str
    columns: tuple[str, ...]
    hint: bool = False


def read_header(source: SourceFile, wanted: Sequence[str] = ()) -> Table:
    """Find the delimiter and the columns; a delimiter that yields the ``wanted`` columns wins."""
    fresh = io.StringIO(source.head.lstrip("\r\n"), newline="")
    lines = list(itertools.islice(fresh, _SAMPLE_LINES))
    hint = lines[0].strip().lower()
    if hint.startswith("sep=") and len(hint) == len("sep=") + 1:
        return Table(hint[-1], _columns(lines[1:], hint[-1]), hint=True)
    delimiter = max(DELIMITERS, key=lambda mark: _fitness(lines, mark, wanted))
    return Table(delimiter, _columns(lines, delimiter))


def _columns(lines: Sequence[str], delimiter: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in next(csv.reader(lines, delimiter=delimiter), []))


def _fitness(lines: Sequence[str], delimiter: str, wanted: Sequence[str]) -> tuple[int, float, int]:
    """(wanted columns found, share of rows as wide as the header, width of the header)."""
    _allow_long_cells()
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    if not rows or len(rows[0]) < 2:
        return (0, 0.0, 0)
    names = {cell.strip() for cell in rows[0]}
    even = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return (sum(name in names for name in wanted), even, len(rows[0]))


def read_rows(source: SourceFile, table: Table, places: Sequence[int | None]) -> Iterator[Record | Broken]:
    """Every row below the header as a Record with the cells at ``places`` (None: no such column), or as Broken.

    A row of the wrong width gives up only its first line: a forgotten quote does not swallow the rest of the file.
    """
    _allow_long_cells()
    with open_text(source.file, source.encoding) as stream:
        lines = _Lines(stream)
        rows = _rows(lines, table.delimiter, len(table.columns))
        for _ in range(1 + table.hint):
            next(rows, None)
        width = len(table.columns)
        picked = operator.itemgetter(*(width if place is None else place for place in places))
        for row in rows:
            if isinstance(row, Broken):
                yield row
            else:
                line, cells = row
                yield Record(line, picked((*cells[:width], None)))


def _rows(lines: _Lines, delimiter: str, width: int) -> Iterator[tuple[int, list[str]] | Broken]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        cells: list[str] | None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        yield from lines.passed_over()
        first = lines.taken[0][0] if lines.taken else 0
        if cells == []:
            continue
        if cells is None or not _fits(cells, width):
            found = _mend(lines, delimiter, width)
            yield found
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        yield first, cells


def _mend(lines: _Lines, delimiter: str, width: int) -> tuple[int, list[str]] | Broken:
    """Give up the first line of a row that does not fit and hand the other lines back; a lone line with
    careless quotes (``"ООО "Ромашка""``) is read once more without strictness."""
    number, line = lines.taken[0]
    if len(lines.taken) > 1:
        lines.give_back()
        return Broken(number, "незакрытая кавычка или неверное число ячеек")
    try:
        cells = next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return Broken(number, f"ячейка длиннее {LONGEST_CELL // 2**20} млн знаков")
    if _fits(cells, width):
        return number, cells
    return Broken(number, f"ячеек меньше, чем столбцов ({width})" if len(cells) < width else _wide(width))


def _wide(width: int) -> str:
    return f"ячеек больше, чем столбцов ({width}): в тексте разделитель без кавычек"


def _fits(cells: Sequence[str], width: int) -> bool:
    """As wide as the header; empty cells beyond it lose nothing."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


class _Lines:
    """Physical lines for ``csv.reader``, remembered so that they can be handed back."""

    def __init__(self, stream: TextIO) -> None:
        self._fresh = numbered_lines(stream)
        self._back: deque[tuple[int, str]] = deque()
        self._long: list[int] = []
        self.taken: list[tuple[int, str]] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > _LONGEST_ROW:
            raise csv.Error("a row without an end")
        self.taken.append(self._back.popleft() if self._back else self._next_fresh())
        return self.taken[-1][1]

    def _next_fresh(self) -> tuple[int, str]:
        for number, line in self._fresh:
            if line is not None:
                return number, line
            self._long.append(number)
        raise StopIteration

    def give_back(self) -> None:
        """Return all lines taken but the first."""
        self._back.extendleft(reversed(self.taken[1:]))

    def passed_over(self) -> Iterator[Broken]:
        """Lines too long to be read, since the last question."""
        found, self._long = self._long, []
        return (Broken(number, "строка длиннее 16 МБ") for number in found)


def _allow_long_cells() -> None:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
