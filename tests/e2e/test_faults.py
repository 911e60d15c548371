"""Every fault of the simulator by its name: what passes leaves no trace, what stays is told, nothing is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import httpx
import pytest

from collector import client, walk_comments, walk_likes, walk_members, walk_wall
from collector.errors import VkRetry, VkStop
from collector.pager import MOST_AGAIN, Cursor
from collector.settings import AudienceSpec, VkSettings
from collector.token import Token
from simulator import api, faults
from simulator.server import start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import Store, journal, open_store

from .social import ALL, HOUR, Patient, Study, open_communities

KINDS = ("service", "user")
STAMPS = (
    "first_seen",
    "last_seen",
    "updated_seen",
    "started_seen",
    "finished_seen",
    "from_seen",
    "to_seen",
    "seen",
    "drawn_at",
)
WHOLE = ("users", "communities", "memberships", "posts", "comments", "likes", "subscriptions", "followed_people",
         "audience_members")  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


@contextlib.contextmanager
def study(world: World, store: Store, kind: str, *broken: str, **settings: Any) -> Iterator[Study]:
    """A study of a VK with these faults; the store may know it from before."""
    with start_server(world, ServerSettings(requests_per_second=1e6, faults=broken, **settings)) as vk:
        yield Patient(vk, store, kind)


def named(world: World) -> list[AudienceSpec]:
    return [AudienceSpec(str(number), (f"club{number}",)) for number in open_communities(world)]


def content(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """Everything collected, without the moments at which it was seen."""
    found = {}
    for table in WHOLE:
        rows = [dict(row) for row in store.rows(f"SELECT * FROM {table}")]
        kept = [tuple((name, value) for name, value in row.items() if name not in STAMPS) for row in rows]
        found[table] = set(kept)
        assert len(found[table]) == len(kept), f"a row of {table} is there twice"
    return found


@pytest.fixture(scope="module")
def sound(world: World) -> dict[str, dict[str, set[tuple[Any, ...]]]]:
    """What each kind of token collects from a VK without faults."""
    found = {}
    for kind in KINDS:
        with open_store(":memory:") as store, study(world, store, kind) as one:
            assert one.collect(*named(world), what=ALL).state == "done"
            found[kind] = content(store)
    return found


PASSING = (
    "error_1:every=9", "error_6:every=7", "error_6_burst:5", "error_6_burst@wall.get:3", "error_9:4",
    "error_10:every=11", "error_13@execute:every=2", "error_36@execute:2",
    "http_500:every=8", "http_502:every=8", "http_504:every=8",
    "html_200:every=9", "truncated_json:every=7", "reset_in_body:every=9", "gzip", "slow:every=40,seconds=0.05",
    "short_pages@groups.getMembers:every=2", "repeated_cursor:every=9", "count_larger@wall.get",
    "count_larger@groups.getMembers", "empty_pages@likes.getList:2",
    "false_without_errors@wall.get:every=5", "unknown_attachment", "personal_list",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_leaves_no_trace(
    world: World, sound: dict[str, Any], kind: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(":memory:") as store, study(world, store, kind, fault) as one:
        outcome = one.collect(*named(world), what=ALL)
        if outcome.state != "done":  # a subject that failed all its tries is told, and comes with the next run
            assert store.value("SELECT count(*) FROM gaps WHERE state IN ('failed', 'unknown')"), outcome
            one.clock.time += 100 * HOUR
            with study(world, store, kind) as later:
                later.clock.time = one.clock.time
                assert later.collect(*named(world), what=ALL).state == "done"
        assert not store.value("SELECT count(*) FROM gaps WHERE state = 'failed'")
        found = content(store)
        for table, rows in sound[kind].items():
            if fault.startswith("unknown_attachment") and table == "posts":
                assert len(found[table]) == len(rows)
            else:
                assert found[table] == rows, table


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("every", [3, 7])
@pytest.mark.parametrize("walk", [walk_members, walk_wall, walk_comments, walk_likes])
def test_the_first_page_in_place_of_a_later_one_hides_nothing(
    world: World, sound: dict[str, Any], kind: str, every: int, walk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "PAGE", 9)
    fault = f"repeated_cursor@{walk.METHOD}:every={every},times=40"
    with open_store(":memory:") as store, study(world, store, kind, fault) as one:
        for _ in range(9):
            with contextlib.suppress(VkRetry):  # three walks in a row met it three times each
                if one.collect(*named(world), what=ALL).state == "done":
                    break
            one.clock.time += 60
        assert content(store) == sound[kind]


LASTING = {"wall.get": "стены людей: 1", "likes.getList": "отметки: ", "users.getSubscriptions": "подписки людей: 1"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "told"), LASTING.items())
def test_what_vk_fails_to_answer_is_asked_for_at_the_end_and_told(
    world: World, sound: dict[str, Any], kind: str, method: str, told: str
) -> None:
    subject = {
        "wall.get": next(row[0][1] for row in sorted(sound[kind]["posts"]) if row[0][1] > 0),
        "likes.getList": min(row[0][1] for row in sound[kind]["likes"]),
        "users.getSubscriptions": min(row[0][1] for row in sound[kind]["subscriptions"]),
    }[method]
    tries = 7 if kind == "user" else 6  # once in company, and six times alone
    passing, lasting = (f"error_1@{method}/{subject}:1,times={times}" for times in (tries, 10_000))
    with open_store(":memory:") as store, study(world, store, kind, passing) as one:
        assert one.collect(*named(world), what=ALL).state == "done"
        assert content(store) == sound[kind]
    with open_store(":memory:") as store:
        with study(world, store, kind, lasting) as one:
            outcome = one.collect(*named(world), what=ALL)
            assert outcome.state == "partial" and told in " ".join(outcome.messages)
        with study(world, store, kind) as later:
            assert later.collect(*named(world), what=ALL).state == "done", "at once, not after the next refresh"
        assert content(store) == sound[kind]


def test_an_answer_that_never_comes_is_asked_for_again(
    world: World, sound: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(0.5))
    with open_store(":memory:") as store, study(world, store, "service", "no_answer@wall.get:3") as one:
        assert one.collect(*named(world), what=ALL).state == "done"
        assert content(store) == sound["service"]


def test_half_a_character_is_kept_as_a_sign(world: World, sound: dict[str, Any]) -> None:
    with open_store(":memory:") as store, study(world, store, "service", "lone_surrogate@wall.get:every=2") as one:
        assert one.collect(*named(world), what=ALL).state == "done"
        assert store.value("SELECT count(*) FROM posts WHERE text LIKE '%\ufffd%'") > 0
        assert {name: len(rows) for name, rows in content(store).items()} == {
            name: len(rows) for name, rows in sound["service"].items()
        }


# fault -> what it changes of which table; everything else arrives as from a sound VK.
BENT = {
    "no_views": ("posts", "count(*) FILTER (WHERE views IS NOT NULL)", 0),
    "no_country": ("users", "count(*) FILTER (WHERE country_id IS NOT NULL)", 0),
    "odd_bdate": ("users", "count(DISTINCT birth_flag) FILTER (WHERE state = 'ok')", 4),
    "deleted_comments": ("comments", "count(*) FILTER (WHERE NOT deleted OR from_id IS NOT NULL)", 0),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fault", "changed"), BENT.items())
def test_a_field_that_is_missing_or_odd_costs_that_field_alone(
    world: World, sound: dict[str, Any], kind: str, fault: str, changed: tuple[str, str, int]
) -> None:
    table, told, wanted = changed
    with open_store(":memory:") as store, study(world, store, kind, fault) as one:
        assert one.collect(*named(world), what=ALL).state == "done"
        assert store.value(f"SELECT {told} FROM {table}") == wanted
        found = content(store)
        assert {name for name in WHOLE if found[name] != sound[kind][name]} <= {table}
        assert len(found[table]) == len(sound[kind][table])


def test_a_name_that_is_nobodys_is_an_empty_list_and_no_failure(world: World) -> None:
    """PHP's empty object; whoever asks by hand gets it as VK sends it."""
    with study_client(world, "resolve_list") as vk:
        assert vk.api().utils.resolveScreenName(screen_name="rock_no_reason") == []
    with study_client(world) as vk:
        assert vk.api().utils.resolveScreenName(screen_name="rock_no_reason")["type"] == "group"


