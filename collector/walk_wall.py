"""Posts of one wall, newest first: of a community (kind ``posts``) or of a person (kind ``walls``).

Pages asked one by one overlap: many are on their way at once, and VK may answer a later one first. Pages that VK read
one after the other, as in an ``execute``, need no overlap: what is new comes on top, so as long as the count is that of
the page before, nothing can have slipped up between the two. Only a pinned post that is let go moves
otherwise; on a wall that has one, pages of different batches overlap too.

What a pin moves no overlap shows: a post is not where it would be met. So a wall that moved meanwhile is looked at
again from the top, and one that still shows less than it counts, or another pinned post, is read once more.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.batch import MOST
from collector.errors import VkShrink
from collector.pager import Cursor, advance, decode, following, repeats
from collector.walk import (
    Expedition,
    Pages,
    attempt,
    begin,
    count_stale,
    decode_limits,
    finish,
    moved_on,
    page_of,
    shrunk,
    stamp,
    wall_limits,
)  # fmt: skip
from storage import Store, journal, walls
from storage.rows import Post, Walk

METHOD = "wall.get"
PAGE = 100
OVERLAP = 2


def walk_wall(expedition: Expedition, kind: str, owner_id: int) -> Reading:
    """Read a wall, unless it was read lately. A blank wall is a result, a refusal is a gap."""
    walk = begin(expedition, kind, owner_id, wall_limits(expedition.settings))
    if walk is not None and expedition.usable(METHOD):
        yield from attempt(expedition, METHOD, walk, _pages(expedition, walk))


def _pages(expedition: Expedition, walk: Walk) -> Pages:
    stale, size, together, loose, ordered = 0, PAGE, 0, False, True
    overlap, cursor = OVERLAP, decode(walk.cursor)
    moving = cursor.offset > 0  # hours may have gone by since the page before
    pages = int(moving)
    unproven = moving and cursor.pin > 0 and expedition.packing()
    if moving:
        walk = walk._replace(cursor=replace(cursor, back=max(OVERLAP, cursor.back)).encode())
    while walk.state == "open" and not expedition.watch.stopping():
        cursor, got = decode(walk.cursor), walk.got
        try:
            wanted = _ask(expedition, walk, cursor, size, overlap)
            response = yield wanted
        except VkShrink as error:
            size = shrunk(size, error)
            continue
        items, count = page_of(METHOD, response)
        pages += 1
        if not cursor.offset:
            together = len(items) * len([one for one in wanted.ahead if one.if_more is not None])
            loose = not any(isinstance(item, dict) and item.get("is_pinned") for item in items)
        else:
            moving = moving or count != walk.promised or not _joins(items, cursor, size)
            unproven = unproven or not (loose or cursor.back)
        near = count > size and (loose or cursor.request_offset + len(items) <= together)
        ordered = ordered and expedition.orderly()
        overlap = 0 if near and ordered and expedition.packing() else OVERLAP
        walk = _page(expedition, walk, cursor, items, count, size, overlap)
        moved, fresh = moved_on(cursor, walk), walk.got != got
        ordered = ordered and moved
        stale = count_stale(METHOD, stale, cursor, decode(walk.cursor), moved=moved, fresh=fresh)
    beyond = pages > 1 and (moving or (walk.promised or 0) > size)
    if walk.state != "open" and beyond and not _limited(expedition, walk):
        walk = yield from _checked(expedition, walk, size, moving=moving, unproven=unproven)
        if walk.state == "open" and not expedition.watch.stopping():
            return (yield from _pages(expedition, walk))
    if walk.state != "open":
        walk = _close(expedition, walk, whole=not _limited(expedition, walk) or (pages == 1 and not moving))
    return walk


def _joins(items: list[Any], cursor: Cursor, size: int) -> bool:
    """Whether the page before ended just where this one, which overlaps it, says; somewhere on it, after a page with
    places left empty."""
    place = cursor.offset - cursor.request_offset - 1
    if place < 0:
        return True
    there = items if cursor.came_short(size) else items[place : place + 1]
    return any(isinstance(item, dict) and item.get("id") == cursor.last for item in there)


def _checked(expedition: Expedition, walk: Walk, size: int, *, moving: bool, unproven: bool) -> Pages:
    """A wall that was read past its first page, looked at again where it moved or shows less than it counts; open
    again, at its beginning, where that leaves a doubt which one more reading would end.

    ``unproven``: pages below a pinned post were taken for neighbours on the count alone.
    """
    lacking = walk.state == "done" and walk.got < (walk.promised or 0)
    cursor = decode(walk.cursor)
    to_end = walk.state == "short" or cursor.offset >= (walk.promised or 0)
    pin = cursor.pin
    if lacking or moving:
        walk, pin = yield from _top_again(expedition, walk, size)
    if lacking and to_end:
        walk = yield from _end_again(expedition, walk, size)
    lacking = walk.got < (walk.promised or 0)
    # Many pages in one call make a second reading cheap; else only a pin that moved is worth one.
    doubtful = (moving or unproven) if lacking else moving and (expedition.packing() or pin != cursor.pin)
    if doubtful and to_end and not cursor.lap:
        walk = walk._replace(state="open", cursor=Cursor(lap=1).encode(), finished_seen=None)
        journal.save_walk(expedition.store, walk)
    return walk


def _ask(expedition: Expedition, walk: Walk, cursor: Cursor, size: int, overlap: int) -> Ask:
    """This page, and those after it as they will be if nothing moves and no limit of the study is met."""
    settings, most = expedition.settings, expedition.ahead(METHOD)
    if (
        walk.kind == "posts"
        and not walk.promised
        and decode_limits(walk.settings).known is None  # else the first page mostly meets what is stored
        and not cursor.again
        and settings.since is None
        and settings.max_posts is None
    ):
        return _at(walk.subject, cursor.request_offset, size, _hoped(walk.subject, size))
    if settings.since is not None:
        most = min(most, 1)
    if settings.max_posts is not None:
        most = min(most, (settings.max_posts - walk.got - 1) // size)
    if not cursor.back and expedition.packing():
        most = min(most, expedition.at_once(METHOD) - 1)  # one batch at a time keeps the pages in order
    offsets = following(cursor, size, overlap, walk.promised or 0, 0 if cursor.again else most)
    return _at(walk.subject, cursor.request_offset, size, tuple(_at(walk.subject, offset, size) for offset in offsets))


def _hoped(owner_id: int, size: int) -> tuple[Ask, ...]:
    """The pages after the first of a community's wall, to be read in one go if there are so many."""
    return tuple(replace(_at(owner_id, offset, size), if_more=offset) for offset in range(size, MOST * size, size))


