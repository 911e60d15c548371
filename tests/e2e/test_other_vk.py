"""A study over a VK that is not ours: everything reachable arrives, once, whatever breaks or moves meanwhile."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.other_vk import TOKEN, OtherVk

CONFIG = """
[study]
name = "чужой VK"
[vk]
api_url = "{url}"
requests_per_second = 1000
[[audiences]]
name = "а"
communities = ["alpha", "vk.com/beta.beta"]
[[audiences]]
name = "б"
communities = ["https://vk.ru/gamma_3"]
"""
SIZES = (60, 1100, 150)
ROWS = (
    "SELECT id, state, sex, birth_year, city FROM users ORDER BY id",
    "SELECT community_id, user_id, left_seen FROM memberships ORDER BY 1, 2",
    "SELECT owner_id, id, text, repost_text, is_pinned FROM posts ORDER BY 1, 2",
    "SELECT kind, subject, promised, got, state FROM walks ORDER BY 1, 2",
    "SELECT kind, subject, state FROM gaps ORDER BY 1, 2",
)


def command(folder: Path, vk: OtherVk) -> tuple[list[str], dict[str, str]]:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(CONFIG.format(url=vk.url), encoding="utf-8")
    line = [sys.executable, "-m", "vkaudience", "-v", "--config", str(folder / "config.toml"), "collect"]
    return line, {**os.environ, "VK_TOKEN": TOKEN, "PYTHONUTF8": "1"}


def collected(folder: Path, vk: OtherVk) -> subprocess.CompletedProcess[str]:
    line, environment = command(folder, vk)
    return subprocess.run(line, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(next(folder.glob("*.db")))) as base:
        return base.execute(sql).fetchall()


@pytest.mark.parametrize("trouble", [{}, {"moving": True}, {"trouble": 0.02, "moving": True}])
def test_all_that_was_there_throughout_arrives_once_with_equal_texts(trouble: Any, tmp_path: Path) -> None:
    with OtherVk(3, sizes=SIZES, **trouble) as vk:
        done = collected(tmp_path, vk)
    assert done.returncode == 0, done.stderr
    assert vk.bad == [] and TOKEN not in done.stdout + done.stderr
    assert not any(TOKEN.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    members = rows(tmp_path, "SELECT community_id, user_id FROM memberships")
    stayed = {(group, one) for group, ids in vk.first_members.items() for one in ids} - vk.left
    assert len(members) == len(set(members)) and stayed <= set(members)
    found = {(owner, number): text for owner, number, text in rows(tmp_path, "SELECT owner_id, id, text FROM posts")}
    readable = {one for _, one in stayed if "deactivated" not in vk.users[one] and not vk.users[one]["is_closed"]}
    wanted = {
        (owner, post["id"]): post["text"].replace("\ud83d", "\ufffd")
        for owner, wall in vk.walls.items()
        for post in wall
        if (owner, post["id"]) in vk.first_posts and (owner < 0 or owner in readable)
    }
    assert {key: found.get(key) for key in wanted} == wanted


def test_the_calls_are_nearly_the_least_possible(tmp_path: Path) -> None:
    with OtherVk(4, sizes=SIZES) as vk:
        collected(tmp_path, vk)
    readable = {one for one, user in vk.users.items() if "deactivated" not in user and not user["is_closed"]}
    owners = [*(-group for group in vk.groups), *(readable & {one for ids in vk.members.values() for one in ids})]
    least = sum(-(-len(ids) // 1000) for ids in vk.members.values())
    least += sum(max(1, -(-len(vk.walls[owner]) // 100)) for owner in owners)
    assert vk.too_fast == 0 and least <= sum(vk.calls.values()) - 2 <= 1.05 * least


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_moments_the_rows_equal_an_unbroken_run(seed: int, tmp_path: Path) -> None:
    with OtherVk(seed, sizes=SIZES) as vk:
        assert collected(tmp_path / "unbroken", vk).returncode == 0
        line, environment = command(tmp_path / "killed", vk)
        draw = random.Random(seed)
        for _ in range(10):
            process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(draw.uniform(0.3, 1.5))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
        assert collected(tmp_path / "killed", vk).returncode == 0
    for sql in ROWS:
        assert rows(tmp_path / "killed", sql) == rows(tmp_path / "unbroken", sql), sql
