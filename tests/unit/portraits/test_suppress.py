"""Small groups stay hidden, and cannot be worked out from what is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portraits.shares import Table, shares
from portraits.suppress import fold, hidden_cells, hidden_steps

LEAST = 10
CELLS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60), max_size=8)


def test_one_small_cell_takes_the_next_smallest_with_it() -> None:
    assert hidden_cells({"a": 100, "b": 4, "c": 30, "d": 0}, LEAST) == {"b", "c"}


def test_two_small_cells_hide_each_other_only_when_they_are_a_group_together() -> None:
    assert hidden_cells({"a": 100, "b": 6, "c": 5, "d": 50}, LEAST) == {"b", "c"}
    assert hidden_cells({"a": 100, "b": 2, "c": 3, "d": 50}, LEAST) == {"b", "c", "d"}


def test_nothing_small_hides_nothing() -> None:
    assert hidden_cells({"a": 10, "b": 0, "c": 500}, LEAST) == frozenset()
    assert hidden_cells({}, LEAST) == frozenset()


@given(CELLS)
def test_what_is_left_over_is_never_a_small_group_or_a_single_cell(counts: dict[str, int]) -> None:
    hidden = hidden_cells(counts, LEAST)
    assert all(counts[key] == 0 or counts[key] >= LEAST for key in counts if key not in hidden)
    shown = [key for key, n in counts.items() if key not in hidden and n]
    if hidden and shown:
        assert len(hidden) > 1 and sum(counts[key] for key in hidden) >= LEAST


@given(CELLS)
def test_folding_loses_nobody_and_leaves_no_small_cell_beside_a_small_rest(counts: dict[str, int]) -> None:
    keep = sorted(counts, key=lambda key: (-counts[key], key))[:3]
    found, merged = fold(counts, keep, "other", LEAST)
    assert sum(found.values()) == sum(counts.values())
    assert all(n == 0 or n >= LEAST for key, n in found.items() if key != "other")
    assert all(found[key] == 0 and counts[key] > 0 for key in merged)
    if 0 < found["other"] < LEAST:
        beside = [n for key, n in found.items() if key != "other" and n]
        assert beside == [] or beside == [n for n in beside if n > sum(counts.values()) - LEAST]


@given(CELLS)
def test_what_is_printed_of_a_folded_table_leaves_no_small_rest(counts: dict[str, int]) -> None:
    keep = sorted(counts, key=lambda key: (-counts[key], key))[:3]
    found, merged = fold(counts, keep, "other", LEAST)
    base = sum(counts.values())
    printed = shares(Table(found, base, merged=merged), LEAST)
    exact = {key: share.n for key, share in printed.items() if not share.hidden and not share.coarse}
    rest = base - sum(exact.values())
    assert rest == 0 or rest >= LEAST or not any(exact.values())
    assert all(n == 0 or n >= LEAST for n in exact.values())
    # Of a cell that nearly everybody is in, the same is said however many are left over.
    for key in keep:
        if printed[key].at_least:
            least_sure = {key: base - 1, "other": 1} | dict.fromkeys((k for k in found if k not in (key, "other")), 0)
            assert printed[key] == shares(Table(least_sure, base), LEAST)[key]


def test_the_main_cell_stays_by_itself_when_all_the_others_are_few() -> None:
    counts = {"work": 104, "university": 4, "school": 3}
    found, merged = fold(counts, ["work", "university", "school"], "other", LEAST)
    assert (found, merged) == ({"work": 104, "university": 0, "school": 0, "other": 7}, {"university", "school"})
    printed = shares(Table(found, 111, merged=merged), LEAST)
    assert printed["work"].at_least and printed["work"].value == pytest.approx(102 / 111)
    assert printed["other"].hidden and printed["school"].merged


@given(st.lists(st.integers(0, 40), max_size=8))
def test_a_funnel_shows_no_loss_of_a_small_group(losses: list[int]) -> None:
    values = [300 - sum(losses[: i + 1]) for i in range(len(losses)) if 300 - sum(losses[: i + 1]) >= 0]
    shown = [v for v, hides in zip(values, hidden_steps(values, LEAST), strict=True) if not hides]
    assert all(a - b == 0 or a - b >= LEAST for a, b in pairwise(shown))
    assert all(v == 0 or v >= LEAST for v in shown)


@given(st.integers(0, 300), st.lists(st.integers(0, 40), max_size=8))
def test_between_two_known_ends_a_funnel_shows_no_loss_of_a_small_group(size: int, losses: list[int]) -> None:
    values = [size]
    for loss in losses:
        values.append(max(0, values[-1] - loss))
    hidden = hidden_steps(values, LEAST, ends=True)
    shown = [v for v, why in zip(values, hidden, strict=True) if not why]
    assert all(v == 0 or v >= LEAST for v in shown)
    assert all((why == "few") == (0 < v < LEAST) for v, why in zip(values, hidden, strict=True) if size >= LEAST)
    if not 0 < values[0] - values[-1] < LEAST:  # else the two ends themselves, both told elsewhere, show it
        assert all(a - b == 0 or a - b >= LEAST for a, b in pairwise(shown))


def test_each_hidden_step_says_why() -> None:
    assert hidden_steps([69, 69, 66, 9, 9], LEAST, ends=True) == ["", "", "above", "few", "few"]
    assert hidden_steps([204, 193, 142, 128, 127], LEAST, ends=True) == ["", "", "", "below", ""]
    assert hidden_steps([7, 5, 0], LEAST, ends=True) == ["few", "few", "few"]
