"""Drawn baselines: seeded, versioned, kept by later collections, and what the report compares with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from collector.baseline import Baseline, Drawn, draw_baseline
from collector.client import VkClient
from collector.settings import AudienceSpec, VkSettings
from collector.token import Token
from portraits.passport import rule
from portraits.study import Group
from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import ConfigError, MissingInput, Store, audiences, open_store

from .social import Study, open_communities


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("town")


@pytest.fixture
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=5000)) as server:
        yield server


@pytest.fixture
def study(vk: SimulatedVk, world: World) -> Iterator[Study]:
    with open_store(":memory:") as store:
        made = Study(vk, store)
        made.collect(AudienceSpec("рок", (str(open_communities(world)[0]),)), what=("members",))
        yield made


def draw(study: Study, **wanted: Any) -> tuple[Drawn, dict[str, int]]:
    vk = VkSettings(api_url=study.vk.api_url, requests_per_second=2000)
    with VkClient(Token(study.vk.tokens["service"]), vk) as client:
        return draw_baseline(study.store, Baseline(**wanted), client=client, clock=study.clock), dict(client.calls)


def people_of(store: Store, name: str) -> dict[int, float]:
    row = audiences.find_audience(store, name)
    assert row is not None
    return audiences.sample(store, row.id or 0)


def test_random_people_are_alive_seeded_and_stand_for_all(study: Study, world: World) -> None:
    before = study.rows("SELECT count(*) FROM users")[0][0]
    drawn, calls = draw(study, kind="random", n=100)
    chosen = people_of(study.store, drawn.name)
    assert drawn.people == len(chosen) == 100 and drawn.version == 1
    assert calls["users.get"] == -(-drawn.asked // 1000)
    assert all(world.people[number].deactivated is None for number in chosen)
    living = sum(one.deactivated is None for one in world.people.values())
    newest = max(row[0] for row in study.rows("SELECT id FROM users"))
    assert sum(chosen.values()) == pytest.approx(living * newest / max(world.people), rel=0.2)
    assert study.rows("SELECT count(*) FROM users")[0][0] <= before + 100, "pages that are gone are not stored"
    again, _ = draw(study, kind="random", n=100)
    assert set(people_of(study.store, again.name)) == set(chosen)
    other, _ = draw(study, kind="random", n=100, seed=2)
    assert other.version > again.version and set(people_of(study.store, other.name)) != set(chosen)


def test_a_wrong_id_in_a_list_does_not_stretch_the_draw_beyond_vk(study: Study, world: World) -> None:
    spec = AudienceSpec("список", people=(next(iter(world.people)), 7_777_777_777))
    study.collect(spec, what=("members",))
    assert study.rows("SELECT state FROM users WHERE id = 7777777777") == [("deleted",)]
    drawn, _ = draw(study, kind="random", n=40)
    assert drawn.people == 40 and drawn.asked < max(world.people) * 2


def test_a_city_holds_its_people_only(study: Study, world: World) -> None:
    drawn, _ = draw(study, kind="city", n=30, city="москва")
    chosen = people_of(study.store, drawn.name)
    assert chosen and all(world.people[number].city == "Москва" for number in chosen)
    with pytest.raises(MissingInput, match="Атлантида"):
        draw(study, kind="city", n=30, city="Атлантида")


def test_a_pool_leaves_the_studied_out(study: Study, world: World) -> None:
    first, second = open_communities(world)[:2]
    drawn, _ = draw(study, kind="pool", n=50, communities=(str(first), str(second)))
    chosen = set(people_of(study.store, drawn.name))
    assert len(chosen) == 50 and chosen <= set(world.members(second)) - set(world.members(first))
    with pytest.raises(ConfigError, match="999999999"):
        draw(study, kind="pool", n=5, communities=("club999999999",))
    with pytest.raises(MissingInput):
        draw(study, kind="pool", n=5, communities=(str(first),))


def test_collect_keeps_a_baseline_and_reads_its_walls(study: Study, world: World) -> None:
    number = open_communities(world)[0]
    drawn, _ = draw(study, kind="random", n=40)
    study.collect(AudienceSpec("рок", (str(number),)), what=("members", "walls"), max_posts=100)
    chosen = people_of(study.store, drawn.name)
    read = {row[0] for row in study.rows("SELECT subject FROM walks WHERE kind = 'walls'")}
    assert len(chosen) == 40 and {one for one in chosen if not world.people[one].closed} <= read
    study.collect(AudienceSpec("другая", (str(number),)), what=("members",))
    assert {row.name for row in audiences.audiences(study.store)} == {"другая", drawn.name}


def test_a_name_of_the_config_is_not_taken(study: Study) -> None:
    with pytest.raises(ConfigError, match="рок"):
        draw(study, kind="random", n=5, name="рок")


def test_before_anybody_is_known_the_next_step_is_told(vk: SimulatedVk) -> None:
    with open_store(":memory:") as store, pytest.raises(MissingInput, match="collect"):
        draw(Study(vk, store), kind="random", n=5)


@pytest.mark.parametrize(
    ("definition", "key"),
    [
        ({"baseline": "random", "seed": 7}, ("baseline_random", 7)),
        ({"baseline": "pool", "seed": 1}, ("baseline_pool", 1)),
        ({"baseline": "<b>"}, ("unknown", 0)),
        ({"active": 3, "since": 5, "walls": [1], "people": 0}, ("active", 3)),
    ],
)
def test_the_report_says_how_an_audience_was_made(definition: dict[str, Any], key: tuple[str, int]) -> None:
    group = Group(1, "а", "baseline", json.dumps(definition), (), 1, 1)
    assert rule(group) == key
