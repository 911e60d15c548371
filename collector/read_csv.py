"""Reads tables of texts: comma, semicolon or tab, quotes and line ends inside cells, broken rows one by one."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import operator
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collector.import_records import Batch, Broken, Record, in_batches
from collector.import_stream import Block, read_blocks
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


def read_rows(source: SourceFile, table: Table, places: Sequence[int | None]) -> Iterator[Batch | Broken]:
    """The rows below the header with the cells at ``places`` (None: no such column), or Broken.

    A row of the wrong width gives up only its first line: a forgotten quote does not swallow the rest of the file.
    """
    _allow_long_cells()
    width = len(table.columns)
    lines = _Lines(read_blocks(source.file, source.encoding))
    header = _rows(lines, table.delimiter, width)
    for _ in range(1 + table.hint):
        next(header, None)
    more = False
    while (block := lines.block(more)) or lines.left():
        more = False
        if block:
            found = _at_once(block, table.delimiter, width)
            if found.rows:
                columns = list(zip(*found.rows, strict=True))
                picked = tuple(None if place is None else columns[place] for place in places)
                yield Batch(found.lines, picked, block.storable)
            lines.give_back(block, found.unread)
            more = found.unfinished
        if not more:
            yield from in_batches(_one_by_one(lines, table, places))
    yield from lines.passed_over()


class _Found(NamedTuple):
    """Rows from the beginning of a block: the line where each starts and its cells; the first line that is not theirs,
    and whether the row there may only lack the lines that follow the block."""

    lines: Sequence[int]
    rows: list[list[str]]
    unread: int
    unfinished: bool = False


def _at_once(block: Block, delimiter: str, width: int) -> _Found:
    """As many rows as are what they should be."""
    first, text = block.first, block.text or ""
    if '"' not in text and len(text) <= LONGEST_CELL:
        rows = [line.split(delimiter) if line else [] for line in block.bare_lines()]
        return _fitting(range(first, first + len(rows) + 1), rows, width)
    starts, rows = [first], []
    reader = csv.reader(block.lines(), delimiter=delimiter, strict=True)
    with contextlib.suppress(csv.Error):
        for row in reader:
            rows.append(row)
            starts.append(first + reader.line_num)
    found = _fitting(starts, rows, width)
    ended = reader.line_num == block.count and found.unread == starts[-1]
    return found._replace(unfinished=ended and 0 < first + block.count - found.unread <= _LONGEST_ROW)


def _fitting(starts: Sequence[int], rows: list[list[str]], width: int) -> _Found:
    """The rows up to the first that does not fit, empty ones left out; ``starts`` ends with the end of the last."""
    a_line_each = len(rows) == starts[-1] - starts[0]
    if set(map(len, rows)) == {width} and (a_line_each or _longest(starts) <= _LONGEST_ROW):
        return _Found(starts[:-1], rows, starts[-1])
    lines: list[int] = []
    kept: list[list[str]] = []
    for row, (start, end) in zip(rows, itertools.pairwise(starts), strict=True):
        if end - start > _LONGEST_ROW or (row and not _fits(row, width)):
            return _Found(lines, kept, start)
        if row:
            lines.append(start)
            kept.append(row[:width])
    return _Found(lines, kept, starts[-1])


def _longest(starts: Sequence[int]) -> int:
    return max(end - start for start, end in itertools.pairwise(starts))


def _one_by_one(lines: _Lines, table: Table, places: Sequence[int | None]) -> Iterator[Record | Broken]:
    """The rows of the lines at hand, and of those that the last of them needs."""
    width = len(table.columns)
    picked = operator.itemgetter(*(width if place is None else place for place in places))
    yield from lines.passed_over()
    for row in _rows(lines, table.delimiter, width) if lines.left() else ():
        yield row if isinstance(row, Broken) else Record(row[0], picked((*row[1][:width], None)))
        if not lines.left():
            break
    yield from lines.passed_over()


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
        lines.hand_back()
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

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = iter(blocks)
        self._back: deque[tuple[int, str]] = deque()
        self._long: list[int] = []
        self.taken: list[tuple[int, str]] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > _LONGEST_ROW:
            raise csv.Error("a row without an end")
        while not self._back:
            self._unfold(next(self._blocks))
        self.taken.append(self._back.popleft())
        return self.taken[-1][1]

    def _unfold(self, block: Block) -> None:
        if block.text is None:
            self._long.append(block.first)
        else:
            self.give_back(block, block.first)

    def block(self, more: bool) -> Block | None:
        """The lines at hand, or those of the next piece of the file, to be read at once; both where ``more`` is wanted.
        None where there is nothing to add."""
        kept = list(self._back)
        first, count, text = kept[0][0] if kept else 0, len(kept), "".join(line for _, line in kept)
        while more or not kept:
            fresh = next(self._blocks, None)
            if fresh is None:
                return None
            if fresh.text is not None:
                self._back.clear()
                return Block(first or fresh.first, count + fresh.count, text + fresh.text)
            self._long.append(fresh.first)
            more = False
        self._back.clear()
        return Block(first, count, text)

    def give_back(self, block: Block, unread: int) -> None:
        """Put at hand the lines from the number ``unread`` on."""
        if unread < block.first + block.count:
            numbered = enumerate(block.lines(), block.first)
            self._back.extend(itertools.islice(numbered, unread - block.first, None))

    def left(self) -> bool:
        """Whether there are lines at hand."""
        return bool(self._back)

    def hand_back(self) -> None:
        """Put at hand all lines taken but the first."""
        self._back.extendleft(reversed(self.taken[1:]))

    def passed_over(self) -> Iterator[Broken]:
        """Lines too long to be read, since the last question."""
        found, self._long = self._long, []
        return (Broken(number, "строка длиннее 16 МБ") for number in found)


def _allow_long_cells() -> None:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
