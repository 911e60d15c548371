"""Records checked by columns: the same rows and the same complaints as one by one, whatever is in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import import_columns
from collector.import_fields import read_row
from collector.import_records import FIELDS, Broken, Record, Tally, in_batches

PLAIN: dict[str, Any] = {
    "text": "Привет 🙂", "author": "Аня", "community": "группа", "id": "7", "date": "1700000000", "repost_text": None,
    "likes": "3", "comments": "", "reposts": None, "views": 10, "url": None,
}  # fmt: skip
STRANGE = [
    "-5", "-5x", "20240201", 45323, "45323.5", 2024, 99_999_999, 10**8,
    None, "", " ", "\u00a0", "слово", " с краями ", "\ud83d", "0", "12", "-3", "٣", "1" * 11, "1" * 12, "9" * 18,
    "9" * 19, "9" * 5000, 0, 5, -5, True, 2**62, 2**63, 10**400, 1.0, 1.5, float("nan"), "2024-02-30",
    "2024-02-29 10:00", "29.02.2024 в 10:00", [], {}, ["a"],
]  # fmt: skip


def one_by_one(records: list[Record | Broken]) -> tuple[list[Any], Tally]:
    notes = Tally()
    rows = [one if isinstance(one, Broken) else read_row(one, notes) for one in records]
    return [row for row in rows if row is not None], notes


def by_columns(records: list[Record | Broken]) -> tuple[list[Any], Tally]:
    notes = Tally()
    rows: list[Any] = []
    for part in import_columns.read_rows(in_batches(records), notes):
        rows += [part] if isinstance(part, Broken) else part.rows()
    return sorted(rows, key=lambda row: row.line), notes


def record(line: int, **values: Any) -> Record:
    return Record(line, tuple((PLAIN | values)[name] for name in FIELDS))


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", STRANGE, ids=lambda value: ascii(value)[:20])
def test_one_strange_value_among_many(name: str, value: Any) -> None:
    records: list[Record | Broken] = [record(line, **({name: value} if line == 77 else {})) for line in range(200)]
    assert repr(by_columns(records)) == repr(one_by_one(records))


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", STRANGE, ids=lambda value: ascii(value)[:20])
def test_a_column_of_one_value(name: str, value: Any) -> None:
    records: list[Record | Broken] = [record(line, **{name: value}) for line in range(40)]
    assert repr(by_columns(records)) == repr(one_by_one(records))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([*STRANGE, *["7"] * 40]) for _ in FIELDS]), max_size=80))
def test_any_mixture(values: list[tuple[Any, ...]]) -> None:
    records: list[Record | Broken] = [Record(line, row) for line, row in enumerate(values)]
    assert repr(by_columns(records)) == repr(one_by_one(records))


def test_what_could_not_be_read_is_handed_on() -> None:
    records = [record(1), Broken(2, "строка — не JSON"), *(record(line) for line in range(3, 1200)), Broken(1200, "x")]
    rows, _ = by_columns(records)
    assert rows == one_by_one(records)[0]


def test_a_wrong_record_sends_only_the_few_about_it_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counted(one: Record, notes: Tally) -> Any:
        seen.append(one.line)
        return read_row(one, notes)

    monkeypatch.setattr(import_columns, "read_row", counted)
    records: list[Record | Broken] = [record(line, likes="много" if line == 300 else "1") for line in range(512)]
    rows, notes = by_columns(records)
    assert notes.counts == {"счётчик — не число, пропущен": 1} and notes.lines == {
        "счётчик — не число, пропущен": [300]
    }
    assert 300 in seen and len(seen) <= 32 and len(rows) == 512
