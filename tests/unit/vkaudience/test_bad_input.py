"""What goes wrong for real people: each a message that says what and what next, the right exit code, nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage import audiences, open_store, people
from storage.rows import Audience, Community, User

EMOJI = "Коты 🐈 и «ёлки»"


def run(*arguments: str, cwd: Path, encoding: str = "utf-8", **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VKAUDIENCE_", "VK_"))}
    command = [sys.executable, "-m", "vkaudience", *arguments]
    setting = {**kept, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding, **environment}
    return subprocess.run(command, cwd=cwd, env=setting, capture_output=True, check=False)


def says(answer: subprocess.CompletedProcess[bytes], *words: str) -> None:
    told = answer.stderr.decode()
    assert "Traceback" not in told
    for word in words:
        assert word in told, told


@pytest.fixture
def study(tmp_path: Path) -> Path:
    with open_store(tmp_path / "study.db") as store:
        people.save_users(store, [User(1), User(2)], 5)
        people.save_communities(store, [Community(7, name=EMOJI)], 5)
        with store.write():
            audiences.save_audience(store, Audience(EMOJI, "any", "studied"))
    return tmp_path


def test_a_study_from_the_future_is_refused_and_untouched(study: Path) -> None:
    with contextlib.closing(sqlite3.connect(study / "study.db")) as base:
        base.execute("PRAGMA user_version = 999")
    before = (study / "study.db").read_bytes()
    answer = run("lemmatize", cwd=study)
    assert answer.returncode == 1
    says(answer, "study.db", "Что делать")
    assert (study / "study.db").read_bytes() == before


def test_a_file_that_is_no_study_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_bytes(b"PK\x03\x04 a zip archive, not a database" * 100)
    answer = run("lemmatize", cwd=tmp_path)
    assert answer.returncode == 1
    says(answer, "study.db", "Что делать")
    assert (tmp_path / "study.db").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("command", [["lemmatize"], ["report"], ["topics"]])
def test_a_folder_that_is_a_file_cannot_hold_a_study(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("")
    answer = run("--db", "folder/study.db", *command, cwd=tmp_path)
    assert answer.returncode == 1
    says(answer, "folder", "Что делать")


def test_a_report_folder_that_cannot_be_made_is_told(study: Path) -> None:
    (study / "taken").write_text("")
    (study / "config.toml").write_text('[report]\nout = "taken/here"\n', encoding="utf-8")
    answer = run("report", cwd=study)
    assert answer.returncode == 1
    says(answer, "Что делать")


@pytest.mark.parametrize("command", ["topics", "report", "lemmatize"])
def test_an_empty_study_is_told_what_comes_first(command: str, tmp_path: Path) -> None:
    answer = run(command, cwd=tmp_path)
    assert answer.returncode in (0, 1, 5)
    assert b"Traceback" not in answer.stderr and (answer.stdout + answer.stderr).strip()


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "utf-16"])
def test_no_console_is_too_old(encoding: str, study: Path) -> None:
    for command in (["status"], ["--help"], ["nothing"]):
        answer = run(*command, cwd=study, encoding=encoding)
        assert b"Traceback" not in answer.stderr, answer.stderr
        assert answer.returncode == (2 if command == ["nothing"] else 0)
        assert (answer.stdout or answer.stderr).strip()
    found, plain = (run("status", "--json", cwd=study, encoding=one).stdout.decode(one) for one in (encoding, "utf-8"))
    assert json.loads(found) == json.loads(plain)


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "utf-8"])
def test_json_is_whole_on_every_console(encoding: str, study: Path) -> None:
    rows = [json.loads(line) for line in run("--json", "audiences", cwd=study, encoding=encoding).stdout.splitlines()]
    assert [row["name"] for row in rows] == [EMOJI]


def test_options_stand_before_or_after_the_command(study: Path) -> None:
    before, after = run("--json", "-v", "status", cwd=study), run("status", "-v", "--json", cwd=study)
    assert before.stdout == after.stdout and json.loads(before.stdout)["counts"]["users"] == 2


def test_two_commands_on_one_study_do_not_mix(study: Path) -> None:
    with open_store(study / "study.db"):
        answer = run("lemmatize", cwd=study)
        assert answer.returncode == 1
        says(answer, "Что делать")
        assert run("status", cwd=study).returncode == 0


@pytest.mark.parametrize("text", ['\ufeff[study]\r\nname = "моё"\r\n', "", "# пусто\n"])
def test_a_config_from_notepad_or_an_empty_one_is_fine(text: str, study: Path) -> None:
    (study / "config.toml").write_bytes(text.encode())
    answer = run("status", cwd=study)
    assert answer.returncode == 0, answer.stderr.decode()


def test_a_broken_toml_names_the_line(study: Path) -> None:
    (study / "config.toml").write_text('[study]\nname = "без конца\n', encoding="utf-8")
    answer = run("status", cwd=study)
    assert answer.returncode == 2
    says(answer, "config.toml", "2")


def test_an_imported_table_with_broken_rows_loses_only_those(tmp_path: Path) -> None:
    rows = ["id,text,author", "1,привет мир,а", "2", '3,"не закрыта', "4,ещё один текст,б", "5,и ещё,в"]
    (tmp_path / "posts.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "bytes.csv").write_bytes("id,text,author\n1,тест,а\n2,конец,б\n".encode("cp1251"))
    whole = {"posts.csv": ["привет мир", "ещё один текст", "и ещё"], "bytes.csv": ["тест", "конец"]}
    for name, texts in whole.items():
        answer = run("--db", f"{name}.db", "import", name, "--map", "text=text,author=author", cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr.decode()
        with open_store(tmp_path / f"{name}.db", write=False) as store:
            assert [row[0] for row in store.rows("SELECT text FROM posts ORDER BY rowid")] == texts
    says(run("--db", "again.db", "import", "posts.csv", "--map", "text=text", cwd=tmp_path), "2 из 5", "строки 3", "4")


def test_a_missing_column_and_a_missing_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("id,body\n1,привет\n", encoding="utf-8")
    answer = run("import", "posts.csv", "--map", "text=text", cwd=tmp_path)
    assert answer.returncode in (1, 2)
    says(answer, "text", "body")
    answer = run("import", "нет такого.csv", cwd=tmp_path)
    assert answer.returncode in (1, 2)
    says(answer, "нет такого.csv")


def test_wrong_lines_of_a_list_of_people_are_named_by_file_and_line(tmp_path: Path) -> None:
    config = '[[audiences]]\nname = "а"\npeople = "мои люди.txt"\n'
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    (tmp_path / "мои люди.txt").write_text("123\n\nне номер\nid5\nvk.com/durov\nclub1\n", encoding="utf-8")
    answer = run("plan", "--offline", cwd=tmp_path)
    assert answer.returncode == 2
    says(answer, "мои люди.txt", "строка 3: 'не номер'", "строка 5: 'vk.com/durov'", "строка 6: 'club1'", "id123")
    assert "сообщество" not in answer.stderr.decode()


def test_a_fault_of_our_own_is_told_without_a_traceback_unless_asked(study: Path) -> None:
    code = (
        "import sys, vkaudience.cmd_status as s, vkaudience.__main__ as m\n"
        "s.next_step = lambda found: 1 / 0\n"
        "sys.exit(m.main(sys.argv[1:]))"
    )
    for arguments, traceback in (([], False), (["-v"], True)):
        command = [sys.executable, "-c", code, "status", *arguments]
        answer = subprocess.run(command, cwd=study, capture_output=True, check=False)
        assert answer.returncode == 1 and (b"Traceback" in answer.stderr) is traceback


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are text")
def test_a_file_whose_name_is_no_text_is_imported(tmp_path: Path) -> None:
    name = os.fsdecode(b"t\xff.csv")
    (tmp_path / name).write_text("text,author\nпро хлеб,аня\n", encoding="utf-8")
    answer = run("import", name, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr.decode(errors="replace")
