"""start.py: reads on any Python, finds the right one, knows what state .venv is in. Nothing is installed here."""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "start.py").read_text(encoding="utf-8")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """start.py as a module whose checkout is an empty folder with spaces and Cyrillic in its path."""
    spec = importlib.util.spec_from_file_location("start_under_test", ROOT / "start.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = tmp_path / "моя папка [1]"
    root.mkdir()
    for name in ("pyproject.toml", "constraints.txt"):
        (root / name).write_text(f"# {name}\n", encoding="utf-8")
    for name, path in {"ROOT": root, "VENV": root / ".venv", "LOCK": root / ".venv.lock"}.items():
        monkeypatch.setattr(module, name, str(path))
    monkeypatch.setattr(module, "STAMP", str(root / ".venv" / "vkaudience-setup.json"))
    monkeypatch.delenv("VKAUDIENCE_PYTHON", raising=False)
    return module


def answer(*version: int, **changed: Any) -> dict[str, Any]:
    return {"version": list(version), "bits": 64, "missing": [], "threaded": False, "exe": "py", **changed}


def pythons(start: ModuleType, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any] | None) -> None:
    """A machine on which these Pythons, and no others, answer."""
    monkeypatch.setattr(start, "candidates", lambda minor: [[str(i)] for i in range(len(answers))])
    monkeypatch.setattr(start, "probe", lambda command, env: answers[int(command[0])])


def stamp(start: ModuleType, **changed: Any) -> dict[str, Any]:
    whole = {"state": "ready", "place": start.ROOT, "sources": start.fingerprint(), "python": [3, 13, 0], "extras": []}
    return {**whole, **changed}


# --- reads on any Python ------------------------------------------------------------------------------------------


def test_its_syntax_is_one_that_python_2_and_3_6_share() -> None:
    modern = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.Match,
              ast.YieldFrom, ast.TryStar, ast.MatMult)  # fmt: skip
    for node in ast.walk(ast.parse(SOURCE)):
        assert not isinstance(node, modern), f"line {node.lineno}: {type(node).__name__}"  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            assert not (arguments.kwonlyargs or arguments.posonlyargs or node.returns), f"line {node.lineno}"
            assert not any(argument.annotation for argument in arguments.args), f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"line {node.lineno}: print differs between Python 2 and 3"
        if isinstance(node, ast.List | ast.Tuple | ast.Dict):
            assert not any(isinstance(part, ast.Starred) for part in ast.iter_child_nodes(node)), f"line {node.lineno}"
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"line {node.lineno}: raise ... from"


def test_python_2_knows_its_encoding_and_its_letters() -> None:
    assert SOURCE.startswith("# -*- coding: utf-8 -*-\n")
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isascii():
            assert node.kind == "u", f"line {node.lineno}: a text with Russian letters needs u'' for Python 2"


def test_it_needs_the_standard_library_only() -> None:
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(ast.parse(SOURCE)))


# --- finding a Python ---------------------------------------------------------------------------------------------