def _at(owner_id: int, offset: int, size: int, ahead: tuple[Ask, ...] = ()) -> Ask:
    return ask(METHOD, ahead=ahead, owner_id=owner_id, offset=offset, count=size)


def _page(
    expedition: Expedition, walk: Walk, cursor: Cursor, items: list[Any], count: int, size: int, overlap: int
) -> Walk:
    posts = expedition.posts(items)
    store, seen = expedition.store, stamp(expedition, walk)
    known = walls.seen_posts(store, walk.subject, [post.id for post in posts], walk.started_seen or 0)
    first = next((post.id for post in posts if not post.is_pinned), None)
    last = posts[-1].id if posts else 0
    still = cursor.back == 0 and expedition.orderly() and count == walk.promised
    step = advance(
        cursor, items=len(items), count=count,
        first=posts[0].id if posts else 0, last=last,
        follows=first is None or first in known or still, size=size, overlap=overlap,
        stale=repeats(cursor, items=len(items), grown=count > (walk.promised or 0),
                      fresh=any(post.id not in known for post in posts), farther=last < cursor.last),
    )  # fmt: skip
    pin = cursor.pin if cursor.offset else next((post.id for post in posts if post.is_pinned), 0)
    after = walk._replace(cursor=replace(step.cursor, pin=pin).encode(), promised=count, updated_seen=seen)
    with store.write():
        if step.follow:
            after = _save(expedition, after, posts, known, seen)
        reached = step.follow and (_enough(expedition, after, posts) or _met_known(expedition, after, posts))
        if step.state != "open" or reached:
            after = finish(after, step.state if step.state != "open" else "done", seen)
            journal.clear_gap(store, walk.kind, walk.subject)
        journal.save_walk(store, after)
        expedition.save_calls()
    return after


def _save(expedition: Expedition, walk: Walk, posts: list[Post], known: set[int], seen: int) -> Walk:
    """Store the page within the study's limits; posts already seen in this walk are refreshed."""
    settings = expedition.settings
    kept = [post for post in posts if settings.since is None or (post.published_at or 0) >= settings.since]
    fresh = list({post.id: post for post in kept if post.id not in known}.values())
    if settings.max_posts is not None:
        fresh = fresh[: max(0, settings.max_posts - walk.got)]
    again = [post for post in kept if post.id in known]
    walls.save_posts(expedition.store, [*fresh, *again], seen)
    return walk._replace(got=walk.got + len(fresh))


