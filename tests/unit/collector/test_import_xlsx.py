"""Excel's tables: several sheets, merged cells, what a file says wrongly of itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from collector.importing import ImportSettings, import_files
from storage import ImportFileError, Outcome, open_store

HEADER = ["text", "author", "community"]


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook of sheets with rows; a sheet whose name begins with an underscore is hidden."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name.startswith("_") else "visible"
    made.save(path)
    return path


def changed(path: Path, edit: Callable[[str], str]) -> Path:
    """The workbook with the XML of its sheets edited."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, edit(data.decode()) if name.startswith(("xl/worksheets/", "xl/shared")) else data)
    return path


def texts(file: Path) -> tuple[list[str], Outcome]:
    with open_store(":memory:") as store:
        outcome = import_files(store, ImportSettings((file,)))
        return [row[0] for row in store.rows("SELECT text FROM posts ORDER BY rowid")], outcome


def test_sheets_of_one_header_are_read_and_the_others_named(tmp_path: Path) -> None:
    file = book(
        tmp_path / "t.xlsx", _черновик=[HEADER, ["скрыто", "а", "к"]], январь=[HEADER, ["раз", "а", "к"]],
        итоги=[["всего", 2]], пусто=[], февраль=[[*HEADER, None], ["два", "б", "к"]],
    )  # fmt: skip
    found, outcome = texts(file)
    assert found == ["раз", "два"]
    (message,) = outcome.messages
    assert "«_черновик»" in message and "«итоги»" in message and "январь" not in message and "пусто" not in message


def test_a_workbook_with_rows_on_hidden_sheets_only_is_read(tmp_path: Path) -> None:
    assert texts(book(tmp_path / "t.xlsx", _a=[HEADER, ["раз", "а", "к"]], пусто=[]))[0] == ["раз"]


@pytest.mark.parametrize("said", ["A1", "A1:C2", "A1:B9", "A1:XFD1048576"])
def test_a_size_said_wrongly_hides_nothing(tmp_path: Path, said: str) -> None:
    file = book(tmp_path / "t.xlsx", a=[HEADER, *([f"текст {n}", "а", "к"] for n in range(5))])
    changed(file, lambda xml: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{said}"', xml))
    found, outcome = texts(file)
    assert len(found) == 5 and outcome.counts["communities"] == 1


def test_a_value_of_merged_cells_stands_in_all_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (HEADER, [None] * 3, ["раз", "а", "коты"], ["два", "б"], [], ["три", "в"], ["четыре", "г", "псы"]):
        sheet.append(row)
    sheet.merge_cells("C3:C6")
    sheet.merge_cells("A1:A2")
    made.save(path)
    with open_store(":memory:") as store:
        import_files(store, ImportSettings((path,)))
        sql = "SELECT c.name, p.text FROM posts p JOIN communities c ON c.id = -p.owner_id ORDER BY p.rowid"
        assert [tuple(row) for row in store.rows(sql)] == [
            ("коты", "раз"), ("коты", "два"), ("коты", "три"), ("псы", "четыре"),
        ]  # fmt: skip


def test_signs_that_excel_escapes_are_themselves(tmp_path: Path) -> None:
    file = book(tmp_path / "t.xlsx", a=[HEADER, ["раз_x000D_\nдва _x005F_x000D_ _xD83D__xDE00_", "а", "к"]])
    assert texts(file)[0] == ["раз\r\nдва _x000D_ 😀"]


@pytest.mark.parametrize("number", ["1048577", "900000000000", "9" * 5000])
def test_a_row_that_excel_cannot_have_is_refused_at_once(tmp_path: Path, number: str) -> None:
    file = book(tmp_path / "t.xlsx", a=[HEADER, *([f"текст {n}", "а", "к"] for n in range(5))])
    changed(file, lambda xml: xml.replace('<row r="6"', f'<row r="{number}"'))
    with open_store(":memory:") as store, pytest.raises(ImportFileError, match="не читается") as error:
        import_files(store, ImportSettings((file,)))
    assert error.value.todo


def test_a_title_sheet_before_the_table_is_left_out(tmp_path: Path) -> None:
    sheets = {"титул": [["Отчёт за март"]], "данные": [HEADER, ["раз", "а", "к"]], "ещё": [["id"], [5]]}
    found, outcome = texts(book(tmp_path / "t.xlsx", **sheets))
    assert found == ["раз"] and "«титул»" in outcome.messages[0]
    mapped = book(tmp_path / "m.xlsx", титул=[HEADER, ["нет", "а", "к"]], данные=[["слова", "кто"], ["два", "б"]])
    with open_store(":memory:") as store:
        import_files(store, ImportSettings((mapped,), {"text": "слова", "author": "кто"}))
        assert store.value("SELECT group_concat(text) FROM posts") == "два"
