"""Archives: one allowance for all that is inside, names of Russian Windows, what is left, whose text is whose."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collector import import_stream
from collector.importing import ImportSettings, import_files
from storage import ImportFileError, Outcome, Store, open_store


def take(store: Store, *files: Path, **settings: Any) -> Outcome:
    return import_files(store, ImportSettings(files, **settings))


def packed(file: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return file


def refused(*files: Path) -> str:
    with open_store(":memory:") as store:
        with pytest.raises(ImportFileError) as caught:
            take(store, *files)
        assert store.value("SELECT count(*) FROM posts") == 0
    assert caught.value.todo
    return str(caught.value)


def test_what_is_packed_inside_spends_the_allowance_of_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_stream, "HARMLESS", 2**20)
    inner = gzip.compress(("text,author\n" + "".join(f"да {n % 7},у\n" for n in range(60_000))).encode(), 9)
    with open_store(":memory:") as store:
        assert take(store, packed(tmp_path / "one.zip", {"0.csv.gz": inner})).counts["posts"] == 60_000
    many = packed(tmp_path / "many.zip", {f"{number}.csv.gz": inner for number in range(10)})
    assert "раздувается" in refused(many)


def test_an_error_names_the_archive_and_the_file_in_it(tmp_path: Path) -> None:
    file = packed(tmp_path / "выгрузка.zip", {"год/posts.csv": "text,author\nраз,аня\nx\ny\n"})
    told = refused(file)
    assert f"{file}: год/posts.csv" in told and "vkaudience-import" not in told
