"""Everything VK shows of an audience: who commented, liked, reposted and follows what, once and complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from collector.settings import AudienceSpec
from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import Store, audiences, open_store, portrait_people

from .social import ALL, HOUR, Study, comments, open_communities


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


@pytest.fixture
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=2000)) as server:
        yield server


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:") as opened:
        yield opened


def named(world: World) -> list[AudienceSpec]:
    return [AudienceSpec(str(number), (f"club{number}",)) for number in open_communities(world)]


@pytest.mark.parametrize("kind", ["service", "user"])
def test_every_comment_like_repost_and_subscription_arrives_once(
    vk: SimulatedVk, store: Store, world: World, kind: str
) -> None:
    study, specs = Study(vk, store, kind), named(world)
    assert study.collect(*specs, what=ALL).state == "done"
    for number in open_communities(world):
        wanted = comments(world, -number)
        found = {row[0]: row[1:] for row in study.rows(
            f"SELECT id, from_id, text, deleted FROM comments WHERE owner_id = {-number}")}  # fmt: skip
        assert found.keys() == wanted.keys()
        alive = {i: (one.from_id, one.text, 0) for i, one in wanted.items() if not one.deleted}
        assert {i: row for i, row in found.items() if not row[2]} == alive
        assert {i for i, row in found.items() if row[2]} == {i for i, one in wanted.items() if one.deleted}
        for name, column in (("like", "likers"), ("repost", "reposters")):
            pairs = {(post.id, user) for post in world.wall(-number) for user in getattr(post, column)}
            sql = f"SELECT item_id, user_id FROM likes WHERE owner_id = {-number} AND kind = '{name}'"
            assert set(study.rows(sql)) == pairs
    assert min(study.rows("SELECT count(*) FROM likes GROUP BY kind")) > (0,)
    refused = {row[0] for row in study.rows("SELECT subject FROM gaps WHERE kind = 'subscriptions'")}
    for (user,) in study.rows("SELECT DISTINCT user_id FROM audience_members"):
        follows = {row[0] for row in study.rows(f"SELECT community_id FROM subscriptions WHERE user_id = {user}")}
        assert follows == (set() if user in refused else set(world.subscriptions(user)))
        persons = {row[0] for row in study.rows(f"SELECT followed_id FROM followed_people WHERE user_id = {user}")}
        assert persons == (set() if user in refused else set(world.followed(user)))
    assert study.rows("SELECT * FROM followed_people")


def test_limits_hold_for_comments_and_subscriptions(vk: SimulatedVk, store: Store, world: World) -> None:
    study, specs = Study(vk, store), named(world)
    study.collect(*specs, what=ALL, max_comments=2, subscriptions_sample=5)
    assert max(row[0] for row in study.rows("SELECT count(*) FROM comments GROUP BY owner_id, post_id")) == 2
    assert vk.calls("users.getSubscriptions") <= 5 and study.rows("SELECT * FROM subscriptions")


def test_a_repeat_asks_for_names_only_and_a_day_later_only_for_what_is_new(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    study, specs = Study(vk, store), named(world)
    study.collect(*specs, what=ALL)
    before = len(vk.log)
    study.collect(*specs, what=ALL)
    assert [one.method for one in vk.log[before:]] == ["groups.getById"]
    study.clock.time += 25 * HOUR
    before = len(vk.log)
    assert study.collect(*specs, what=ALL).state == "done"
    later = [one.method for one in vk.log[before:]]
    assert "wall.getComments" not in later and "likes.getList" not in later, "no counter promises more"


def test_rules_make_the_audiences_they_name(vk: SimulatedVk, store: Store, world: World) -> None:
    first, second, third = open_communities(world)[:3]
    names = tuple(f"club{number}" for number in (first, second, third))
    for person in world.members(first)[:2]:
        vk.state.join(second, person)
    study = Study(vk, store)
    dates = sorted(post.date for number in (first, second, third) for post in world.wall(-number))
    first_day, last_day = dates[len(dates) // 3], dates[len(dates) // 2]
    specs = (
        AudienceSpec("хоть одно", names),
        AudienceSpec("все", names[:2], least=2),
        AudienceSpec("два из трёх", names, least=2),
        AudienceSpec("без", names[:1], minus=names[1:2]),
        AudienceSpec("активные", names, actions=3),
        AudienceSpec("в период", names, actions=2, since=first_day, until=last_day),
        AudienceSpec("список", people=(world.members(first)[0],), communities=()),
    )
    study.collect(*specs, what=("members", "posts", "comments", "likes"))
    a, b, c = (set(vk.state.members(number)) for number in (first, second, third))
    wanted = {
        "хоть одно": a | b | c,
        "все": a & b,
        "два из трёх": (a & b) | (a & c) | (b & c),
        "без": a - b,
        "активные": active(world, (first, second, third), 3),
        "в период": active(world, (first, second, third), 2, first_day, last_day),
        "список": {world.members(first)[0]},
    }
    found = {row.name: set(audiences.sample(store, row.id or 0)) for row in audiences.audiences(store)}
    assert found == wanted and wanted["все"] and wanted["активные"] and wanted["в период"]
    for row in audiences.audiences(store):
        assert ("until" in row.definition) == (row.name == "в период")


def test_a_panel_of_active_strangers_is_drawn_among_those_who_can_be_read(
    vk: SimulatedVk, store: Store, world: World
) -> None:
    hidden = next(number for number, one in world.communities.items() if one.hides_members)
    acted = active(world, (hidden,), 1)
    readable = {one for one in acted if not (world.people[one].closed or world.people[one].deactivated)}
    size = len(readable) - 1
    study, what = Study(vk, store), ("members", "posts", "comments", "likes", "walls")
    spec = AudienceSpec("активные", (str(hidden),), actions=1)
    assert study.collect(spec, what=what, sample=size, max_posts=100).state == "done", "its list is not needed"
    drawn = audiences.sample(store, 1)
    assert len(acted) > len(readable) > 2 and len(drawn) == size and set(drawn) < readable
    assert sum(drawn.values()) == pytest.approx(len(readable)), "they stand for all of them"
    assert vk.calls("users.get") == 1


@pytest.mark.parametrize("sample", [None, 5])
def test_a_rule_that_cannot_be_met_leaves_its_audience_empty_and_is_told(
    vk: SimulatedVk, store: Store, world: World, sample: int | None
) -> None:
    first, second = open_communities(world)[:2]
    study, gone = Study(vk, store), "no_such_community"
    specs = (
        AudienceSpec("все и кого нет", (f"club{first}", gone), least=2),
        AudienceSpec("две из трёх", (f"club{first}", f"club{second}", gone), least=2),
        AudienceSpec("дважды одно", (f"club{first}", str(first), f"club{second}", f"public{second}"), least=3),
        AudienceSpec("она же", (f"club{first}", str(first)), least=2),
        AudienceSpec("одна", (f"club{first}",)),
        AudienceSpec("хоть одна", (f"club{first}", gone)),
    )
    outcome = study.collect(*specs, what=("members",), sample=sample)
    assert outcome.state == "partial"
    told = [text for text in outcome.messages if text.startswith("Аудитория")]
    assert len(told) == 3 and all(f"«{spec.name}» пуста" in text for spec, text in zip(specs, told, strict=False))
    rows = {row.name: row for row in audiences.audiences(store)}
    drawn = {name: set(audiences.sample(store, row.id or 0)) for name, row in rows.items()}
    assert [name for name, people in drawn.items() if not people] == [spec.name for spec in specs[:3]]
    assert drawn["она же"] == drawn["одна"] == drawn["хоть одна"]
    portrait_people.gather(store, None)  # a report reads the rule anew: it must come to the same people
    for spec in specs:
        number = rows[spec.name].id or 0
        assert portrait_people.size(store, number) == (0 if spec in specs[:3] else len(world.members(first))), spec


def active(world: World, numbers: tuple[int, ...], least: int, since: int = 0, until: int = 2**62) -> set[int]:
    """Who liked, commented or reposted so often what was published then."""
    done: Counter[int] = Counter()
    for number in numbers:
        for post in (post for post in world.wall(-number) if since <= post.date < until):
            done.update((*post.likers, *post.reposters))
            said = (one for comment in post.comments for one in (comment, *comment.thread))
            done.update(one.from_id for one in said if one.from_id > 0 and not one.deleted)
    return {user for user, times in done.items() if times >= least}


def test_listed_people_get_their_profiles(vk: SimulatedVk, store: Store, world: World) -> None:
    known = sorted(world.people)[:3]
    study = Study(vk, store)
    study.collect(AudienceSpec("список", people=(*known, 2_000_000_001)), what=("walls",))
    states = dict(study.rows("SELECT id, state FROM users"))
    assert states.keys() == {*known, 2_000_000_001} and states[2_000_000_001] == "deleted"
    assert vk.calls("users.get") == 1 and "unknown" not in states.values()
