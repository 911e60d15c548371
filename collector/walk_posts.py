"""What the walks over the posts of a wall share: comments and likes are read post by post, newest first.

The cursor is the last post that was read to its end; a run that was killed inside a post reads that post again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from collector.ask import Ask, Reading
from collector.errors import VkShrink, VkSkip
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
    walk = begin(expedition, kind, owner_id)
    if walk is not None and expedition.usable(method):
        yield from attempt(expedition, method, walk, _posts(expedition, walk, method, read, first))


def _posts(expedition: Expedition, walk: Walk, method: str, read: ReadPost, first: FirstAsk) -> Pages:
    store, settings = expedition.store, expedition.settings
    most = settings.max_comments
    todo = walls.unread_posts(store, walk.subject, walk.kind, since=settings.since, below=_last(walk), most=most)
    refused = 0
    for place, post_id in enumerate(todo):
        if expedition.watch.stopping():
            return walk
        ahead = tuple(first(number) for number in todo[place + 1 : place + 1 + expedition.ahead(method)])
        try:
            new = yield from read(post_id, ahead)
            refused = 0
        except (VkSkip, VkShrink) as error:
            refused += error.state not in ("comments_closed", "not_found")
            if refused >= REFUSED_POSTS:
                raise
            new = 0
            _note(expedition, walk, post_id, error)
        walk = _save(expedition, replace(walk, cursor=json.dumps({"post": post_id}), got=walk.got + new))
        label = f"{_LABELS[walk.kind]} {expedition.title(-walk.subject)}"
        expedition.watch.tell(Event("progress", "collect", label, done=place + 1, total=len(todo)))
    walk = finish(walk, "done", stamp(expedition, walk))
    with store.write():
        journal.clear_gap(store, walk.kind, walk.subject)
        _save(expedition, walk)
    return walk


_LABELS = {"comments": "комментарии", "likes": "отметки"}


def _last(walk: Walk) -> int | None:
    try:
        return int(json.loads(walk.cursor)["post"]) if walk.cursor else None
    except (KeyError, TypeError, ValueError):
        return None


def _save(expedition: Expedition, walk: Walk) -> Walk:
    after = replace(walk, updated_seen=stamp(expedition, walk))
    with expedition.store.write():
        journal.save_walk(expedition.store, after)
        expedition.save_calls()
    return after


def _note(expedition: Expedition, walk: Walk, post_id: int, error: VkSkip | VkShrink) -> None:
    """One post refused: a gap of its own, named after the wall."""
    kind, seen = f"{walk.kind}:{walk.subject}", stamp(expedition, walk)
    journal.save_gap(expedition.store, Gap(kind, post_id, error.state or "failed", error.code, error.message, seen))
