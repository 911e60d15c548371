"""Likes and comments that come and go while they are read, and between two collections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector import walk_likes
from collector.settings import AudienceSpec
from simulator import present
from simulator.envelope import VkRefusal
from simulator.records import Comment, Post
from simulator.server import ServerSettings, SimulatedVk, start_server
from simulator.state import Change, State
from simulator.world import World, build_world
from storage import open_store

from .social import HOUR, Patient, Study, open_communities

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
        yield Patient(vk, store, request.param)


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


def alone(vk: SimulatedVk, post: Post, likers: tuple[int, ...], texts: dict[int, str]) -> Post:
    """The post as the only one of its wall, with these likes and comments (id -> text), as new as can be."""
    for one in vk.state.wall(post.owner_id):
        vk.state.delete(post.owner_id, one.id)
    comments = tuple(Comment(number, 1, vk.state.now + number, text) for number, text in sorted(texts.items()))
    one = replace(post, likers=likers, reposters=(), comments=comments, date=vk.state.now - HOUR)
    vk.state.insert(one)
    return one


def test_new_comments_and_likes_are_read_though_as_many_went(
    vk: SimulatedVk, study: Study, post: Post, world: World
) -> None:
    people = tuple(sorted(world.people))
    old = alone(vk, post, people[:10], dict.fromkeys(range(1, 11), "старый"))
    collect(study, post)
    study.clock.time += 25 * HOUR
    fewer = alone(vk, old, people[3:10], dict.fromkeys(range(1, 8), "старый"))
    collect(study, post)
    new = dict.fromkeys(range(1, 8), "старый") | dict.fromkeys((21, 22, 23), "новый")
    alone(vk, fewer, (*people[10:13], *people[3:10]), new)
    study.clock.time += 25 * HOUR
    assert collect(study, post) == "done"
    assert likers(study, post) >= set(people[3:13])
    assert study.rows("SELECT count(*) FROM comments WHERE text = 'новый'") == [(3,)]


def test_what_changed_between_two_runs_behind_an_equal_counter_is_read_within_days(
    vk: SimulatedVk, study: Study, post: Post, world: World
) -> None:
    people = tuple(sorted(world.people))
    old = alone(vk, post, people[:10], dict.fromkeys(range(1, 11), "старый"))
    collect(study, post)
    alone(vk, old, people[3:13], dict.fromkeys(range(4, 14), "новый"))
    for _ in range(4):
        study.clock.time += 25 * HOUR
        assert collect(study, post) == "done"
    assert likers(study, post) == set(people[:13])
    assert study.rows("SELECT count(*) FROM comments WHERE text = 'новый'") == [(10,)]


def test_what_vk_promises_no_number_of_is_asked_for_once(
    vk: SimulatedVk, study: Study, post: Post, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = present.post

    def silent(*given: Any, **more: Any) -> dict[str, Any]:
        return {key: value for key, value in shown(*given, **more).items() if key not in ("comments", "likes")}

    monkeypatch.setattr(present, "post", silent)
    alone(vk, post, tuple(sorted(world.people))[:3], {1: "раз", 2: "два"})
    assert collect(study, post) == "done"
    assert len(likers(study, post)) == 3 and study.rows("SELECT count(*) FROM comments") == [(2,)]
    before = vk.calls("wall.getComments", inner=True)
    study.clock.time += 25 * HOUR
    assert collect(study, post) == "done" and vk.calls("wall.getComments", inner=True) == before


@pytest.mark.parametrize(("code", "state", "ended"), [(10, "failed", "partial"), (1, "failed", "partial"),
                                                     (210, "denied", "done")])  # fmt: skip
def test_a_post_that_fails_or_is_refused_keeps_no_other_from_being_read(
    vk: SimulatedVk, study: Study, post: Post, world: World, code: int, state: str, ended: str
) -> None:
    wanted = {one.id for one in world.wall(post.owner_id) if one.comments}
    bad, find = sorted(wanted)[-3], vk.state.post

    def refused(owner_id: int, number: int) -> Post | None:
        if number == bad:
            raise VkRefusal(code, "no")
        return find(owner_id, number)

    def read() -> set[int]:
        return {row[0] for row in study.rows(f"SELECT DISTINCT post_id FROM comments WHERE owner_id = {post.owner_id}")}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vk.state, "post", refused)
        assert collect(study, post) == ended
        assert read() == wanted - {bad}
        assert study.rows("SELECT subject, state FROM gaps WHERE kind LIKE 'comments:%'") == [(bad, state)]
        new = replace(post, id=post.id + 10, date=post.date + 1, comments=(Comment(10**9, 1, post.date, "x"),))
        vk.state.insert(new)
        study.clock.time += 25 * HOUR
        assert collect(study, post) == ended and new.id in read()
    study.clock.time += 25 * HOUR
    assert collect(study, post) == "done" and bad in read()


def test_a_new_like_on_top_of_many_costs_one_page(
    vk: SimulatedVk, study: Study, post: Post, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_likes, "PAGE", 12)
    people = tuple(sorted(world.people))
    old = alone(vk, post, people[:50], {})
    collect(study, post)
    alone(vk, old, (people[60], *people[:50]), {})
    study.clock.time += 25 * HOUR
    before = vk.calls("likes.getList", inner=True)
    assert collect(study, post) == "done" and likers(study, post) == {*people[:50], people[60]}
    assert vk.calls("likes.getList", inner=True) - before == 1
    # A counter that grew by more than is new on top is believed: the rest is read too.
    alone(vk, old, (people[61], *people[:50], people[62], people[63]), {})
    study.clock.time += 25 * HOUR
    assert collect(study, post) == "done" and {people[61], people[62], people[63]} <= likers(study, post)
