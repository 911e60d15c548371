"""One study collected night after night: each reads what is due, at the least cost, and tells who came and went."""

from __future__ import annotations

from typing import Any

import pytest

from collector.collect import collect
from collector.plan import plan
from collector.settings import AudienceSpec, CollectSettings
from storage import Outcome, Store, journal, open_store
from tests.unit.collector.conftest import Veiled, post

DAY = 86_400
ROCK = (AudienceSpec("рок", ("club7",)),)


def night(store: Store, vk: Any, settings: CollectSettings) -> Outcome:
    vk.calls.clear()
    with vk.client() as client:
        return collect(store, settings, client=client, clock=vk.clock)


@pytest.mark.parametrize("late", [-240, 0, 240])
def test_each_night_reads_all_again_though_the_one_before_took_minutes_and_no_timer_is_exact(
    vk: Any, late: int
) -> None:
    settings = CollectSettings((AudienceSpec("коты", ("cats",)), *ROCK), what=("members", "posts", "walls"), sample=20)
    vk.walls[-8] = [post(-8, 1)]

    def slowly(method: str, number: int) -> None:
        vk.clock.time += 60

    vk.before = slowly
    with open_store(":memory:") as store:
        for number in range(3):
            vk.clock.time = max(vk.clock.time, 1_000_000 + number * DAY + late * (number % 2))
            assert night(store, vk, settings).state == "done"
            assert vk.calls["groups.getMembers"] == 4 and vk.calls["wall.get"] >= 2
        vk.clock.time += 6 * 3600
        night(store, vk, settings)
        assert not vk.calls["groups.getMembers"] and not vk.calls["wall.get"]


def test_a_wall_gone_on_with_the_next_night_is_looked_at_from_the_top_again(vk: Any) -> None:
    vk.executes = False
    settings = CollectSettings(ROCK, what=("posts",))
    vk.walls[-7] = [post(-7, number) for number in range(150, 0, -1)]
    plain = vk.wall_get
    vk.wall_get = lambda form: (
        {"error": {"error_code": 29, "error_msg": "Rate limit reached"}} if vk.calls["wall.get"] > 1 else plain(form)
    )
    with open_store(":memory:") as store:
        assert night(store, vk, settings).state == "paused"
        vk.wall_get = plain
        vk.walls[-7].insert(0, post(-7, 151))
        vk.clock.time += DAY
        assert night(store, vk, settings).state == "done"
        assert store.value("SELECT count(*) FROM posts") == 151


def hide(vk: Any, hidden: set[int]) -> None:
    """The wall counts these posts and shows none of them."""
    plain = vk.wall_get

    def without(form: dict[str, str]) -> Any:
        body = plain(form)
        items = [item for item in body["response"]["items"] if item["id"] not in hidden]
        return {"response": body["response"] | {"items": items}}

    vk.wall_get = without


@pytest.mark.parametrize("hidden", [set(), {20, 21, 90, 150, 333}])
def test_a_still_night_costs_a_call_a_wall_also_after_posts_went(vk: Any, hidden: set[int]) -> None:
    settings = CollectSettings(ROCK, what=("posts",))
    now = int(vk.clock.time)
    vk.walls[-7] = [post(-7, number) | {"date": now - 600 * (400 - number)} for number in range(350, 0, -1)]
    hide(vk, hidden)
    with open_store(":memory:") as store:
        night(store, vk, settings)
        vk.clock.time += DAY
        vk.walls[-7] = [item for item in vk.walls[-7] if item["id"] not in (100, 170, 240)]  # the first night after
        for _ in range(3):
            assert night(store, vk, settings).state == "done"
            assert vk.calls["wall.get"] == 1
            vk.clock.time += DAY
        gone = [row[0] for row in store.rows("SELECT id FROM posts WHERE deleted_seen IS NOT NULL ORDER BY id")]
        assert gone == [100, 170, 240]
        vk.walls[-7].insert(0, post(-7, 351))
        night(store, vk, settings)
        assert store.value("SELECT text FROM posts WHERE id = 351") and vk.calls["wall.get"] == 1
        walk = journal.find_walk(store, "posts", -7)
        assert (walk.promised, walk.got) == (348, 348 - len(hidden))


