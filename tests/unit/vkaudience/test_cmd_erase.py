"""``forget`` and ``purge`` as a person meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage import open_store, people, walls
from storage.rows import Post, User


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "vkaudience", *words],
        cwd=cwd,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def study(tmp_path: Path) -> Path:
    with open_store(tmp_path / "study.db") as store:
        people.save_users(store, [User(1), User(2)], 5)
    return tmp_path


@pytest.mark.parametrize("words", [("forget", "id1"), ("purge",)])
def test_nothing_is_deleted_unasked(study: Path, words: tuple[str, ...]) -> None:
    answer = run(*words, cwd=study)
    assert answer.returncode == 2 and "--yes" in answer.stderr.decode()
    with open_store(study / "study.db", write=False) as store:
        assert store.value("SELECT count(*) FROM users") == 2


@pytest.mark.parametrize("person", ["1", "id1", "https://vk.com/id1"])
def test_a_person_is_forgotten_by_number_or_address(study: Path, person: str) -> None:
    answer = run("forget", person, "--yes", "--json", cwd=study)
    assert answer.returncode == 0, answer.stderr.decode()
    assert json.loads(answer.stdout)["taken"]["users"] == 1
    with open_store(study / "study.db", write=False) as store:
        assert [row["id"] for row in store.rows("SELECT id FROM users")] == [2]


@pytest.mark.parametrize("person", ["durov", "club1", "-5", "не номер"])
def test_what_is_no_person_is_refused(study: Path, person: str) -> None:
    assert run("forget", "--yes", "--", person, cwd=study).returncode == 2


def test_an_author_of_an_imported_file_is_forgotten_as_the_file_calls_them(tmp_path: Path) -> None:
    (tmp_path / "отзывы.csv").write_text("text,author\nтайна,Вася П.\nдругое,Маша\n", encoding="utf-8")
    assert run("import", "отзывы.csv", cwd=tmp_path).returncode == 0
    wrong = run("forget", "--source", "письма", "Вася П.", "--yes", cwd=tmp_path)
    assert wrong.returncode == 1 and "отзывы" in wrong.stderr.decode(), "the sources that there are"
    assert run("forget", "--source", "отзывы", "вася п.", "--yes", cwd=tmp_path).returncode == 1
    assert run("forget", "--source", "отзывы.csv", "Вася П.", "--yes", cwd=tmp_path).returncode == 0
    left = (tmp_path / "study.db").read_bytes()
    assert not any(word.encode() in left for word in ("тайна", "Вася")) and "Маша".encode() in left
    again = run("import", "отзывы.csv", cwd=tmp_path)
    assert again.returncode == 0 and "тайна".encode() not in (tmp_path / "study.db").read_bytes()


def test_a_purge_says_what_went_and_what_is_left(study: Path) -> None:
    answer = run("purge", "--yes", cwd=study)
    assert answer.returncode == 0
    assert "люди 2" in answer.stdout.decode() and "Осталось" in answer.stdout.decode()


@pytest.mark.parametrize("words", [("forget", "1", "--yes"), ("purge", "--yes")])
def test_no_study_is_made_to_be_emptied(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run(*words, cwd=tmp_path).returncode == 1
    assert not (tmp_path / "study.db").exists()


def test_lemmatize_knows_that_the_texts_were_purged(study: Path) -> None:
    with open_store(study / "study.db") as store:
        walls.save_posts(store, [Post(1, 1, from_id=1, text="слово")], 5)
    purged = run("purge", "--texts", "--yes", cwd=study)
    assert purged.returncode == 0 and "тексты 1, " in purged.stdout.decode(), "the post stays, its text is what went"
    answer = run("lemmatize", cwd=study)
    told = answer.stderr.decode()
    assert answer.returncode == 1 and "удалены командой purge" in told and "Что делать" in told
