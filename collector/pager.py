"""Pure rules for reading a list that moves while it is read.

Offsets drift: what joins above pushes items down (seen twice), what leaves pulls them up (a hole). So each page
begins a little before the end of the last one. If its first item was not seen yet, the page begins after a hole
and the next request steps back, a quarter of a page at first and twice as far each time. By induction nothing
that stayed is ever missed.

A later page that begins as the list does, ends no farther than the one before though the list has not grown, or holds
something beyond the count comes from a server that forgot the offset: what was meant would be lost without a sign, so
it is asked for again, and after a few times the list is begun anew: so many items may have come on top that its old
beginning truly stands here.

VK may count what it does not show: a page then has fewer items than places, and the next one, which begins as many
places on as items came, shows the end that is known once more. Twice the same end with places left empty after it is
proof enough that nothing was missed between it and the page after.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

MOST_AGAIN = 3
_LOOK_BACK = 2
_BLANK_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Cursor:
    """``offset``: where the next page should begin without overlap; ``back``: how far before it to begin;
    ``top`` and ``last``: the first and the last id read (0 before the first page); ``empty``: pages in a row that
    showed nothing more below the count; ``again``: how often in a row the list's beginning came in place of this page;
    ``pin``: what stood pinned on the first page; ``lap``: how often the list was read before, since it had moved too
    much to be trusted; ``head`` and ``seat``: the first id of the page read last, and its offset; ``blank``: pages in a
    row without progress that left places empty."""

    offset: int = 0
    back: int = 0
    top: int = 0
    last: int = 0
    empty: int = 0
    again: int = 0
    pin: int = 0
    lap: int = 0
    head: int = 0
    seat: int = 0
    blank: int = 0

    def encode(self) -> str:
        """The text kept in ``walks.cursor``."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def request_offset(self) -> int:
        """The offset to ask for."""
        return max(0, self.offset - self.back)

    def came_short(self, size: int) -> bool:
        """Whether the page read last held fewer items than the ``size`` that was asked for."""
        return 0 < self.offset - self.seat < size


def decode(text: str) -> Cursor:
    """The cursor of a walk; an empty or foreign text starts from the beginning."""
    try:
        return Cursor(**json.loads(text)) if text else Cursor()
    except (TypeError, ValueError):
        return Cursor()


@dataclass(frozen=True, slots=True)
class Step:
    """What a page means: the ``cursor`` to go on with, whether its rows ``follow`` without a hole, and the
    ``state`` of the walk now: ``open``, ``done`` or ``short`` (VK has less than it promised)."""

    cursor: Cursor
    follow: bool
    state: str = "open"


def advance(
    cursor: Cursor, *, items: int, count: int, first: int, last: int, follows: bool, size: int, overlap: int,
    stale: bool = False,
) -> Step:  # fmt: skip
    """Judge a page that began at ``cursor.request_offset``.

    ``items``: how many it held, ``count``: the total of that same answer, ``first`` and ``last``: the ids of its first
    and last item, ``follows``: its first item was seen before or is the list's first, ``size``: items asked for,
    ``overlap``: the usual step back, ``stale``: see :func:`repeats`.
    """
    start = cursor.request_offset
    if items == 0:
        return _empty(cursor, start, count, size, overlap)
    blank = last == cursor.last and items < size and start + items <= count
    if start > 0 and (_same(cursor, first, size) or (stale and not blank) or start >= count):
        again = cursor.again + 1
        anew = Cursor(again=again, pin=cursor.pin, lap=cursor.lap)
        return Step(anew if again >= MOST_AGAIN else replace(cursor, again=again), follow=False)
    if not follows and start > 0 and cursor.blank < _BLANK_ENOUGH:
        return _further_back(cursor, size)
    again = 0 if start else cursor.again  # begun anew: the next page tells whether that helped
    after = replace(
        cursor, offset=start + items, back=overlap, top=cursor.top if start else first, last=last, empty=0, again=again,
        head=first, seat=start, blank=cursor.blank + blank if last == cursor.last else 0,
    )  # fmt: skip
    if after.offset >= count:
        return Step(after, True, "done")
    # A page that shows the end that is known and had room for all the rest of the count has told what an empty page
    # would tell.
    ended = start > 0 and last == cursor.last and start + size >= count
    if ended and cursor.empty:
        return Step(after, True, "short")
    if items > overlap and not ended:
        return Step(after, True)
    # A page no longer than its overlap would repeat for ever: then begin after it.
    return Step(replace(after, back=0, empty=int(ended)), True)


def _same(cursor: Cursor, first: int, size: int) -> bool:
    """Whether this is the page before once more. One that begins below it begins like it only where all between is
    hidden: then the other one was so much shorter."""
    start, offset, seat = cursor.request_offset, cursor.offset, cursor.seat
    return first == cursor.head != 0 and start - seat + offset - seat > size


def _further_back(cursor: Cursor, size: int) -> Step:
    back = max(2 * cursor.back, size // 4, 1)
    return Step(replace(cursor, back=back, empty=0, again=0), follow=False)


def repeats(cursor: Cursor, *, items: int, grown: bool, fresh: bool, farther: bool) -> bool:
    """Whether a page of so many items, which should reach beyond what was read, only shows that: nothing on it
    is ``fresh``, it ends no ``farther`` in the list's order than the page before, and the list has not ``grown``.
    """
    return not grown and not fresh and not farther and cursor.request_offset + items > cursor.offset


def following(cursor: Cursor, size: int, overlap: int, count: int, most: int) -> list[int]:
    """The offsets to be asked for after ``cursor``'s page of ``size`` items if the list of ``count`` stands still; none
    where the page before it came short, since where pages that come short end is not known beforehand."""
    offsets: list[int] = []
    if cursor.came_short(size):
        return offsets
    end = cursor.request_offset + size
    while end < count and len(offsets) < most and size > overlap:
        offsets.append(end - overlap)
        end += size - overlap
    return offsets


def _empty(cursor: Cursor, start: int, count: int, size: int, overlap: int) -> Step:
    if start == 0 and count == 0:
        return Step(cursor, True, "done")
    if cursor.empty and start < count:
        return Step(cursor, True, "short")
    if start == 0 and count <= size:
        return Step(replace(cursor, empty=1), follow=False)  # all there is should have stood on this very page
    if start >= count:
        # The list shrank to before this page; what was pulled up lies before it.
        return Step(replace(cursor, offset=count, back=max(overlap, 1)), follow=False)
    if start > 0 and cursor.back:
        return _further_back(cursor, size)  # what was read last stood here and was pulled up, whatever the count says
    if start > 0 and not overlap:
        # Pages without overlap prove nothing when they are empty: a false count may hide that the list has shrunk.
        return Step(replace(cursor, back=_LOOK_BACK), follow=False)
    # The next page; but none begins beyond the count, where an empty one is no news: then this one again.
    after = start + size if start + size < count else start
    return Step(replace(cursor, offset=after, back=0, empty=1, blank=cursor.blank + 1), True)