@contextlib.contextmanager
def study_client(world: World, *broken: str) -> Iterator[client.VkClient]:
    with (
        start_server(world, ServerSettings(requests_per_second=1e6, faults=broken)) as vk,
        client.VkClient(Token(vk.tokens["service"]), VkSettings(api_url=vk.api_url)) as one,
    ):
        yield one


@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_that_vk_tells_parks_the_method_until_the_stated_probe(
    world: World, sound: dict[str, Any], kind: str
) -> None:
    with open_store(":memory:") as store:
        with study(world, store, kind, "error_29@likes.getList:5,times=10000") as one:
            outcome = one.collect(*named(world), what=ALL)
            assert outcome.state == "paused" and "likes.getList" in " ".join(outcome.messages)
            found = content(store)
            assert all(found[table] == sound[kind][table] for table in ("posts", "comments", "subscriptions"))
            probe = journal.probes(store, one.clock.now())["likes.getList"]
            assert one.clock.now() < probe <= one.clock.now() + 25 * HOUR
            asked = one.vk.calls("likes.getList", inner=True)
            one.collect(*named(world), what=ALL)
            assert one.vk.calls("likes.getList", inner=True) == asked + 1, "one probe"
        with study(world, store, kind) as later:
            later.clock.time = float(probe)
            assert later.collect(*named(world), what=ALL).state == "done"
            assert not journal.probes(store, probe), "it has answered"
        assert content(store)["likes"] == sound[kind]["likes"]


