"""Who liked and who reposted the posts of a wall, as far as VK shows it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.errors import VkShrink
from collector.pager import Cursor, advance, repeats
from collector.values import whole
from collector.walk import Expedition, count_stale, page_of, shrunk
from collector.walk_posts import walk_posts
from storage import walls

METHOD = "likes.getList"
PAGE = 1000
OVERLAP = 1
MET = 10  # so many in a row that are stored already: who liked again may stand among the new ones
FILTERS = {"like": "likes", "repost": "copies"}


def walk_likes(expedition: Expedition, owner_id: int) -> Reading:
    """Read the likes and reposts of the stored posts of a wall, unless that was done lately."""

    def read(post_id: int, kinds: list[str], ahead: tuple[Ask, ...]) -> Generator[Ask, Any, int]:
        got = 0
        for kind in kinds:
            got += yield from _people(expedition, owner_id, post_id, kind, ahead)
        return got

    def first(post_id: int, kind: str) -> Ask:
        return _at(owner_id, post_id, kind, 0)

    return walk_posts(expedition, "likes", METHOD, owner_id, tuple(FILTERS), read, first)


def _at(owner_id: int, post_id: int, kind: str, offset: int, size: int = PAGE, ahead: Any = ()) -> Ask:
    given = {"type": "post", "filter": FILTERS[kind]}
    return ask(METHOD, ahead=ahead, owner_id=owner_id, item_id=post_id, offset=offset, count=size, **given)


def _people(
    expedition: Expedition, owner_id: int, post_id: int, kind: str, ahead: tuple[Ask, ...]
) -> Generator[Ask, Any, int]:
    """One list, newest first; likes that are taken back meanwhile pull the others up, so pages overlap by one.

    A list that was read before is read down to what is stored of it, unless its counter has grown by more than is new.
    """
    store = expedition.store
    before_count, new = walls.counted_at_reading(store, owner_id, post_id, kind), 0
    known: set[int] = set()
    cursor, size, stale, state, promised = Cursor(), PAGE, 0, "open", 0
    while state == "open" and not expedition.watch.stopping():
        try:
            response = yield _at(owner_id, post_id, kind, cursor.request_offset, size, ahead)
        except VkShrink as error:
            size = shrunk(size, error)
            continue
        items, count = page_of(METHOD, response)
        ids = [number for number in map(whole, items) if number is not None]
        before = len(known)
        step = advance(
            cursor, items=len(items), count=count, first=ids[0] if ids else 0, last=ids[-1] if ids else 0,
            follows=not ids or ids[0] in known, size=size, overlap=OVERLAP,
            stale=repeats(cursor, items=len(items), grown=count > promised, fresh=not known.issuperset(ids),
                          farther=False),
        )  # fmt: skip
        if step.follow:
            known.update(ids)
            people = sorted(number for number in set(ids) if number > 0)
            stored = walls.stored_likes(store, owner_id, post_id, kind, people)
            met = len(ids) > MET and stored.issuperset(number for number in ids[-MET:] if number > 0)
            new += len(set(people) - stored)
            with store.write():
                walls.save_likes(store, owner_id, "post", post_id, people, kind, expedition.clock.now())
                expedition.save_calls()
            if before_count is not None and met and new >= count - before_count:
                step = replace(step, state="done")
        moved, fresh = step.cursor.offset > cursor.offset, len(known) != before
        stale = count_stale(METHOD, stale, cursor, step.cursor, moved=moved, fresh=fresh)
        cursor, state, promised = step.cursor, step.state, count
    if state != "open":
        walls.save_reading(store, owner_id, post_id, kind, expedition.clock.now())
    return len(known)
