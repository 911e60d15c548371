"""Archives: one allowance for all that is inside, names of Russian Windows, what is left, whose text is whose."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collector import import_stream
from collector.importing import ImportSettings, import_files
from collector.unpack import unpacked
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


def damaged() -> list[bytes]:
    text = "text,author\n" + "".join(f"привет {number},u{number}\n" for number in range(3000))
    found = []
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        packed_file = io.BytesIO()
        with zipfile.ZipFile(packed_file, "w", method) as target:
            target.writestr("a.csv", text)
        whole = packed_file.getvalue()
        found += [whole[:100] + b"\xff" * 60 + whole[160:], whole[: len(whole) // 2]]
    listed = whole.rfind(b"PK\x01\x02")
    version, name = bytearray(whole), bytearray(whole)
    version[listed + 6 : listed + 8] = b"\xff\x00"
    name[listed + 8 : listed + 10], name[listed + 46] = b"\x00\x08", 0xFF
    return [*found, bytes(version), bytes(name)]


@pytest.mark.parametrize("data", damaged())
def test_a_damaged_archive_is_refused_with_a_way_out(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(data)
    assert "не читается" in refused(file)


def test_what_cannot_be_a_table_is_passed_over_in_an_archive(tmp_path: Path) -> None:
    readme = "Это данные исследования.\nСм. сайт.\n"
    members: dict[str, str | bytes] = {
        "README.txt": readme,
        "data/posts.csv": "text,author\nпривет,u1\n",
        "a.json": "[]",
    }
    for mapping in ({}, {"text": "text", "author": "author"}):
        with open_store(":memory:") as store:
            outcome = take(store, packed(tmp_path / "r.zip", members), mapping=mapping)
            assert outcome.counts["posts"] == 1
            assert any("README.txt" in message and "пропущен" in message for message in outcome.messages)
            assert any("a.json" in message for message in outcome.messages)
    assert "README.txt" in refused(packed(tmp_path / "only.zip", {"README.txt": readme}))
    broken = {**members, "b.csv": "text,author\nраз,аня\nx\ny\n"}
    assert "Не читается больше половины" in refused(packed(tmp_path / "b.zip", broken))


def test_what_a_killed_import_left_is_swept_and_what_is_in_use_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = packed(tmp_path / "a.zip", {"a.csv": "text,author\nтайна,u1\n"})
    code = (
        "import os, sys; from pathlib import Path; from collector.unpack import unpacked\n"
        "with unpacked([Path(sys.argv[1])]): os._exit(9)"
    )
    kept = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])}
    killed = subprocess.run([sys.executable, "-c", code, str(file)], env=kept, check=False)
    (left,) = tmp_path.glob("vkaudience-import-*")
    assert killed.returncode == 9 and any("тайна" in one.read_text() for one in left.rglob("*.csv"))
    with unpacked([file]) as (files, _):
        assert not left.exists()
        with open_store(":memory:") as store:
            take(store, file)
        assert files[0].path.is_file(), "another import leaves alone what is in use"
    assert list(tmp_path.glob("vkaudience-import-*")) == []
