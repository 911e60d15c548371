"""The command line as a person or a scheduler meets it."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from collector.plan_parts import Share
from collector.settings import VkSettings
from collector.shared import Shared
from storage import SYSTEM_CLOCK, audiences, journal, open_store, people, tables
from storage.rows import Audience, Community, Gap, User, Walk
from vkaudience.__main__ import COMMANDS, main
from vkaudience.cmd_plan import _shown
from vkaudience.config import load_config
from vkaudience.schema import SECTIONS
from vkaudience.show import CAPTIONS


def run(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "vkaudience", *words]
    everything = {**os.environ, "PYTHONUTF8": "1", **environ}
    return subprocess.run(command, cwd=cwd, env=everything, capture_output=True, check=False)


def test_status_counts_and_speaks_json(tmp_path: Path) -> None:
    with open_store(tmp_path / "study.db") as store:
        people.save_users(store, [User(1), User(2)], 5)
    answer = run("status", "--json", cwd=tmp_path)
    assert answer.returncode == 0 and json.loads(answer.stdout)["counts"]["users"] == 2


@pytest.mark.parametrize(
    ("outcome", "hours_ago", "age", "code"),
    [
        ("done", 30, "36h", 0), ("paused", 30, "2d", 0), ("done", 30, "24h", 1), ("VkStop", 1, "24h", 1),
        ("failed", 1, "24h", 1), ("done", 1, "soon", 2), ("done", 1, "-5h", 2),
    ],
)  # fmt: skip
def test_a_scheduler_learns_that_nothing_was_collected(
    tmp_path: Path, outcome: str, hours_ago: int, age: str, code: int
) -> None:
    with open_store(tmp_path / "study.db") as store:
        ended = SYSTEM_CLOCK.now() - hours_ago * 3600
        run_id = journal.start_run(store, "collect", {}, {}, ended - 10)
        journal.end_run(store, run_id, outcome, {}, (), ended)
    answer = run("status", "--max-age", age, cwd=tmp_path)
    assert answer.returncode == code, answer.stderr.decode()
    assert bool(answer.stderr.strip()) == bool(code)


def test_status_tells_what_is_left_of_the_day(tmp_path: Path) -> None:
    now = SYSTEM_CLOCK.now()
    with open_store(tmp_path / "study.db") as store:
        journal.count_calls(store, "a", {"wall.get": 4000}, now - 3600)
        journal.count_calls(store, "b", {"wall.get": 30}, now)
        journal.count_calls(store, "a", {"wall.get": 900}, now - 26 * 3600)
        assert journal.next_free(store, "a", "wall.get", now) == ((now - 3600) // 3600 + 25) * 3600
        assert journal.next_free(store, "a", "users.get", now) is None
    told = run("status", cwd=tmp_path).stdout.decode()
    assert "wall.get — осталось 1000 из 5000" in told
    assert json.loads(run("status", "--json", cwd=tmp_path).stdout)["calls_of_last_day"] == {"wall.get": 4000}


def test_what_is_left_counts_the_calls_of_every_study_with_the_key(tmp_path: Path) -> None:
    now, state = SYSTEM_CLOCK.now(), tmp_path / "state"
    with open_store(tmp_path / "study.db") as store:
        journal.count_calls(store, "a", {"wall.get": 1000}, now)
    for token, calls in (("a", 3500), ("another", 4900)):
        shared = Shared(state, token, VkSettings().api_url)
        shared.add({"wall.get": calls}, now)
        shared.close()
    asked = json.loads(run("status", "--json", cwd=tmp_path, VKAUDIENCE_STATE=str(state)).stdout)
    assert asked["limits"]["wall.get"]["left"] == 1500
    elsewhere = tmp_path / "elsewhere"
    alone = json.loads(run("status", "--json", cwd=tmp_path, VKAUDIENCE_STATE=str(elsewhere)).stdout)
    assert alone["limits"]["wall.get"]["left"] == 4000 and not elsewhere.exists()


def test_what_is_unfinished_is_told_by_kind(tmp_path: Path) -> None:
    with open_store(tmp_path / "study.db") as store, store.write():
        for kind, subject, state in (("members", 7, "open"), ("walls", 1, "open"), ("walls", 2, "open")):
            journal.save_walk(store, Walk(kind, subject, cursor="5", state=state))
        journal.save_walk(store, Walk("walls", 3, state="done"))
    told = run("status", cwd=tmp_path).stdout.decode()
    assert "Не закончено обходов: 3 (списки участников 1, стены людей 2)" in told


def test_the_last_runs_are_objects_for_a_scheduler(tmp_path: Path) -> None:
    with open_store(tmp_path / "study.db") as store:
        journal.end_run(store, journal.start_run(store, "collect", {}, {}, 1), "done", {"posts": 3}, ("слово",), 2)
    found = json.loads(run("status", "--json", cwd=tmp_path).stdout)
    assert found["event"] == "status"
    assert (found["runs"][0]["counts"], found["runs"][0]["messages"]) == ({"posts": 3}, ["слово"])


@pytest.mark.parametrize("words", [("--json", "collect"), ("collect", "--json")])
def test_a_scheduler_reads_of_a_failure_in_json_too(tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = run(*words, cwd=_with_config(tmp_path), VK_TOKEN="")
    (line,) = answer.stdout.splitlines()
    told = json.loads(line)
    assert (told["event"], told["code"], answer.returncode) == ("error", 3, 3)
    assert told["what"] in answer.stderr.decode() and told["todo"]
    assert run("collect", cwd=tmp_path, VK_TOKEN="").stdout == b"", "unasked, results alone are on stdout"


def test_vk_saying_that_the_day_is_over_counts_for_more_than_the_ledger(tmp_path: Path) -> None:
    now = SYSTEM_CLOCK.now()
    with open_store(tmp_path / "study.db") as store:
        journal.count_calls(store, "a", {"wall.get": 12, "likes.getList": 9}, now - 3600)
        journal.save_capability(store, "a", "wall.get", True, 29, now - 3000)
        journal.save_capability(store, "a", "newsfeed.search", True, 29, now - 600)
        journal.save_capability(store, "a", "likes.getList", True, 29, now - 25 * 3600)  # of yesterday
        journal.save_capability(store, "a", "users.search", False, 28, now)
    again = ((now - 3600) // 3600 + 25) * 3600
    limits = json.loads(run("status", "--json", cwd=tmp_path).stdout)["limits"]
    assert limits == {
        "newsfeed.search": {"daily": None, "left": 0, "next_probe_at": now - 600 + 24 * 3600},
        "wall.get": {"daily": 5000, "left": 0, "next_probe_at": again},
    }
    told = run("status", cwd=tmp_path).stdout.decode()
    moment = datetime.datetime.fromtimestamp(again, datetime.UTC)
    assert "wall.get — осталось 0 из 5000" in told and f"{moment:%Y-%m-%d %H:%M} UTC" in told
    assert "осталось 4988" not in told and "newsfeed.search — осталось 0 за" in told
    offline = json.loads(run("plan", "--offline", "--json", cwd=_with_config(tmp_path)).stdout)
    assert offline["left"]["wall.get"] == 0


def test_a_new_key_is_not_held_by_the_limit_of_the_old_one(tmp_path: Path) -> None:
    now = SYSTEM_CLOCK.now()
    with open_store(tmp_path / "study.db") as store:
        journal.count_calls(store, "old", {"wall.get": 40}, now - 7200)
        journal.save_capability(store, "old", "wall.get", True, 29, now - 7000)
        journal.count_calls(store, "new", {"wall.get": 60}, now)
    assert json.loads(run("status", "--json", cwd=tmp_path).stdout)["limits"]["wall.get"]["left"] == 4940
    with open_store(tmp_path / "study.db") as store:
        journal.save_capability(store, "new", "wall.get", True, 29, now)
    limit = json.loads(run("status", "--json", cwd=tmp_path).stdout)["limits"]["wall.get"]
    assert limit["left"] == 0 and limit["next_probe_at"] == (now // 3600 - 2 + 25) * 3600, "the sooner of the two"


def _with_config(folder: Path) -> Path:
    (folder / "config.toml").write_text('[[audiences]]\nname = "а"\ncommunities = ["club1"]\n', encoding="utf-8")
    return folder


def test_a_study_that_was_never_collected_is_too_old_and_still_shown(tmp_path: Path) -> None:
    with open_store(tmp_path / "study.db"):
        pass
    answer = run("status", "--max-age", "36h", "--json", cwd=tmp_path)
    assert answer.returncode == 1 and json.loads(answer.stdout)["last_collected_at"] is None


def test_errors_say_what_and_what_next_even_on_an_old_console(tmp_path: Path) -> None:
    answer = run("status", cwd=tmp_path, PYTHONIOENCODING="cp866", PYTHONUTF8="0")
    assert answer.returncode == 1
    assert "Что делать" in answer.stderr.decode("cp866") and b"Traceback" not in answer.stderr


def test_a_bad_config_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[nope]\n", encoding="utf-8")
    assert run("status", cwd=tmp_path).returncode == 2
    assert run("no-such-command", cwd=tmp_path).returncode == 2


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from vkaudience.__main__ import main; main(['--help']); "
        "heavy = {'gensim', 'numpy', 'pandas', 'scipy', 'natasha', 'sqlite_utils', 'httpx'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_init_makes_a_config_that_loads_and_collect_without_a_token_needs_a_person(tmp_path: Path) -> None:
    made = run("init", "мой проект", "--community", "vk.com/rock", "--community", "club8", cwd=tmp_path)
    assert made.returncode == 0
    config = str(tmp_path / "мой проект" / "config.toml")
    answer = run("--config", config, "collect", cwd=tmp_path, VK_TOKEN="")
    assert answer.returncode == 3 and "VK_TOKEN" in answer.stderr.decode()
    assert run("init", "мой проект", cwd=tmp_path).returncode == 2
    assert run("init", "x", "--community", "https://example.com/a", cwd=tmp_path).returncode == 2


def test_init_without_communities_makes_a_study_ready_for_texts_of_ones_own(tmp_path: Path) -> None:
    made = run("init", "свои тексты", cwd=tmp_path)
    assert made.returncode == 0 and "import" in made.stdout.decode()
    config = tmp_path / "свои тексты" / "config.toml"
    (tmp_path / "a.csv").write_text("text,author\nСвежий хлеб из печи,аня\n", encoding="utf-8")
    assert run("--config", str(config), "import", "a.csv", cwd=tmp_path).returncode == 0
    asked = run("--config", str(config), "collect", cwd=tmp_path, VK_TOKEN="vk1.sim")
    assert asked.returncode == 2 and "[[audiences]]" in asked.stderr.decode()
    # the commented lines are a valid study once their marks are gone, as the file says
    lines = config.read_text(encoding="utf-8").replace("# [[audiences]]", "[[audiences]]")
    lines = lines.replace("# name = ", "name = ").replace("# communities = ", "communities = ")
    config.write_text(lines.replace("имя_сообщества", "rock"), encoding="utf-8")
    assert run("--config", str(config), "plan", "--offline", cwd=tmp_path, VK_TOKEN="").returncode == 0


def test_collect_without_an_audience_says_how_to_name_one(tmp_path: Path) -> None:
    answer = run("collect", cwd=tmp_path, VK_TOKEN="vk1.sim")
    assert answer.returncode == 2 and "[[audiences]]" in answer.stderr.decode()


@pytest.mark.parametrize(
    ("communities", "says"),
    [(("vk.com/id5",), "человек"), (("vk.com/rock", "vk.com/rock"), "уже занято"), (("https://example.com/a",), "")],
)
def test_init_writes_no_config_that_every_command_would_refuse(
    tmp_path: Path, communities: tuple[str, ...], says: str
) -> None:
    answer = run("init", "x", *(word for one in communities for word in ("--community", one)), cwd=tmp_path)
    assert answer.returncode == 2 and says in answer.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_init_takes_the_options_of_all_commands(tmp_path: Path) -> None:
    told = json.loads(run("--json", "init", "а", cwd=tmp_path).stdout)
    assert Path(tmp_path, told["file"]).is_file()
    assert json.loads(run("init", "б", "--json", cwd=tmp_path).stdout)["file"]
    short, long = run("init", "в", "-q", cwd=tmp_path), run("init", "г", cwd=tmp_path)
    assert short.returncode == 0 and 0 < short.stdout.count(b"\n") < long.stdout.count(b"\n")


def test_init_can_explain_every_key_and_the_result_is_a_study(tmp_path: Path) -> None:
    for name, more in (("мой", ("--community", "vk.com/rock", "--community", "club8")), ("пустой", ())):
        assert run("init", name, "--full", *more, cwd=tmp_path).returncode == 0
        file = tmp_path / name / "config.toml"
        config = load_config(file, {})
        assert config["study"]["name"] == name and config["study"]["question"] == ""
        assert [one["name"] for one in config.audiences] == list(more[1::2])
        assert all(f"{key} = " in file.read_text(encoding="utf-8") for keys in SECTIONS.values() for key in keys)


@pytest.mark.parametrize("called", ["python3 start.py", "py start.py"])
def test_messages_name_lines_that_work_as_the_program_was_called(tmp_path: Path, called: str) -> None:
    def told(*words: str) -> str:
        answer = run(*words, cwd=tmp_path, VKAUDIENCE_CALLED=called)
        return (answer.stdout + answer.stderr).decode()

    with open_store(tmp_path / "study.db"):
        pass
    assert f"{called} --config" in told("init", "vkaudience test")
    assert f"{called} collect" in told("status", "--max-age", "36h")
    assert f"{called} collect" in told("audiences")
    assert f"{called} init" in told("--config", "нет.toml", "status")
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    shown = told("schedule", "--kind", "windows")
    assert "-m vkaudience --config" in shown and f"{called} status" in shown
    assert "vkaudience test" in told("--db", "vkaudience test/нет.db", "status"), "a folder's name is no command"


def test_messages_name_the_study_that_was_named(tmp_path: Path) -> None:
    (tmp_path / "моё").mkdir()
    (tmp_path / "моё" / "config.toml").write_text("", encoding="utf-8")
    with open_store(tmp_path / "study.db"):
        pass
    config = str(Path("моё", "config.toml"))
    for given, called in ((("--config", config, "--db", "study.db"), f"--config {config} --db study.db"),
                          (("--db", "study.db"), "--db study.db")):  # fmt: skip
        told = run(*given, "status", "--max-age", "1h", cwd=tmp_path)
        assert f"Дальше: vkaudience {called} collect" in told.stdout.decode()
        assert f"vkaudience {called} collect" in told.stderr.decode()
        told = run(*given, "topics", "show", cwd=tmp_path, VKAUDIENCE_CALLED="python3 start.py")
        assert f"python3 start.py {called} topics" in told.stderr.decode()
    broken = run("--config", "нет.toml", "status", cwd=tmp_path).stderr.decode()
    assert "vkaudience init" in broken, "a new study is not made by an old one's config"


def test_status_says_what_the_last_run_of_each_command_missed(tmp_path: Path) -> None:
    with open_store(tmp_path / "study.db") as store:
        for command, message in (("collect", "старое"), ("collect", "Метод likes.getList недоступен"), ("topics", "х")):
            run_id = journal.start_run(store, command, {}, {}, 10)
            journal.end_run(store, run_id, "partial", {}, (message,), 20)
    told = run("status", cwd=tmp_path).stdout.decode()
    assert "   Метод likes.getList недоступен" in told and "   х" in told and "старое" not in told


ENGLISH = ("Usage", "Options", "Show this", "default:", "INTEGER", "TEXT", "RANGE", "such command", "Missing")


def groups() -> list[tuple[str, ...]]:
    """Every command and every command below one."""
    from vkaudience.__main__ import cli

    context = click.Context(cli)
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        found += [(name,), *((name, below) for below in getattr(command, "commands", ()))]
    return found


@pytest.mark.parametrize("words", groups(), ids=" ".join)
def test_the_help_of_every_command_is_russian(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Как вызвать" in shown and not [word for word in ENGLISH if word in shown], shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("topics shw", "Команды 'shw' нет.\nЧто делать: Похоже на 'show'. Справка: vkaudience topics --help"),
        ("statsu", "Команды 'statsu' нет.\nЧто делать: Похоже на 'status'. Справка: vkaudience --help"),
        ("forget", "не хватает: ЧЕЛОВЕК...\n"), ("team split", "не хватает: --members\n"),
        ("audiences baseline x", "Неверное значение random|city|pool"),
    ],
)  # fmt: skip
def test_a_mistyped_command_is_explained_in_russian(words: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    shown = capsys.readouterr().err
    assert told in shown and not [word for word in ENGLISH if word in shown], shown


def test_audiences_tell_their_rules_in_words(tmp_path: Path) -> None:
    rules = {
        '{"any": [7]}': "участники «Рок»", '{"any": []}': "люди из импорта",
        '{"any": [], "people": 0}': "ни одно из названных сообществ не найдено",
        '{"any": [7, 8], "people": 3}': "хотя бы одного из «Рок», «8» и люди из файла: 3",
        '{"all": [7, 8], "minus": [9]}': "участники всех сразу: «Рок», «8», без участников «9»",
        '{"at_least": 2, "of": [7, 8, 9]}': "участники хотя бы 2 из «Рок», «8», «9»",
        '{"active": 3, "since": 86400, "walls": [7]}': "на стенах «Рок»: хотя бы 3 с 1970-01-02",
        '{"active": 3, "since": 0, "until": 172800, "walls": [7]}': "на стенах «Рок»: хотя бы 3 по 1970-01-02",
        '{"baseline": "city", "city": "Омск", "seed": 5}': "жители города Омск; набрано с зерном 5",
        '{"baseline": "random", "drawn_at": 1766600000, "seed": 5}': (
            "случайные люди VK; набрано 2025-12-24 с зерном 5"
        ),
    }  # fmt: skip
    with open_store(tmp_path / "study.db") as store:
        people.save_communities(store, [Community(7, name="Рок")], 5)
        for number, rule in enumerate(rules):
            audiences.save_audience(store, Audience(str(number), rule))
    shown = run("audiences", cwd=tmp_path).stdout.decode()
    assert all(told in shown for told in rules.values()) and "{" not in shown, shown


@pytest.mark.parametrize(("n", "told"), [(101, "по 101 стене)"), (111, "по 111 стенам)"), (22, "по 22 стенам)")])
def test_a_plan_counts_as_people_speak(n: int, told: str) -> None:
    assert _shown(Share(0.5, 0.4, 0.6, n), ("стене", "стенам")).endswith(told)


def test_every_table_that_is_counted_has_a_name_for_people() -> None:
    assert set(tables.SOCIAL) <= CAPTIONS.keys()


def test_status_speaks_russian_of_runs_and_refusals(tmp_path: Path) -> None:
    with open_store(tmp_path / "study.db") as store:
        for outcome in ("VkStop", "MissingInput", "interrupted", "partial", "OperationalError"):
            run_id = journal.start_run(store, "collect", {}, {}, 10)
            journal.end_run(store, run_id, outcome, {}, (), 20)
        for subject, state in enumerate(("banned", "closed", "private", "new state")):
            journal.save_gap(store, Gap("walls", subject, state))
    told = run("status", cwd=tmp_path).stdout.decode()
    assert "VK не отдал: стены людей, закрыто для посторонних: 2" in told and "стены людей, заблокировано: 1" in told
    words = set(re.findall("[A-Za-z]+", told.partition("\n")[2]))
    assert words <= {"VK", "collect", "UTC", "vkaudience"}, words


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("OneDrive - МГУ/учёба", "OneDrive"), ("Dropbox (Personal)", "Dropbox"), ("iCloudDrive/x", "iCloud"),
        ("Library/Mobile Documents/com~apple~CloudDocs", "iCloud"), ("Yandex.Disk", "Яндекс"), ("мой OneDrive", ""),
    ],
)  # fmt: skip
def test_a_folder_that_is_synchronised_draws_a_warning(tmp_path: Path, folder: str, name: str) -> None:
    place = tmp_path / folder
    place.mkdir(parents=True)
    for words in (("init", "x"), ("--db", "x/study.db", "entities")):
        told = run(*words, cwd=place).stderr.decode()
        assert ("синхронизирует" in told) is bool(name) and name in told


def test_a_folder_that_windows_gives_to_onedrive_is_known_by_its_variable(tmp_path: Path) -> None:
    assert "OneDrive" in run("init", "x", cwd=tmp_path, OneDrive=str(tmp_path)).stderr.decode()
