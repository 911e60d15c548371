"""One study collected by three: disjoint shares, each with an own key, joined to what one would have collected."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import StorageError, Store, audiences, erase, journal, merging, open_store, optouts, people, tables, walls
from storage.aliases import Aliases
from storage.rows import Audience, Comment, Gap, Post, User, Walk

from .social import open_communities
from .test_faults import content

CONFIG = """\
[study]
name = "Команда «Ё»"
[vk]
api_url = "{url}"
requests_per_second = 500
token_file = "секрет.txt"
[collect]
what = {what}
since = 2015-01-01
sample = 12
[[audiences]]
name = "обе"
communities = ["club{a}", "club{b}"]
people = "список.txt"
"""


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


@pytest.fixture(scope="module")
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=1e6)) as server:
        yield server


def run(*words: str, cwd: Path, token: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "VK_TOKEN": token, **more}
    return subprocess.run(
        [sys.executable, "-m", "vkaudience", *words], cwd=cwd, capture_output=True, check=False, env=environ
    )


def study(folder: Path, vk: SimulatedVk, world: World, what: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    a, b = open_communities(world)[:2]
    text = CONFIG.format(url=vk.api_url, what=json.dumps(what), a=a, b=b)
    (folder / "config.toml").write_text(text.replace('token_file = "секрет.txt"\n', ""), encoding="utf-8")
    (folder / "список.txt").write_text("\n".join(map(str, sorted(world.people)[:5])), encoding="utf-8")
    return folder


def test_three_collect_what_one_would_have(tmp_path: Path, vk: SimulatedVk, world: World) -> None:
    token = vk.tokens["service"]
    everything = ["members", "posts", "walls", "comments", "likes", "subscriptions"]
    alone = study(tmp_path / "один", vk, world, everything)
    assert run("collect", "-q", cwd=alone, token=token).returncode == 0
    lead = study(tmp_path / "глава", vk, world, ["members"])
    early = run("team", "split", "--members", "3", cwd=lead, token=token)
    assert early.returncode == 1 and "team split" in early.stderr.decode()
    assert run("collect", "-q", cwd=lead, token=token).returncode == 0
    file = lead / "config.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('["members"]', json.dumps(everything)), encoding="utf-8")
    done = run("team", "split", "--members", "3", cwd=lead, token=token)
    assert done.returncode == 0, done.stderr.decode()
    works = sorted((lead / "team").iterdir())
    before, asked = vk.calls("wall.get"), []
    for work in works:
        text = (work / "config.toml").read_text(encoding="utf-8")
        assert token not in text and "token_file" not in text and "since = 2015-01-01" in text
        assert token.encode() not in (work / "study.db").read_bytes()
        assert (work / "study.db.key").read_bytes() == (lead / "study.db.key").read_bytes()
        done = run("collect", "-q", cwd=work, token=token)
        assert done.returncode == 0, done.stderr.decode()
        with open_store(work / "study.db", write=False) as store:
            asked.append({row[0] for row in store.rows("SELECT subject FROM walks WHERE kind IN ('walls', 'posts')")})
    assert not asked[0] & asked[1] and not asked[1] & asked[2] and not asked[0] & asked[2], "shares are disjoint"
    with open_store(alone / "study.db", write=False) as store:
        whole = content(store)
    assert vk.calls("wall.get") - before <= len(whole["posts"])
    done = run("team", "merge", *(str(work / "study.db") for work in works), "--json", cwd=lead, token=token)
    assert done.returncode == 0, done.stderr.decode()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(sum(one["conflicts"].values()) == 0 for one in told)
    assert sum(one["new"]["posts"] for one in told) == len(whole["posts"])
    with open_store(lead / "study.db", write=False) as store:
        found = content(store)
        for table in ("users", "memberships", "posts", "comments", "likes", "subscriptions", "followed_people",
                      "audience_members"):  # fmt: skip
            assert found[table] == whole[table], table
    # nothing is left to be read, and a second merge adds nothing
    calls = vk.calls("wall.get")
    assert run("collect", "-q", cwd=lead, token=token).returncode == 0
    assert vk.calls("wall.get") == calls
    again = run("team", "merge", str(works[0] / "study.db"), "--json", cwd=lead, token=token)
    assert sum(json.loads(again.stdout)["new"].values()) == 0


def test_a_leader_who_collected_only_members_gives_out_walls_to_read(
    tmp_path: Path, vk: SimulatedVk, world: World
) -> None:
    token = vk.tokens["service"]
    lead = study(tmp_path / "глава", vk, world, ["members"])
    assert run("collect", "-q", cwd=lead, token=token).returncode == 0
    assert run("team", "split", "--members", "3", cwd=lead, token=token).returncode == 0
    works = sorted((lead / "team").iterdir())
    for work in works:
        told = tomllib.loads((work / "config.toml").read_text(encoding="utf-8"))
        assert told["collect"]["what"] == ["walls"]
        done = run("collect", "-q", cwd=work, token=token)
        assert done.returncode == 0, done.stderr.decode()
        status = json.loads(run("status", "--json", cwd=work, token=token).stdout)
        assert status["waiting"] == 0 and "team merge" in status["next"], "the walls of the others are not awaited"
    assert run("team", "merge", *(str(work / "study.db") for work in works), cwd=lead, token=token).returncode == 0
    with open_store(lead / "study.db", write=False) as store:
        readable = {user for user, state in audiences.panel_states(store) if state == "ok"}
        assert readable and {walk.subject for walk in journal.walks(store, "walls")} == readable
        assert store.value("SELECT count(*) FROM posts WHERE owner_id > 0")


def fill(store: Store) -> None:
    """One row in every table."""
    store.connection.execute("PRAGMA foreign_keys = OFF")
    store.connection.execute("PRAGMA ignore_check_constraints = ON")
    for table in (*tables.SOCIAL, *tables.DERIVED, *tables.MACHINE):
        columns = [row[1:3] for row in store.rows(f"PRAGMA table_info({table})")]
        cells = ", ".join({"INTEGER": "1", "REAL": "1.0", "BLOB": "x'00'"}.get(kind, "'walls'") for _, kind in columns)
        store.many(f"INSERT OR IGNORE INTO {table} VALUES ({cells})", [()])


def test_an_order_holds_who_is_in_the_study_and_nothing_made_from_texts(tmp_path: Path) -> None:
    (tmp_path / "дом").mkdir()
    for folder, person in (("дом", 1), (".", 2)):
        (tmp_path / folder / "ids.txt").write_text(str(person), encoding="utf-8")
    text = '[study]\nname = "а"\n' + "".join(
        f'[[audiences]]\nname = "{file}"\npeople = "{file}"\n' for file in ("~/ids.txt", "ids.txt")
    )
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    with open_store(tmp_path / "study.db") as store:
        fill(store)
        optouts.make_key(store.path)
    environ = {"HOME": str(tmp_path / "дом"), "USERPROFILE": str(tmp_path / "дом")}
    done = run("team", "split", "--members", "2", cwd=tmp_path, token="", **environ)
    assert done.returncode == 0, done.stderr.decode()
    work = tmp_path / "team" / "work-2"
    with open_store(work / "study.db", write=False) as store:
        there = {
            table for table in (*tables.SOCIAL, *tables.DERIVED, *tables.MACHINE)
            if store.value(f"SELECT count(*) FROM {table}")
        }  # fmt: skip
    assert there == {
        "communities", "community_counts", "users", "user_states", "memberships", "aliases", "_local_numbers",
        "audiences", "audience_members", "optouts", "experiments", "assignments",
    }  # fmt: skip
    told = tomllib.loads((work / "config.toml").read_text(encoding="utf-8"))["audiences"]
    assert [(work / one["people"]).read_text(encoding="utf-8") for one in told] == ["1", "2"]


def test_of_two_versions_the_later_is_taken_and_told(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as one, open_store(tmp_path / "b.db") as other:
        walls.save_posts(one, [Post(1, 1, from_id=1, text="старое"), Post(1, 2, from_id=1, text="наше")], 10)
        walls.save_posts(other, [Post(1, 1, from_id=1, text="новое"), Post(1, 2, from_id=1, text="их")], 20)
        walls.save_posts(one, [Post(1, 2, from_id=1, text="наше")], 30)
        walls.save_posts(other, [Post(1, 3, from_id=1, text="только их")], 20)
        people.save_users(one, [User(1, "ok", sex=1)], 10)
        people.save_users(other, [User(1, "unknown"), User(2, "ok")], 20)
        found = merging.merge(one, tmp_path / "b.db")
        assert (found.new["posts"], found.conflicts["posts"], found.new["users"]) == (1, 2, 1)
        texts = [row[0] for row in one.rows("SELECT text FROM posts ORDER BY id")]
        assert texts == ["новое", "наше", "только их"]
        assert tuple(next(one.rows("SELECT state, sex FROM users WHERE id = 1"))) == ("ok", 1)


def test_facts_seen_later_survive_a_merge_either_way(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as one:
        people.save_members(one, 7, [1, 2, 3], 10)
        people.save_users(one, [User(1, city="Омск"), User(2), User(3, sex=2), User(4, state="closed")], 10)
        walls.save_posts(one, [Post(1, 1, from_id=1)], 10)
        journal.save_gap(one, Gap("walls", 4, "closed", seen=10))
    shutil.copyfile(tmp_path / "a.db", tmp_path / "b.db")
    with open_store(tmp_path / "b.db") as other:
        people.close_absent_members(other, 7, 20, 20)  # all three have left ...
        people.save_members(other, 7, [2], 30)  # ... one came back ...
        people.save_users(other, [User(1, "closed", city="Тверь"), User(2, "closed"), User(3, "deleted"), User(5)], 20)
        walls.mark_unseen_deleted(other, 1, 15, 20)
        journal.save_gap(other, Gap("walls", 4, "deleted", seen=20))
    with open_store(tmp_path / "a.db") as one:
        people.save_members(one, 7, [3], 40)  # ... and one is seen here after that.
        people.save_users(one, [User(2)], 40)
    for mine, theirs in (("a", "b"), ("b", "a")):
        shutil.copyfile(tmp_path / f"{mine}.db", tmp_path / "joined.db")
        with open_store(tmp_path / "joined.db") as store:
            merging.merge(store, tmp_path / f"{theirs}.db")
            again = merging.merge(store, tmp_path / f"{theirs}.db")
            assert sum(again.new.values()) == 0 and again.conflicts["memberships"] == 0
            stays = store.rows("SELECT user_id, absent_seen, first_seen, last_seen, left_seen FROM memberships "
                               "ORDER BY user_id, first_seen")  # fmt: skip
            assert [tuple(row) for row in stays] == [
                (1, None, 10, 10, 20), (2, None, 10, 10, 20), (2, 20, 30, 30, None),
                (3, None, 10, 10, 20), (3, 20, 40, 40, None),
            ]  # fmt: skip
            states = store.rows("SELECT user_id, field, value, from_seen, to_seen FROM user_states ORDER BY 1, 2, 4")
            assert [tuple(row) for row in states] == [
                (1, "city", "Омск", 10, 20), (1, "city", "Тверь", 20, None), (1, "state", "ok", 10, 20),
                (1, "state", "closed", 20, None), (2, "state", "ok", 10, 20), (2, "state", "closed", 20, 40),
                (2, "state", "ok", 40, None), (3, "state", "ok", 10, 20), (3, "state", "deleted", 20, None),
            ]  # fmt: skip
            assert store.value("SELECT deleted_seen FROM posts") == 20
            assert store.value("SELECT state FROM gaps") == "deleted"
            assert tuple(next(store.rows("SELECT state, sex FROM users WHERE id = 3"))) == ("deleted", 2)


def test_an_audience_of_another_rule_is_told_and_not_mixed(tmp_path: Path) -> None:
    for name, definition, person in (("a.db", '{"any": [1]}', 1), ("b.db", '{"any": [2]}', 2)):
        with open_store(tmp_path / name) as store:
            number = audiences.save_audience(store, Audience("рок", definition))
            audiences.save_sample(store, number, {person: 1.0}, 5)
            other = audiences.save_audience(store, Audience("коты", '{"any": [3]}'))
            audiences.save_sample(store, other, {person: 1.0}, 5)
    (tmp_path / "config.toml").write_text('[study]\ndatabase = "a.db"\n', encoding="utf-8")
    done = run("team", "merge", "b.db", cwd=tmp_path, token="")
    assert done.returncode == 0 and "их люди не взяты: рок" in done.stdout.decode()
    with open_store(tmp_path / "a.db") as store:
        assert (audiences.sample(store, 1), set(audiences.sample(store, 2))) == ({1: 1.0}, {1, 2})


def test_imports_made_apart_are_not_taken_for_one_another(tmp_path: Path) -> None:
    for name, author in (("a.db", "аня"), ("b.db", "боря")):
        with open_store(tmp_path / name) as store:
            Aliases(store, "форум").add("user", [author])
    with open_store(tmp_path / "a.db") as store:
        with pytest.raises(StorageError, match="одни номера"):
            merging.merge(store, tmp_path / "b.db")
        assert store.value("SELECT count(*) FROM aliases") == 1
    with open_store(tmp_path / "c.db") as store:
        merging.merge(store, tmp_path / "b.db")
        known = Aliases(store, "форум").find("user", ["боря"])
        assert Aliases(store, "форум").add("user", ["вера"])["вера"] > known["боря"]


def test_what_is_no_study_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as store:
        (tmp_path / "text.db").write_text("никакая не база", encoding="utf-8")
        for file in (tmp_path / "text.db", tmp_path / "нет.db", tmp_path / "a.db"):
            with pytest.raises(StorageError) as error:
                merging.merge(store, file)
            assert error.value.todo
        assert store.value("SELECT count(*) FROM users") == 0


def test_people_who_opted_out_do_not_come_back(tmp_path: Path) -> None:
    with open_store(tmp_path / "b.db") as other:
        people.save_users(other, [User(5, "ok"), User(6, "ok")], 10)
        walls.save_posts(other, [Post(5, 1, from_id=5, text="моё"), Post(6, 1, 6, text="[id5|Тайноимя], было")], 10)
        walls.save_posts(other, [Post(6, 1, 6, text="[id5|Тайноимя], стало")], 11)
    with open_store(tmp_path / "a.db") as one:
        people.save_users(one, [User(5, "ok")], 5)
        erase.forget(one, [5])
        for conflicts in (0, 0):  # a name cut out here is no difference
            assert merging.merge(one, tmp_path / "b.db").conflicts["posts"] == conflicts
        assert [row[0] for row in one.rows("SELECT id FROM users")] == [6]
        assert [row[0] for row in one.rows("SELECT text FROM posts")] == [", стало"]
        assert [row[0] for row in one.rows("SELECT text FROM post_versions")] == [", было"]
    assert "Тайноимя".encode() not in (tmp_path / "a.db").read_bytes()


def test_whom_a_member_forgot_is_forgotten_by_all(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as one:
        people.save_users(one, [User(4, "ok"), User(5, "ok"), User(6, "ok")], 10)
        walls.save_posts(one, [Post(5, 1, from_id=5, text="моё")], 10)
        erase.forget(one, [4])
    for end in ("", ".key"):
        shutil.copyfile(tmp_path / f"a.db{end}", tmp_path / f"b.db{end}")
    with open_store(tmp_path / "b.db") as other:
        erase.forget(other, [5])
    (tmp_path / "config.toml").write_text('[study]\ndatabase = "a.db"\n', encoding="utf-8")
    done = run("team", "merge", "b.db", cwd=tmp_path, token="")
    assert done.returncode == 0 and "стёрто и здесь: 1" in done.stderr.decode()
    with open_store(tmp_path / "a.db") as one:
        assert [row[0] for row in one.rows("SELECT id FROM users")] == [6]
        people.save_users(one, [User(5, "ok")], 11)
        assert one.value("SELECT count(*) FROM users") == 1 and one.value("SELECT count(*) FROM posts") == 0


@pytest.mark.parametrize("trace", range(10))
def test_who_is_known_here_only_as_an_author_or_by_a_mention_is_forgotten_too(tmp_path: Path, trace: int) -> None:
    gone = 77_123
    with open_store(tmp_path / "a.db") as one:
        erase.forget(one, [4])
    for end in ("", ".key"):
        shutil.copyfile(tmp_path / f"a.db{end}", tmp_path / f"b.db{end}")
    with open_store(tmp_path / "b.db") as other:
        erase.forget(other, [gone])
    with open_store(tmp_path / "a.db") as one:
        [
            lambda: walls.save_posts(one, [Post(-1, 1, from_id=gone)], 1),
            lambda: walls.save_posts(one, [Post(-1, 1, signer_id=gone)], 1),
            lambda: walls.save_posts(one, [Post(-1, 1, repost_author_id=gone, repost_text="a")], 1),
            lambda: walls.save_posts(one, [Post(-1, 1, text=f"@id{gone} (Имя)")], 1),
            lambda: walls.save_comments(one, [Comment(-1, 1, 1, from_id=gone)], 1),
            lambda: walls.save_comments(one, [Comment(-1, 1, 1, reply_to_user=gone)], 1),
            lambda: walls.save_likes(one, -1, "post", 1, [gone], "like", 1),
            lambda: people.save_subscriptions(one, gone, [1], 1),
            lambda: people.save_subscriptions(one, 1, [1], 1, people=[gone]),
            lambda: journal.save_gap(one, Gap("walls", gone, "closed")),
        ][trace]()
        assert merging.forgotten_there(one, tmp_path / "b.db") == [gone]
        erase.forget(one, [gone])
        assert gone not in erase.everybody(one)


def test_whom_one_of_the_team_forgot_another_brings_not_back(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as one:
        erase.forget(one, [4])
    for name in "bc":
        for end in ("", ".key"):
            shutil.copyfile(tmp_path / f"a.db{end}", tmp_path / f"{name}.db{end}")
    with open_store(tmp_path / "b.db") as other:
        people.save_users(other, [User(5), User(5, "closed"), User(6)], 5)
        people.save_users(other, [User(5, "closed")], 6)
        journal.save_walk(other, Walk("walls", 5, state="done"))
        journal.save_gap(other, Gap("subscriptions", 5, "closed"))
    with open_store(tmp_path / "c.db") as other:
        erase.forget(other, [5])
    (tmp_path / "config.toml").write_text('[study]\ndatabase = "a.db"\n', encoding="utf-8")
    assert run("team", "merge", "b.db", "c.db", cwd=tmp_path, token="").returncode == 0
    with open_store(tmp_path / "a.db", write=False) as one:
        assert erase.everybody(one) == {6} and one.value("SELECT count(*) FROM user_states") == 0


def test_two_studies_with_one_key_share_its_pace_and_its_day(tmp_path: Path, world: World) -> None:
    with start_server(world, ServerSettings(requests_per_second=10)) as vk:
        running = []
        for number in open_communities(world)[:2]:
            folder = tmp_path / str(number)
            folder.mkdir()
            text = (
                f'[vk]\napi_url = "{vk.api_url}"\nrequests_per_second = 10\n[collect]\nwhat = ["members", "posts", '
                f'"walls"]\n[[audiences]]\nname = "а"\ncommunities = ["club{number}"]\n'
            )
            (folder / "config.toml").write_text(text, encoding="utf-8")
            environ = {**os.environ, "VK_TOKEN": vk.tokens["service"], "VKAUDIENCE_STATE": str(tmp_path / "state")}
            line = [sys.executable, "-m", "vkaudience", "collect", "-q"]
            running.append(subprocess.Popen(line, cwd=folder, env=environ, stdout=subprocess.DEVNULL))
        assert [one.wait() for one in running] == [0, 0]
        # Apart they are refused a dozen times; late packets on a busy machine may still be some.
        assert sum(call.error == 6 for call in vk.log) <= 5
        walls_asked = vk.calls("wall.get")
    with open_store(tmp_path / str(open_communities(world)[0]) / "study.db") as store:
        own = store.value("SELECT sum(calls) FROM quotas WHERE method = 'wall.get'")
        (file,) = (tmp_path / "state").glob("calls-*.db")
        with contextlib.closing(sqlite3.connect(file)) as ledger:
            assert (
                ledger.execute("SELECT sum(calls) FROM calls WHERE method = 'wall.get'").fetchone()[0]
                == walls_asked
                > own
            )
