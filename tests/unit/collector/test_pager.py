"""The page rules against lists that move: whatever stays is read, and reading ends."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.pager import Cursor, advance, decode


def read(items: list[int], moves: list[tuple[str, int]], size: int, overlap: int) -> tuple[set[int], str]:
    """Walk a newest-first list; before each page one move happens: ``add`` n on top, ``drop`` the items at n.

    ``forget``: nothing moves, but the page is the first one again, whatever was asked for. Without ``overlap`` a page
    follows as long as the count has not fallen, as on a wall.
    """
    wall, cursor, seen, state = list(items), Cursor(), set[int](), "open"
    promised = 0
    moves, fresh = list(moves), max(items, default=0) + 1
    for _ in range(1000):
        forgotten = False
        if moves:
            kind, number = moves.pop(0)
            if kind == "add":
                wall = [*range(fresh + number, fresh, -1), *wall]
                fresh += number + 1
            elif kind == "drop":
                del wall[number : number + 7]
            forgotten = kind == "forget"
        start = cursor.request_offset
        page = wall[:size] if forgotten else wall[start : start + size]
        still = cursor.back == 0 == overlap and len(wall) >= promised
        follows = start == 0 or bool(page and page[0] in seen) or still
        promised = len(wall)
        step = advance(
            decode(cursor.encode()), items=len(page), count=len(wall),
            first=page[0] if page else 0, last=page[-1] if page else 0, follows=follows, size=size, overlap=overlap,
        )  # fmt: skip
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
    moves = [
        move for one in forgets for move in ([("forget", 0), ("forget", 0), ("sound", 0)] if one else [("sound", 0)])
    ]
    assert read(items, moves, size, overlap=2) == (set(items), "done")


def test_a_list_that_fits_one_page_costs_one_page() -> None:
    assert advance(Cursor(), items=5, count=5, first=5, last=1, follows=True, size=100, overlap=2).state == "done"
    assert advance(Cursor(), items=0, count=0, first=0, last=0, follows=True, size=100, overlap=2).state == "done"


def test_two_empty_pages_below_the_count_are_short() -> None:
    first = advance(Cursor(10, 2, 5), items=0, count=50, first=0, last=0, follows=False, size=10, overlap=2)
    assert first.state == "open"
    second = advance(first.cursor, items=0, count=50, first=0, last=0, follows=False, size=10, overlap=2)
    assert second.state == "short"


def test_a_strange_cursor_starts_again() -> None:
    assert decode("") == decode("{}") == decode("nonsense") == decode('{"x": 1}') == Cursor()
