"""Who they are: the main kind is named, the few beside it are not, whatever else stands in the report."""

from __future__ import annotations

from typing import Any

import pytest

from storage import Store

ROCK, MUMS, STUDENTS = 1, 2, 3


def known(store: Store, audience: int) -> list[int]:
    """The people of an audience whose profile is known."""
    sql = "SELECT id FROM users WHERE state IN ('ok', 'closed') AND id IN (SELECT user_id FROM memberships " \
          "WHERE community_id = ?) ORDER BY id"  # fmt: skip
    return [row[0] for row in store.rows(sql, (audience,))]


def give(store: Store, ids: list[int], field: str, value: object) -> None:
    store.many(f"UPDATE users SET {field} = ? WHERE id = ?", [(value, one) for one in ids])


@pytest.mark.parametrize("others", [1, 4, 7])
def test_the_main_occupation_is_told_as_at_least_and_compared(build: Any, told: Any, book: Any, others: int) -> None:
    store = build(model=False)
    mums = known(store, MUMS)
    give(store, mums, "occupation", "work")
    give(store, mums[:others], "occupation", "school")
    text = told(store, "who").replace("\u00a0", " ")
    found = book(store)
    row = found["who", "occupation.work", MUMS]
    assert (row.n, row.value) == (None, pytest.approx((len(mums) - 9) / len(mums), abs=1e-4))
    assert "работа ≈" not in text and "≥ 97 %" in text
    assert ("who", "occupation.other", MUMS) not in found and ("who", "occupation.school", MUMS) not in found
    index = found["who", "index.occupation.work", MUMS]
    assert index.value is None and index.lo > 120


def test_an_index_against_nearly_everybody_is_an_upper_bound(
    build: Any, told: Any, book: Any, small_study: Any
) -> None:
    kinds = small_study["KINDS"]
    found = []
    for others in (1, 8):
        store = build(kinds=kinds[:2], model=False)
        mums = [one for one in known(store, MUMS) if one >= 20_000]
        give(store, known(store, ROCK) + mums, "occupation", "work")
        give(store, known(store, ROCK)[:120], "occupation", "school")
        give(store, mums, "occupation", "work")
        give(store, mums[:others], "occupation", "school")
        assert "индекс не больше" in told(store, "who")
        found.append(book(store)["who", "index.occupation.work", ROCK])
    assert found[0] == found[1] and found[0].value is None and found[0].hi < 100
