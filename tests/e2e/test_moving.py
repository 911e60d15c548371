"""Walls that people write on and delete from while they are read, page by page and batch by batch."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest

from collector import batch, walk_wall
from collector.settings import AudienceSpec
from simulator.records import Post
from simulator.server import ServerSettings, start_server
from simulator.state import Change, State
from simulator.world import World, build_world
from storage import open_store

from .social import Study, open_communities

FIRST_NEW = 10_000_000


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


def moves(owner_id: int, draw: random.Random) -> list[Change]:
    """Before every second call for a page of the wall one to five posts come on top, or as many go."""

    def write(state: State) -> None:
        number = FIRST_NEW + draw.randrange(10**6)
        state.insert(Post(owner_id, number, owner_id, state.now + number - FIRST_NEW, "новое"))

    def wipe(state: State) -> None:
        wall = state.wall(owner_id)
        if len(wall) > 5:
            state.delete(owner_id, draw.choice(wall).id)

    found = []
    for call in range(2, 60):
        if draw.random() < 0.5:
            found += [Change("wall.get", call, draw.choice([write, wipe]), owner_id)] * draw.choice([1, 1, 2, 5])
    return found


@pytest.mark.parametrize("kind", ["service", "user"])
@pytest.mark.parametrize("seed", range(12))
def test_what_stood_all_the_time_is_read_however_the_wall_moves(
    world: World, kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_wall, "PAGE", 9)
    monkeypatch.setattr(walk_wall, "MOST", 4)
    monkeypatch.setattr(batch, "MOST", 4)
    monkeypatch.setitem(batch.FIRST_SIZES, "wall.get", 4)
    draw, ids = random.Random(seed), open_communities(world)
    with start_server(world, ServerSettings(requests_per_second=1e6)) as vk, open_store(":memory:") as store:
        for number in ids:
            for change in moves(-number, draw):
                vk.state.schedule(change)
        study = Study(vk, store, kind)
        assert study.collect(AudienceSpec("все", tuple(f"club{n}" for n in ids)), what=("posts",)).state == "done"
        for number in ids:
            stored = {row[0] for row in study.rows(f"SELECT id FROM posts WHERE owner_id = -{number}")}
            assert vk.state.lasting_posts(-number) <= stored
            gone = f"SELECT id FROM posts WHERE owner_id = -{number} AND deleted_seen IS NOT NULL"
            assert not {row[0] for row in study.rows(gone)} & {post.id for post in vk.state.wall(-number)}


@pytest.mark.parametrize("kind", ["service", "user"])
@pytest.mark.parametrize(("page", "most"), [(9, 4), (9, 8), (5, 8)])
def test_a_moving_wall_whose_count_lies_now_and_then_hides_nothing(
    world: World, kind: str, page: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_wall, "PAGE", page)
    for room in (walk_wall, batch):
        monkeypatch.setattr(room, "MOST", most)
    monkeypatch.setitem(batch.FIRST_SIZES, "wall.get", most)
    for seed in (5, 9, 28):
        draw, ids = random.Random(seed), open_communities(world)
        settings = ServerSettings(requests_per_second=1e6, faults=(f"count_larger@wall.get:p=0.2,seed={seed}",))
        with start_server(world, settings) as vk, open_store(":memory:") as store:
            for number in ids:
                for change in moves(-number, draw):
                    vk.state.schedule(change)
            study = Study(vk, store, kind)
            for _ in range(5):  # a wall that failed is told, and comes with the next run
                if study.collect(AudienceSpec("все", tuple(f"club{n}" for n in ids)), what=("posts",)).state == "done":
                    break
            for number in ids:
                stored = {row[0] for row in study.rows(f"SELECT id FROM posts WHERE owner_id = -{number}")}
                assert vk.state.lasting_posts(-number) <= stored


def let_go(state: State, owner_id: int) -> None:
    state.pin(owner_id, None)


def pin_a_read_one(state: State, owner_id: int) -> None:
    state.pin(owner_id, state.wall(owner_id)[3].id)


def pin_an_unread_one_and_delete_a_read_one(state: State, owner_id: int) -> None:
    read, unread = state.wall(owner_id)[2], state.wall(owner_id)[-2]
    state.pin(owner_id, unread.id)
    state.delete(owner_id, read.id)


@pytest.mark.parametrize("kind", ["service", "user"])
@pytest.mark.parametrize("event", [let_go, pin_a_read_one, pin_an_unread_one_and_delete_a_read_one])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_post_that_is_pinned_or_let_go_meanwhile_hides_no_other(
    world: World, kind: str, event: Callable[[State, int], None], pinned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_wall, "PAGE", 9)
    for room in (walk_wall, batch):
        monkeypatch.setattr(room, "MOST", 6)
    monkeypatch.setitem(batch.FIRST_SIZES, "wall.get", 6)
    owner_id = -max(open_communities(world), key=lambda number: len(world.wall(-number)))
    with start_server(world, ServerSettings(requests_per_second=1e6)) as vk, open_store(":memory:") as store:
        assert len(vk.state.wall(owner_id)) > 4 * 9
        vk.state.pin(owner_id, vk.state.wall(owner_id)[-3].id if pinned else None)
        vk.state.schedule(Change("wall.get", 4, partial(event, owner_id=owner_id), owner_id))
        study = Study(vk, store, kind)
        assert study.collect(AudienceSpec("все", (f"club{-owner_id}",)), what=("posts",)).state == "done"
        stored = {row[0] for row in study.rows("SELECT id FROM posts WHERE deleted_seen IS NULL")}
        assert vk.state.lasting_posts(owner_id) <= stored
