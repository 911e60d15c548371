"""What the walks over the posts of a wall share: comments and likes are read post by post, newest first.

What was read of a post is noted with it, so a run that was killed inside a post reads that post again, and one that
comes later reads the new posts too. A post that VK refuses or does not answer for is a gap of its own; the others go
on, and the walk stays open while one is left that another run may get.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from collector.ask import Ask, Reading
from collector.errors import FAILED, VkRetry, VkShrink, VkSkip
from collector.reasons import KINDS
from collector.walk import Expedition, Pages, attempt, bear, begin, finish, stamp
from storage import Event, journal, walls
from storage.rows import Gap, Walk

# So many refused posts, and none that was answered, are a refusal of the wall.
REFUSED_POSTS = 10
# As many comments may have gone as have come: those of posts so young are read again every third night, and no night
# begins to the second when the one three days before it did.
YOUNG, AGAIN = 30 * 86_400, 60 * 3_600

# Reads of one post what of it is to be read; besides, the first asks of the posts after it. Its value: new rows.
ReadPost = Callable[[int, list[str], tuple[Ask, ...]], Generator[Ask, Any, int]]
FirstAsk = Callable[[int, str], Ask]


def walk_posts(
    expedition: Expedition,
    kind: str,
    method: str,
    owner_id: int,
    parts: tuple[str, ...],
    read: ReadPost,
    first: FirstAsk,
) -> Reading:
    """Read something of every post of a wall that still lacks one of its ``parts``, unless that was done lately."""
    walk = begin(expedition, kind, owner_id, source="posts")
    if walk is not None and expedition.usable(method):
        yield from attempt(expedition, method, walk, _posts(expedition, walk, method, parts, read, first))


def _posts(
    expedition: Expedition, walk: Walk, method: str, parts: tuple[str, ...], read: ReadPost, first: FirstAsk
) -> Pages:
    store, kind = expedition.store, f"{walk.kind}:{walk.subject}"
    lacking = _lacking(expedition, walk, parts)
    todo, noted = sorted(lacking, reverse=True), journal.gap_states(store, kind)
    refused, answered = 0, False
    for place, post_id in enumerate(todo):
        if expedition.watch.stopping():
            return walk
        ahead = tuple(first(n, lacking[n][0]) for n in todo[place + 1 : place + 1 + expedition.ahead(method)])
        new = 0
        try:
            new = yield from read(post_id, lacking[post_id], ahead)
            answered, expedition.lost[method] = True, 0
            if noted.pop(post_id, ""):
                journal.clear_gap(store, kind, post_id)
        except (VkSkip, VkShrink, VkRetry) as error:
            if method in expedition.silent:
                return walk
            noted[post_id] = (error.state if isinstance(error, VkSkip) else "") or FAILED
            seen = stamp(expedition, walk)
            journal.save_gap(store, Gap(kind, post_id, noted[post_id], error.code, error.message, seen))
            if noted[post_id] == FAILED:
                yield from bear(expedition, method, error)
            refused += noted[post_id] not in (FAILED, "comments_closed", "not_found")
            if refused >= REFUSED_POSTS and not answered:
                raise
        walk = _save(expedition, walk._replace(got=walk.got + new))
        label = f"{KINDS[walk.kind]} {expedition.title(-walk.subject)}"
        expedition.watch.tell(Event("progress", "collect", label, done=place + 1, total=len(todo)))
    if FAILED in noted.values():
        return _save(expedition, walk)
    walk = finish(walk, "done", stamp(expedition, walk))
    with store.write():
        journal.clear_gap(store, walk.kind, walk.subject)
        _save(expedition, walk)
    return walk


def _lacking(expedition: Expedition, walk: Walk, parts: tuple[str, ...]) -> dict[int, list[str]]:
    """Post id -> what is to be read of it."""
    settings, now = expedition.settings, expedition.clock.now()
    found: dict[int, list[str]] = {}
    for part in parts:
        for post_id in walls.unread_posts(
            expedition.store, walk.subject, part, since=settings.since, most=settings.max_comments,
            young=now - YOUNG, read_before=now - AGAIN,
        ):  # fmt: skip
            found.setdefault(post_id, []).append(part)
    return found


def _save(expedition: Expedition, walk: Walk) -> Walk:
    after = walk._replace(updated_seen=stamp(expedition, walk))
    with expedition.store.write():
        journal.save_walk(expedition.store, after)
        expedition.save_calls()
    return after
