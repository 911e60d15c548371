"""What a plan is reckoned from: states of known members, and walls that were read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from storage.db import Store

PAGE = 100
"""Posts a page: of a wall that shows so many there may be more."""

WALLS = 1000
"""Walls a community that are looked at; more would not make the estimate better."""


def member_states(store: Store, community_id: int) -> dict[str, int]:
    """state -> how many of the known present members have it; people without a profile are left out."""
    sql = (
        "SELECT u.state, count(*) FROM memberships m JOIN users u ON u.id = m.user_id "
        "WHERE m.community_id = ? AND m.left_seen IS NULL AND u.state <> 'unknown' GROUP BY 1 ORDER BY 1"
    )
    return {row[0]: row[1] for row in store.rows(sql, (community_id,))}


def states_of(store: Store, user_ids: Iterable[int]) -> dict[int, str]:
    """Person -> state, of those that the study knows."""
    sql = "SELECT id, state FROM users WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: row[1] for row in store.rows(sql, (json.dumps(sorted(user_ids)),))}


def count_seen(store: Store, user_ids: Iterable[int], since: int) -> int:
    """Of how many of these people VK told something at or after that moment (UTC seconds)."""
    sql = (
        "SELECT count(*) FROM users WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'unknown' "
        "AND coalesce(last_seen, 0) >= ?"
    )
    return int(store.value(sql, (json.dumps(sorted(user_ids)), since)))


def read_walls(store: Store, community_id: int) -> list[tuple[int, int]]:
    """(user, posts that VK counts on the wall) of members whose wall was read to its end, ascending ids."""
    sql = (
        "SELECT m.user_id, coalesce(w.promised, 0) FROM memberships m JOIN walks w ON w.kind = 'walls' "
        "AND w.subject = m.user_id WHERE m.community_id = ? AND m.left_seen IS NULL AND w.state IN ('done', 'short') "
        "ORDER BY m.user_id LIMIT ?"
    )
    return [(row[0], row[1]) for row in store.rows(sql, (community_id, WALLS))]


def wall_texts(store: Store, owner_id: int) -> Iterator[str]:
    """The texts of a wall, those of reposts included."""
    for row in store.rows("SELECT text, repost_text FROM posts WHERE owner_id = ?", (owner_id,)):
        yield row[0]
        yield row[1] or ""


class Finished(NamedTuple):
    """Walks that ended alike: ``refused`` or not, read up to ``most`` items published at or after ``since`` (None:
    all), ``number`` of them."""

    refused: bool
    most: int | None
    since: int | None
    number: int


def finished_walks(store: Store, kind: str, subjects: Iterable[int], after: int) -> list[Finished]:
    """The walks of a kind over these subjects that came to an end after that moment (UTC seconds)."""
    sql = (
        "SELECT state = 'refused', json_extract(told, '$.most'), json_extract(told, '$.since'), count(*) FROM "
        "(SELECT state, CASE WHEN json_valid(settings) THEN settings ELSE '{}' END AS told FROM walks WHERE kind = ? "
        "AND state <> 'open' AND finished_seen > ? AND subject IN (SELECT value FROM json_each(?))) GROUP BY 1, 2, 3"
    )
    rows = store.rows(sql, (kind, after, json.dumps(sorted(subjects))))
    return [Finished(bool(row[0]), row[1], row[2], row[3]) for row in rows]


class Counters(NamedTuple):
    """Of a wall's stored posts: how many, the calls that their comments and their likes and reposts take, the actions
    that they promise, and when the newest and the oldest were published (UTC seconds; pinned ones left out)."""

    posts: int
    comment_calls: int
    like_calls: int
    actions: int
    newest: int
    oldest: int


def wall_counters(store: Store, owner_id: int, since: int, most_comments: int | None) -> Counters:
    """The counters of posts published at or after ``since``; at most ``most_comments`` of each are read (None: all). A
    counter that VK did not tell takes one call."""
    sql = (
        "SELECT count(*), coalesce(sum((min(coalesce(comments, 1), :most) + 99) / 100), 0), "
        "coalesce(sum((coalesce(likes, 1) + 999) / 1000 + (coalesce(reposts, 1) + 999) / 1000), 0), "
        "coalesce(sum(coalesce(likes, 0) + coalesce(comments, 0) + coalesce(reposts, 0)), 0), "
        "coalesce(max(published_at) FILTER (WHERE NOT is_pinned), 0), "
        "coalesce(min(published_at) FILTER (WHERE NOT is_pinned), 0) "
        "FROM posts WHERE owner_id = :owner AND deleted_seen IS NULL AND coalesce(published_at, 0) >= :since"
    )
    values = {"owner": owner_id, "since": since, "most": 2**62 if most_comments is None else most_comments}
    return Counters(*next(iter(store.rows(sql, values))))


def reading_calls(store: Store, owner_id: int, ids: Iterable[int], kind: str, most: int | None) -> int:
    """Calls that it takes to read the ``comments`` (at most so many each), ``like`` or ``repost`` of these posts."""
    column, page = {"comments": ("comments", 100), "like": ("likes", 1000), "repost": ("reposts", 1000)}[kind]
    sql = (
        f"SELECT coalesce(sum(max(1, (min(coalesce({column}, 1), :most) + {page - 1}) / {page})), 0) FROM posts "
        "WHERE owner_id = :owner AND id IN (SELECT value FROM json_each(:ids))"
    )
    values = {"owner": owner_id, "ids": json.dumps(list(ids)), "most": 2**62 if most is None else most}
    return int(store.value(sql, values))
