"""The program as a user runs it, against a VK on loopback: complete, resumable, and silent about the token."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.server import start_server
from simulator.settings import ServerSettings
from simulator.world import build_world

CONFIG = """
[study]
name = "проверка"
[vk]
api_url = "{url}"
requests_per_second = 500
[topics]
n_topics = 4
min_people = 1
[[audiences]]
name = "рок"
communities = ["vk.com/rock_no_reason"]
[[audiences]]
name = "мамы"
communities = ["moms_yard"]
"""
ROWS = (
    "SELECT id, state, sex, birth_year, city FROM users ORDER BY id",
    "SELECT community_id, user_id, left_seen FROM memberships ORDER BY 1, 2",
    "SELECT owner_id, id, from_id, published_at, text, repost_text, is_pinned FROM posts ORDER BY 1, 2",
    "SELECT kind, subject, promised, got, state FROM walks ORDER BY 1, 2",
    "SELECT kind, subject, state FROM gaps ORDER BY 1, 2",
    "SELECT audience_id, user_id, weight FROM audience_members ORDER BY 1, 2",
)


@pytest.fixture(scope="module")
def vk() -> Iterator[Any]:
    with start_server(build_world("tiny"), ServerSettings(requests_per_second=500)) as server:
        yield server


def environment(vk: Any) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VKAUDIENCE_")}
    return {**kept, "VK_TOKEN": vk.tokens["service"], "PYTHONUTF8": "1"}


def study(folder: Path, vk: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(CONFIG.format(url=vk.api_url), encoding="utf-8")
    return folder


def run(folder: Path, vk: Any, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vkaudience", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(vk), capture_output=True, check=False, text=True, encoding="utf-8"
    )


def rows(folder: Path) -> list[list[tuple[Any, ...]]]:
    with contextlib.closing(sqlite3.connect(folder / "study.db")) as connection:
        return [connection.execute(sql).fetchall() for sql in ROWS]


@pytest.fixture(scope="module")
def finished(vk: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = study(tmp_path_factory.mktemp("study") / "папка с пробелом", vk)
    answer = run(folder, vk, "run")
    assert answer.returncode == 0, answer.stderr
    (folder / "output.txt").write_text(answer.stdout + answer.stderr, encoding="utf-8")
    return folder


def test_all_that_can_be_reached_arrives_once_with_equal_texts(finished: Path) -> None:
    world = build_world("tiny")
    studied = [one.id for one in world.communities.values() if one.screen_name in ("rock_no_reason", "moms_yard")]
    users, memberships, posts, *_ = rows(finished)
    wanted = {(number, user) for number in studied for user in world.members(number)}
    assert {(row[0], row[1]) for row in memberships} == wanted and len(memberships) == len(wanted)
    people = {user for _, user in wanted}
    assert {row[0] for row in users} == people
    readable = [user for user in people if not world.people[user].closed and not world.people[user].deactivated]
    walls = {(p.owner_id, p.id): p.text for o in (*(-n for n in studied), *readable) for p in world.wall(o)}
    assert {(row[0], row[1]): row[4] for row in posts} == walls


def test_the_token_is_nowhere(finished: Path, vk: Any) -> None:
    token = vk.tokens["service"].encode()
    for file in finished.rglob("*"):
        assert file.is_dir() or token not in file.read_bytes(), file


def test_a_second_run_adds_nothing_and_the_report_is_the_same(finished: Path, vk: Any) -> None:
    before, report = rows(finished), (finished / "report" / "report.html").read_bytes()
    assert run(finished, vk, "run").returncode == 0
    assert rows(finished) == before
    assert (finished / "report" / "report.html").read_bytes() == report


def test_the_report_names_the_audiences_and_needs_no_network(finished: Path) -> None:
    page = (finished / "report" / "report.html").read_text(encoding="utf-8")
    assert "рок" in page and "мамы" in page
    assert "<script>alert" not in page and "src=" not in page and "@import" not in page


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_killed_ten_times_the_rows_equal_an_unbroken_run(finished: Path, vk: Any, tmp_path: Path) -> None:
    folder = study(tmp_path / "s", vk)
    rng = random.Random(7)
    command = [sys.executable, "-m", "vkaudience", "collect"]
    for _ in range(10):
        wanted = len(vk.log) + rng.randint(1, 12)
        process = subprocess.Popen(
            command, cwd=folder, env=environment(vk), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        # Until the server has seen so many calls: the kill lands anywhere within a page.
        while process.poll() is None and len(vk.log) < wanted:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run(folder, vk, "collect").returncode == 0
    assert rows(folder) == rows(finished)


def test_a_closed_and_a_hidden_community_are_told_with_exit_5(vk: Any, tmp_path: Path) -> None:
    folder = study(tmp_path, vk)
    file = folder / "config.toml"
    text = file.read_text(encoding="utf-8").replace("moms_yard", "closed_garage")
    text += '[[audiences]]\nname = "нет"\ncommunities = ["no_such_place"]\n'
    file.write_text(text.replace("vk.com/rock_no_reason", "recipe_book"), encoding="utf-8")
    answer = run(folder, vk, "collect")
    lines = answer.stderr.splitlines()
    assert answer.returncode == 5, answer.stderr
    assert any("«recipe_book»" in line and "список участников скрыт" in line for line in lines), answer.stderr
    # Exit 5 sends the person to status: it says what is missing, also when other commands were run since.
    for _ in range(6):
        run(folder, vk, "lemmatize")
    told = run(folder, vk, "status", "-q").stdout
    assert "«recipe_book»" in told and "«closed_garage»" in told and "config.toml" in told
    assert "'no_such_place'" in told and "members" not in told


def test_a_refused_token_needs_a_person(vk: Any, tmp_path: Path) -> None:
    folder = study(tmp_path, vk)
    command = [sys.executable, "-m", "vkaudience", "collect"]
    environ = {**environment(vk), "VK_TOKEN": "vk1.sim.wrong"}
    answer = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False)
    assert "не подходит" in answer.stderr.decode()
    assert answer.returncode == 3 and b"vk1.sim.wrong" not in answer.stderr and b"Traceback" not in answer.stderr


def test_too_little_text_for_topics_leaves_a_report_of_who_they_are(vk: Any, tmp_path: Path) -> None:
    folder = study(tmp_path, vk)
    file = folder / "config.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("min_people = 1\n", ""), encoding="utf-8")
    answer = run(folder, vk, "run")
    assert answer.returncode == 5 and "Слишком мало текста" in answer.stderr and "min_people" in answer.stderr
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    assert "Темы ещё не посчитаны" in page and 'id="fig-sex"' in page
