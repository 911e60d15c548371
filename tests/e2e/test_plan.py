"""``plan``: what it costs, that what it reads is kept, and that ``collect`` then finds what it foretold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from collector.baseline import Baseline, draw_baseline
from collector.check import check
from collector.client import VkClient
from collector.overlap import belonging, encode
from collector.plan import Plan, plan, reckon
from collector.plan_facts import Alone, Facts, Wall
from collector.plan_parts import WANTED
from collector.settings import AudienceSpec, CollectSettings, VkSettings
from collector.token import Token
from simulator.records import Post
from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import Store, journal, open_store, people
from storage.rows import Gap, Walk
from vkaudience.cmd_plan import _lines

from .social import HOUR, Study, open_communities

AT_ONCE = 32  # calls on their way when somebody stops


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
    assert 0 < calls["wall.get"] <= 101 * len(ids), "a hundred people and the first page of its own wall"
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
    assert made(study, str(number))[0].calls == {"groups.getById": 1}, "nothing is left to be read today"


EVERYTHING = ("members", "posts", "walls", "comments", "likes", "subscriptions")


@pytest.mark.parametrize("hours", [1, 25, 80])
def test_a_plan_of_a_collected_study_is_of_what_the_next_run_asks_for(
    vk: SimulatedVk, store: Store, world: World, hours: int
) -> None:
    first, second = open_communities(world)[:2]
    people_ = tuple(one for one, who in world.people.items() if not who.closed)[-40:]
    settings = {"what": EVERYTHING, "max_posts": 100, "sample": 30}
    specs = (AudienceSpec("a", (str(first),)), AudienceSpec("b", (str(second),), people=people_))
    study = Study(vk, store)
    study.collect(*specs, **settings)
    vk_settings = VkSettings(api_url=vk.api_url, requests_per_second=2000)
    with VkClient(Token(vk.tokens["service"]), vk_settings) as client:
        draw_baseline(store, Baseline("pool", 25, communities=(str(second),)), client=client, clock=study.clock)
    study.collect(*specs, **settings)
    study.clock.time += hours * HOUR
    found = planned(study, *specs, **settings)
    before = len(vk.log)
    study.collect(*specs, **settings)
    made_ = Counter(one.method for one in vk.log[before:])
    assert found.drawn == 25 and found.listed == 40
    assert {name: number for name, number in found.calls.items() if name != "wall.getComments"} == {
        name: pytest.approx(number, rel=0.15) for name, number in made_.items() if name != "wall.getComments"
    }
    assert found.calls.get("wall.getComments", 0) <= made_["wall.getComments"], "but for long threads"


def test_a_baseline_is_planned_for_and_an_audience_of_nobody_is_told(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    number, other = open_communities(world)[:2]
    spec = AudienceSpec("пустая", (str(number),), minus=(str(number),))
    study = Study(vk, store)
    study.collect(spec, what=("members",))
    with VkClient(Token(vk.tokens["service"]), VkSettings(api_url=vk.api_url, requests_per_second=2000)) as client:
        draw_baseline(store, Baseline("pool", 25, communities=(str(other),)), client=client, clock=study.clock)
    found = planned(study, spec, what=("members", "walls"))
    told = "\n".join(_lines(found, None))
    assert "после minus из них не остаётся никого" in told and "в контрольных аудиториях: 25" in told
    assert found.calls["wall.get"] >= 25


def test_a_check_before_uses_nothing_up(vk: SimulatedVk, store: Store, world: World) -> None:
    number = open_communities(world)[0]
    study = Study(vk, store)
    with VkClient(Token(vk.tokens[study.kind]), VkSettings(api_url=vk.api_url, requests_per_second=2000)) as client:
        assert {row.method for row in check(client, store, clock=study.clock) if row.code} > {"groups.getById"}
    assert not journal.probes(store, study.clock.now()), "what a probe's subject is refused for is no daily limit"
    found, calls = made(study, str(number))
    assert found.left["wall.get"] > 4000 and found.parts[0].readable.n, "the pilot looked"
    assert calls["groups.getById"] == 1


def test_a_look_that_was_stopped_is_told_and_goes_on_with_the_same_command(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    spec, clock = AudienceSpec("a", (str(open_communities(world)[0]),)), Study(vk, store).clock
    watch = SimpleNamespace(tell=lambda event: None, stopping=lambda: vk.calls("wall.get") >= 20)
    with VkClient(Token(vk.tokens["service"]), VkSettings(api_url=vk.api_url, requests_per_second=2000)) as client:
        stopped = plan(store, CollectSettings((spec,)), client=client, watch=watch, clock=clock)
        assert stopped.interrupted and "Остановлено" in _lines(stopped, None)[0]
        seen = vk.calls("wall.get")
        whole = plan(store, CollectSettings((spec,)), client=client, clock=clock)
    assert not whole.interrupted and "Остановлено" not in "".join(_lines(whole, None))
    assert stopped.parts[0].worded.n < whole.parts[0].worded.n and vk.calls("wall.get") <= 101 + AT_ONCE and seen < 101


def test_names_that_are_not_there_and_hidden_lists_are_said(vk: SimulatedVk, store: Store, world: World) -> None:
    hidden = next(number for number, one in world.communities.items() if one.hides_members)
    study = Study(vk, store)
    found, _ = made(study, str(hidden), "club999999999")
    assert found.missing == ("club999999999",)
    assert [(part.facts.refused, part.people) for part in found.parts] == [("hidden_members", 0)]
    _, calls = made(study, str(hidden))
    assert "groups.getMembers" not in calls


def test_without_vk_only_the_study_and_priors_speak(store: Store) -> None:
    specs = (
        AudienceSpec("a", ("club1", "vk.com/nobody_knows_it"), minus=("club5",)),
        AudienceSpec("b", ("club2", "club3"), least=2),
    )
    found = plan(store, CollectSettings(specs, sample=500, max_posts=100), client=None)
    assert [part.people for part in found.parts] == [500, 500, 0, 0, 0], "two asked for, one minus, two of a rule"
    assert [part.people for part in found.rules] == [500]
    assert all(part.facts.assumed and part.readable.n == part.worded.n == 0 for part in found.parts)
    assert found.calls["wall.get"] == round(1500 * 1.1) + 4 and found.calls["groups.getMembers"] == 5 * 11
    told = "\n".join(_lines(found, 500))
    assert "«vk.com/nobody_knows_it»: участников 10000 (допущение" in told and "взято из допущений" in told
    assert store.value("SELECT count(*) FROM communities") == 0, "what is assumed is not stored"


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
        [],
        CollectSettings((), what=("walls", "subscriptions")),
        {"wall.get": 100},
        alone=Alone(listed=300, unseen=300, read=20),
    )
    assert found.calls == {"users.get": 1, "wall.get": 308, "users.getSubscriptions": 300} and found.days == 2


def planned(study: Study, *specs: AudienceSpec, **settings: Any) -> Plan:
    vk = VkSettings(api_url=study.vk.api_url, requests_per_second=2000)
    with VkClient(Token(study.vk.tokens[study.kind]), vk) as client:
        return plan(study.store, CollectSettings(specs, **settings), client=client, clock=study.clock)


def spent(study: Study, *specs: AudienceSpec, **settings: Any) -> dict[str, int]:
    """Calls by method that a collection in a study of its own makes."""
    with open_store(":memory:") as store:
        fresh = Study(study.vk, store)
        before = len(study.vk.log)
        fresh.collect(*specs, **settings)
        calls = [one.method for one in study.vk.log[before:] if one.method != "execute"]
    return {method: calls.count(method) for method in calls}


def test_of_an_audience_of_all_only_the_common_members_are_asked_for(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    first, second = open_communities(world)[:2]
    for person in world.members(first)[:40]:
        vk.state.join(second, person)
    common = set(vk.state.members(first)) & set(vk.state.members(second))
    names = (str(first), str(second))
    study = Study(vk, store)
    (rule,) = planned(study, AudienceSpec("a", names, least=2)).rules
    assert rule.facts.members == len(common) and not rule.facts.at_most, "both lists fit into the pages looked at"
    assert rule.people == pytest.approx(len(common) * rule.readable.value, abs=1)
    read = store.rows("SELECT subject FROM walks WHERE kind = 'walls'")
    assert {row[0] for row in read} <= common, "the pilot's walls are of the audience"
    (drawn,) = planned(study, AudienceSpec("a", names, least=2), sample=10).rules
    assert drawn.people == 10, "one sample of the whole rule, not one a community"
    (nobody,) = planned(study, AudienceSpec("a", names, least=3)).rules
    assert nobody.people == 0


def test_members_to_be_taken_away_are_called_for_and_their_people_are_not(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    first, second = open_communities(world)[:2]
    for person in world.members(first)[::3]:
        vk.state.join(second, person)
    left = set(vk.state.members(first)) - set(vk.state.members(second))
    spec = AudienceSpec("a", (str(first),), minus=(f"club{second}",))
    found = planned(Study(vk, store), spec)
    kept, gone = found.parts
    assert kept.facts.members * kept.facts.share == pytest.approx(len(left))
    assert gone.facts.wall is None and gone.people == 0
    assert found.calls["groups.getMembers"] == 2
    made = spent(Study(vk, store), spec)
    assert {name: found.calls[name] for name in made if name != "wall.get"} == {
        name: number for name, number in made.items() if name != "wall.get"
    }
    pilot = store.value("SELECT count(*) FROM walks WHERE kind = 'walls'")
    assert found.calls["wall.get"] + pilot == pytest.approx(made["wall.get"], rel=0.1)


@pytest.mark.parametrize("since", [None, 0.5])
def test_who_is_active_costs_walls_likes_and_comments(
    vk: SimulatedVk, store: Store, world: World, since: float | None
) -> None:
    number = open_communities(world)[0]
    dates = sorted(post.date for post in world.wall(-number))
    moment = None if since is None else dates[int(len(dates) * since)]
    spec = AudienceSpec("a", (str(number),), actions=2)
    settings = {"what": ("members", "posts", "walls", "comments", "likes"), "since": moment}
    study = Study(vk, store)
    found = planned(study, spec, **settings)
    (rule,) = found.rules
    assert found.parts[0].people == 0 and rule.facts.at_most
    made = spent(study, spec, **settings)
    with_comments = sum(bool(post.comments) for post in world.wall(-number) if post.date >= (moment or 0))
    assert found.calls["wall.getComments"] == with_comments <= made["wall.getComments"], "but for long threads"
    assert found.calls["likes.getList"] == pytest.approx(made["likes.getList"], rel=0.15)
    assert found.calls["groups.getMembers"] == made["groups.getMembers"]
    study.collect(spec, **settings)
    people = int(store.value("SELECT count(*) FROM audience_members"))
    assert 0 < people <= rule.facts.members
    after = planned(study, spec, **settings)
    (counted,) = after.rules
    assert after.calls == {"groups.getById": 1}, "all of it was read just now"
    assert counted.facts.members == people and not counted.facts.at_most


def test_a_look_at_the_own_wall_is_kept_and_does_not_narrow_the_collection(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    number = open_communities(world)[0]
    for place in range(150):
        vk.state.insert(Post(-number, 10_000 + place, -number, vk.state.now + place, f"запись {place}"))
    study, spec = Study(vk, store), AudienceSpec("a", (str(number),))
    total = len(vk.state.wall(-number))
    first = planned(study, spec, what=("posts",))
    assert first.calls["wall.get"] == -(-(total - 2) // 98)
    assert store.value("SELECT count(*) FROM posts WHERE owner_id < 0") == 100
    before = vk.calls("wall.get")
    assert planned(study, spec, what=("posts",)) == first and vk.calls("wall.get") == before
    assert study.collect(spec, what=("posts",)).state == "done"
    assert store.value("SELECT count(*) FROM posts WHERE owner_id < 0") == total
    study.clock.time += 30 * HOUR
    before = vk.calls("wall.get")
    planned(study, spec, what=("posts",))
    study.collect(spec, what=("posts",))
    assert vk.calls("wall.get") - before == 1, "a plan in between makes nobody read the wall anew"


def test_many_calls_in_one_need_less_time() -> None:
    left = {"wall.get": 100_000}
    alone = reckon([big()], CollectSettings((), max_posts=100), left)
    together = reckon([big()], CollectSettings((), max_posts=100), left, packed=lambda method: 25)
    assert together.calls == alone.calls and together.seconds < alone.seconds / 20


def looked_at(store: Store, number: int, members: range, stretches: list[tuple[int, int]]) -> None:
    """A community of which a pilot knows these stretches only."""
    shown = [one for one in members if any(low <= one <= high for low, high in stretches)]
    people.save_members(store, number, shown, 5)
    journal.save_walk(
        store, Walk("pilot", number, encode(stretches), len(members), len(shown), "done", finished_seen=5)
    )


def test_where_pages_meet_they_tell_how_many_are_in_both() -> None:
    with open_store(":memory:") as store:
        looked_at(store, 1, range(2, 100_000, 2), [(0, 2000), (50_000, 52_000)])
        looked_at(store, 2, range(3, 90_000, 3), [(0, 3000), (51_000, 54_000)])
        members = {1: 49_999, 2: 29_999}
        found, counted = belonging(store, members, [1, 2], least=2) or (0, True)
        assert not counted and found == pytest.approx(15_000, rel=0.12), "every sixth id below 90,000"
        left, _ = belonging(store, members, [1], 1, [2]) or (0, True)
        assert left == pytest.approx(33_333, rel=0.05)
        looked_at(store, 3, range(60_000, 90_000), [(60_000, 61_000)])
        assert belonging(store, {**members, 3: 30_000}, [1, 3], least=2) is None, "no id that both pages tell of"
        journal.save_gap(store, Gap("members", 4, "hidden_members", 15, "", 5))
        assert belonging(store, {**members, 4: 500}, [1], 1, [4]) == (49_999, False), "a hidden list takes nobody away"


def test_the_plan_tells_in_words_what_a_rule_leaves(vk: SimulatedVk, store: Store, world: World) -> None:
    first, second = open_communities(world)[:2]
    hidden = next(number for number, one in world.communities.items() if one.hides_members)
    specs = (
        AudienceSpec("без второй", (str(first),), minus=(str(second), str(hidden))),
        AudienceSpec("активные", (str(first),), actions=3),
    )
    for person in world.members(first)[:100]:
        vk.state.join(second, person)
    told = "\n".join(_lines(planned(Study(vk, store), *specs, what=("members", "posts", "likes", "walls")), None))
    share = 1 - len(set(vk.state.members(first)) & set(vk.state.members(second))) / len(vk.state.members(first))
    assert f"после minus остаётся около {share:.0%}" in told and "Аудитория «активные»: людей не больше" in told
    assert re.search(r"wall\.get +\d+  не больше", told), "the calls rest on the most there can be"
    assert "названо после minus" in told and "кто в нём состоит, не узнать" in told and "likes.getList" in told


def test_an_audience_of_two_communities_needs_its_number_from_both_together() -> None:
    small, large = big(id=1, members=300), big(id=2, members=50_000)  # 210 and 35,000 can be read, 40 % have words
    unions = (("обе", (1, 2)), ("малая", (1,)), ("большая", (2,)))
    found = reckon([small, large], CollectSettings((), max_posts=100), {"wall.get": 100_000}, unions=unions)
    assert [one.needed for one in found.unions] == [540, None, 750], "210 x 0.4 + 540 x 0.4 = 300"
    both = reckon([big(id=1), big(id=2)], CollectSettings((), max_posts=100), {"wall.get": 9**9}, unions=unions[:1])
    assert both.unions[0].needed == WANTED / 0.4 / 2
    told = "\n".join(_lines(both, 100))
    assert "Чтобы в каждой аудитории осталось 300 человек с текстом: [collect] sample = 375." in told
    assert told.count("300 человек") == 1, "of one community alone nobody asked"


def test_posts_that_were_deleted_are_not_awaited_on_a_wall_that_was_read() -> None:
    wall = Wall(posts=300, comment_calls=0.5, like_calls=2.0, stored=290)
    settings, left = CollectSettings((), what=("posts", "likes", "comments")), {"wall.get": 5000}
    read = reckon([big(wall=replace(wall, pages=0), pages=0)], settings, left)
    assert read.calls == {"groups.getById": 1}
    unread = reckon([big(wall=wall, pages=0)], settings, left)
    assert unread.calls["likes.getList"] == 20 and unread.calls["wall.getComments"] == 5


def test_what_fits_today_is_not_held_down_by_a_small_community() -> None:
    facts = [big(id=1, members=30), big(id=2, members=50_000)]
    found = reckon(facts, CollectSettings((), what=("walls",), max_posts=100), {"wall.get": 4021})
    assert found.fits == 4000 and found.days > 1, "21 walls of the one, 4,000 of the other"
    assert "[collect] sample = 4000" in "\n".join(_lines(found, None))
    spent = reckon(facts, CollectSettings((), what=("walls",), max_posts=100), {"wall.get": 0})
    assert spent.fits == 0 and "Сегодня поместится" not in "\n".join(_lines(spent, None))


def test_each_line_of_a_plan_says_what_can_be_done_about_it() -> None:
    rule = big(id=0, name="оба", members=90, wall=None)
    settings = CollectSettings((), max_posts=100, sample=120)
    told = "\n".join(_lines(reckon([big()], settings, {"wall.get": 5000}, rules=[rule]), 120))
    assert "смягчите правило" in told and "похожим сообществом" not in told, "no community is like a rule"

    read = big(read=80, pages=0, wall=Wall(posts=0, pages=0))
    over = "\n".join(_lines(reckon([read], settings, {"wall.get": 0}), 120))
    assert "Уже прочитанного хватит на: [collect] sample = 80," in over and "Сегодня поместится" not in over

    done = _lines(reckon([big(read=120, pages=0, wall=Wall(posts=0, pages=0))], settings, {"wall.get": 9}), 120)
    calls = done[done.index("Вызовы VK:") + 1 :]
    assert calls[0].split() == ["groups.getById", "1"] and calls[1].startswith("  Остальное собрано недавно")
    assert calls[2] == "  Время меньше минуты при разрешённой частоте вызовов."
