"""``schedule``: what the system's scheduler is told works with awkward paths, holds no token, and can be taken back."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from vkaudience import schedule
from vkaudience.schedule import Job

TOKEN = "vk1.a.very-secret-token"
posix = pytest.mark.skipif(os.name != "posix", reason="a shell stands in for the scheduler")


def job(folder: Path, *command: str) -> Job:
    return Job("Моё 100% исследование", command or (sys.executable, "-c", "pass"), folder, 3, 30)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "моё 100% $HOME иссл'едование"
    folder.mkdir()
    (folder / "config.toml").write_text('[study]\nname = "ночь"\n', encoding="utf-8")
    return folder


def run(*words: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "VK_TOKEN": TOKEN, "HOME": str(cwd.parent)}
    if path:
        environ["PATH"] = str(path)
    line = [sys.executable, "-m", "vkaudience", "schedule", *words]
    return subprocess.run(line, cwd=cwd, env=environ, capture_output=True, check=False)


@pytest.mark.parametrize("kind", schedule.KINDS)
def test_each_kind_is_shown_and_holds_no_token(study: Path, kind: str) -> None:
    answer = run("--kind", kind, "--at", "4:05", cwd=study)
    told = answer.stdout.decode()
    assert answer.returncode == 0 and "run" in told and TOKEN not in told + answer.stderr.decode()
    assert "token_file" in answer.stderr.decode(), "without a file the scheduler's run would have no token"


def test_settings_that_only_this_terminal_has_are_named(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VKAUDIENCE_VK_API_URL", "http://127.0.0.1:9/method")
    monkeypatch.setenv("VKAUDIENCE_CALLED", "py start.py")
    told = run("--kind", "cron", cwd=study).stderr.decode()
    assert "VKAUDIENCE_VK_API_URL" in told and "CALLED" not in told


@posix
def test_cron_runs_the_command_in_the_folder_and_keeps_only_the_last_log(study: Path) -> None:
    script = "import os, sys; print('сделано', os.getcwd(), sys.argv[1:])"
    line = schedule.cron(job(study, sys.executable, "-c", script, "a b", "100%")).splitlines()[0]
    command = line.split(" * * * ", 1)[1].replace("\\%", "%")
    for _ in range(2):
        subprocess.run(["/bin/sh", "-c", command], check=True)
    said = (study / "last-run.log").read_text(encoding="utf-8").splitlines()
    assert len(said) == 1 and str(study) in said[0] and "'100%'" in said[0]
    assert line.startswith("30 3 * * * ") and "%" not in line.replace("\\%", "")


def test_systemd_is_told_to_make_up_for_missed_nights_and_that_a_pause_is_fine(study: Path) -> None:
    one = job(study, "/opt/py thon", "-m", "x", '50% $a "q"')
    service, timer = schedule.service(one), schedule.timer(one)
    assert 'ExecStart="/opt/py thon" "-m" "x" "50%% $$a \\"q\\""' in service
    assert "SuccessExitStatus=4 5" in service and "100%%" in service
    assert "Persistent=true" in timer and "OnCalendar=*-*-* 03:30:00" in timer


def test_the_windows_task_is_xml_that_starts_when_available(study: Path) -> None:
    one = job(
        study, "C:\\Program Files\\python.exe", "-m", "vkaudience", "--config", "C:\\Мои <документы>\\config.toml"
    )
    root = ElementTree.fromstring(schedule.windows(one).replace(' encoding="UTF-16"', ""))
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    context = root.find(".//t:Actions", space)
    principal = root.find(".//t:Principal", space)
    assert context is not None and principal is not None and context.get("Context") == principal.get("id")
    assert root.findtext(".//t:StartWhenAvailable", namespaces=space) == "true"
    assert root.findtext(".//t:Command", namespaces=space) == "C:\\Program Files\\python.exe"
    arguments = root.findtext(".//t:Arguments", namespaces=space)
    assert arguments == '-m vkaudience --config "C:\\Мои <документы>\\config.toml"'


def read_back(line: str) -> list[str]:
    """A command line as Windows' C runtime splits it: its own rules on backslashes and quotes."""
    words, word, quoted, i = [], "", False, 0
    started = False
    while i < len(line):
        slashes = len(line) - i - len(line[i:].lstrip("\\"))
        i += slashes
        if i < len(line) and line[i] == '"':
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                quoted, started = not quoted, True
            i += 1
            continue
        word += "\\" * slashes
        if i < len(line):
            if line[i] in " \t" and not quoted:
                words, word, started = ([*words, word], "", False) if word or started else (words, word, started)
            else:
                word += line[i]
            i += 1
    return [*words, word] if word or started else words


@pytest.mark.parametrize("said", ['msg * "VK failed"', '"C:\\Program Files\\a.exe" "x y\\\\" & echo 1', "простое"])
def test_the_windows_task_hands_a_command_with_quotes_on_as_it_is(study: Path, said: str) -> None:
    shown = json.loads(run("--kind", "windows", "--json", "--on-fail", said, cwd=study).stdout)["texts"]
    root = ElementTree.fromstring(next(iter(shown.values())).replace(' encoding="UTF-16"', ""))
    arguments = root.findtext(".//{*}Arguments") or ""
    assert read_back(arguments)[-2:] == ["--on-fail", said]


