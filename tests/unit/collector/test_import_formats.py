"""What ``import`` takes for a text: encodings, delimiters, quotes, archives, and what it refuses to open."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from collector import import_stream, read_csv
from collector.import_dates import parse_date
from collector.import_records import Broken
from collector.importing import ImportSettings, import_files
from collector.read_csv import _Lines, _rows
from storage import ImportFileError, Outcome, open_store

RUSSIAN = "text,author\nЛюбимый концерт в пятницу,аня\nКот и пёс нашли корову,боря\n"


def texts(file: Path, **settings: Any) -> tuple[list[tuple[Any, ...]], Outcome]:
    """(text, author) of what an import of the file stores."""
    with open_store(":memory:") as store:
        outcome = import_files(store, ImportSettings((file,), **settings))
        sql = "SELECT p.text, a.external_id FROM posts p LEFT JOIN aliases a ON a.user_id = p.from_id ORDER BY p.rowid"
        return [tuple(row) for row in store.rows(sql)], outcome


def refused(file: Path, **settings: Any) -> str:
    with open_store(":memory:") as store:
        with pytest.raises(ImportFileError) as caught:
            import_files(store, ImportSettings((file,), **settings))
        assert store.value("SELECT count(*) FROM posts") == 0
    error = caught.value
    assert error.what and error.todo, "a message says what happened and what to do next"
    return str(error)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_are_recognised(tmp_path: Path, encoding: str, mark: str, end: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(RUSSIAN.replace(",", mark).replace("\n", end).encode(encoding))
    assert texts(file)[0] == [("Любимый концерт в пятницу", "аня"), ("Кот и пёс нашли корову", "боря")]


def test_commas_inside_texts_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("text;author\nраз, два, три;аня\nраз, два;боря\n", encoding="utf-8")
    assert texts(file)[0] == [("раз, два, три", "аня"), ("раз, два", "боря")]


def test_excels_hint_names_the_delimiter(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("sep=;\ntext;author\nраз;аня\n", encoding="utf-8")
    assert texts(file)[0] == [("раз", "аня")]


def test_cells_may_hold_quotes_line_ends_and_nul(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    text = 'text,author\n"раз ""два""\r\nтри, четыре",аня\nнуль \x00 тут,боря\n"ООО "Ромашка"",вера\n\nпосле,аня,,\n'
    file.write_bytes(text.encode())
    assert texts(file)[0] == [
        ('раз "два"\r\nтри, четыре', "аня"),
        ("нуль \x00 тут", "боря"),
        ('ООО Ромашка""', "вера"),
        ("после", "аня"),
    ]


def test_a_quote_left_open_costs_its_own_line_only(tmp_path: Path) -> None:
    good = "".join(f"текст {number},автор {number}\n" for number in range(500))
    file = tmp_path / "t.csv"
    file.write_text('text,author\n"забыта кавычка,аня\n' + good, encoding="utf-8")
    found, outcome = texts(file)
    assert len(found) == 500
    assert "кавычка" in outcome.messages[0] and "(строки 2)" in outcome.messages[0]


def test_a_quote_left_open_before_quoted_rows_merges_nothing(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('text,author\n"забыта,аня\n"цел",боря\n"тоже",вера\n', encoding="utf-8")
    assert texts(file)[0] == [("цел", "боря"), ("тоже", "вера")]


def test_a_cell_longer_than_pythons_default_is_read(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"text,author\n{'д' * 300_000},аня\n", encoding="utf-8")
    assert len(texts(file)[0][0][0]) == 300_000


def test_a_line_without_end_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stream, "LONGEST_LINE", 100)
    table, lines = tmp_path / "t.csv", tmp_path / "t.jsonl"
    table.write_text(f"text,author\nраз,аня\n{'д' * 250},аня\nдва,аня\n", encoding="utf-8")
    lines.write_text(
        f'{{"text": "раз", "author": "аня"}}\n{"д" * 250}\n{{"text": "два", "author": "аня"}}\n', encoding="utf-8"
    )
    for file, place in ((table, 3), (lines, 2)):
        found, outcome = texts(file)
        assert [text for text, _ in found] == ["раз", "два"]
        assert f"(строки {place})" in outcome.messages[0]


def test_a_cell_too_long_costs_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"text,author\n{'да ' * 2_500_000},аня\nраз,боря\nдва,боря\n", encoding="utf-8")
    found, outcome = texts(file)
    assert [text for text, _ in found] == ["раз", "два"] and "ячейка длиннее 4 млн знаков" in outcome.messages[0]


@pytest.mark.parametrize("table", ["text,author\nраз,{}\nдва,аня\n", 'text,author\n"раз\n{}\nдва",аня\n'])
def test_digits_without_end_are_a_text_like_any(tmp_path: Path, table: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(table.format("7" * 5000), encoding="utf-8")
    assert any("7" * 5000 in text + author for text, author in texts(file)[0])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-le"])
@pytest.mark.parametrize("tail", [b"", b"\n", b"\x01\x02\x03"])
def test_half_signs_of_wide_encodings_cost_signs_not_the_file(tmp_path: Path, encoding: str, tail: bytes) -> None:
    file = tmp_path / "t.csv"
    text = "\ufefftext;author\nпривет \ud83d конец;аня\nещё;боря\nи ещё;боря\n"
    file.write_bytes(text.encode(encoding, "surrogatepass") + tail)
    found, outcome = texts(file)
    assert found[0][0].startswith("привет \ufffd") and ("ещё", "боря") in found
    assert "U+FFFD" in " ".join(outcome.messages)


def test_names_that_are_no_utf8_are_cleaned(tmp_path: Path) -> None:
    try:
        file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/t\xff.csv"))
        file.write_text(RUSSIAN, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    for source in (None, "форум \udcff"):
        with open_store(tmp_path / "s.db") as store:
            outcome = import_files(store, ImportSettings((file,), source=source))
            assert outcome.counts["posts"] == 2 and store.value("SELECT count(*) FROM aliases WHERE source LIKE '%�'")
    file.write_text("text\n", encoding="utf-8")
    assert "t\ufffd.csv" in refused(file)


def test_capitals_of_an_old_encoding_stay_what_they_are(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    for line in ("ПРИВЕТ ВСЕМ СЕГОДНЯ ХОРОШИЙ ДЕНЬ", "НЕТ", "Привет Всем", "«ПРОДАЁМ ЛЕС» — №5"):
        for encoding in ("cp1251", "koi8-r", "cp866"):
            if not (encoding != "cp1251" and "«" in line):
                file.write_bytes(b"text;author\n" + f"{line};u1\n".encode(encoding))
                assert texts(file)[0] == [(line, "u1")], encoding


def test_gzip_of_both_kinds_is_unpacked_by_content(tmp_path: Path) -> None:
    for name, text in (("t.csv.gz", RUSSIAN), ("t.data", '{"text": "раз", "author": "аня"}\n' * 2)):
        file = tmp_path / name
        file.write_bytes(gzip.compress(text.encode()))
        assert len(texts(file)[0]) == 2


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.csv.gz"
    packed = gzip.compress((RUSSIAN + "".join(f"{random.Random(n).random()},аня\n" for n in range(3000))).encode())
    for bad in (packed[: len(packed) // 2], packed[:-8] + b"\0" * 8, packed[:40] + b"\xff" * 40 + packed[80:]):
        file.write_bytes(bad)
        assert "повреждён" in refused(file)


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stream, "HARMLESS", 2**20)
    file = tmp_path / "t.csv.gz"
    file.write_bytes(gzip.compress(b"text,author\n" + (b"a" * 2000 + b",b\n") * 20_000))
    tracemalloc.start()
    try:
        assert "раздувается" in refused(file)
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    finally:
        tracemalloc.stop()


def test_ballast_makes_no_bomb_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stream, "HARMLESS", 2**20)
    file = tmp_path / "t.csv.gz"
    ballast = random.Random(1).randbytes(2**19).hex().encode()
    file.write_bytes(gzip.compress(b"text,author\n" + b"a,b\n" * 10_000_000 + ballast + b",b\n"))
    assert "раздувается" in refused(file)


class Trap:
    """Sets a flag when unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[Any, ...]:
        return (setattr, (Trap, "sprung", True))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_never_opened(tmp_path: Path, protocol: int) -> None:
    file = tmp_path / ("data.pkl" if protocol < 2 else "data.csv")
    file.write_bytes(pickle.dumps(Trap(), protocol))
    assert "to_csv" in refused(file)
    file.with_name("data.gz").write_bytes(gzip.compress(file.read_bytes()))
    if protocol >= 2:
        assert "to_csv" in refused(file.with_name("data.gz"))
    assert Trap.sprung is False


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "Распакуйте"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "CSV UTF-8"),
        (b"PAR1rest", "Parquet"),
        (b"SQLite format 3\0rest", "SQLite"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (random.Random(1).randbytes(5000), "двоичный"),
        (b"", "пуст"),
        (b" \r\n\t\n", "пуст"),
        (b"\xef\xbb\xbf", "пуст"),
        ("\ufeff\n\n".encode("utf-16-le"), "пуст"),
        (b'{"te\\ud800": 1}\n{"x\\ud800": 2}\n', "«te\ufffd»"),
        (b"text;author\n" + b"1" * 5000 + b"\n", "ячеек меньше"),
        ("text,author\n".encode("utf-8-sig"), "ни одной записи"),
        (b"text,author\n" + "日本語の文章です,人\n".encode("shift_jis") * 9, "кодировку"),
        (b'{"response": {"items": [', "не читается"),
        (b'[{"text": "a"', "не читается"),
        (b"[" * 100_000, "не читается"),
        (b"[]", "ни одной записи"),
        (b"{}", "ни одного столбца"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_a_way_out(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "данные.csv"
    file.write_bytes(data)
    assert said in refused(file)


def test_places_that_are_no_file_are_refused(tmp_path: Path) -> None:
    assert "папка" in refused(tmp_path)
    assert "Файла нет" in refused(tmp_path / "нет.csv")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "не обычный файл" in refused(tmp_path / "pipe")


def test_a_few_bad_bytes_cost_signs_not_rows(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(RUSSIAN.encode() + b"\xd0\xff\xfe plus,\xd0\xb0\n")
    found, outcome = texts(file)
    assert len(found) == 3 and found[2][0].startswith("\ufffd") and "U+FFFD" in outcome.messages[0]


def test_a_broken_first_line_of_json_lines_is_one_broken_line(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text('{"text": "обрыв\n' + '{"text": "раз", "author": "аня"}\n' * 3, encoding="utf-8")
    found, outcome = texts(file)
    assert len(found) == 3 and "(строки 1)" in outcome.messages[0]


@pytest.mark.parametrize("said", ["csv", "jsonl", "vk"])
def test_a_format_said_wrongly_is_refused_not_guessed(tmp_path: Path, said: str) -> None:
    file = tmp_path / "t"
    file.write_text(RUSSIAN if said != "csv" else '{"text": "раз", "author": "аня"}\n', encoding="utf-8")
    assert refused(file, format=said)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1700000000, 1700000000), ("1700000000", 1700000000), (1700000000123, 1700000000), (1700000000.9, 1700000000),
        ("2024-02-01", 1706745600), ("2024-02-01 10:30", 1706783400), ("2024-02-01T10:30:00Z", 1706783400),
        ("2024-02-01T13:30:00+03:00", 1706783400), ("01.02.2024", 1706745600), ("1.2.2024 10:30", 1706783400),
        ("01.02.2024, 10:30:00", 1706783400), ("01.02.2024 в 10:30", 1706783400), (" 01.02.2024 ", 1706745600),
        ("1706772600.0", 1706772600), (1706772600.5, 1706772600), ("20240201", 1706745600), (20240201, 1706745600),
        (45323, 1706745600), ("45323,5", 1706788800), (45323.6458, 1706801397), ("80000", 4702838400),
        (20240231, None),
        (2024, None), ("2024", None), (0, None), ("0", None), (99_999_999, None), (10**8, 10**8), (20_000, None),
        ("31.02.2024", None), ("вчера", None), ("", None), (None, None), (True, None), (-5, None), ([], None),
        (float("nan"), None), (float("inf"), None), (10**30, None), ("0001-01-01T00:00+14:00", None),
    ],
)  # fmt: skip
def test_dates(value: Any, seconds: int | None) -> None:
    assert parse_date(value) == seconds


def test_a_hostile_table_of_open_quotes_is_read_in_reasonable_time(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("text,author\n" + "раз,аня\n" * 3000 + '"\n' * 999 + 'x"",""y"\n' * 999, encoding="utf-8")
    begun = time.process_time()
    found, outcome = texts(file)
    assert len(found) + outcome.counts["broken"] >= 3000
    assert time.process_time() - begun < 10, "handing lines back must not become quadratic"


def test_the_limit_on_cells_is_only_ever_raised() -> None:
    import csv

    read_csv._allow_long_cells()
    assert csv.field_size_limit() >= read_csv.LONGEST_CELL


def test_quotes_that_are_never_closed_cost_no_more_than_their_lines(tmp_path: Path) -> None:
    asked = 0

    class Counting(_Lines):
        def __next__(self) -> str:
            nonlocal asked
            asked += 1
            return super().__next__()

    lines = 3000
    rows = list(_rows(Counting(['x","y\n' * lines]), ",", 2))
    assert len(rows) == lines and all(isinstance(row, Broken) for row in rows[:-1])
    assert asked < 600 * lines
