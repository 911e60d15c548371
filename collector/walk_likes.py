"""Who liked and who reposted the posts of a wall, as far as VK shows it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.errors import VkShrink
from collector.values import whole
from collector.walk import Expedition, page_of, refuse_repeats, shrunk
from collector.walk_posts import walk_posts
from storage import walls

METHOD = "likes.getList"
PAGE = 1000
FILTERS = {"like": "likes", "repost": "copies"}


def walk_likes(expedition: Expedition, owner_id: int) -> Reading:
    """Read the likes and reposts of the stored posts of a wall, unless that was done lately."""

    def read(post_id: int, ahead: tuple[Ask, ...]) -> Generator[Ask, Any, int]:
        return _post(expedition, owner_id, post_id, ahead)

    return walk_posts(expedition, "likes", METHOD, owner_id, read, lambda number: _at(owner_id, number, "like", 0))


def _at(owner_id: int, post_id: int, kind: str, offset: int, size: int = PAGE, ahead: Any = ()) -> Ask:
    given = {"type": "post", "filter": FILTERS[kind]}
    return ask(METHOD, ahead=ahead, owner_id=owner_id, item_id=post_id, offset=offset, count=size, **given)


def _post(expedition: Expedition, owner_id: int, post_id: int, ahead: tuple[Ask, ...]) -> Generator[Ask, Any, int]:
    counters = walls.counters(expedition.store, owner_id, post_id)
    got = 0
    for kind in FILTERS:
        if counters.get(kind, 1):
            got += yield from _people(expedition, owner_id, post_id, kind, ahead)
    return got


def _people(
    expedition: Expedition, owner_id: int, post_id: int, kind: str, ahead: tuple[Ask, ...]
) -> Generator[Ask, Any, int]:
    known: set[int] = set()
    offset, count, stale, size, top = 0, 1, 0, PAGE, None
    while offset < count and not expedition.watch.stopping():
        try:
            items, count = page_of(METHOD, (yield _at(owner_id, post_id, kind, offset, size, ahead)))
        except VkShrink as error:
            size = shrunk(size, error)
            continue
        if not items:
            break
        ids = {number for number in map(whole, items) if number is not None and number > 0}
        stale = 0 if ids - known else stale + 1
        refuse_repeats(METHOD, stale)
        if offset and items[0] == top:
            continue  # the list's beginning in place of this page: a server that forgot the offset
        top = top if offset else items[0]
        # A list that grows at its top shifts by as many; one step back sees them twice instead of never.
        offset += max(1, len(items) - 1) if offset + len(items) < count else len(items)
        known |= ids
        with expedition.store.write():
            walls.save_likes(expedition.store, owner_id, "post", post_id, sorted(ids), kind, expedition.clock.now())
            expedition.save_calls()
    return len(known)
