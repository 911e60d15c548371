"""Tables and lines of JSON read by the block: the same as line by line, wherever the blocks are cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import import_stream, read_csv, read_jsonl
from collector.import_records import Broken, one_by_one
from collector.import_stream import plain_file
from collector.importing import ImportSettings, import_files
from collector.read_csv import Table, _Lines, _rows
from collector.sniff import SourceFile
from storage import open_store

WIDTH = 3
CELLS = [
    "1", "", "кот", '"кот"', '"кот, пёс"', '"два\nряда"', '"два\r\nряда"', '"\r"', '"кот ""Барсик"""', '""', '""""',
    'ООО "Ромашка"', '"ООО "Ромашка""', '"не закрыта', 'x","y', " ", "\0", "\2", '"\0"', '"\2"', '"а" ', "\u2028", ",",
]  # fmt: skip
PIECES = [
    '{"a": 1}', '{"a": "кот"}', "1", "1, 2", "null", '"x"', '"x', 'x"', '{"a": [1', "2]}", "]", "[", "{", "}", "},",
    ",", "", " ", "\u00a0", '{"a": "\\ud83d"}', '{"a": NaN}', "9" * 5000, '{"a": 1, "a": 2}', "[" * 2000 + "]" * 2000,
    "\ufeff1",
]  # fmt: skip
ENDS = ["\n", "\n", "\r\n", "\r"]


def source(folder: Path, text: str) -> SourceFile:
    file = folder / "file"
    file.write_text(text, encoding="utf-8", newline="")
    return SourceFile(plain_file(file), "", "utf-8", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocks")


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from([*CELLS, *["да", '"нет, нет"'] * 9]), max_size=5), max_size=30),
    ends=st.lists(st.sampled_from(ENDS), min_size=1, max_size=2),
    block=st.sampled_from([1, 7, 40, 10_000]),
)
def test_a_table(folder: Path, rows: list[list[str]], ends: list[str], block: int) -> None:
    text = "a,b,c\n" + "".join(",".join(row) + ends[place % len(ends)] for place, row in enumerate(rows))
    expected: list[Any] = [
        row if isinstance(row, Broken) else (row[0], tuple(row[1][:WIDTH])) for row in _rows(_Lines([text]), ",", WIDTH)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_stream, "BLOCK", block)
        table = Table(",", ("a", "b", "c"))
        found = list(one_by_one(read_csv.read_rows(source(folder, text), table, range(WIDTH))))
    assert sorted(found, key=lambda row: row.line) == expected[1:]


@pytest.mark.parametrize("block", [1, 9, 1000])
def test_short_rows_that_make_up_a_whole_one_are_told_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(import_stream, "BLOCK", block)
    text = "a,b,c\n1\n\n" + "2\n3\n" + "4,5\n\n" + "6,7,8\n"
    found = list(one_by_one(read_csv.read_rows(source(folder, text), Table(",", ("a", "b", "c")), range(WIDTH))))
    assert [row.line for row in found if isinstance(row, Broken)] == [2, 4, 5, 6]
    assert [row.values for row in found if not isinstance(row, Broken)] == [("6", "7", "8")]


def test_a_table_in_order_is_not_read_line_by_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stream, "BLOCK", 100)
    monkeypatch.setattr(read_csv, "_one_by_one", lambda lines, *_: [1 / 0] if lines.left() else [])
    lines = [f'{number},"кот, ""Барсик""\nи пёс {number}",да\r\n' for number in range(200)]
    table = Table(",", ("a", "b", "c"))
    found = list(one_by_one(read_csv.read_rows(source(folder, "a,b,c\r\n" + "".join(lines)), table, (0, 1, None))))
    assert [row.line for row in found if not isinstance(row, Broken)] == [2 + 2 * number for number in range(200)]
    assert found[199].values == ("199", 'кот, "Барсик"\nи пёс 199', None)  # type: ignore[union-attr]


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(st.sampled_from([*PIECES, *['{"a": 1}'] * 20]), max_size=20),
    ends=st.lists(st.sampled_from(ENDS), min_size=1, max_size=2),
    block=st.sampled_from([1, 30, 100_000]),
)
def test_lines_of_json(folder: Path, lines: list[str], ends: list[str], block: int) -> None:
    text = "".join(line + ends[place % len(ends)] for place, line in enumerate(lines))
    expected: list[Any] = []
    for number, line in enumerate(import_stream.lines_of(text), 1):
        if line.strip():
            try:
                expected.append((number, json.loads(line)))
            except (ValueError, RecursionError):
                expected.append(Broken(number, "строка — не JSON"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_stream, "BLOCK", block)
        found = list(read_jsonl.each(read_jsonl.read_values(source(folder, text))))
    assert repr(sorted(found, key=lambda value: value[0])) == repr(expected)


@pytest.mark.parametrize("block", [1, 10, 33, 1000])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_lines_are_numbered_whatever_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch, block: int, encoding: str
) -> None:
    monkeypatch.setattr(import_stream, "BLOCK", block)
    monkeypatch.setattr(import_stream, "LONGEST_LINE", 32)
    file = folder / "lines"
    file.write_bytes(f"раз\n{'д' * 99}\nдва\r\n{'д' * 33}\n\nтри".encode(encoding))
    found = list(import_stream.numbered_lines(plain_file(file), encoding))
    assert found == [(1, "раз\n"), (2, None), (3, "два\r\n"), (4, None), (5, "\n"), (6, "три")]


def test_brackets_without_end_are_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    rows = ["[" * 2000 + "]" * 2000, *(json.dumps({"text": f"кот {number}", "author": "аня"}) for number in range(3))]
    file.write_text("\n".join(rows), encoding="utf-8")
    with open_store(":memory:") as store:
        outcome = import_files(store, ImportSettings((file,)))
        assert store.value("SELECT count(*) FROM posts") == 3 and outcome.counts["broken"] == 1
