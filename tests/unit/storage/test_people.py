"""Writing people: what is known of them, and what remains when they are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from storage import Store, audiences, open_store, people
from storage.rows import Audience, User


@pytest.mark.parametrize("state", ["deleted", "banned"])
def test_who_is_gone_keeps_what_was_known(state: str) -> None:
    known = User(1, sex=2, birth_year=1990, birth_flag="full", city="Омск", followers_count=0)
    with open_store(":memory:") as store:
        people.save_users(store, [known, User(2, city="Тверь")], 5)
        assert people.save_users(store, [User(1, state=state, birth_flag="none"), User(2, city=None)], 9) == 2
        gone, changed = people.users(store)
        stamps = store.rows("SELECT first_seen, last_seen FROM users WHERE id = 1")
        assert [tuple(row) for row in stamps] == [(5, 9)]
    assert gone == User(1, state=state, sex=2, birth_year=1990, birth_flag="full", city="Омск", followers_count=0)
    assert changed.city is None


def test_who_was_only_an_id_is_filled_even_when_gone_and_may_come_back() -> None:
    with open_store(":memory:") as store:
        people.add_unknown_users(store, [1], 5)
        people.save_users(store, [User(1, state="deleted", sex=1), User(3, state="banned")], 6)
        assert list(people.users(store)) == [User(1, state="deleted", sex=1), User(3, state="banned")]
        people.save_users(store, [User(1, city="Уфа")], 7)
        assert next(iter(people.users(store, [1]))) == User(1, city="Уфа")
        assert people.save_users(store, [], 8) == 0


def _unseen(store: Store) -> Iterator[int]:
    return audiences.panel_unseen(store, 9)


@pytest.mark.parametrize("read", [audiences.panel, audiences.panel_states, _unseen])
def test_the_people_of_audiences_take_work_in_proportion_to_their_number(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Store], Iterator[Any]]
) -> None:
    monkeypatch.setattr(audiences, "PART", 20)

    def steps(number: int) -> int:
        """Of SQLite's machine, in hundreds."""
        with open_store(":memory:") as store:
            audience = audiences.save_audience(store, Audience("а", "{}"))
            audiences.save_sample(store, audience, dict.fromkeys(range(1, number + 1), 1.0), 1)
            counted: list[None] = []
            store.connection.set_progress_handler(lambda: counted.append(None), 100)
            assert sum(1 for _ in read(store)) == number
            return len(counted)

    assert steps(4000) < 6 * steps(1000)
