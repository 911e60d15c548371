"""What the walks over the posts of a wall share: comments and likes are read post by post, newest first.

The cursor is the last post that was read to its end; a run that was killed inside a post reads that post again.
Posts that VK could not answer for are all that is left of a wall then: the walk stays open with them as its cursor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import Any

from collector.ask import Ask, Reading
from collector.errors import FAILED, VkShrink, VkSkip
from collector.walk import Expedition, Pages, attempt, begin, finish, stamp
from storage import Event, journal, walls
from storage.rows import Gap, Walk

# So many refused posts in a row are a refusal of the wall.
REFUSED_POSTS = 3

# Reads one post: its id, and the first asks of the posts after it. Its value: new rows.
ReadPost = Callable[[int, tuple[Ask, ...]], Generator[Ask, Any, int]]
FirstAsk = Callable[[int], Ask]


def walk_posts(
    expedition: Expedition, kind: str, method: str, owner_id: int, read: ReadPost, first: FirstAsk
) -> Reading:
    """Read something of every post of a wall that still lacks it, unless that was done lately."""
    walk = begin(expedition, kind, owner_id, source="posts")
    if walk is not None and expedition.usable(method):
        yield from attempt(expedition, method, walk, _posts(expedition, walk, method, read, first))


def _posts(expedition: Expedition, walk: Walk, method: str, read: ReadPost, first: FirstAsk) -> Pages:
    store, kind = expedition.store, f"{walk.kind}:{walk.subject}"
    todo, noted, refused = _todo(expedition, walk), journal.gap_states(store, kind), 0
    for place, post_id in enumerate(todo):
        if expedition.watch.stopping():
            return walk
        ahead = tuple(first(number) for number in todo[place + 1 : place + 1 + expedition.ahead(method)])
        try:
            new = yield from read(post_id, ahead)
            refused = 0
            if noted.pop(post_id, ""):
                journal.clear_gap(store, kind, post_id)
        except (VkSkip, VkShrink) as error:
            refused += error.state not in ("comments_closed", "not_found")
            if refused >= REFUSED_POSTS:
                raise
            new, noted[post_id] = 0, error.state or FAILED
            seen = stamp(expedition, walk)
            journal.save_gap(store, Gap(kind, post_id, noted[post_id], error.code, error.message, seen))
        walk = _save(expedition, walk._replace(cursor=json.dumps({"post": post_id}), got=walk.got + new))
        label = f"{_LABELS[walk.kind]} {expedition.title(-walk.subject)}"
        expedition.watch.tell(Event("progress", "collect", label, done=place + 1, total=len(todo)))
    failed = sorted((post_id for post_id, state in noted.items() if state == FAILED), reverse=True)
    if failed:
        return _save(expedition, walk._replace(cursor=json.dumps({"failed": failed})))
    walk = finish(walk, "done", stamp(expedition, walk))
    with store.write():
        journal.clear_gap(store, walk.kind, walk.subject)
        _save(expedition, walk)
    return walk


_LABELS = {"comments": "комментарии", "likes": "отметки"}


def _todo(expedition: Expedition, walk: Walk) -> list[int]:
    """Ids of the posts to read: those that lack something below the last one read, or those that failed before."""
    settings = expedition.settings
    try:
        cursor = json.loads(walk.cursor or "{}")
        failed, last = [int(number) for number in cursor.get("failed", ())], cursor.get("post")
        last = None if last is None else int(last)
    except (AttributeError, TypeError, ValueError):
        failed, last = [], None
    return failed or walls.unread_posts(
        expedition.store, walk.subject, walk.kind, since=settings.since, below=last, most=settings.max_comments
    )


def _save(expedition: Expedition, walk: Walk) -> Walk:
    after = walk._replace(updated_seen=stamp(expedition, walk))
    with expedition.store.write():
        journal.save_walk(expedition.store, after)
        expedition.save_calls()
    return after
