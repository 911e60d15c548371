"""Likes and comments that come and go while they are read, and between two collections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from collector import walk_likes
from collector.settings import AudienceSpec
from simulator.records import Post
from simulator.server import ServerSettings, SimulatedVk, start_server
from simulator.state import Change, State
from simulator.world import World, build_world
from storage import open_store

from .social import Study, open_communities

WHAT = ("posts", "likes", "comments")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


@pytest.fixture
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=1e6)) as server:
        yield server


@pytest.fixture(params=["service", "user"])
def study(vk: SimulatedVk, request: pytest.FixtureRequest) -> Iterator[Study]:
    with open_store(":memory:") as store:
        yield Study(vk, store, request.param)


@pytest.fixture
def post(world: World) -> Post:
    """The newest post of a wall that anybody may read."""
    return max(world.wall(-open_communities(world)[0]), key=lambda one: one.date)


def change(state: State, post: Post) -> None:
    """Let the post be as this record says."""
    state.delete(post.owner_id, post.id)
    state.insert(post)


def collect(study: Study, post: Post) -> str:
    return study.collect(AudienceSpec("a", (f"club{-post.owner_id}",)), what=WHAT).state


def likers(study: Study, post: Post) -> set[int]:
    wanted = f"owner_id = {post.owner_id} AND item_id = {post.id} AND kind = 'like'"
    return {row[0] for row in study.rows(f"SELECT user_id FROM likes WHERE {wanted}")}


def test_likes_taken_back_between_two_pages_hide_no_other(
    vk: SimulatedVk, study: Study, post: Post, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_likes, "PAGE", 9)
    liked = replace(post, likers=tuple(sorted(world.people)[:40]), reposters=(), comments=())
    for one in vk.state.wall(post.owner_id):
        vk.state.delete(post.owner_id, one.id)
    vk.state.insert(liked)
    left = replace(liked, likers=(*liked.likers[:2], *liked.likers[7:]))
    vk.state.schedule(Change("likes.getList", 3, lambda state: change(state, left)))
    assert collect(study, post) == "done"
    assert likers(study, post) >= set(left.likers)
