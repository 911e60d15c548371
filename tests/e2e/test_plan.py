"""``plan``: what it costs, that what it reads is kept, and that ``collect`` then finds what it foretold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collector.client import VkClient
from collector.plan import WANTED, Facts, Plan, plan, reckon
from collector.settings import AudienceSpec, CollectSettings, VkSettings
from collector.token import Token
from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import Store, open_store

from .social import HOUR, Study, open_communities


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("town")


@pytest.fixture
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=5000)) as server:
        yield server


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:") as opened:
        yield opened


def made(study: Study, *names: str, **settings: Any) -> tuple[Plan, dict[str, int]]:
    """The plan and the calls that it cost."""
    asked = CollectSettings(tuple(AudienceSpec(name, (name,)) for name in names), max_posts=100, **settings)
    vk = VkSettings(api_url=study.vk.api_url, requests_per_second=2000)
    with VkClient(Token(study.vk.tokens[study.kind]), vk) as client:
        found = plan(study.store, asked, client=client, clock=study.clock)
        return found, {method: n for method, n in client.calls.items() if n and method != "execute"}


def test_a_look_costs_one_call_three_pages_and_a_hundred_walls(vk: SimulatedVk, store: Store, world: World) -> None:
    ids = open_communities(world)[:2]
    study = Study(vk, store)
    found, calls = made(study, *map(str, ids))
    assert calls["groups.getById"] == 1
    assert calls["groups.getMembers"] <= 3 * len(ids)
    assert 0 < calls["wall.get"] <= 100 * len(ids)
    shut = {number for number, one in world.people.items() if one.closed or one.deactivated}
    read = {row[0] for row in store.rows("SELECT subject FROM walks WHERE kind = 'walls'")}
    assert read and not read & shut
    again, calls = made(study, *map(str, ids))
    assert set(calls) == {"groups.getById"} and again.parts == found.parts


def test_collect_finds_what_was_foretold_and_does_not_read_the_pilot_again(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    number = open_communities(world)[0]
    study = Study(vk, store)
    found, _ = made(study, str(number))
    part = found.parts[0]
    before = {row[0] for row in store.rows("SELECT subject FROM walks WHERE kind = 'walls'")}
    study.collect(AudienceSpec("a", (str(number),)), max_posts=100)
    stamps = dict(study.rows("SELECT subject, started_seen FROM walks WHERE kind = 'walls'"))
    assert part.facts.members == len(world.members(number))
    assert part.people == pytest.approx(len(stamps), rel=0.02)
    assert before < set(stamps)
    texts = study.rows(
        "SELECT owner_id, group_concat(text || ' ' || coalesce(repost_text, ''), ' ') FROM posts WHERE owner_id > 0 "
        "GROUP BY 1"
    )
    worded = sum(sum(len(word) > 3 for word in text.split()) >= 20 for _, text in texts)
    assert part.worded.low <= worded / len(stamps) <= part.worded.high
    study.clock.time += HOUR
    assert made(study, str(number))[0].calls["wall.get"] == 1, "only the community's own wall is left"


def test_names_that_are_not_there_and_hidden_lists_are_said(vk: SimulatedVk, store: Store, world: World) -> None:
    hidden = next(number for number, one in world.communities.items() if one.hides_members)
    study = Study(vk, store)
    found, _ = made(study, str(hidden), "club999999999")
    assert found.missing == ("club999999999",)
    assert [(part.facts.refused, part.people) for part in found.parts] == [("hidden_members", 0)]
    _, calls = made(study, str(hidden))
    assert "groups.getMembers" not in calls


def test_without_vk_only_the_study_and_priors_speak(store: Store) -> None:
    found = plan(store, CollectSettings((AudienceSpec("a", ("club1",)),)), client=None)
    assert found.parts == () and not found.calls.get("wall.get")


def big(**changes: Any) -> Facts:
    walls = [(30, 50)] * 40 + [(0, 0)] * 60
    values = {"id": 1, "name": "к", "members": 50_000, "states": {"ok": 700, "closed": 300}, "walls": walls, **changes}
    return Facts(**values)


def test_a_big_community_needs_days_and_a_sample_makes_it_one() -> None:
    left = {"wall.get": 4000}
    everybody = reckon([big()], CollectSettings((), max_posts=100), left)
    assert everybody.parts[0].people == 35_000 and everybody.parts[0].with_words == 14_000
    assert everybody.days == 8  # 35,001 calls: 4,000 today, then 5,000 a day
    assert everybody.parts[0].today == 3999 and everybody.parts[0].needed == WANTED / 0.4
    drawn = reckon([big()], CollectSettings((), max_posts=100, sample=750), left)
    assert drawn.days == 1 and drawn.parts[0].with_words == WANTED
    assert drawn.parts[0].margin == pytest.approx(0.056, abs=0.001)
    assert drawn.seconds == pytest.approx((1 + 51 + 751) / 3)


def test_a_community_without_texts_can_never_reach_the_number() -> None:
    silent = reckon([big(walls=[(0, 0)] * 100)], CollectSettings(()), {"wall.get": 5000}).parts[0]
    assert silent.needed is None and silent.with_words == 0 and silent.margin is None
    assert silent.worded.high == pytest.approx(0.037, abs=0.001)


def test_people_of_a_list_cost_their_walls_and_profiles() -> None:
    found = reckon(
        [], CollectSettings((), what=("walls", "subscriptions")), {"wall.get": 100}, listed=300, listed_read=20
    )
    assert found.calls == {"users.get": 1, "wall.get": 308, "users.getSubscriptions": 300} and found.days == 2


def test_of_an_audience_of_all_only_the_common_members_are_asked_for(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    first, second = open_communities(world)[:2]
    for person in world.members(first)[:40]:
        vk.state.join(second, person)
    common = set(vk.state.members(first)) & set(vk.state.members(second))
    study = Study(vk, store)
    names = (str(first), str(second))
    vk_settings = VkSettings(api_url=vk.api_url, requests_per_second=2000)
    with VkClient(Token(vk.tokens["service"]), vk_settings) as client:
        everybody = plan(store, CollectSettings((AudienceSpec("a", names),)), client=client, clock=study.clock)
        both = plan(store, CollectSettings((AudienceSpec("a", names, least=2),)), client=client, clock=study.clock)
    asked = [sum(part.people for part in one.parts) for one in (everybody, both)]
    most = min(len(vk.state.members(first)), len(vk.state.members(second)))
    assert 0 < asked[1] <= most < asked[0]
    assert asked[1] >= 0.5 * len(common)
