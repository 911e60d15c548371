"""Who is counted as an audience's people, straight from the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from storage import Store, audiences, journal, open_store, people, portrait_people, walls
from storage.rows import Audience, Comment, Post, User, Walk

SEEN = 1_764_000_000  # November 2025


@pytest.fixture
def store() -> Iterator[Store]:
    """Communities 1: people 1-4, 2: people 3-6, 3: person 4."""
    with open_store(":memory:") as opened:
        people.save_users(opened, [User(i) for i in range(1, 7)], SEEN)
        for community, ids in ((1, range(1, 5)), (2, range(3, 7)), (3, [4])):
            people.save_members(opened, community, ids, SEEN)
        yield opened


def members(store: Store, definition: Any, weights: dict[int, float] | None = None) -> list[int]:
    number = audiences.save_audience(store, Audience("a", json.dumps(definition)))
    audiences.save_sample(store, number, weights or {}, SEEN)
    portrait_people.gather(store, None)
    sql = "SELECT user_id FROM report_people WHERE audience_id = ? ORDER BY 1"
    return [row[0] for row in store.rows(sql, (number,))]


@pytest.mark.parametrize(
    ("definition", "ids"),
    [
        ({"any": [1, 2], "people": 0}, [1, 2, 3, 4, 5, 6]),
        ({"all": [1, 2]}, [3, 4]),
        ({"of": [1, 2, 3], "at_least": 2}, [3, 4]),
        ({"any": [1], "minus": [3]}, [1, 2, 3]),
        ({"any": [-1]}, [1, 2, 3, 4]),
        ({"any": [99]}, []),
    ],
)
def test_a_rule_picks_its_people(store: Store, definition: Any, ids: list[int]) -> None:
    assert members(store, definition) == ids


def test_who_left_is_no_longer_counted(store: Store) -> None:
    store.many("UPDATE memberships SET left_seen = 1 WHERE user_id = ?", [(2,)])
    assert members(store, {"any": [1]}) == [1, 3, 4]


def test_a_list_of_people_stands_without_communities(store: Store) -> None:
    assert members(store, {"any": [], "people": 2}, {5: 1.0, 77: 1.0}) == [5, 77]


def test_the_sample_has_weights_and_the_rest_of_the_members_none(store: Store) -> None:
    members(store, {"any": [1]}, {1: 2.0, 3: 2.0})
    number = store.value("SELECT id FROM audiences")
    assert portrait_people.weights(store, number) == {1: 2.0, 3: 2.0}
    assert (portrait_people.size(store, number), portrait_people.sample_size(store, number)) == (4, 2)


def test_everyone_is_each_person_once_with_the_weight_of_two_draws(store: Store) -> None:
    for name, weights in (("a", {1: 2.0, 3: 2.0}), ("b", {3: 2.0, 5: 4.0})):
        number = audiences.save_audience(store, Audience(name, "{}"))
        audiences.save_sample(store, number, weights, SEEN)
    portrait_people.gather(store, None)
    found = portrait_people.weights(store, portrait_people.EVERYONE)
    assert found == {1: 2.0, 3: pytest.approx(4 / 3), 5: pytest.approx(4.0)}
    first = store.value("SELECT min(id) FROM audiences")
    assert portrait_people.weights(store, portrait_people.REFERENCE, without=first) == {5: pytest.approx(4.0)}


@pytest.mark.parametrize(
    ("year", "group"),
    [(2025, None), (2011, "18-"), (2007, "18-"), (2006, "19-24"), (2000, "25-34"), (1960, "55+"), (1901, None)],
)
def test_the_age_is_that_of_the_year_of_collection(store: Store, year: int, group: str | None) -> None:
    people.save_users(store, [User(1, birth_year=year)], SEEN)
    number = audiences.save_audience(store, Audience("one", "{}"))
    audiences.save_sample(store, number, {1: 1.0}, SEEN)
    portrait_people.gather(store, None)
    assert portrait_people.counts(store, number, "age") == {group: 1}


def test_what_is_remembered_of_a_deleted_account_describes_nobody(store: Store) -> None:
    people.save_users(store, [User(1, "deleted", sex=1), User(2, "unknown", sex=2), User(3, "closed")], SEEN)
    number = audiences.save_audience(store, Audience("one", "{}"))
    audiences.save_sample(store, number, dict.fromkeys((1, 2, 3), 1.0), SEEN)
    portrait_people.gather(store, None)
    assert portrait_people.counts(store, number, "sex") == {None: 1, "male": 1}


def test_an_unknown_field_is_refused(store: Store) -> None:
    portrait_people.gather(store, None)
    with pytest.raises(ValueError, match="no such field"):
        portrait_people.counts(store, 1, "id; DROP TABLE users")


def test_what_somebody_wrote_elsewhere_says_nothing_of_the_own_wall(store: Store) -> None:
    people.save_users(store, [User(1, "closed"), User(2), User(3), User(4, "closed")], SEEN)
    journal.save_walk(store, Walk("walls", 2, state="done", finished_seen=SEEN))
    walls.save_comments(store, [Comment(-1, number, 9, from_id=number, text="да") for number in (1, 2, 3)], SEEN)
    walls.save_posts(store, [Post(4, 1, from_id=4, text="моя стена")], SEEN)
    members(store, {"any": [1]})
    outcomes = dict(store.rows("SELECT user_id, outcome FROM report_persons"))
    assert outcomes == {1: "closed", 2: "blank", 3: "few_words", 4: "few_words"}


def test_a_panel_drawn_empty_stands_for_nobody(store: Store) -> None:
    drawn = Audience("закрытые", json.dumps({"any": [1]}), recipe=json.dumps({"sample": 5, "seed": 1, "cuts": {}}))
    whole = Audience("все", json.dumps({"any": [1]}))
    ids = [audiences.save_audience(store, row) for row in (drawn, whole)]
    portrait_people.gather(store, None)
    assert [portrait_people.sample_size(store, number) for number in ids] == [0, 4]
    assert [portrait_people.size(store, number) for number in ids] == [4, 4]
