"""Comments of a wall's posts, every level: first the posts' own, then the threads longer than what came along."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.errors import VkShrink
from collector.pager import Cursor, advance, repeats
from collector.parse_comment import missing_replies, parse_comment, with_replies
from collector.values import whole
from collector.walk import Expedition, count_stale, page_of, shrunk
from collector.walk_posts import walk_posts
from storage import walls

METHOD = "wall.getComments"
PAGE = 100
OVERLAP = 1
REPLIES = 10  # VK's most that come along with a comment


def walk_comments(expedition: Expedition, owner_id: int) -> Reading:
    """Read the comments of the stored posts of a wall, unless that was done lately."""

    def read(post_id: int, _: list[str], ahead: tuple[Ask, ...]) -> Generator[Ask, Any, int]:
        return _Post(expedition, owner_id, post_id, ahead).read()

    def first(post_id: int, _: str) -> Ask:
        return _at(owner_id, post_id, None, 0)

    return walk_posts(expedition, "comments", METHOD, owner_id, ("comments",), read, first)


def _at(owner_id: int, post_id: int, thread: int | None, offset: int, size: int = PAGE, ahead: Any = ()) -> Ask:
    return ask(
        METHOD, ahead=ahead, owner_id=owner_id, post_id=post_id, comment_id=thread, offset=offset, count=size,
        sort="asc", need_likes=1, preview_length=0, thread_items_count=None if thread else REPLIES,
    )  # fmt: skip


class _Post:
    """The reading of one post's comments."""

    def __init__(self, expedition: Expedition, owner_id: int, post_id: int, ahead: tuple[Ask, ...]) -> None:
        self.expedition, self.owner_id, self.post_id, self.ahead = expedition, owner_id, post_id, ahead
        self.most = expedition.settings.max_comments
        self.known: set[int] = set()
        self.got = 0

    def read(self) -> Generator[Ask, Any, int]:
        """All levels; returns how many comments came."""
        threads = yield from self._level(None)
        for thread in threads:
            if self._enough():
                break
            yield from self._level(thread)
        if not self._enough() and not self.expedition.watch.stopping():
            now = self.expedition.clock.now()
            walls.save_reading(self.expedition.store, self.owner_id, self.post_id, "comments", now)
        return self.got

    def _level(self, thread: int | None) -> Generator[Ask, Any, list[int]]:
        """One level; returns the ids of the comments whose threads are longer than what came along."""
        cursor, size, stale, state, promised = Cursor(), PAGE, 0, "open", 0
        long: list[int] = []
        while state == "open" and not self._enough() and not self.expedition.watch.stopping():
            try:
                offset = cursor.request_offset
                response = yield _at(self.owner_id, self.post_id, thread, offset, size, self.ahead)
            except VkShrink as error:
                size = shrunk(size, error)
                continue
            items, count = page_of(METHOD, response)
            found = [item for item in items if isinstance(item, dict) and whole(item.get("id")) is not None]
            self.expedition.broken += len(items) - len(found)
            ids = [whole(item.get("id")) or 0 for item in found]
            step = advance(
                cursor, items=len(items), count=_level_count(response, count), first=ids[0] if ids else 0,
                last=ids[-1] if ids else 0, follows=not ids or ids[0] in self.known, size=size, overlap=OVERLAP,
                stale=repeats(cursor, items=len(items), grown=count > promised, fresh=not self.known.issuperset(ids),
                              farther=bool(ids) and ids[-1] > cursor.last),
            )  # fmt: skip
            before = len(self.known)
            if step.follow:
                self._save(found)
                long += [number for item, number in zip(found, ids, strict=True) if missing_replies(item)]
            moved = step.cursor.offset > cursor.offset
            fresh = len(self.known) != before
            stale = count_stale(METHOD, stale, cursor, step.cursor, moved=moved, fresh=fresh)
            cursor, state, promised = step.cursor, step.state, count
        return list(dict.fromkeys(long))

    def _save(self, found: list[Any]) -> None:
        every = (one for item in found for one in with_replies(item))
        rows = [row for one in every if (row := parse_comment(one, self.owner_id, self.post_id)) is not None]
        if self.most is not None:
            again = [row for row in rows if row.id in self.known]
            rows = again + [row for row in rows if row.id not in self.known][: self.most - self.got]
        seen = self.expedition.clock.now()
        with self.expedition.store.write():
            walls.save_comments(self.expedition.store, rows, seen)
            self.expedition.save_calls()
        self.got += len({row.id for row in rows} - self.known)
        self.known |= {row.id for row in rows}

    def _enough(self) -> bool:
        return self.most is not None and self.got >= self.most


def _level_count(response: Any, count: int) -> int:
    """How many there are at this level; ``count`` alone speaks of all levels."""
    found = whole(response.get("current_level_count"))
    return count if found is None else found
