"""Members of a community with their profiles, by ascending id."""

from __future__ import annotations

from typing import Any

from collector.ask import Ask, Reading, ask
from collector.errors import VkShrink
from collector.pager import Cursor, advance, decode, following, repeats
from collector.parse_user import FIELDS, parse_user
from collector.values import whole
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
)
from storage import Event, journal, people
from storage.rows import User, Walk

METHOD = "groups.getMembers"
PAGE = 1000
OVERLAP = 1
HIDDEN = 10  # one in so many members may be counted and not shown, and the list still tell who left


def walk_members(expedition: Expedition, community_id: int, expected: int = 0) -> Reading:
    """Read the member list, unless it was read lately. A hidden list becomes a gap, not an empty community.

    ``expected``: how many members the community says it has; 0 when that is not known.
    """
    walk = begin(expedition, "members", community_id)
    if walk is not None and expedition.usable(METHOD):
        yield from attempt(expedition, METHOD, walk, _pages(expedition, walk, expected))


def _pages(expedition: Expedition, walk: Walk, expected: int) -> Pages:
    stale, size = 0, PAGE
    while walk.state == "open" and not expedition.watch.stopping():
        cursor, got = decode(walk.cursor), walk.got
        try:
            response = yield _ask(expedition, walk, cursor, size, walk.promised or expected)
        except VkShrink as error:
            size = shrunk(size, error)
            continue
        items, count = page_of(METHOD, response)
        walk = _page(expedition, walk, cursor, items, count, size)
        moved, fresh = moved_on(cursor, walk), walk.got != got
        stale = count_stale(METHOD, stale, cursor, decode(walk.cursor), moved=moved, fresh=fresh)
        expedition.watch.tell(
            Event(
                "progress", "collect", f"участники {expedition.title(walk.subject)}", done=walk.got, total=walk.promised
            )
        )
    return walk


def _ask(expedition: Expedition, walk: Walk, cursor: Cursor, size: int, expected: int) -> Ask:
    """This page, and those after it as they will be if nothing moves; a list may be hidden, so that no more than one
    batch is made before the first answer."""
    most = expedition.ahead(METHOD) if walk.promised else expedition.at_once(METHOD) - 1
    offsets = following(cursor, size, OVERLAP, expected, 0 if cursor.again else most)
    return _at(walk, cursor.request_offset, size, tuple(_at(walk, offset, size) for offset in offsets))


def _at(walk: Walk, offset: int, size: int, ahead: tuple[Ask, ...] = ()) -> Ask:
    return ask(METHOD, ahead=ahead, group_id=walk.subject, sort="id_asc", offset=offset, count=size, fields=FIELDS)


def _page(expedition: Expedition, walk: Walk, cursor: Cursor, items: list[Any], count: int, size: int) -> Walk:
    users = [user for user in map(_user, items) if user is not None]
    expedition.broken += len(items) - len(users)
    ids = [user.id for user in users]
    store, seen, started = expedition.store, stamp(expedition, walk), walk.started_seen or 0
    last = max(ids, default=0)
    step = advance(
        cursor, items=len(items), count=count, first=ids[0] if ids else 0, last=last,
        follows=bool(ids) and ids[0] <= cursor.last, size=size, overlap=OVERLAP,
        stale=repeats(cursor, items=len(items), grown=count > (walk.promised or 0), fresh=False,
                      farther=last > cursor.last),
    )  # fmt: skip
    after = walk._replace(cursor=step.cursor.encode(), promised=count, updated_seen=seen)
    with store.write():
        if step.follow and ids:
            known = people.seen_members(store, walk.subject, ids, started)
            people.save_users(store, users, seen)
            people.save_members(store, walk.subject, ids, seen, absent=_absent(walk))
            after = after._replace(got=after.got + len(set(ids) - known))
        if step.state != "open":
            after = finish(after, step.state, seen)
            if _met_all(after, count):
                people.close_absent_members(store, walk.subject, started, seen)
            journal.clear_gap(store, walk.kind, walk.subject)
        journal.save_walk(store, after)
        expedition.save_calls()
    return after


def _met_all(walk: Walk, count: int) -> bool:
    """Whether who was not met by this ended walk is no member: all that VK counts were met, or all but those few that
    it counts and does not show, as many as the round before lacked. Of a list that is cut short more is missing, and
    of one that lacks more than one in ``HIDDEN`` nobody is called gone: that is no count of hidden people."""
    lacking, limits = count - walk.got, decode_limits(walk.settings)
    few = min(limits.lacks, count // HIDDEN) if limits.known is not None else 0
    return lacking <= few and (walk.state == "done" or lacking > 0)


def _absent(walk: Walk) -> int | None:
    """When who is not stored was no member yet: at the end of the last round that saw everybody."""
    limits = decode_limits(walk.settings)
    return None if limits.lacks else limits.known


def _user(item: Any) -> User | None:
    if isinstance(item, dict) and whole(item.get("id")) is not None:
        return parse_user(item)
    number = whole(item)
    return User(number, state="unknown") if number is not None else None