def _enough(expedition: Expedition, walk: Walk, posts: list[Post]) -> bool:
    """Whether a limit of the study is reached; a pinned post is as old as it likes and never ends a walk."""
    settings = expedition.settings
    if settings.max_posts is not None and walk.got >= settings.max_posts:
        return True
    since = settings.since
    return since is not None and any((post.published_at or 0) < since for post in posts if not post.is_pinned)


def _limited(expedition: Expedition, walk: Walk) -> bool:
    return expedition.settings.since is not None or expedition.settings.max_posts is not None


def _met_known(expedition: Expedition, walk: Walk, posts: list[Post]) -> bool:
    """Whether a later round has come to what an earlier one stored, with nothing missing below by VK's count."""
    limits = decode_limits(walk.settings)
    if limits.known is None or decode(walk.cursor).lap:
        return False
    ids = [post.id for post in posts if not post.is_pinned]
    if len(walls.seen_before(expedition.store, walk.subject, ids, limits.known)) < OVERLAP:
        return False
    missing = (walk.promised or 0) - walls.count_posts(expedition.store, walk.subject)
    return _limited(expedition, walk) or missing <= limits.lacks


def _top_again(expedition: Expedition, walk: Walk, size: int) -> Generator[Ask, Any, tuple[Walk, int]]:
    """Read from the top to what this walk knows: posts that came, or were pinned, while it was further down.
    With it the id of the post that is pinned now, or 0."""
    offset = pin = 0
    while not expedition.watch.stopping():
        walk, known, pinned = yield from _look(expedition, walk, offset, size)
        pin = pin or pinned
        if any(known) or offset + len(known) >= (walk.promised or 0) or len(known) <= OVERLAP:
            break
        offset += len(known) - OVERLAP
    return walk, pin


def _end_again(expedition: Expedition, walk: Walk, size: int) -> Pages:
    """Read from the end up to what this walk knows: another page may have stood in place of the last one."""
    offset = (walk.promised or 0) - size
    while offset > 0 and walk.got < (walk.promised or 0) and not expedition.watch.stopping():
        walk, known, _ = yield from _look(expedition, walk, offset, size)
        if not known or known[0]:
            break
        offset -= size - OVERLAP
    return walk


def _look(
    expedition: Expedition, walk: Walk, offset: int, size: int
) -> Generator[Ask, Any, tuple[Walk, list[bool], int]]:
    """Store a page of a wall that was read to its end; which of its posts were known, the pinned one aside, whose id
    comes last, or 0."""
    items, count = page_of(METHOD, (yield _at(walk.subject, offset, size)))
    posts = expedition.posts(items)
    store, seen = expedition.store, stamp(expedition, walk)
    known = walls.seen_posts(store, walk.subject, [post.id for post in posts], walk.started_seen or 0)
    with store.write():
        read = walk._replace(promised=count, finished_seen=max(seen, walk.finished_seen or 0))
        walk = _save(expedition, read, posts, known, seen)
        journal.save_walk(store, walk)
        expedition.save_calls()
    pin = next((post.id for post in posts if post.is_pinned), 0)
    return walk, [post.id in known for post in posts if not post.is_pinned], pin


def _close(expedition: Expedition, walk: Walk, *, whole: bool) -> Walk:
    """After the last page: note what is gone from a wall that was read to its end; count what a refresh found.

    ``whole``: had it shown all that it counts, nothing was passed over: no limit was set, or one answer held it all.
    """
    store = expedition.store
    with store.write():
        if walk.state == "done" and whole:
            if walk.got >= (walk.promised or 0):
                walls.mark_unseen_deleted(store, walk.subject, walk.started_seen or 0, stamp(expedition, walk))
            elif not _limited(expedition, walk):
                walk = recount(store, walk)
    return walk


def recount(store: Store, walk: Walk) -> Walk:
    """The walk with what its wall holds by now, where it is one that only looked for what is new. What VK counts and
    does not show is told by that, and the next round reads on below what is known when more than that is missing."""
    if walk.state == "done" and decode_limits(walk.settings).known is not None:
        walk = walk._replace(got=min(walk.promised or 0, walls.count_posts(store, walk.subject)))
        journal.save_walk(store, walk)
    return walk
