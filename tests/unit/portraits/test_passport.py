"""The passport: how each audience is made up, of which communities, and no small group by subtraction."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from storage import Store, journal, people, walls
from storage.rows import Post, User

ROCK, MUMS, STUDENTS = 1, 2, 3


def define(store: Store, audience: int, definition: dict[str, Any]) -> None:
    store.many("UPDATE audiences SET definition = ? WHERE id = ?", [(json.dumps(definition), audience)])
    store.many("DELETE FROM audience_members WHERE audience_id = ?", [(audience,)])


def line(page: Any, store: Store, name: str, **settings: Any) -> str:
    """The words of one audience's row in the passport."""
    html = page(store, **settings)
    rows = re.findall(r"(?s)<tr><th scope=\"row\"><bdi>.*?</tr>", html[html.index('id="passport"') :])
    words = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", row)).strip() for row in rows]
    return next(row for row in words if row.startswith(name))


@pytest.mark.parametrize(
    ("rule", "language", "words"),
    [
        ({"any": [1]}, "ru", "состоит в сообществе, но не в «Мамы района»"),
        ({"any": [1, 3]}, "ru", "состоит хотя бы в одном из сообществ, но не в «Мамы района»"),
        ({"all": [1, 3]}, "en", "member of all the communities, but not in “Мамы района”"),
    ],
)
def test_a_community_left_out_is_named_as_left_out(
    build: Any, page: Any, rule: dict[str, Any], language: str, words: str
) -> None:
    store = build(model=False)
    define(store, ROCK, {**rule, "minus": [2], "people": 0})
    row = line(page, store, "Рок-клуб", language=language)
    assert words in row
    assert row.count("Мамы района") == 1, "it is not in the list of the audience's own communities"


DAY = 1_766_620_800  # 2025-12-25 00:00 UTC


@pytest.mark.parametrize(
    ("rule", "settings", "words"),
    [
        ({"at_least": 2, "of": [1, 3]}, {}, "состоит не меньше чем в 2 из сообществ"),
        ({"active": 2, "walls": [1], "since": 0}, {}, "не меньше 2"),
        (
            {"active": 2, "walls": [1], "since": DAY, "until": DAY + 2 * 86_400}, {"timezone": "Asia/Vladivostok"},
            "не меньше 2, написанное с 25.12.2025 по 26.12.2025",
        ),
        ({"active": 3, "walls": [1], "until": DAY}, {"language": "en"}, "walls, written until 2025-12-24"),
    ],
)  # fmt: skip
def test_a_rule_is_told_whole(
    build: Any, page: Any, rule: dict[str, Any], settings: dict[str, Any], words: str
) -> None:
    store = build(model=False)
    define(store, ROCK, {"people": 0, **rule})
    row = line(page, store, "Рок-клуб", **settings)
    assert words in row and ("1970" not in row) and "список людей" not in row


@pytest.mark.parametrize(
    ("rule", "language", "words"),
    [
        ({"baseline": "random"}, "ru", "случайные страницы VK, зерно 7, набраны 24.12.2025, версия 2; контрольная"),
        ({"baseline": "city", "city": "Омск<b>"}, "ru", "зерно 7, город «Омск&lt;b&gt;», набраны 24.12.2025, версия 2"),
        ({"baseline": "pool", "communities": [2]}, "en", "other communities, seed 7, drawn on 2025-12-24, version 2"),
    ],
)
def test_a_baseline_is_cited_with_its_date_and_version(
    build: Any, page: Any, rule: dict[str, Any], language: str, words: str
) -> None:
    store = build(model=False)
    define(store, ROCK, {"n": 60, "seed": 7, "drawn_at": 1_766_600_000, **rule})
    store.many("UPDATE audiences SET kind = 'baseline', version = 2 WHERE id = ?", [(ROCK,)])
    assert words in line(page, store, "Рок-клуб", language=language)


def test_a_community_nobody_comes_from_is_among_the_others(build: Any, told: Any) -> None:
    store = build(model=False)
    define(store, ROCK, {"any": [1], "minus": [2, 99]})
    store.many("DELETE FROM audiences WHERE id = ?", [(MUMS,)])
    text = told(store, "passport")
    assert "но не в «Мамы района» , «club99»" in text
    assert re.search(r"Остальные сообщества в файле \(1\) Мамы района", text)


def members(store: Store, community: int) -> list[int]:
    sql = "SELECT user_id FROM memberships WHERE community_id = ? ORDER BY 1"
    return [row[0] for row in store.rows(sql, (community,))]


@pytest.mark.parametrize("shared", [1, 6])
def test_the_few_left_out_are_not_members_less_the_audience(build: Any, page: Any, book: Any, shared: int) -> None:
    store = build(model=False)
    store.many("DELETE FROM memberships WHERE community_id = 3 AND user_id < ?", [(20_000,)])
    people.save_members(store, STUDENTS, members(store, ROCK)[:shared], 1_764_000_000)
    define(store, ROCK, {"any": [1], "minus": [3]})
    row = line(page, store, "Рок-клуб")
    assert f"{380 - shared}" in row and "380" not in row and "880" not in row
    assert "число участников скрыто" in row and "число участников скрыто" not in line(page, store, "Мамы")
    assert ("passport", "memberships", 0) not in book(store)


