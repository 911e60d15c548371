"""``run --on-fail``: the person's own command is called when a night failed, and only then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.server import start_server
from simulator.settings import ServerSettings
from simulator.world import build_world
from vkaudience import cmd_run
from vkaudience.__main__ import main

TELL = f"\"{sys.executable}\" -c \"import os; open('told.txt', 'w', encoding='utf-8').write(repr(dict(os.environ)))\""


def run(cwd: Path, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "VK_TOKEN": "vk1.secret", "PYTHONUTF8": "1", **more}
    line = [sys.executable, "-m", "vkaudience", "run", *words]
    return subprocess.run(line, cwd=cwd, capture_output=True, check=False, env=environ)


def test_a_failed_night_calls_and_keeps_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[topics]\nn_topics = 1\n", encoding="utf-8")
    answer = run(tmp_path, "--on-fail", TELL)
    assert answer.returncode == 2 and "n_topics" in answer.stderr.decode()
    told = (tmp_path / "told.txt").read_text(encoding="utf-8")
    assert "'VKAUDIENCE_EXIT': '2'" in told and "n_topics" in told
    assert "vk1.secret" not in told


@pytest.mark.parametrize(
    "config",
    ['[vk]\ntoken_env = "MY_VK"\n[topics]\nn_topics = 1\n', '[vk]\ntoken_env = "MY_VK"\nnope = 1\n'],
)
def test_the_command_gets_no_key_whatever_its_variable_is_called(tmp_path: Path, config: str) -> None:
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    odd = "vk1.a.odd-Secret_01"
    run(tmp_path, "--on-fail", TELL, MY_VK="plain-secret", ELSEWHERE=odd, KEPT="wanted")
    told = (tmp_path / "told.txt").read_text(encoding="utf-8")
    assert "plain-secret" not in told and odd not in told and "wanted" in told


def imported(tmp_path: Path, config: str) -> None:
    """A study of forty texts of one's own."""
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    words = ("гитара концерт альбом барабан вокал", "рецепт тесто духовка мука сахар")
    rows = "".join(f"{words[n % 2]} {n},двор\n" for n in range(40))
    (tmp_path / "t.csv").write_text("text,community\n" + rows, encoding="utf-8")
    line = [sys.executable, "-m", "vkaudience", "import", "t.csv"]
    assert subprocess.run(line, cwd=tmp_path, capture_output=True, check=False).returncode == 0


POSTS = '[topics]\nunit = "post"\nn_topics = 2\n'


def test_a_good_run_calls_nobody(tmp_path: Path) -> None:
    imported(tmp_path, POSTS)
    assert run(tmp_path, "--on-fail", TELL, "-q").returncode == 0
    assert not (tmp_path / "told.txt").exists()


def test_a_command_that_fails_itself_is_told(tmp_path: Path) -> None:
    answer = run(tmp_path, "--on-fail", f'"{sys.executable}" -c "raise SystemExit(7)"')
    assert answer.returncode == 1 and "кодом 7" in answer.stderr.decode()


def test_a_command_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cmd_run, "PATIENCE_SECONDS", 0.2)
    monkeypatch.chdir(tmp_path)
    forever = f'"{sys.executable}" -c "import threading; threading.Event().wait()"'
    code = main(["--config", "nope.toml", "run", "--on-fail", forever])
    said = capsys.readouterr().err
    assert code == 2 and "не кончилась" in said and "nope.toml" in said, "the reason and the code are those of the run"


def test_a_command_that_asks_gets_no_answer_and_ends(tmp_path: Path) -> None:
    answer = run(tmp_path, "--on-fail", f'"{sys.executable}" -c "input()"')
    assert answer.returncode == 1 and "кодом 1" in answer.stderr.decode()


def test_a_night_without_a_key_stands_in_the_journal(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[[audiences]]\nname = "а"\ncommunities = ["club1"]\n', encoding="utf-8")
    assert run(tmp_path, VK_TOKEN="").returncode == 3
    line = [sys.executable, "-m", "vkaudience", "status"]
    told = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False, env={**os.environ, "PYTHONUTF8": "1"})
    said = told.stdout.decode()
    assert "Нет ключа доступа VK" in said and "collect: нужен человек" in said


def test_a_run_brings_nobody_back_after_a_purge_and_keeps_the_report(tmp_path: Path) -> None:
    imported(tmp_path, POSTS)
    assert run(tmp_path).returncode == 0
    report = tmp_path / "report" / "report.html"
    before = report.read_bytes()
    for words in (("purge", "--yes"), ("report",)):
        line = [sys.executable, "-m", "vkaudience", *words]
        answer = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
        assert answer.returncode == (words[0] == "report"), answer.stderr.decode()
    answer = run(tmp_path)
    assert answer.returncode == 1 and "schedule --remove" in answer.stderr.decode()
    assert report.read_bytes() == before


@pytest.mark.parametrize("kind", ["cron", "systemd", "windows"])
def test_the_schedule_passes_it_on(tmp_path: Path, kind: str) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    line = [sys.executable, "-m", "vkaudience", "schedule", "--kind", kind, "--on-fail", "notify-send беда"]
    shown = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False).stdout.decode()
    assert "--on-fail" in shown and "notify-send беда" in shown


def test_an_expired_key_stops_the_run_unless_it_may_be_partial(tmp_path: Path) -> None:
    with start_server(build_world("tiny"), ServerSettings(faults=("error_5",))) as vk:
        named = f'[vk]\napi_url = "{vk.api_url}"\n[[audiences]]\nname = "а"\ncommunities = ["club1"]\n'
        imported(tmp_path, POSTS + named)
        report = tmp_path / "report" / "report.html"
        answer = run(tmp_path)
        assert answer.returncode == 3 and not report.exists()
        answer = run(tmp_path, "--partial")
        assert answer.returncode == 3 and report.is_file()
        assert "report.html" in answer.stderr.decode() and "Что делать" in answer.stderr.decode()


def test_a_partial_run_of_nothing_still_says_that_the_key_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[[audiences]]\nname = "а"\ncommunities = ["club1"]\n', encoding="utf-8")
    answer = run(tmp_path, "--partial", VK_TOKEN="")
    assert answer.returncode == 3 and "VK_TOKEN" in answer.stderr.decode()
