"""The page rules against lists that move: whatever stays is read, and reading ends."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.pager import Cursor, advance, decode, repeats


def read(
    items: list[int], moves: list[tuple[str, int]], size: int, overlap: int, hidden: Collection[int] = ()
) -> tuple[set[int], str]:
    """Walk a newest-first list; before each page one move happens: ``add`` n on top, ``drop`` the items at n.

    ``forget``: nothing moves, but the page is the first one again, whatever was asked for; ``repeat``: it is the one
    before; ``lie``: the count is too large by n. What is ``hidden`` has its place and is counted, and never shown.
    Without ``overlap`` a page follows as long as the count stays, as on a wall.
    """
    wall, cursor, seen, state = list(items), Cursor(), set[int](), "open"
    promised, page = 0, list[int]()
    moves, fresh = list(moves), max(items, default=0) + 1
    for _ in range(1000):
        kind, number, before = "sound", 0, page
        if moves:
            kind, number = moves.pop(0)
            if kind == "add":
                wall = [*range(fresh + number, fresh, -1), *wall]
                fresh += number + 1
            elif kind == "drop":
                del wall[number : number + 7]
        start, count = cursor.request_offset, len(wall) + (number if kind == "lie" else 0)
        page = wall[:size] if kind == "forget" else before if kind == "repeat" and start else wall[start : start + size]
        still = cursor.back == 0 == overlap and count == promised
        page = [item for item in page if item not in hidden] if hidden else page
        follows = start == 0 or bool(page and page[0] in seen) or still
        last = page[-1] if page else 0
        step = advance(
            decode(cursor.encode()), items=len(page), count=count, first=page[0] if page else 0, last=last,
            follows=follows, size=size, overlap=overlap,
            stale=repeats(cursor, items=len(page), grown=count > promised, fresh=not seen.issuperset(page),
                          farther=last < cursor.last),
        )  # fmt: skip
        promised = count
        assert not (hidden and step.cursor.again), "no page was taken for one that came before"
        if step.follow:
            seen.update(page)
        cursor, state = step.cursor, step.state
        if state != "open":
            return seen & set(wall), state
    raise AssertionError("the walk does not end")


MOVES = st.lists(st.tuples(st.sampled_from(["add", "drop"]), st.integers(0, 40)), max_size=30)


@settings(max_examples=800)
@given(st.integers(0, 60), MOVES, st.integers(3, 10), st.sampled_from([0, 2]))
def test_what_stayed_is_read_whatever_came_and_went(
    length: int, moves: list[tuple[str, int]], size: int, overlap: int
) -> None:
    items = list(range(length, 0, -1))
    survivors = set(items)
    wall, fresh = list(items), length + 1
    for kind, number in moves:
        if kind == "add":
            wall = [*range(fresh + number, fresh, -1), *wall]
            fresh += number + 1
        else:
            survivors -= set(wall[number : number + 7])
            del wall[number : number + 7]
    found, state = read(items, moves, size, overlap)
    assert survivors <= found and state == "done"


@given(st.integers(0, 60), st.lists(st.booleans(), max_size=30), st.integers(4, 10))
def test_a_server_that_forgets_the_offset_now_and_then_hides_nothing(
    length: int, forgets: list[bool], size: int
) -> None:
    # Two in a row: more would be told as a failure.
    items = list(range(length, 0, -1))
    for kind in ("forget", "repeat"):
        bad, sound = [(kind, 0), (kind, 0), ("sound", 0)], [("sound", 0)]
        moves = [move for one in forgets for move in (bad if one else sound)]
        assert read(items, moves, size, overlap=2) == (set(items), "done")


@settings(max_examples=800)
@given(
    st.integers(0, 60),
    st.lists(st.tuples(st.sampled_from(["drop", "lie"]), st.integers(0, 40)), max_size=30),
    st.integers(3, 10),
)
def test_a_count_that_lies_now_and_then_hides_nothing_where_pages_overlap(
    length: int, moves: list[tuple[str, int]], size: int
) -> None:
    wall = list(range(length, 0, -1))
    survivors = set(wall)
    for kind, number in moves:
        if kind == "drop":
            survivors -= set(wall[number : number + 7])
            del wall[number : number + 7]
    found, state = read(list(range(length, 0, -1)), moves, size, overlap=2)
    assert survivors <= found and state in ("done", "short")


@settings(max_examples=800)
@given(st.integers(0, 60), st.integers(4, 10), st.sampled_from([1, 2]), st.data())
def test_places_that_show_nothing_hide_nothing_else(length: int, size: int, overlap: int, data: st.DataObject) -> None:
    items = list(range(length, 0, -1))
    runs = data.draw(st.lists(st.tuples(st.integers(1, length + 1), st.integers(1, size - 1)), max_size=8))
    hidden, free = set[int](), 0
    for first, number in sorted(runs):  # one place at least between two runs: a page shows something
        if first > free:
            hidden |= set(range(first, first + number))
            free = first + number
    found, state = read(items, [], size, overlap, hidden)
    assert found == set(items) - hidden and state in ("done", "short")


def test_a_list_that_fits_one_page_costs_one_page() -> None:
    assert advance(Cursor(), items=5, count=5, first=5, last=1, follows=True, size=100, overlap=2).state == "done"
    assert advance(Cursor(), items=0, count=0, first=0, last=0, follows=True, size=100, overlap=2).state == "done"


def test_two_empty_pages_below_the_count_are_short() -> None:
    first = advance(Cursor(10, 0, 5), items=0, count=50, first=0, last=0, follows=False, size=10, overlap=2)
    assert first.state == "open"
    second = advance(first.cursor, items=0, count=50, first=0, last=0, follows=False, size=10, overlap=2)
    assert second.state == "short"


def test_a_page_cut_down_to_its_overlap_does_not_end_a_list() -> None:
    first = advance(Cursor(), items=30, count=133, first=30, last=1, follows=True, size=100, overlap=2)
    cut = advance(first.cursor, items=2, count=133, first=2, last=1, follows=True, size=100, overlap=2)
    assert cut.state == "open" and cut.cursor.request_offset == 30  # what VK did not show stands behind
    empty = advance(cut.cursor, items=0, count=133, first=0, last=0, follows=False, size=100, overlap=2)
    assert empty.state == "open" and empty.cursor.request_offset == 130, "there is room for more beyond"


@pytest.mark.parametrize(("overlap", "offsets"), [(1, [0, 29, 30]), (2, [0, 28, 30])])
def test_a_list_that_ends_below_its_count_costs_three_calls(overlap: int, offsets: list[int]) -> None:
    """A page, its end shown once more by a page with room for all the rest, and nothing after it."""
    asked, cursor, state = [], Cursor(), "open"
    while state == "open":
        asked.append(cursor.request_offset)
        page = list(range(30, 0, -1))[cursor.request_offset : cursor.request_offset + 100]
        step = advance(
            cursor, items=len(page), count=33, first=page[0] if page else 0, last=page[-1] if page else 0,
            follows=bool(page), size=100, overlap=overlap,
        )  # fmt: skip
        cursor, state = step.cursor, step.state
    assert asked == offsets and state == "short"


def test_a_list_that_shrinks_at_its_end_is_done_and_not_short() -> None:
    shown = advance(Cursor(30, 1, 30, 1), items=1, count=33, first=1, last=1, follows=True, size=100, overlap=1)
    gone = advance(shown.cursor, items=0, count=29, first=0, last=0, follows=False, size=100, overlap=1)
    assert gone.state == "open" and gone.cursor.request_offset == 28
    found = advance(gone.cursor, items=1, count=29, first=1, last=1, follows=True, size=100, overlap=1)
    assert found.state == "done"


def test_an_empty_page_where_the_last_one_ended_is_looked_for_before() -> None:
    step = advance(Cursor(10, 2, 5), items=0, count=50, first=0, last=0, follows=False, size=10, overlap=2)
    assert step.state == "open" and step.cursor.request_offset < 8


def test_an_empty_page_where_the_whole_list_should_stand_is_asked_for_again() -> None:
    step = advance(Cursor(), items=0, count=5, first=0, last=0, follows=False, size=10, overlap=1)
    assert step.state == "open" and step.cursor.request_offset == 0
    again = advance(step.cursor, items=0, count=5, first=0, last=0, follows=False, size=10, overlap=1)
    assert again.state == "short"


def test_a_strange_cursor_starts_again() -> None:
    assert decode("") == decode("{}") == decode("nonsense") == decode('{"x": 1}') == Cursor()
