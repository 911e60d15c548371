"""Rows between the look through the files and the writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector import import_shelf
from collector.import_shelf import Shelf
from storage import ImportFileError
from storage.rows import Post, User


@pytest.mark.parametrize("kept", [0, 3, 5, 1000])
def test_rows_come_back_in_order_and_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(import_shelf, "KEPT_ROWS", kept)
    rows = [Post(1, number, text="🙂 \ud83d") if number % 2 else User(number) for number in range(1, 12)]
    shelf = Shelf(tmp_path)
    for start in range(0, len(rows), 2):
        shelf.put(rows[start : start + 2])
    for parts in (shelf.look(), shelf.look(), shelf.take()):
        assert [row for part in parts for row in part] == rows
    shelf.close()
    assert list(tmp_path.iterdir()) == []


def test_long_texts_go_to_the_file_earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_shelf, "KEPT_CHARACTERS", 10)
    shelf = Shelf(tmp_path)
    for number in range(1, 4):
        shelf.put([Post(1, number, text="шесть!")])
    assert len(shelf._near) == 1 and [row.id for part in shelf.take() for row in part] == [1, 2, 3]
    shelf.close()


def test_no_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_shelf, "KEPT_ROWS", 0)
    with pytest.raises(ImportFileError, match=r"места.*Ничего не записано"):
        Shelf(tmp_path / "нет такой папки").put([User(1)])
