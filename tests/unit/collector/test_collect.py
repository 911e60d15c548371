"""The stage as a whole over a VK of a few lines: complete, once, resumable, honest about refusals."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from collector.collect import collect
from collector.errors import VkError, VkRetry
from collector.plan import plan
from collector.settings import AudienceSpec, CollectSettings
from storage import Event, Outcome, Store, audiences, journal, open_store, people
from storage.summary import summary
from tests.unit.collector.conftest import Veiled, person, post

AUDIENCES = (AudienceSpec("рок", ("vk.com/rock",)), AudienceSpec("коты", ("club8",)))
SMALL = CollectSettings((AudienceSpec("коты", ("cats",)), AudienceSpec("рок", ("club7",))), sample=20)


def run(store: Store, vk: Any, settings: CollectSettings = SMALL) -> Outcome:
    with vk.client() as client:
        return collect(store, settings, client=client, clock=vk.clock)


def rows(store: Store) -> list[list[tuple[Any, ...]]]:
    """Everything that must not depend on how often the run was killed: stamps left aside."""
    wanted = (
        "SELECT id, state FROM users ORDER BY id",
        "SELECT community_id, user_id, left_seen FROM memberships ORDER BY 1, 2",
        "SELECT owner_id, id, from_id, published_at, text, is_pinned FROM posts ORDER BY 1, 2",
        "SELECT kind, subject, promised, got, state FROM walks ORDER BY 1, 2",
        "SELECT kind, subject, state FROM gaps ORDER BY 1, 2",
        "SELECT audience_id, user_id, weight FROM audience_members ORDER BY 1, 2",
    )
    return [[tuple(row) for row in store.rows(sql)] for sql in wanted]


def test_everything_reachable_arrives_once(vk: Any) -> None:
    with open_store(":memory:") as store:
        outcome = run(store, vk)
        assert outcome.state == "done", outcome
        members = {tuple(row) for row in store.rows("SELECT community_id, user_id FROM memberships")}
        assert members == {(group, user["id"]) for group, users in vk.members.items() for user in users}
        wanted = {(owner, item["id"]): item["text"] for owner, wall in vk.walls.items() for item in wall}
        found = {(row[0], row[1]): row[2] for row in store.rows("SELECT owner_id, id, text FROM posts")}
        assert found == wanted
        assert vk.calls["groups.getMembers"] == 4 and journal.find_walk(store, "members", 7).state == "done"


def test_closed_and_deleted_people_cost_no_call_and_are_counted(vk: Any) -> None:
    with open_store(":memory:") as store:
        run(store, vk, CollectSettings((AudienceSpec("коты", ("cats",)),), what=("members", "walls")))
        assert vk.calls["wall.get"] == 2  # 130 posts of the one person who can be read
        assert journal.gap_counts(store) == {("walls", "closed"): 1, ("walls", "deleted"): 1}


def test_a_second_run_asks_for_names_only_and_changes_nothing(vk: Any) -> None:
    with open_store(":memory:") as store:
        run(store, vk)
        before, calls = rows(store), vk.calls.copy()
        assert run(store, vk).state == "done"
        assert rows(store) == before and vk.calls - calls == {"groups.getById": 1}


def test_killed_at_every_call_the_rows_equal_an_unbroken_run(vk: Any) -> None:
    with open_store(":memory:") as store:
        run(store, vk)
        unbroken = rows(store)
    vk.total, last = 0, vk.total
    with open_store(":memory:") as store:
        for kill_at in range(1, 2 * last, 3):
            vk.total, vk.kill_at = 0, kill_at
            try:
                run(store, vk)
            except BaseException as error:
                assert type(error).__name__ == "Killed"
            else:
                break
        assert rows(store) == unbroken


def test_a_wall_that_moves_between_pages_loses_nothing_that_stayed(vk: Any) -> None:
    stayed = {item["id"] for item in vk.walls[-7]}

    def move(method: str, number: int) -> None:
        wall = vk.walls[-7]
        if method == "wall.get" and number in (2, 3):
            gone = wall[20:40]
            stayed.difference_update(item["id"] for item in gone)
            new = [{**wall[5], "id": 1000 + 10 * number + n, "date": 10_000 + n} for n in range(7)]
            vk.walls[-7] = [wall[0], *new, *(item for item in wall[1:] if item not in gone)]

    vk.before = move
    with open_store(":memory:") as store:
        run(store, vk, CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",)))
        found = [row[0] for row in store.rows("SELECT id FROM posts WHERE owner_id = -7")]
        assert stayed <= set(found) and len(found) == len(set(found))


def test_a_post_pinned_while_the_wall_is_read_is_not_lost(vk: Any) -> None:
    def pin(method: str, number: int) -> None:
        if method == "wall.get" and number == 2:
            old = vk.walls[-7].pop(300)
            vk.walls[-7].insert(0, {**old, "is_pinned": 1})

    vk.before = pin
    with open_store(":memory:") as store:
        run(store, vk, CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",)))
        assert store.value("SELECT count(*) FROM posts") == 350


def test_a_community_that_is_missing_or_hides_its_people_is_told_each_time(vk: Any) -> None:
    vk.refusals[("groups.getMembers", 8)] = 15
    named = (AudienceSpec("а", ("rock", "no_such_one")), AudienceSpec("б", ("cats",)))
    settings = CollectSettings(named, what=("members",))
    with open_store(":memory:") as store:
        for _ in range(2):
            outcome = run(store, vk, settings)
            assert outcome.state == "partial"
            assert "no_such_one" in outcome.messages[0] and "список участников скрыт" in outcome.messages[1]
        assert store.value("SELECT count(*) FROM memberships WHERE community_id = 7") == 2500


def test_an_audience_of_nobody_by_its_own_rule_is_told_and_nothing_is_missing(vk: Any) -> None:
    specs = (AudienceSpec("сами без себя", ("rock",), minus=("club7",)), AudienceSpec("коты", ("cats",)))
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings(specs, what=("members", "walls")))
        assert outcome.state == "done" and len(outcome.messages) == 1, outcome
        assert "«сами без себя» пуста" in outcome.messages[0]
        vk.refusals["groups.getMembers", 8] = 15
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings(specs, what=("members",)))
        assert outcome.state == "partial" and not any("«коты» пуста" in message for message in outcome.messages)


def test_texts_of_a_day_to_come_are_told_to_be_none(vk: Any) -> None:
    specs = (AudienceSpec("коты", ("cats",)), AudienceSpec("деятели", ("cats",), actions=2, since=86_400))
    settings = CollectSettings(specs, what=("posts",), since=round(vk.clock.now()) + 9)
    with open_store(":memory:") as store:
        outcome = run(store, vk, settings)
        assert outcome.state == "done" and "ещё не наступил" in outcome.messages[0], outcome
        assert "«деятели»" in outcome.messages[1] and "с 1970-01-02" in outcome.messages[1]
        assert "1970-01-12" in outcome.messages[0] and store.value("SELECT count(*) FROM posts") == 0


def test_a_quota_parks_the_method_and_the_same_command_goes_on(vk: Any) -> None:
    with open_store(":memory:") as store:
        vk.refusals = {("wall.get", -7): 29, ("wall.get", -8): 29}
        assert run(store, vk).state == "paused"
        assert vk.calls["wall.get"] <= 2 and store.value("SELECT count(*) FROM memberships") == 2503
        vk.refusals.clear()
        assert run(store, vk).state == "done"
        assert store.value("SELECT count(*) FROM posts WHERE owner_id = -7") == 350


def test_who_left_is_noted_only_after_a_complete_walk(vk: Any) -> None:
    settings = CollectSettings((AudienceSpec("рок", ("rock",)),), what=("members",), refresh_hours=0)
    with open_store(":memory:") as store:
        run(store, vk, settings)
        del vk.members[7][100]
        run(store, vk, settings)
        assert [row[0] for row in store.rows("SELECT user_id FROM memberships WHERE left_seen IS NOT NULL")] == [101]


def test_limits_by_number_and_date(vk: Any) -> None:
    for limit, wanted in (({"max_posts": 10}, 10), ({"since": 3000}, 51)):
        settings = CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",), **limit)  # type: ignore[arg-type]
        with open_store(":memory:") as store:
            run(store, vk, settings)
            assert store.value("SELECT count(*) FROM posts") == wanted


def test_the_sample_is_seeded_weighted_and_drawn_from_the_whole_list(vk: Any) -> None:
    with open_store(":memory:") as store:
        run(store, vk, CollectSettings(AUDIENCES, what=("members",), sample=100))
        panel = audiences.sample(store, 1)
        assert len(panel) == 100 and set(panel.values()) == {25.0}
        assert 900 < sum(panel) / len(panel) < 1600 and min(panel) < 200 and max(panel) > 2300


def test_walls_named_by_number_are_read_while_the_facts_are_asked_for(vk: Any) -> None:
    specs = (AudienceSpec("рок", ("club7", "club999"), minus=("club1",)),)
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings(specs, what=("posts",)))
        assert outcome.state == "partial" and any("club999" in text for text in outcome.messages)
        assert people.find_community(store, 7) is not None
        assert store.value("SELECT count(DISTINCT owner_id) FROM posts") == 1
        assert store.value("SELECT count(*) FROM posts WHERE owner_id = -7") == len(vk.walls[-7])


def test_a_repeated_page_is_no_endless_walk(vk: Any) -> None:
    first = vk.walls[-7][:100]

    class Stuck(list[Any]):
        def __len__(self) -> int:
            return 100_000

        def __getitem__(self, index: Any) -> Any:
            return first

    vk.walls[-7] = Stuck()
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",)))
        assert outcome.state == "partial" and vk.calls["wall.get"] < 60


@pytest.mark.parametrize("hidden", [{3}, {1, 2, 340, 341}, {1500, 9}, set(range(5, 1500, 47)), set(range(60, 165))])
def test_what_is_counted_and_not_shown_costs_few_calls_and_ends_no_walk_early(vk: Any, hidden: set[int]) -> None:
    vk.walls[-7] = [post(-7, number) for number in range(1500, 0, -1)]
    for lists, owner in ((vk.members, 7), (vk.walls, -7)):
        lists[owner] = Veiled(lists[owner])
        lists[owner].hidden = frozenset(hidden)
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings((AudienceSpec("рок", ("rock",)),), what=("members", "posts")))
        assert outcome.state == "done" and people.member_ids(store, 7) == [one["id"] for one in vk.members[7][:]]
        assert {row[0] for row in store.rows("SELECT id FROM posts")} == {item["id"] for item in vk.walls[-7][:]}
        assert {row[0] for row in store.rows("SELECT state FROM walks")} <= {"done", "short"}
        # Of 15 pages asked for at once all but the first few may have been asked for in vain; then each is read once.
        assert vk.calls["groups.getMembers"] <= 6 and vk.calls["wall.get"] <= 15 + 25, vk.calls


@pytest.mark.parametrize("answer", [False, [], {}, {"items": []}, {"count": 0}, None])
def test_nothing_is_not_proof_of_an_empty_wall(vk: Any, answer: Any) -> None:
    vk.wall_get = lambda form: {"response": answer}
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",)))
        assert outcome.state == "partial" and journal.find_gap(store, "posts", -7) is not None


def test_a_community_is_not_called_missing_because_vk_gave_no_reason(vk: Any) -> None:
    vk.groups_getbyid = lambda form: {"error": {"error_code": 1, "error_msg": "Unknown error occurred"}}
    with open_store(":memory:") as store, pytest.raises(VkError, match="ошибка 1"):
        run(store, vk)


def test_a_wall_that_failed_without_a_reason_is_asked_again_next_time(vk: Any) -> None:
    settings = CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",))
    vk.refusals[("wall.get", -7)] = 1
    with open_store(":memory:") as store:
        assert run(store, vk, settings).state == "partial"
        vk.refusals.clear()
        assert run(store, vk, settings).state == "done"
        assert store.value("SELECT count(*) FROM posts") == 350


def test_one_broken_post_costs_itself_alone_and_is_told(vk: Any) -> None:
    settings = CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",), refresh_hours=0)
    wall = vk.walls[-7]
    wall[150] = {"text": "без номера"}
    wall[151] = None
    with open_store(":memory:") as store:
        for first in (True, False):
            outcome = run(store, vk, settings)
            # Later rounds stop at what is known, above the broken posts.
            assert outcome.state == "done" and ("без номера" in " ".join(outcome.messages)) is first
            found = {row[0] for row in store.rows("SELECT id FROM posts")}
            assert found == {item["id"] for item in wall if item and "id" in item} and len(found) == 348
            vk.clock.time += 3600
        assert not store.value("SELECT count(*) FROM posts WHERE deleted_seen IS NOT NULL")


def test_a_broken_post_that_is_looked_at_again_makes_no_other_seem_deleted(vk: Any) -> None:
    settings = CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",), refresh_hours=1)
    now = int(vk.clock.time)
    vk.walls[-7] = [post(-7, number) | {"date": now - 3600 * (400 - number)} for number in range(350, 0, -1)]

    plain = vk.wall_getbyid

    def by_id(form: dict[str, str]) -> Any:
        items = plain(form)["response"]["items"]
        return {"response": {"items": [item if item["id"] % 50 else {"text": "без номера"} for item in items]}}

    vk.wall_getbyid = by_id
    with open_store(":memory:") as store:
        run(store, vk, settings)
        vk.clock.time += 2 * 3600
        assert run(store, vk, settings).state == "done" and vk.calls["wall.getById"]
        assert not store.value("SELECT count(*) FROM posts WHERE deleted_seen IS NOT NULL")


def test_a_broken_community_in_the_answer_hides_no_other(vk: Any) -> None:
    plain = vk.groups_getbyid

    def with_a_broken_one(form: dict[str, str]) -> Any:
        body = plain(form)
        body.get("response", {}).get("groups", []).insert(0, {"name": "без номера"})
        return body

    vk.groups_getbyid = with_a_broken_one
    with open_store(":memory:") as store:
        assert run(store, vk).state == "done"
        assert store.value("SELECT count(*) FROM communities") == 2


def test_a_wall_whose_big_pages_break_is_read_by_smaller_ones(vk: Any) -> None:
    answer = vk.answer

    def breaking(request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        if request.url.path.endswith("wall.get") and int(form["count"][0]) > 40:
            return httpx.Response(500, html="<h1>no</h1>")
        return answer(request) if '"count":100' not in str(form) else httpx.Response(500, html="<h1>no</h1>")

    vk.answer = breaking
    with open_store(":memory:") as store:
        assert run(store, vk, CollectSettings((AudienceSpec("рок", ("rock",)),), what=("posts",))).state == "done"
        assert store.value("SELECT count(*) FROM posts") == 350


def test_three_walls_that_never_answer_end_no_run(vk: Any) -> None:
    bad = (11, 12, 13)
    vk.refusals = {("wall.get", number): 10 for number in bad}
    vk.utils_getservertime = lambda form: {"response": 1}
    specs = (AudienceSpec("люди", ("cats",), people=(*bad, *range(20, 30))),)
    vk.users_get = lambda form: {"response": [person(int(number)) for number in form["user_ids"].split(",")]}
    vk.users_getsubscriptions = lambda form: {"response": {"groups": {"count": 0, "items": []}}}
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings(specs, what=("walls", "subscriptions")))
        assert outcome.state == "partial" and "стены людей: 3" in " ".join(outcome.messages)
        walks = {tuple(row) for row in store.rows("SELECT kind, count(*) FROM walks WHERE state = 'done' GROUP BY 1")}
        assert walks == {("walls", 10), ("subscriptions", 13)}


def test_a_vk_that_does_not_even_tell_the_time_ends_the_run(vk: Any) -> None:
    people = tuple(range(20, 40))
    down = {"error": {"error_code": 10, "error_msg": "Internal server error"}}
    vk.wall_get = vk.utils_getservertime = lambda form: down
    vk.users_get = lambda form: {"response": [person(int(number)) for number in form["user_ids"].split(",")]}
    with open_store(":memory:") as store, pytest.raises(VkRetry):
        run(store, vk, CollectSettings((AudienceSpec("люди", people=people),), what=("walls",)))


def test_a_method_that_answers_for_nobody_is_left_alone_and_told(vk: Any) -> None:
    vk.wall_get = lambda form: {"error": {"error_code": 10, "error_msg": "Internal server error"}}
    vk.utils_getservertime = lambda form: {"response": 1}
    vk.users_get = lambda form: {"response": [person(int(number)) for number in form["user_ids"].split(",")]}
    vk.users_getsubscriptions = lambda form: {"response": {"groups": {"count": 0, "items": []}}}
    specs = (AudienceSpec("люди", people=tuple(range(20, 220))),)
    with open_store(":memory:") as store:
        outcome = run(store, vk, CollectSettings(specs, what=("walls", "subscriptions")))
        assert outcome.state == "partial" and "wall.get" in " ".join(outcome.messages)
        assert vk.calls["wall.get"] < 400
        assert store.value("SELECT count(*) FROM walks WHERE kind = 'subscriptions' AND state = 'done'") == 200


NO_ANSWER = [{"response": bad} for bad in ([], {}, None, {"groups": None}, {"groups": []})]
NO_ANSWER.append({"error": {"error_code": 7, "error_msg": "Permission denied"}})


@pytest.mark.parametrize("answer", NO_ANSWER)
def test_an_audience_of_which_vk_says_nothing_stays_as_it_was(vk: Any, answer: Any) -> None:
    sound = vk.groups_getbyid
    with open_store(":memory:") as store:
        run(store, vk)
        before = [tuple(row) for row in store.rows("SELECT * FROM audiences")], rows(store)[-1]
        vk.groups_getbyid = lambda form: answer
        outcome = run(store, vk)
        assert outcome.state == "partial" and "VK не ответил" in outcome.messages[0]
        assert ([tuple(row) for row in store.rows("SELECT * FROM audiences")], rows(store)[-1]) == before
        vk.groups_getbyid = sound
        assert run(store, vk).state == "done" and rows(store)[-1] == before[1]


def test_a_community_that_is_blocked_for_a_night_redraws_no_panel(vk: Any) -> None:
    specs = (AudienceSpec("оба", ("rock", "club8")),)
    settings = CollectSettings(specs, what=("members",), sample=20, refresh_hours=0)
    with open_store(":memory:") as store:
        run(store, vk, settings)
        before = [tuple(row) for row in store.rows("SELECT * FROM audiences")], rows(store)[-1]
        vk.groups[8]["deactivated"] = "banned"
        outcome = run(store, vk, settings)
        assert outcome.state == "partial" and "заблокировано" in outcome.messages[0]
        assert ([tuple(row) for row in store.rows("SELECT * FROM audiences")], rows(store)[-1]) == before


def test_an_old_screen_name_among_others_leads_to_its_community(vk: Any) -> None:
    sound = vk.groups_getbyid
    vk.groups_getbyid = lambda form: sound({"group_ids": form["group_ids"].replace("kitties", "cats")})
    specs = (AudienceSpec("оба", ("rock", "kitties")),)
    with open_store(":memory:") as store:
        assert run(store, vk, CollectSettings(specs, what=("members",))).state == "done"
        assert store.value("SELECT count(*) FROM memberships WHERE community_id = 8") == 3


def test_the_ledger_holds_the_calls_that_were_made(vk: Any) -> None:
    with open_store(":memory:") as store:
        run(store, vk)
        found = {row[0]: row[1] for row in store.rows("SELECT method, sum(calls) FROM quotas GROUP BY 1")}
        assert {name: found[name] for name in ("wall.get", "groups.getMembers")} == {
            name: vk.calls[name] for name in ("wall.get", "groups.getMembers")
        }


def test_a_pause_says_how_many_walls_are_still_to_be_read_and_a_plan_asks_for_none(vk: Any) -> None:
    people_, asked = tuple(range(20, 50)), 12
    vk.users_get = lambda form: {"response": [person(int(number)) for number in form["user_ids"].split(",")]}
    vk.before = lambda method, number: vk.refusals.update(
        {("wall.get", one): 29 for one in people_} if method == "wall.get" and number > asked else {}
    )
    told: list[Event] = []
    watch = SimpleNamespace(tell=told.append, stopping=lambda: False)
    settings = CollectSettings((AudienceSpec("люди", ("rock",), people=people_, minus=("rock",)),), what=("walls",))
    with open_store(":memory:") as store, vk.client() as client:
        assert collect(store, settings, client=client, clock=vk.clock, watch=watch).state == "paused"
        assert max((event.done or 0) for event in told if event.kind == "progress") == asked
        assert summary(store, vk.clock.now())["waiting"] == len(people_) - asked
        before = vk.calls["wall.get"]
        assert plan(store, settings, client=client, clock=vk.clock).left["wall.get"] == 0
        assert vk.calls["wall.get"] == before


@pytest.mark.parametrize("vk", ["service key"], indirect=True)
def test_a_hidden_list_costs_a_new_service_key_one_call(vk: Any) -> None:
    """That batches are refused is learned with the first page; those hoped for in the same batch are not made."""
    vk.groups[7]["members_count"] = 60_000
    vk.refusals["groups.getMembers", 7] = 15
    with open_store(":memory:") as store:
        assert run(store, vk, CollectSettings((AudienceSpec("рок", ("7",)),), what=("members",))).state == "partial"
    assert vk.calls == {"groups.getById": 1, "execute": 1, "groups.getMembers": 1}
