"""The world that is served: audiences differ as real ones do, and the same seed is the same world."""

from __future__ import annotations

import pytest

from simulator.world import World, build_world


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("demo")


def open_people(world: World, community: int) -> list[int]:
    members = (world.people[number] for number in world.members(community))
    return [one.id for one in members if not one.closed and not one.deactivated]


def written(world: World, user: int) -> int:
    return sum(len(post.text) for post in world.wall(user))


def studied(world: World) -> list[int]:
    return [n for n, one in world.communities.items() if n in world.truth().audience and not one.closed
            and not one.hides_members]  # fmt: skip


def test_blank_walls_are_common_and_differ_by_audience(world: World) -> None:
    shares = []
    for number in studied(world):
        people = open_people(world, number)
        shares.append(sum(not world.wall(user) for user in people) / len(people))
    assert min(shares) >= 0.05 and max(shares) <= 0.5 and max(shares) > 3 * min(shares), shares


def test_text_volume_differs_twenty_five_fold_between_audiences(world: World) -> None:
    volumes = [sum(written(world, user) for user in open_people(world, number)) for number in studied(world)]
    assert max(volumes) >= 25 * min(volumes), volumes


def test_audiences_share_members(world: World) -> None:
    sets = [set(world.members(number)) for number in studied(world)]
    assert any(first & second for place, first in enumerate(sets) for second in sets[:place])


def test_the_seed_makes_the_world() -> None:
    first, second = build_world("tiny"), build_world("tiny")
    owners = [-number for number in first.communities] + sorted(first.people)[:20]
    assert [first.wall(owner) for owner in owners] == [second.wall(owner) for owner in owners]


def test_hostile_texts_are_among_the_posts(world: World) -> None:
    texts = [post.text for user in sorted(world.people) for post in world.wall(user)]
    for payload in ("<script", "=HYPERLINK(", "\x00", "\u202e"):
        assert any(payload in text for text in texts), payload