@pytest.mark.parametrize("limits", [{}, {"max_posts": 100}, {"since": 900_000}, {"max_posts": 3}])
@pytest.mark.parametrize("left", [0, 1, 2])
def test_posts_deleted_from_a_short_wall_are_told_under_limits_too(vk: Any, left: int, limits: dict[str, int]) -> None:
    now = int(vk.clock.time)
    vk.walls[-7] = [post(-7, number) | {"date": now - 9000 + number} for number in (3, 2, 1)]
    settings = CollectSettings(ROCK, what=("posts",), **limits)
    with open_store(":memory:") as store:
        night(store, vk, settings)
        vk.walls[-7] = vk.walls[-7][:left]
        vk.clock.time += DAY
        for _ in range(2):
            night(store, vk, settings)
            gone = [row[0] for row in store.rows("SELECT id FROM posts WHERE deleted_seen IS NOT NULL ORDER BY id")]
            assert gone == [1, 2, 3][: 3 - left]
            vk.clock.time += DAY


@pytest.mark.parametrize("limits", [{"max_posts": 2}, {"since": 995_000}])
def test_posts_beyond_a_limit_set_later_are_not_called_deleted(vk: Any, limits: dict[str, int]) -> None:
    now = int(vk.clock.time)
    vk.walls[-7] = [post(-7, number) | {"date": now - 9000 + number * 2000} for number in (4, 3, 2, 1)]
    with open_store(":memory:") as store:
        night(store, vk, CollectSettings(ROCK, what=("posts",)))
        vk.clock.time += DAY
        night(store, vk, CollectSettings(ROCK, what=("posts",), **limits))
        assert store.value("SELECT count(*) FROM posts WHERE deleted_seen IS NULL") == 4


def test_a_plan_of_the_next_night_tells_the_calls_that_it_makes(vk: Any) -> None:
    specs = (
        AudienceSpec("рок", ("rock",)),
        AudienceSpec("кино", ("club9",)),
        AudienceSpec("оба", ("rock", "club9"), least=2),
    )
    vk.groups[9] = vk.groups[7] | {"id": 9, "screen_name": "cinema"}
    vk.members[9] = vk.members[7][:300]
    vk.members[7] = vk.members[7][100:]
    for number in range(1, 2501, 7):
        vk.walls[number] = [post(number, one) for one in range(1 + number % 4 * 90, 0, -1)]
    settings = CollectSettings(specs, sample=40)
    with open_store(":memory:") as store:
        night(store, vk, settings)
        vk.clock.time += DAY
        told = plan(store, settings, client=None, clock=vk.clock)
        night(store, vk, settings)
        assert told.calls["groups.getMembers"] == vk.calls["groups.getMembers"]
        assert told.calls["wall.get"] == vk.calls["wall.get"] > 80


def members(store: Store) -> list[list[int]]:
    """Who is a member of community 7 now, and who left it."""
    sql = "SELECT user_id FROM memberships WHERE community_id = 7 AND left_seen IS {} NULL ORDER BY user_id"
    return [[row[0] for row in store.rows(sql.format(there))] for there in ("", "NOT")]


@pytest.mark.parametrize("hidden", [{13}, {1, 2, 999, 1000, 2500}, set(range(20, 2500, 11))])
def test_who_leaves_and_returns_is_told_though_the_list_counts_people_whom_it_never_shows(
    vk: Any, hidden: set[int]
) -> None:
    settings = CollectSettings(ROCK, what=("members",))
    everybody = vk.members[7]
    with open_store(":memory:") as store:
        for there in (everybody, [one for one in everybody if one["id"] not in (3, 1500)], everybody):
            vk.members[7] = Veiled(there)
            vk.members[7].hidden = frozenset(hidden)
            assert night(store, vk, settings).state == "done"
            shown = [one["id"] for one in vk.members[7][:]]
            assert members(store)[0] == shown
            vk.clock.time += DAY
        assert members(store)[1] == [3, 1500]


@pytest.mark.parametrize("shown", [0, 1000, 2000, 2240])
def test_a_list_cut_short_for_nights_is_no_departure(vk: Any, shown: int) -> None:
    settings = CollectSettings(ROCK, what=("members",))
    everybody = vk.members[7]
    with open_store(":memory:") as store:
        night(store, vk, settings)
        vk.members[7] = Veiled(everybody)
        vk.members[7].hidden = frozenset(range(shown + 1, 2501))
        for _ in range(3):
            vk.clock.time += DAY
            night(store, vk, settings)
            assert members(store)[1] == []
        vk.members[7] = everybody[:-1]
        vk.clock.time += DAY
        night(store, vk, settings)
        assert members(store) == [list(range(1, 2500)), [2500]]


def test_more_hidden_people_than_the_night_before_are_no_departure_yet(vk: Any) -> None:
    settings = CollectSettings(ROCK, what=("members",))
    vk.members[7] = Veiled(vk.members[7])
    vk.members[7].hidden = frozenset({700})
    with open_store(":memory:") as store:
        night(store, vk, settings)
        vk.members[7].hidden = frozenset({700, 701})
        vk.clock.time += DAY
        night(store, vk, settings)
        assert members(store)[1] == []
