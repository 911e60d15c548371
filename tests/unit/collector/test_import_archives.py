"""Archives: one allowance for all that is inside, names of Russian Windows, what is left, whose text is whose."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collector import import_stream
from collector.importing import ImportSettings, import_files
from storage import ImportFileError, Outcome, Store, audiences, open_store


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


@pytest.mark.parametrize("encoding", ["cp866", "utf-8"])
def test_names_of_russian_archivers_that_do_not_say_their_encoding(tmp_path: Path, encoding: str) -> None:
    name = "кино.csv".encode(encoding)
    file = packed(tmp_path / "m.zip", {"A" * len(name): "id,author,text\n1,5,кошки\n"})
    file.write_bytes(file.read_bytes().replace(b"A" * len(name), name))
    with open_store(":memory:") as store:
        take(store, file)
        assert [row.name for row in audiences.audiences(store)] == ["кино"]


def test_files_of_one_name_are_sources_of_their_own(tmp_path: Path) -> None:
    text = "id,author,text\n1,5,{}\n2,5,{}\n"
    for folder, words in (("cats", ("кошки", "коты")), ("dogs", ("собаки", "псы"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "posts.csv").write_text(text.format(*words), encoding="utf-8")
    files = [tmp_path / "cats" / "posts.csv", tmp_path / "dogs" / "posts.csv"]
    archive = packed(tmp_path / "все.zip", {f"{file.parent.name}/posts.csv": file.read_bytes() for file in files})
    for given in (files, [archive], [files[0], files[0], files[1]]):
        with open_store(":memory:") as store:
            assert take(store, *given).counts["posts"] == 4
            assert take(store, *given).counts["posts"] == 0
            names = [row[0] for row in store.rows("SELECT DISTINCT source FROM aliases ORDER BY 1")]
            assert names == ["posts (cats)", "posts (dogs)"]
    with open_store(":memory:") as store:
        take(store, files[0])
        assert store.value("SELECT source FROM aliases") == "posts", "a file alone is called by its own name"