def test_the_newest_python_with_everything_is_taken(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pythons(start, monkeypatch, answer(3, 11, 7), None, answer(3, 14, 1), answer(3, 12, 1), answer(2, 7, 18))
    assert start.find_python({})["version"] == [3, 12, 1]


@pytest.mark.parametrize("flaw", [{"missing": ["ensurepip"]}, {"bits": 32}, {"threaded": True}])
def test_a_newer_python_that_cannot_serve_is_passed_over(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, flaw: dict[str, Any]
) -> None:
    pythons(start, monkeypatch, answer(3, 13, 0, **flaw), answer(3, 11, 7))
    assert start.find_python({})["version"] == [3, 11, 7]


def test_the_user_may_choose_an_older_one(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pythons(start, monkeypatch, answer(3, 13, 0), answer(3, 11, 7))
    monkeypatch.setenv("VKAUDIENCE_PYTHON", "3.11")
    assert start.find_python({})["version"] == [3, 11, 7]


def test_without_a_fitting_python_both_languages_say_which_why_and_where(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pythons(start, monkeypatch, answer(3, 16, 1), answer(3, 10, 13))
    assert start.main(["demo"]) == 2
    said = capsys.readouterr().err
    for word in ("3.16.1", "3.10.13", "Python 3.13", "wheels", "python.org", "Нужен", "needed"):
        assert word in said


@pytest.mark.parametrize(("minor", "slower"), [(14, False), (15, True), (13, None)])
def test_a_python_newer_than_gensim_serves_and_is_told_what_is_missing(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], minor: int, slower: bool
) -> None:
    pythons(start, monkeypatch, answer(3, minor, 0), answer(3, 10, 13))
    monkeypatch.setattr(start, "run_step", lambda command, env, verbose: None)
    assert start.make_venv({}, False) == [3, minor, 0]
    said = capsys.readouterr().err
    assert ("gensim" in said) == (minor > 13)
    assert ("леммы медленнее" in said and "lemmas are slower" in said) == bool(slower)


def test_debian_without_venv_is_told_the_package(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pythons(start, monkeypatch, answer(3, 11, 2, missing=["ensurepip"]))
    assert start.main(["demo"]) == 2
    said = capsys.readouterr().err
    assert "ensurepip" in said and "apt install python3-venv" in said


def test_a_probe_of_this_python_tells_its_version(start: ModuleType) -> None:
    found = start.probe([sys.executable], None)
    assert found["version"] == list(sys.version_info[:3])


@pytest.mark.parametrize("code", ["raise SystemExit(127)", "print('pyenv: command not found')", "print('probe:')"])
def test_a_shim_that_does_not_answer_is_no_python(start: ModuleType, code: str) -> None:
    shim = [sys.executable, "-c", code]  # what follows becomes arguments that the shim ignores
    assert start.probe(shim, None) is None


def test_a_path_that_is_no_program_is_no_python(start: ModuleType, tmp_path: Path) -> None:
    assert start.probe([str(tmp_path / "нет такого")], None) is None
    assert start.probe([""], None) is None


# --- the environment of the children ------------------------------------------------------------------------------


def test_what_leads_python_and_pip_astray_is_taken_out(start: ModuleType) -> None:
    stray = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV",
             "PIP_NO_DEPS", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PythonPath")  # fmt: skip
    env = start.clean_env({**dict.fromkeys(stray, "x"), "PIP_USER": "1"})
    assert not set(stray) & set(env)
    assert env["PIP_USER"] == "0"


def test_the_network_the_console_and_the_token_stay(start: ModuleType) -> None:
    names = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT", "PIP_DEFAULT_TIMEOUT", "PIP_CACHE_DIR", "PATH",
             "HTTPS_PROXY", "no_proxy", "HOME", "PYTHONIOENCODING", "VK_TOKEN", "PIPX_HOME")  # fmt: skip
    kept = dict.fromkeys(names, "x")
    assert kept.items() <= start.clean_env(kept).items()


def test_the_callers_environment_is_not_changed(start: ModuleType) -> None:
    env = {"PYTHONPATH": "x"}
    start.clean_env(env)
    assert env == {"PYTHONPATH": "x"}


# --- what state .venv is in ---------------------------------------------------------------------------------------


def test_a_whole_setup_is_ready(start: ModuleType) -> None:
    assert start.judge(stamp(start), [], answer(3, 13, 0)) == "ready"
    assert start.judge(stamp(start, extras=["test"]), [], answer(3, 13, 0)) == "ready"


def test_tests_need_their_extra_installed_on_top(start: ModuleType) -> None:
    assert start.judge(stamp(start), ["test"], answer(3, 13, 0)) == "update"


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_sources_are_installed_on_top(start: ModuleType, name: str) -> None:
    before = stamp(start)
    (Path(start.ROOT) / name).write_text("# другое\n", encoding="utf-8")
    assert start.judge(before, [], answer(3, 13, 0)) == "update"


def test_line_ends_of_a_windows_checkout_are_no_change(start: ModuleType) -> None:
    before = stamp(start)
    (Path(start.ROOT) / "constraints.txt").write_bytes(b"# constraints.txt\r\n")
    assert start.judge(before, [], answer(3, 13, 0)) == "ready"


@pytest.mark.parametrize(
    "changed",
    [{"state": "installing"}, {"place": "/another/folder"}, {"python": [3, 13, 1]}, {"python": None}],
    ids=["killed half-way", "moved folder", "other Python", "nonsense"],
)
def test_a_setup_that_cannot_be_trusted_is_built_anew(start: ModuleType, changed: dict[str, Any]) -> None:
    assert start.judge(stamp(start, **changed), [], answer(3, 13, 0)) == "rebuild"


def test_a_dead_or_unwanted_interpreter_is_built_anew(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert start.judge(stamp(start), [], None) == "rebuild"
    assert start.judge({}, [], None) == "rebuild"
    assert start.judge(stamp(start, python=[3, 10, 0]), [], answer(3, 10, 0)) == "rebuild"
    monkeypatch.setenv("VKAUDIENCE_PYTHON", "3.11")
    assert start.judge(stamp(start), [], answer(3, 13, 0)) == "rebuild"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"7"])
def test_an_unreadable_stamp_counts_as_none(start: ModuleType, content: bytes) -> None:
    Path(start.VENV).mkdir()
    Path(start.STAMP).write_bytes(content)
    assert start.read_stamp() == {}


def test_a_stamp_survives_the_trip_through_its_file(start: ModuleType) -> None:
    Path(start.VENV).mkdir()
    start.write_stamp(stamp(start))
    start.write_stamp(stamp(start, state="installing"))
    assert start.read_stamp() == stamp(start, state="installing")
    assert json.loads(Path(start.STAMP).read_bytes())["place"] == start.ROOT


# --- changing it --------------------------------------------------------------------------------------------------


class Steps:
    """Stands in for run_step: notes the commands, and fails where told."""

    def __init__(self, start: ModuleType, failing: str = "", network: bool = False) -> None:
        self.commands: list[str] = []
        self._start, self._failing, self._network = start, failing, network

    def __call__(self, command: list[str], env: object, verbose: bool) -> None:
        line = " ".join(command)
        self.commands.append(line)
        if self._failing and self._failing in line:
            self._failing = ""
            raise self._start.SetupError("не вышло", "failed", network=self._network)
        Path(self._start.VENV).mkdir(exist_ok=True)


@pytest.fixture
def machine(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A machine with Python 3.13 whose .venv answers with 3.13 too."""
    pythons(start, monkeypatch, answer(3, 13, 0))
    monkeypatch.setattr(start, "probe", lambda command, env: answer(3, 13, 0))
    return start


def test_the_first_run_makes_and_fills_the_environment(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(machine)
    monkeypatch.setattr(machine, "run_step", steps)
    machine.prepare(["test"], {}, False)
    assert "-m venv --clear" in steps.commands[0]
    assert steps.commands[1].endswith("install -c constraints.txt -e .[test]")
    assert machine.read_stamp() == stamp(machine, extras=["test"])
    machine.prepare([], {}, False)
    assert len(steps.commands) == 3  # the third looked that the package is importable; nothing was done again


def test_an_interrupted_installation_leaves_no_ready_stamp(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(command: list[str], env: object, verbose: bool) -> None:
        Path(machine.VENV).mkdir(exist_ok=True)
        if "pip" in command:
            raise KeyboardInterrupt

    monkeypatch.setattr(machine, "run_step", interrupted)
    assert machine.main(["demo"]) == 130
    assert machine.judge(machine.read_stamp(), [], answer(3, 13, 0)) == "rebuild"


def test_an_update_without_network_keeps_what_worked(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(machine.VENV).mkdir()
    machine.write_stamp(stamp(machine))
    steps = Steps(machine, failing="install", network=True)
    monkeypatch.setattr(machine, "run_step", steps)
    assert machine.main(["test"]) == 1
    assert machine.judge(machine.read_stamp(), [], answer(3, 13, 0)) == "ready"
    assert not any("--clear" in command for command in steps.commands)


def test_an_update_that_fails_otherwise_builds_anew(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(machine.VENV).mkdir()
    machine.write_stamp(stamp(machine))
    steps = Steps(machine, failing="install")
    monkeypatch.setattr(machine, "run_step", steps)
    machine.prepare(["test"], {}, False)
    assert "-m venv --clear" in steps.commands[1]
    assert machine.judge(machine.read_stamp(), ["test"], answer(3, 13, 0)) == "ready"


def test_the_link_to_the_checkout_is_ascii_and_moves_with_it(start: ModuleType) -> None:
    layout = ("Lib", "site-packages") if start.WINDOWS else ("lib", "python3.11", "site-packages")
    site = Path(start.VENV).joinpath(*layout)
    site.mkdir(parents=True)
    (site / "_vkaudience.pth").write_text(start.ROOT, encoding="utf-8")
    (site / "other.pth").write_text("other", encoding="utf-8")
    start.make_link_relative()
    line = (site / "_vkaudience.pth").read_bytes().decode("ascii").strip()
    assert (site / line).resolve() == Path(start.ROOT).resolve()
    assert (site / "other.pth").read_text(encoding="utf-8") == "other"


def test_a_failed_step_shows_its_last_lines_and_what_to_do(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "import sys; print('NewConnectionError: нет'); sys.exit(3)"
    with pytest.raises(start.SetupError) as caught:
        start.run_step([sys.executable, "-X", "utf8", "-c", code], None, False)
    assert caught.value.network
    assert "NewConnectionError: нет" in capsys.readouterr().err
    assert "нет сети" in caught.value.russian and "network" in caught.value.english


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("OSError: [Errno 28] No space left on device", "1 ГБ"),
        ("PermissionError: [WinError 5] Access is denied", "Нет права"),
        ("ERROR: No matching distribution found for hatchling", "нет сети"),
        ("ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
        ("ERROR: Failed building wheel for gensim", "3.13"),
        ("что-то совсем другое", "start.py -v"),
        ("", "start.py -v"),
    ],
)
def test_pips_words_become_advice(start: ModuleType, line: str, told: str) -> None:
    assert told in start.step_error([line]).russian


def test_a_quiet_step_says_nothing_and_a_verbose_one_all(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    start.run_step([sys.executable, "-c", "print('слово'.encode('ascii', 'ignore').decode() + 'done')"], None, False)
    assert capsys.readouterr().err == ""
    start.run_step([sys.executable, "-c", "print('done')"], None, True)
    assert "done" in capsys.readouterr().err


def test_a_second_start_waits_for_the_first(start: ModuleType) -> None:
    with Path(start.LOCK).open("ab") as first, Path(start.LOCK).open("ab") as second:
        assert start.try_lock(first)
        assert not start.try_lock(second)
        first.close()
        assert start.try_lock(second)


# --- words, streams, exit codes -----------------------------------------------------------------------------------


def test_test_means_pytest_and_everything_else_means_vkaudience(start: ModuleType) -> None:
    command, extras = start.command_line(["test", "-x", "tests/unit"])
    assert command[1:] == ["-m", "pytest", "-x", "tests/unit"] and extras == ["test"]
    command, extras = start.command_line(["collect", "--help"])
    assert command[1:] == ["-P", "-m", "vkaudience", "collect", "--help"] and extras == []


@pytest.mark.parametrize("argv", [[], ["-h"], ["--help"], ["-v"]])
def test_without_a_command_there_is_help_and_nothing_is_made(
    start: ModuleType, argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(argv) == 0
    said = capsys.readouterr()
    assert "start.py demo" in said.err and "start.py test" in said.err
    assert not Path(start.VENV).exists()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "привет · hello\n"), ("cp866", "привет · hello\n"), ("ascii", "hello\n"), ("latin-1", "hello\n")],
)
def test_a_console_without_cyrillic_reads_english(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, encoding: str, expected: str
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stderr", stream)
    start.say("привет", "hello")
    assert stream.buffer.getvalue().decode(encoding).replace("\u2219", "·") == expected  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no exec")
@pytest.mark.parametrize("code", [0, 4, 130])
def test_the_exit_code_is_passed_on(start: ModuleType, code: int) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import os, start; "
        f"sys.exit(start.hand_over([sys.executable, '-c', 'raise SystemExit({code})'], dict(os.environ)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == code


def test_a_folder_that_cannot_be_written_is_told(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocker = Path(machine.ROOT) / "file"
    blocker.write_text("", encoding="utf-8")
    monkeypatch.setattr(machine, "LOCK", str(blocker / ".venv.lock"))
    assert machine.main(["demo"]) == 1
    assert ".venv" in capsys.readouterr().err
