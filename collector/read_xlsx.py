"""Reads Excel's tables: the first visible sheet that fits and those with the same header, guarded against bombs."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.import_records import Broken, Record, listed
from collector.import_stream import ForeignFile
from storage import ImportFileError

LAST_ROW = 1_048_576  # Excel's own; a number above it would be counted up to through rows that are not there
_PIECE = 2**20
_LONGEST_TAG = 200
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']")

Cells = tuple[Any, ...]
# first row -> (place of the column, last row) of cells merged downwards
Merged = dict[int, set[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a workbook has: the places of the sheets to read, their columns, and the names of the sheets left out."""

    sheets: tuple[int, ...]
    columns: tuple[str, ...]
    left: tuple[str, ...]

    def told(self) -> str:
        """What was left out, in Russian; empty when all was read."""
        return f"Листы с другим заголовком и скрытые не прочитаны: {listed(self.left)}." if self.left else ""


def is_xlsx(path: Path) -> bool:
    """Whether a zip archive is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except Exception:  # zipfile lets through whatever the fields of a damaged archive raise
        return False


def layout_of(file: ForeignFile, fits: Callable[[Sequence[str]], bool]) -> Layout:
    """Look at the header of every sheet: the first whose columns ``fits`` counts, or else the first of all.

    Raises ImportFileError for a damaged workbook, a bomb or one without rows.
    """
    with _Book(file) as book:
        headers = {}
        for place, sheet in enumerate(book.sheets):
            cells = next((cells for _, cells in book.rows(place)), None)
            if cells is not None:
                headers[place] = (sheet.sheet_state == "visible", _names(cells))
        if not headers:
            raise ImportFileError(f"В таблице нет ни одной строки: {file}", "", "Проверьте, тот ли это файл.")
        seen = [place for place, (shown, _) in headers.items() if shown] or list(headers)
        first = next((place for place in seen if fits(headers[place][1])), seen[0])
        columns = headers[first][1]
        chosen = tuple(place for place, header in headers.items() if place == first or header == (True, columns))
        return Layout(chosen, columns, tuple(book.sheets[place].title for place in headers if place not in chosen))


def _names(cells: Cells) -> tuple[str, ...]:
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    while len(names) > 1 and not names[-1]:
        names.pop()
    return tuple(names)


def records(file: ForeignFile, layout: Layout, places: Sequence[int | None]) -> Iterator[Record | Broken]:
    """Every row below the headers with the cells at ``places`` (None: no such column)."""
    with _Book(file) as book:
        for sheet in layout.sheets:
            rows = book.rows(sheet, book.merged(sheet))
            next(rows, None)
            for number, cells in rows:
                wide = (*cells, None)
                picked = (len(cells) if place is None or place >= len(cells) else place for place in places)
                yield Record(number, tuple(wide[place] for place in picked))


class _Book:
    """An open workbook. openpyxl lets through whatever its parsers raise; here all of it is an ImportFileError."""

    def __init__(self, file: ForeignFile) -> None:
        self._file = file

    def __enter__(self) -> _Book:
        from openpyxl import load_workbook

        with zipfile.ZipFile(self._file.path) as archive:
            self._file.allowance.reach(self._file.path, sum(one.file_size for one in archive.infolist()))
        # A file of our own: openpyxl leaves one that it opened itself open when it fails.
        self._stream = self._file.path.open("rb")
        try:
            self._book = load_workbook(self._stream, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            self._stream.close()
            raise self._damaged(error) from error
        self.sheets: list[Any] = self._book.worksheets
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self._stream.close()

    def rows(self, place: int, merged: Merged | None = None) -> Iterator[tuple[int, Cells]]:
        """(number, cells) of the rows of a sheet that are not empty; a date is its ISO text, an empty cell None."""
        sheet, held, below = self.sheets[place], _Held(merged or {}), False
        sheet.reset_dimensions()  # what a file says of its size is often a lie
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            try:
                number, cells = next(rows)
            except StopIteration:
                return
            except Exception as error:
                raise self._damaged(error) from error
            if number > LAST_ROW:
                raise self._damaged(ValueError(f"строк больше, чем бывает в Excel ({LAST_ROW})"))
            if any(cell is not None for cell in cells):
                # Names of columns that are merged over several rows are no values.
                yield number, tuple(map(_cell, held.fill(number, cells) if below else cells))
                below = True

    def merged(self, place: int) -> Merged:
        """Where cells of a sheet are merged downwards. The list stands below the rows, so it is looked for first."""
        found: Merged = {}
        with zipfile.ZipFile(self._file.path) as archive, archive.open(self.sheets[place]._worksheet_path) as stream:
            kept = b""
            while piece := stream.read(_PIECE):
                for match in _MERGED.finditer(kept + piece):
                    first, last = int(match[2]), int(match[3])
                    if first < last:
                        found.setdefault(first, set()).add((_place(match[1]), last))
                kept = piece[-_LONGEST_TAG:]
        return found

    def _damaged(self, error: Exception) -> ImportFileError:
        return ImportFileError(f"Таблица Excel не читается: {self._file}", str(error), "Сохраните её как CSV UTF-8.")


class _Held:
    """Values of merged cells, which a file gives once, for the rows below."""

    def __init__(self, merged: Merged) -> None:
        self._merged = merged
        self._values: dict[int, tuple[int, Any]] = {}

    def fill(self, number: int, cells: Cells) -> Cells:
        """The cells of a row with what the merged ones above say."""
        self._values |= {
            place: (last, cells[place]) for place, last in self._merged.get(number, ()) if place < len(cells)
        }
        if not self._values:
            return cells
        full = list(cells)
        for place, (last, value) in list(self._values.items()):
            if number > last:
                del self._values[place]
                continue
            full.extend([None] * (place + 1 - len(full)))
            full[place] = value if full[place] is None else full[place]
        return tuple(full)


def _place(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _cell(value: Any) -> Any:
    if isinstance(value, str) and "_x" in value:
        from openpyxl.utils.escape import unescape

        return unescape(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value