def test_the_few_in_both_communities_of_an_audience_are_not_a_sum_less_its_size(build: Any, page: Any) -> None:
    store = build(model=False)
    both = [one for one in members(store, MUMS) if one < 20_000]
    store.many("DELETE FROM memberships WHERE community_id = 2 AND user_id = ?", [(one,) for one in both[4:]])
    define(store, MUMS, {"any": [1, 2]})
    row = line(page, store, "Мамы")
    assert row.count("число участников скрыто") == 2 and "380" not in row


def test_who_left_out_many_is_counted_as_before(build: Any, page: Any, book: Any) -> None:
    store = build(model=False)
    define(store, ROCK, {"any": [1], "minus": [3]})
    row = line(page, store, "Рок-клуб")
    assert "собрано участников 380" in row and ("passport", "memberships", 0) in book(store)


def test_the_few_people_of_no_audience_are_not_all_less_the_audience(
    build: Any, told: Any, book: Any, small_study: Any
) -> None:
    store = build(kinds=small_study["KINDS"][:1], model=False)
    assert "380 человек;" in told(store, "passport").replace("\u00a0", " ")
    people.save_users(store, [User(900_000 + i) for i in range(5)], 1_764_000_000)
    text = told(store, "passport").replace("\u00a0", " ")
    assert "385" not in text and ("passport", "users", 0) not in book(store)
    people.save_users(store, [User(900_005 + i) for i in range(5)], 1_764_000_000)
    assert "390 человек;" in told(store, "passport").replace("\u00a0", " ")


@pytest.mark.parametrize("shared", [1, 7])
def test_the_few_in_two_audiences_are_not_their_sum_less_everyone(
    build: Any, told: Any, book: Any, small_study: Any, shared: int
) -> None:
    store = build(kinds=small_study["KINDS"][:2])
    profiled = [row[0] for row in store.rows("SELECT DISTINCT user_id FROM user_topics WHERE signal = 'wrote'")]
    both = [one for one in members(store, MUMS) if one in set(members(store, ROCK))]
    kept = [one for one in both if one in profiled][:shared]
    for one in set(both) - set(kept):
        for table, place in (("memberships", "community_id"), ("audience_members", "audience_id")):
            store.many(f"DELETE FROM {table} WHERE {place} = 2 AND user_id = ?", [(one,)])
    text = told(store).replace("\u00a0", " ")
    found = book(store)
    total = sum(found["topics", "mean.wrote.0", audience].n for audience in (ROCK, MUMS))
    assert "число скрыто" in text and ("passport", "users", 0) not in found
    assert f"Профиль есть не больше чем у {total} человек." in text
    everyone = [row for (_, key, who), row in found.items() if who == 0 and key.startswith(("mean.wrote", "led.wrote"))]
    assert everyone and all(row.n is None and row.base in (None, total) for row in everyone)


def test_one_of_a_kind_is_counted_in_the_singular(build: Any, told: Any, small_study: Any) -> None:
    text = told(build(kinds=small_study["KINDS"][:1], model=False), "passport", language="en").replace("\u00a0", " ")
    assert "1 community; 380 people;" in text and "0 comments" in text


@pytest.mark.parametrize(("language", "words"), [("ru", "сбор не закончен"), ("en", "collection is not finished")])
@pytest.mark.parametrize("outcome", ["interrupted", "paused", "VkStop", None])
def test_a_collection_that_was_not_finished_is_told(
    build: Any, page: Any, told: Any, outcome: str | None, language: str, words: str
) -> None:
    store = build(model=False)
    journal.start_run(store, "collect", {}, {}, 10)
    if outcome:
        journal.end_run(store, 1, outcome, {}, (), 20)
    assert words in told(store, "passport", language=language)
    assert page(store, language=language).lower().count(words) == 2, "at the head of the report too"
    journal.end_run(store, journal.start_run(store, "collect", {}, {}, 30), "partial", {}, (), 40)
    assert words not in page(store, language=language).lower()


def test_of_active_people_the_closed_are_counted_too(build: Any, page: Any) -> None:
    store = build(model=False)
    acted = list(range(50_001, 50_041))
    people.save_users(store, [User(one, state="closed" if one % 2 else "ok") for one in acted], 5)
    walls.save_posts(store, [Post(-1, 1, from_id=-1, published_at=10, text="текст")], 5)
    store.many("INSERT INTO likes VALUES (-1, 'post', 1, ?, 'like', 5)", [(one,) for one in acted])
    define(store, ROCK, {"active": 1, "walls": [1], "since": 0, "people": 0})
    rows = [(ROCK, one, 1.0, 5) for one in acted if not one % 2]
    store.many("INSERT INTO audience_members VALUES (?, ?, ?, ?)", rows)
    store.many("UPDATE audiences SET recipe = ? WHERE id = ?", [(json.dumps({"sample": 100}), ROCK)])
    assert "20 из 40 (50 %)" in line(page, store, "Рок-клуб"), "a sample holds only whom VK shows"


def test_the_commands_that_made_the_study_are_all_named(build: Any, page: Any) -> None:
    store = build(model=False)
    for command in ("audiences baseline", "team merge", "status"):
        journal.end_run(store, journal.start_run(store, command, {}, {"vkaudience": "1"}, 10), "done", {}, (), 20)
    html = page(store)
    assert "vkaudience audiences baseline" in html and "vkaudience team merge" in html
    assert "vkaudience status" not in html
