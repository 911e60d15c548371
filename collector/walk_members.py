"""Members of a community with their profiles, by ascending id."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from collector.pager import Cursor, advance, decode
from collector.parse_user import FIELDS, parse_user
from collector.values import whole
from collector.walk import Expedition, attempt, begin, finish, moved_on, page_of, refuse_repeats, stamp
from storage import Event, journal, people
from storage.rows import User, Walk

METHOD = "groups.getMembers"
PAGE = 1000
OVERLAP = 1


def walk_members(expedition: Expedition, community_id: int) -> Walk | None:
    """Read the member list; None when it was read lately. A hidden list becomes a gap, not an empty community."""
    walk = begin(expedition, "members", community_id)
    if walk is None or not expedition.usable(METHOD):
        return walk
    return attempt(expedition, METHOD, walk, lambda: _pages(expedition, walk))


def _pages(expedition: Expedition, walk: Walk) -> Walk:
    stale = 0
    while walk.state == "open" and not expedition.watch.stopping():
        cursor = decode(walk.cursor)
        response = expedition.client.call(
            METHOD, group_id=walk.subject, sort="id_asc", offset=cursor.request_offset, count=PAGE, fields=FIELDS
        )
        items, count = page_of(METHOD, response)
        got = walk.got
        walk = _page(expedition, walk, cursor, items, count)
        stale = stale + 1 if walk.got == got and moved_on(cursor, walk) else 0
        refuse_repeats(METHOD, stale)
        expedition.watch.tell(
            Event("progress", "collect", f"участники {walk.subject}", done=walk.got, total=walk.promised)
        )
    return walk


def _page(expedition: Expedition, walk: Walk, cursor: Cursor, items: list[Any], count: int) -> Walk:
    users = [user for user in map(_user, items) if user is not None]
    ids = [user.id for user in users]
    store, seen, started = expedition.store, stamp(expedition, walk), walk.started_seen or 0
    follows = bool(ids) and ids[0] <= cursor.last
    step = advance(
        cursor, items=len(items), count=count, last=max(ids, default=0), follows=follows, size=PAGE, overlap=OVERLAP
    )
    after = replace(walk, cursor=step.cursor.encode(), promised=count, updated_seen=seen)
    with store.write():
        if step.follow and ids:
            known = people.seen_members(store, walk.subject, ids, started)
            people.save_users(store, users, seen)
            people.save_members(store, walk.subject, ids, seen)
            after = replace(after, got=after.got + len(set(ids) - known))
        if step.state != "open":
            after = finish(after, step.state, seen)
            if step.state == "done" and after.got >= count:
                people.close_absent_members(store, walk.subject, started, seen)
            journal.clear_gap(store, walk.kind, walk.subject)
        journal.save_walk(store, after)
        expedition.save_calls()
    return after


def _user(item: Any) -> User | None:
    if isinstance(item, dict) and whole(item.get("id")) is not None:
        return parse_user(item)
    number = whole(item)
    return User(number, state="unknown") if number is not None else None