@posix
def test_the_job_runs_what_was_asked_for_whatever_lies_in_the_folder(study: Path, tmp_path: Path) -> None:
    (study / "nlp.py").write_text("raise SystemExit('чужой файл')\n", encoding="utf-8")
    other = tmp_path / "другая.db"
    called = subprocess.run(
        [sys.executable, "-P", "-m", "vkaudience", "--db", str(other), "schedule", "--kind", "cron"],
        cwd=study, capture_output=True, check=False,
    )  # fmt: skip
    line = called.stdout.decode().splitlines()[1]
    command = line.split(" * * * ", 1)[1].replace("\\%", "%")
    subprocess.run(["/bin/sh", "-c", command], check=False)
    said = (study / "last-run.log").read_text(encoding="utf-8")
    assert "чужой файл" not in said and "nlp.py" not in said, said
    assert other.is_file() and not (study / "study.db").exists()


def test_studies_of_one_name_in_two_folders_do_not_replace_each_other(tmp_path: Path) -> None:
    units = {job(tmp_path / name).unit for name in ("a", "b", "ё")}
    units |= {schedule.Job("Моё 100% исследование", (), tmp_path / "a", 3, 30, tmp_path / name).unit for name in "xy"}
    units.add(schedule.Job("Моё 100% исследование", (), tmp_path / "a", 3, 30, config="второе.toml").unit)
    assert len(units) == 6 and all(unit.isascii() and " " not in unit for unit in units)


@posix
def test_a_crontab_keeps_what_was_in_it(study: Path, tmp_path: Path) -> None:
    table = tmp_path / "table"
    place = shlex.quote(str(table))
    missing = 'echo "no crontab" >&2; exit 1'
    script = f'if [ "$1" != "-l" ]; then cat > {place}; elif [ -f {place} ]; then cat {place}; else {missing}; fi'
    tools = fake(tmp_path, "crontab", script)
    assert run("--kind", "cron", "--install", cwd=study, path=tools).returncode == 0
    assert len(table.read_text(encoding="utf-8").splitlines()) == 2
    others = "# моё\n0 1 * * * other\n"
    table.write_text(others + table.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("--kind", "cron", "--install", "--at", "5:00", cwd=study, path=tools).returncode == 0
    lines = table.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 and lines[2].startswith("0 5 ") and lines[3].startswith("@reboot ")
    assert run("--kind", "cron", "--remove", cwd=study, path=tools).returncode == 0
    assert table.read_text(encoding="utf-8") == others
    again = run("--kind", "cron", "--remove", cwd=study, path=tools)
    assert again.returncode == 1 and "Убирать нечего" in again.stderr.decode()
    assert table.read_text(encoding="utf-8") == others


@posix
def test_a_crontab_that_cannot_be_read_is_not_overwritten(study: Path, tmp_path: Path) -> None:
    tools = fake(tmp_path, "crontab", f'[ "$1" = "-l" ] || touch {shlex.quote(str(tmp_path / "wiped"))}\n'
                                      'echo "permission denied" >&2; exit 1')  # fmt: skip
    answer = run("--kind", "cron", "--install", cwd=study, path=tools)
    assert answer.returncode == 1 and "permission denied" in answer.stderr.decode()
    assert not (tmp_path / "wiped").exists()


@posix
def test_systemd_units_are_written_enabled_and_taken_back(study: Path, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    tools = fake(tmp_path, "systemctl", f'echo "$@" >> {shlex.quote(str(log))}')
    answer = run("--kind", "systemd", "--install", "--json", cwd=study, path=tools)
    name = json.loads(answer.stdout)["name"]
    units = tmp_path / ".config" / "systemd" / "user"
    assert {one.name for one in units.iterdir()} == {f"{name}.service", f"{name}.timer"}
    assert log.read_text().splitlines() == ["--user daemon-reload", f"--user enable --now {name}.timer"]
    assert run("--kind", "systemd", "--remove", cwd=study, path=tools).returncode == 0
    assert list(units.iterdir()) == []
    assert "Убирать нечего" in run("--kind", "systemd", "--remove", cwd=study, path=tools).stderr.decode()


def test_what_cannot_be_is_said(study: Path, tmp_path: Path) -> None:
    for words in (("--at", "25:00"), ("--at", "полночь"), ("--install", "--remove"), ("--kind", "at")):
        assert run(*words, cwd=study).returncode == 2, words
    assert run(cwd=tmp_path).returncode == 2, "no config here"
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = run("--kind", "windows", "--install", cwd=study, path=empty)
    assert answer.returncode == 1 and "schtasks" in answer.stderr.decode()


def fake(folder: Path, name: str, script: str) -> Path:
    """A folder with a program of that name and the shell's own tools."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    (tools / name).write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
    (tools / name).chmod(0o755)
    return tools
