"""Reads tables of texts: comma, semicolon or tab, quotes and line ends inside cells, broken rows one by one."""

from __future__ import annotations

import csv
import io
import itertools
import operator
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collector.import_records import Batch, Broken, Record, in_batches
from collector.import_stream import lines_of, read_blocks, storable_block
from collector.sniff import SourceFile

DELIMITERS = (",", ";", "\t")
# A cell longer than this is taken for a quote that was never closed.
LONGEST_CELL = 4 * 2**20
_SAMPLE_LINES = 200
_HOLE, _END = "\0", "\2"
_SIGNS = f'"\r\n{_HOLE}{_END}'
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
    while (taken := lines.take(more)) or lines.left():
        first, block = taken or (0, "")
        found = _at_once(first, block, table.delimiter, width) if block else None
        if found:
            columns = tuple(None if place is None else found.cells[place :: width + 1] for place in places)
            yield Batch(found.lines, columns, storable_block(block))
            lines.put(found.unread, found.rest)
        elif block:
            lines.put(first, block)
        # The beginning of a row waits for its end; whatever else is odd is read line by line.
        more = found is not None
        if not more:
            yield from in_batches(_one_by_one(lines, table, places))
    yield from lines.passed_over()


class _Found(NamedTuple):
    """Rows of a block: the line where each starts; their cells one after another, and one more after each row but the
    last. What is left is the beginning of a row: the number of its first line, and its text."""

    lines: Sequence[int]
    cells: list[str]
    unread: int
    rest: str


def _at_once(first: int, block: str, delimiter: str, width: int) -> _Found | None:
    """The rows of a block, in a few calls for all of them; None when there is anything odd about one.

    What quotes enclose gives way to holes, what is left is cut at the line ends and at the delimiters, and the holes
    are filled. A mark of its own for the line ends shows whether every row has its cells.
    """
    if len(block) > LONGEST_CELL or _HOLE in block or _END in block or delimiter in _SIGNS:
        return None
    parts = block.split('"')
    rest = "" if len(parts) % 2 else _cut_unfinished(parts)
    if len(parts) % 2 == 0:
        return None
    flat = _HOLE.join(parts[::2])
    end = "\r\n" if "\r" in flat else "\n"
    rows = flat.removesuffix(end).split(end)
    # To split and join is faster than to replace.
    flat = (delimiter + _END + delimiter).join(rows)
    cells = flat.split(delimiter)
    # As many cells as there should be, and every mark in its place: none is inside of a row.
    even = len(cells) == len(rows) * (width + 1) - 1 and set(cells[width :: width + 1]) <= {_END}
    if not even or "\r" in flat or "\n" in flat or (width == 1 and "" in cells):
        return None
    lines: Sequence[int] = range(first, first + len(rows) + 1)
    if len(parts) > 1:
        heights = _fill(cells, parts[1::2], width + 1)
        if max(heights) > _LONGEST_ROW:
            return None
        lines = list(itertools.accumulate(heights, initial=first))
    return _Found(lines[:-1], cells, lines[-1], rest)


def _cut_unfinished(parts: list[str]) -> str:
    """Take out of the parts the row that a block only begins; returns its text."""
    for place in range(len(parts) - 2, -1, -2):
        if cut := parts[place].rfind("\n") + 1:
            rest = '"'.join([parts[place][cut:], *parts[place + 1 :]])
            parts[place:] = [parts[place][:cut]]
            return rest
    return ""


def _fill(cells: list[str], quoted: Sequence[str], step: int) -> list[int]:
    """Put what quotes enclosed where the holes are; returns how many lines each row of ``step`` cells takes, endless
    where a quote stands inside of a cell."""
    heights = [1] * (len(cells) // step + 1)
    pieces = iter(quoted)
    for place, cell in enumerate(cells):
        if _HOLE in cell:
            if cell.strip(_HOLE):
                return [_LONGEST_ROW + 1]
            filled = cells[place] = '"'.join(itertools.islice(pieces, len(cell)))
            if "\r" in filled:
                heights[place // step] += len(lines_of(f"{filled}.")) - 1
            elif "\n" in filled:
                heights[place // step] += filled.count("\n")
    return heights


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

    def __init__(self, blocks: Iterable[str | None]) -> None:
        self._blocks = iter(blocks)
        self._number = 1  # of the first line that was never at hand
        self._back: deque[tuple[int, str]] = deque()
        self._long: list[int] = []
        self.taken: list[tuple[int, str]] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > _LONGEST_ROW:
            raise csv.Error("a row without an end")
        while not self._back:
            self._fetch(next(self._blocks))
        self.taken.append(self._back.popleft())
        return self.taken[-1][1]

    def _fetch(self, block: str | None) -> None:
        if block is None:
            self._pass_over()
        else:
            self.put(self._number, block)

    def _pass_over(self) -> None:
        self._long.append(self._number)
        self._number += 1

    def take(self, more: bool) -> tuple[int, str] | None:
        """The lines at hand as one text and the number of the first, or else those of the next piece of the file; both
        where ``more`` is wanted. None where the lines at hand are all there is to take."""
        fresh: str | None = None
        while fresh is None and (more or not self._back):
            fresh = next(self._blocks, "")
            if fresh is None:
                self._pass_over()
            if not fresh and (self._back or fresh == ""):
                return None
        kept = list(self._back)
        self._back.clear()
        return kept[0][0] if kept else self._number, "".join(line for _, line in kept) + (fresh or "")

    def put(self, first: int, block: str) -> None:
        """Put at hand lines that are read next, whose numbers begin with ``first``."""
        lines = lines_of(block)
        self._back.extend(enumerate(lines, first))
        self._number = first + len(lines)

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
