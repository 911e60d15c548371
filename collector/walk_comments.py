"""Comments of a wall's posts, every level: first the posts' own, then the threads longer than what came along.

A post that was read to its end lately is read again from its newest comment, and only until as many are known, at its
own level and at all, as VK counts. What is edited or gone below is found when all of it is read again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.errors import VkShrink
from collector.pager import Cursor, advance, repeats
from collector.parse_comment import missing_replies, parse_comment, reply_count, with_replies
from collector.values import whole
from collector.walk import Expedition, count_stale, page_of, shrunk
from collector.walk_posts import AGAIN, walk_posts
from storage import walls
from storage.rows import Comment

METHOD = "wall.getComments"
PAGE = 100
OVERLAP = 1
REPLIES = 10  # VK's most that come along with a comment
LASTED = 3600  # what was seen so long before a reading ended belongs to it, in seconds


def walk_comments(expedition: Expedition, owner_id: int) -> Reading:
    """Read the comments of the stored posts of a wall, unless that was done lately."""
    lately = {}
    if expedition.settings.max_comments is None:
        moment = expedition.clock.now() - AGAIN
        lately = walls.read_lately(expedition.store, owner_id, "comments", moment)

    def read(post_id: int, _: list[str], ahead: tuple[Ask, ...]) -> Generator[Ask, Any, int]:
        return _Post(expedition, owner_id, post_id, ahead, lately.get(post_id)).read()

    def first(post_id: int, _: str) -> Ask:
        return _at(owner_id, post_id, None, 0, newest=post_id in lately)

    return walk_posts(expedition, "comments", METHOD, owner_id, ("comments",), read, first)


def _at(
    owner_id: int, post_id: int, thread: int | None, offset: int, size: int = PAGE, ahead: Any = (), *, newest: bool
) -> Ask:
    return ask(
        METHOD, ahead=ahead, owner_id=owner_id, post_id=post_id, comment_id=thread, offset=offset, count=size,
        sort="desc" if newest else "asc", need_likes=1, preview_length=0,
        thread_items_count=None if thread else REPLIES,
    )  # fmt: skip


class _Post:
    """The reading of one post's comments; ``before``: when all of them were read, where that was lately."""

    def __init__(
        self, expedition: Expedition, owner_id: int, post_id: int, ahead: tuple[Ask, ...], before: int | None
    ) -> None:
        self.expedition, self.owner_id, self.post_id, self.ahead = expedition, owner_id, post_id, ahead
        self.most = expedition.settings.max_comments
        self.newest = before is not None
        self.since = (before or 0) - LASTED
        self.known: set[int] = set()
        self.got = 0
        self.met = False

    def read(self) -> Generator[Ask, Any, int]:
        """All levels, or down to what is known of them; returns how many comments came."""
        threads = yield from self._level(None)
        store, now = self.expedition.store, self.expedition.clock.now()
        if self.met:
            walls.save_counted(store, self.owner_id, self.post_id, "comments")
            return self.got
        self.newest = False  # all of it, then: what was edited in a long thread too
        for thread in threads:
            if self._enough():
                break
            yield from self._level(thread)
        if not self._enough() and not self.expedition.watch.stopping():
            walls.save_reading(store, self.owner_id, self.post_id, "comments", now)
        return self.got

    def _level(self, thread: int | None) -> Generator[Ask, Any, list[int]]:
        """One level; returns the ids of the comments whose threads are longer than what came along."""
        cursor, size, stale, state, promised = Cursor(), PAGE, 0, "open", 0
        long: list[int] = []
        while state == "open" and not self._enough() and not self.expedition.watch.stopping():
            try:
                offset = cursor.request_offset
                response = yield _at(self.owner_id, self.post_id, thread, offset, size, self.ahead, newest=self.newest)
            except VkShrink as error:
                size = shrunk(size, error)
                continue
            items, count = page_of(METHOD, response)
            found = [item for item in items if isinstance(item, dict) and whole(item.get("id")) is not None]
            self.expedition.broken += len(items) - len(found)
            ids = [whole(item.get("id")) or 0 for item in found]
            farther = bool(ids) and (ids[-1] < cursor.last if self.newest else ids[-1] > cursor.last)
            step = advance(
                cursor, items=len(items), count=_level_count(response, count), first=ids[0] if ids else 0,
                last=ids[-1] if ids else 0, follows=not ids or ids[0] in self.known, size=size, overlap=OVERLAP,
                stale=repeats(cursor, items=len(items), grown=count > promised, fresh=not self.known.issuperset(ids),
                              farther=farther),
            )  # fmt: skip
            before = len(self.known)
            if step.follow:
                self._save(found, thread)
                long += [number for item, number in zip(found, ids, strict=True) if missing_replies(item)]
                if self.newest and (yield from self._all_known(found, thread, response, count)):
                    break
            moved = step.cursor.offset > cursor.offset
            fresh = len(self.known) != before
            stale = count_stale(METHOD, stale, cursor, step.cursor, moved=moved, fresh=fresh)
            cursor, state, promised = step.cursor, step.state, count
        return list(dict.fromkeys(long))

    def _all_known(self, found: list[Any], thread: int | None, response: Any, count: int) -> Generator[Ask, Any, bool]:
        """Whether as much is known as VK counts, once the threads on this page that have grown were read too."""
        store, where = self.expedition.store, (self.owner_id, self.post_id)
        if thread is not None:
            return walls.count_replies(store, *where, thread, self.since) == count
        for item in found:
            number, replies = whole(item.get("id")) or 0, reply_count(item)
            if missing_replies(item) and replies > walls.count_replies(store, *where, number, self.since):
                yield from self._level(number)
        own = whole(response.get("current_level_count"))
        self.met = (own, count) == walls.count_comments(store, *where, self.since)
        return self.met

    def _save(self, found: list[Any], thread: int | None) -> None:
        rows = list(self._rows(found, thread))
        if self.most is not None:
            again = [row for row in rows if row.id in self.known]
            rows = again + [row for row in rows if row.id not in self.known][: self.most - self.got]
        seen = self.expedition.clock.now()
        with self.expedition.store.write():
            walls.save_comments(self.expedition.store, rows, seen)
            self.expedition.save_calls()
        self.got += len({row.id for row in rows} - self.known)
        self.known |= {row.id for row in rows}

    def _rows(self, found: list[Any], thread: int | None) -> Iterator[Comment]:
        """The comments and the replies that came along; where VK does not tell the thread, its place does."""
        for item in found:
            for place, one in enumerate(with_replies(item)):
                row = parse_comment(one, self.owner_id, self.post_id)
                if row is not None:
                    inside = thread or (whole(item.get("id")) if place else None)
                    yield row if row.thread_id else row._replace(thread_id=inside)

    def _enough(self) -> bool:
        return self.most is not None and self.got >= self.most


def _level_count(response: Any, count: int) -> int:
    """How many there are at this level; ``count`` alone speaks of all levels."""
    found = whole(response.get("current_level_count"))
    return count if found is None else found
