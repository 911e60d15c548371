"""Reads Excel's tables: the first sheet that has rows, guarded against bombs."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from collector.import_records import Broken, Record
from collector.import_stream import ForeignFile
from storage import ImportFileError


def is_xlsx(path: Path) -> bool:
    """Whether a zip archive is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def rows_of(file: ForeignFile) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row number, cells) of the first sheet that has any; a date is its ISO text, an empty cell None.

    Raises ImportFileError for a damaged workbook, a bomb or one without rows.
    """
    from openpyxl import load_workbook

    _refuse_bomb(file)
    with file.path.open("rb") as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # openpyxl lets through whatever its parsers raise
            raise _damaged(file, error) from error
        try:
            yield from _first_rows(file, book)
        finally:
            book.close()


def _first_rows(file: ForeignFile, book: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    found = False
    for sheet in book.worksheets:
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            try:
                number, cells = next(rows)
            except StopIteration:
                break
            except Exception as error:
                raise _damaged(file, error) from error
            if any(cell is not None for cell in cells):
                found = True
                yield number, tuple(_cell(cell) for cell in cells)
        if found:
            return


def _cell(value: Any) -> Any:
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def columns_of(file: ForeignFile) -> tuple[str, ...]:
    """The names in the first row. Raises ImportFileError for a workbook without one."""
    for _, cells in rows_of(file):
        return tuple("" if cell is None else str(cell).strip() for cell in cells)
    raise ImportFileError(f"В таблице нет ни одной строки: {file}", "", "Проверьте, тот ли это файл.")


def records(file: ForeignFile, places: Sequence[int | None]) -> Iterator[Record | Broken]:
    """Every row below the header with the cells at ``places`` (None: no such column)."""
    rows = rows_of(file)
    next(rows, None)
    for number, cells in rows:
        wide = (*cells, None)
        yield Record(number, tuple(None if place is None or place >= len(cells) else wide[place] for place in places))


def _refuse_bomb(file: ForeignFile) -> None:
    with zipfile.ZipFile(file.path) as archive:
        file.allowance.reach(file.path, sum(one.file_size for one in archive.infolist()))


def _damaged(file: ForeignFile, error: Exception) -> ImportFileError:
    return ImportFileError(f"Таблица Excel не читается: {file}", str(error), "Сохраните её как CSV UTF-8.")
