"""Posts of the last weeks looked at again: their counters, edits, and whether they are still there.

``wall.getById`` takes a hundred posts a call and is outside the daily quota of ``wall.get``. Nothing is journaled:
a post seen lately is not asked for, so a run that was stopped goes on by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.sweep import sweep
from collector.values import inner
from collector.walk import Expedition
from collector.walk_wall import recount
from storage import journal, walls

METHOD = "wall.getById"
AT_ONCE = 100
DAYS = 30
DAY = 86_400

Key = tuple[int, int]


def recheck(expedition: Expedition, kind: str, owners: Iterable[int]) -> Iterator[Reading]:
    """Readings over the posts of the last ``DAYS`` days that were not seen lately, on walls that answer."""
    posts = ((owner_id, post_id) for owner_id in owners for post_id in _old_news(expedition, kind, owner_id))
    return sweep(expedition, posts, AT_ONCE, _ask, lambda part, response: _save(expedition, part, response))


def _old_news(expedition: Expedition, kind: str, owner_id: int) -> list[int]:
    walk = journal.find_walk(expedition.store, kind, owner_id)
    if walk is None or walk.state == "refused" or journal.find_gap(expedition.store, kind, owner_id):
        return []
    now = expedition.clock.now()
    published = max(now - DAYS * DAY, expedition.settings.since or 0)
    lately = now - expedition.settings.refresh_seconds
    ids = walls.unseen_posts(expedition.store, owner_id, published=published, seen_before=lately)
    # One that was just seen goes along: if VK shows not even that, the others' absence proves nothing.
    witness = walls.newest_seen(expedition.store, owner_id, lately)
    return [witness, *ids] if ids and witness is not None else ids


def _ask(posts: list[Key]) -> Ask:
    return ask(METHOD, posts=",".join(f"{owner}_{post}" for owner, post in posts))


def _save(expedition: Expedition, posts: list[Key], response: Any) -> None:
    items = response if isinstance(response, list) else inner(response, "items")
    asked, broken = set(posts), expedition.broken
    found = [post for post in expedition.posts(items) if (post.owner_id, post.id) in asked]
    hidden = expedition.broken > broken  # one that came without its number may be any that seems to be missing
    seen, answering = expedition.clock.now(), {post.owner_id for post in found}
    gone: dict[int, list[int]] = {}
    for owner_id, post_id in sorted(asked - {(post.owner_id, post.id) for post in found}):
        if owner_id in answering and not hidden:
            gone.setdefault(owner_id, []).append(post_id)
    with expedition.store.write():
        walls.save_posts(expedition.store, found, seen)
        for owner_id, ids in gone.items():
            walls.mark_deleted(expedition.store, owner_id, ids, seen)
            walk = journal.find_walk(expedition.store, "posts" if owner_id < 0 else "walls", owner_id)
            if walk is not None:
                recount(expedition.store, walk)
        expedition.save_calls()