REFUSED = {
    "error_15": "denied", "error_15_wall": "closed", "error_18": "deactivated", "error_19": "blocked",
    "error_30": "private", "error_100": "not_found", "error_203": "denied", "unknown_code": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fault", "state"), REFUSED.items())
def test_a_refused_wall_is_a_gap_and_everything_else_is_there(
    world: World, sound: dict[str, Any], kind: str, fault: str, state: str
) -> None:
    wall = next(iter(sorted(row[0][1] for row in sound[kind]["posts"] if row[0][1] > 0)))
    with open_store(":memory:") as store, study(world, store, kind, f"{fault}@wall.get/{wall}") as one:
        one.collect(*named(world), what=ALL)
        assert one.rows(f"SELECT state, code FROM gaps WHERE kind = 'walls' AND subject = {wall}")[0][0] == state
        found = content(store)
        assert found["memberships"] == sound[kind]["memberships"]
        assert found["posts"] == {row for row in sound[kind]["posts"] if row[0][1] != wall}


def test_hidden_members_closed_comments_and_private_groups_are_gaps(world: World) -> None:
    number = open_communities(world)[0]
    broken = (
        f"error_15_members@groups.getMembers/{number}", f"error_212@wall.getComments/-{number}",
        "error_260@users.getSubscriptions",
    )  # fmt: skip
    with open_store(":memory:") as store, study(world, store, "service", *broken) as one:
        outcome = one.collect(*named(world), what=ALL)
        assert outcome.state == "partial" and any("Участников" in text for text in outcome.messages)
        states = set(one.rows("SELECT kind, state FROM gaps"))
        assert {("members", "hidden_members"), ("subscriptions", "private_groups")} <= states
        assert any(kind.startswith("comments") and state == "comments_closed" for kind, state in states)
        assert not one.rows("SELECT * FROM memberships WHERE left_seen IS NOT NULL"), "a gap is no mass departure"


STOPS = ("error_5", "error_14_old", "error_14_new", "error_17")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", STOPS)
def test_where_a_person_is_needed_it_stops_and_goes_on_later(
    world: World, sound: dict[str, Any], kind: str, fault: str
) -> None:
    with open_store(":memory:") as store:
        with study(world, store, kind, f"{fault}@*:{7 if kind == 'user' else 15},times=1000") as one:
            with pytest.raises(VkStop) as error:
                one.collect(*named(world), what=ALL)
            assert error.value.todo and error.value.what
            begun = len(one.rows("SELECT * FROM memberships"))
            asked = len(one.vk.log)
            with contextlib.suppress(VkStop):
                one.collect(*named(world), what=ALL)
            assert len(one.vk.log) - asked <= 2, "not asked again and again"
        with study(world, store, kind) as later:
            assert later.collect(*named(world), what=ALL).state == "done"
        assert begun <= len(sound[kind]["memberships"])
        assert content(store) == sound[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_daily_limit_parks_the_method_and_other_work_goes_on(world: World, sound: dict[str, Any], kind: str) -> None:
    with open_store(":memory:") as store:
        with study(world, store, kind, daily_quota={"wall.get": 10}) as one:
            outcome = one.collect(*named(world), what=ALL)
            assert outcome.state == "paused" and "через" in " ".join(outcome.messages)
            assert content(store)["memberships"] == sound[kind]["memberships"]
            calls = one.vk.calls("wall.get", inner=True)
            one.collect(*named(world), what=ALL)
            assert one.vk.calls("wall.get", inner=True) - calls == 1, "one probe, and no more"
        with study(world, store, kind) as tomorrow:
            tomorrow.clock.time += 25 * HOUR
            assert tomorrow.collect(*named(world), what=ALL).state == "done"
        assert content(store)["posts"] == sound[kind]["posts"]


@pytest.mark.parametrize("fault", ["error_15_scope", "error_15_app", "error_1051"])
def test_a_method_that_the_key_may_not_call_is_told_once(world: World, sound: dict[str, Any], fault: str) -> None:
    with open_store(":memory:") as store, study(world, store, "service", f"{fault}@likes.getList") as one:
        outcome = one.collect(*named(world), what=ALL)
        assert outcome.state == "partial" and any("likes.getList" in text for text in outcome.messages)
        assert one.vk.calls("likes.getList") <= 32, "those on their way when the first was refused"
        found = content(store)
        assert all(found[table] == sound["service"][table] for table in ("posts", "comments", "memberships"))


def test_a_server_that_is_down_ends_after_bounded_tries(world: World) -> None:
    with open_store(":memory:") as store, study(world, store, "service", "http_502") as one:
        with pytest.raises(VkRetry):
            one.collect(*named(world), what=ALL)
        assert len(one.vk.log) < 40


def test_a_token_that_vk_repeats_is_kept_nowhere(world: World) -> None:
    with (
        open_store(":memory:") as store,
        study(world, store, "service", "echo_token:every=3", "error_100@wall.get:every=5") as one,
    ):
        with contextlib.suppress(VkRetry, VkStop):
            one.collect(*named(world), what=ALL)
        token = one.vk.tokens["service"]
        assert token not in "\n".join(store.connection.iterdump())


def test_no_fault_is_without_a_test() -> None:
    tried = {fault.partition("@")[0].partition(":")[0] for fault in PASSING} | set(REFUSED) | set(STOPS)
    tried |= {"no_answer", "lone_surrogate", "error_15_members", "error_212", "error_260", "error_15_scope"}
    tried |= {"error_15_app", "error_1051", "echo_token", "error_29", "resolve_list", *BENT}
    assert tried == set(faults.NAMES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_begun_anew_is_read_to_its_end_in_one_run(
    world: World, sound: dict[str, Any], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_wall, "PAGE", 9)
    monkeypatch.setattr(walk_members, "PAGE", 20)
    with open_store(":memory:") as store, study(world, store, kind) as one:
        assert one.collect(*named(world), what=ALL).state == "done"
        # As a run leaves it that met the list's beginning three times, half-way: most is known, the end is not.
        with store.write() as db:
            db.execute(
                "UPDATE walks SET state = 'open', finished_seen = NULL, cursor = ? WHERE kind IN ('posts', 'members')",
                (Cursor(again=MOST_AGAIN).encode(),),
            )
            for kind_of_walk, table, key in (
                ("posts", "posts", "owner_id"),
                ("members", "memberships", "community_id"),
            ):
                db.execute(
                    f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {key} IN "
                    "(SELECT subject FROM walks WHERE kind = ?) ORDER BY rowid DESC LIMIT 3)", (kind_of_walk,),
                )  # fmt: skip
        outcome = one.collect(*named(world), what=ALL)
        assert outcome.state == "done", outcome.messages
        assert content(store)["posts"] == sound[kind]["posts"]
        assert content(store)["memberships"] == sound[kind]["memberships"]


@pytest.mark.parametrize("fault", ["error_15", "http_502"])
@pytest.mark.parametrize(("method", "told"), [("wall.getById", "Правки и удаления"), ("users.get", "Профили людей")])
def test_a_sweep_that_vk_does_not_answer_is_told(world: World, fault: str, method: str, told: str) -> None:
    person = min(world.members(open_communities(world)[0]))
    specs = [*named(world)[:1], AudienceSpec("список", people=(person,))]
    with open_store(":memory:") as store, study(world, store, "service") as one:
        one.collect(*specs[:1], what=("posts",))
    with open_store(":memory:") as store:
        with study(world, store, "service") as one:
            assert one.collect(*specs[:1], what=("posts",)).state == "done"
        with study(world, store, "service", f"{fault}@{method}") as later:
            newest = max(world.wall(-open_communities(world)[0]), key=lambda post: post.date)
            later.vk.state.insert(replace(newest, id=newest.id + 7, date=newest.date + 1))
            with store.write() as db:  # what was seen long ago, below the first page
                db.execute("UPDATE posts SET last_seen = last_seen - 900000")
            later.clock.time += 25 * HOUR
            later.vk.state.delete(newest.owner_id, newest.id)
            outcome = later.collect(*specs, what=("posts", "walls"))
            assert outcome.state == "partial" and told in " ".join(outcome.messages), outcome.messages


@pytest.mark.parametrize(("fault", "told"), [("error_203@wall.getComments", "комментарии"),
                                             ("error_260@users.getSubscriptions", "подписки людей")])  # fmt: skip
def test_what_is_refused_for_everybody_is_told_each_time(world: World, fault: str, told: str) -> None:
    with open_store(":memory:") as store, study(world, store, "service", fault) as one:
        for _ in range(2):
            outcome = one.collect(*named(world), what=ALL)
            assert outcome.state == "partial" and f"Ни разу не получены {told}" in " ".join(outcome.messages)


@pytest.mark.parametrize(("what", "told"), [("comments", "posts"), ("subscriptions", "members")])
def test_what_is_asked_for_without_that_of_which_it_is_read_is_told(world: World, what: str, told: str) -> None:
    with open_store(":memory:") as store, study(world, store, "service") as one:
        outcome = one.collect(*named(world), what=(what,))
        assert outcome.state == "partial" and f"добавьте {told}" in " ".join(outcome.messages)


def test_a_list_that_shows_less_than_it_counts_is_told_and_no_failure(world: World) -> None:
    with open_store(":memory:") as store, study(world, store, "service", "count_larger@groups.getMembers") as one:
        outcome = one.collect(*named(world), what=("members",))
        assert outcome.state == "done" and "показал" in " ".join(outcome.messages)


def test_a_key_that_may_call_nothing_has_collected_nothing(world: World) -> None:
    broken = [f"error_1051@{method}" for method in ("groups.getMembers", "wall.get")]
    with open_store(":memory:") as store, study(world, store, "service", *broken) as one:
        outcome = one.collect(*named(world), what=("members", "posts"))
        assert outcome.state == "partial" and outcome.counts["lists"] == 0
        run = journal.start_run(store, "collect", {}, {}, 1)
        journal.end_run(store, run, outcome.state, outcome.counts, outcome.messages, 2)
        assert journal.last_success(store, "collect") is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "told"), [("likes.getList", "отметки: 3"), ("wall.getComments", "комментарии: 3")])
def test_lists_that_break_vk_each_time_cost_a_few_calls_and_are_read_when_it_has_recovered(
    world: World, sound: dict[str, Any], kind: str, method: str, told: str
) -> None:
    owner = -open_communities(world)[0]
    poison = [post.id for post in world.wall(owner) if post.likers and post.comments][:3]
    broken = [f"http_500@{method}/{owner}_{post}" for post in poison]
    with open_store(":memory:") as store, study(world, store, kind) as one:
        one.collect(*named(world), what=ALL)
        usual = len(one.vk.log)
    with open_store(":memory:") as store:
        with study(world, store, kind, *broken) as one:
            outcome = one.collect(*named(world), what=ALL)
            assert outcome.state == "partial" and told in " ".join(outcome.messages)
            alone = [call for call in one.vk.log if call.status == 500 and call.method == method]
            assert len(alone) <= 7 * len(poison), "two tries, smaller pages, and one look at the end"
            outer = sum(not call.inner for call in one.vk.log)
            assert outer <= usual + 10 * len(poison) if kind == "service" else outer < usual / 2
        with study(world, store, kind) as later:
            assert later.collect(*named(world), what=ALL).state == "done", "at once, not after the next refresh"
        assert content(store) == sound[kind]
    passing = [f"{one}:1,times=5" for one in broken]
    with open_store(":memory:") as store, study(world, store, kind, *passing) as one:
        assert one.collect(*named(world), what=ALL).state == "done", "what recovers meanwhile is read at the end"
        assert content(store) == sound[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_that_is_too_big_for_vk_comes_in_smaller_pages(
    world: World, sound: dict[str, Any], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = -open_communities(world)[0]
    with open_store(":memory:") as store, study(world, store, kind) as one:
        answer = one.vk._api.answer

        def bounded(method: str, params: dict[str, str], token: str) -> Any:
            if method == "wall.get" and params.get("owner_id") == str(owner) and int(params["count"]) > 30:
                return api.Answer(500, b"<html>", api.HTML)
            if method == "execute" and f'"owner_id":{owner}' in params["code"] and '"count":100' in params["code"]:
                return api.Answer(404, b"<html>", api.HTML)
            return answer(method, params, token)

        monkeypatch.setattr(one.vk._api, "answer", bounded)
        assert one.collect(*named(world), what=ALL).state == "done"
        assert content(store)["posts"] == sound[kind]["posts"]
