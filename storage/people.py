"""Communities, people and who is a member of what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from storage import optouts
from storage.db import Store
from storage.rows import Community, User
from storage.upsert import columns, load, upsert

_STAMPS = ("first_seen",)

_GONE = ("deleted", "banned")


def save_communities(store: Store, rows: Iterable[Community], seen: int) -> int:
    """Write communities as now seen, and a line in ``community_counts`` where the size differs from the last one."""
    batch = optouts.unnamed(rows, store.forgotten, "description")
    last = "SELECT members FROM community_counts WHERE id = ? ORDER BY seen_at DESC LIMIT 1"
    changed = [
        (row.id, seen, row.members_count)
        for row in batch
        if row.members_count is not None and store.value(last, (row.id,)) != row.members_count
    ]
    with store.write():
        store.many("INSERT OR REPLACE INTO community_counts VALUES (?, ?, ?)", changed)
        stamps = {"first_seen": seen, "last_seen": seen}
        return upsert(store, "communities", batch, key=("id",), keep=_STAMPS, extra=stamps)


def find_community(store: Store, community_id: int) -> Community | None:
    """One community, or None."""
    found = list(load(store, Community, "SELECT * FROM communities WHERE id = ?", (community_id,)))
    return found[0] if found else None


def named_community(store: Store, screen_name: str) -> int | None:
    """The id of the community of this screen name, or None."""
    found = store.value("SELECT id FROM communities WHERE lower(screen_name) = ?", (screen_name.lower(),))
    return None if found is None else int(found)


def communities(store: Store) -> list[Community]:
    """All communities by id."""
    return list(load(store, Community, "SELECT * FROM communities ORDER BY id"))


def save_users(store: Store, rows: Iterable[User], seen: int) -> int:
    """Write people as now seen.

    Of who is now deleted or banned VK tells nothing more: the state changes and what was known of them stays.
    A changed state or city leaves its history in ``user_states``.
    """
    batch = list(rows)
    stamps = {"first_seen": seen, "last_seen": seen}
    with store.write():
        _save_states(store, batch, seen)
        present = (row for row in batch if row.state not in _GONE)
        upsert(store, "users", present, key=("id",), keep=_STAMPS, extra=stamps)
        _save_gone(store, [row for row in batch if row.state in _GONE], seen)
    return len(batch)


def _save_states(store: Store, batch: list[User], seen: int) -> None:
    """Close the value that was and open the one that is. A person's first change also writes what was before it."""
    changed: list[tuple[int, str, str | None, str | None, int]] = []
    told = {row.id: row for row in batch}
    sql = "SELECT id, state, city, first_seen FROM users WHERE id IN (SELECT value FROM json_each(?))"
    for user_id, state, city, first in store.rows(sql, (json.dumps(list(told)),)):
        now = told[user_id]
        if state not in ("unknown", now.state):
            changed.append((user_id, "state", state, now.state, first))
        if city and now.city and city != now.city:
            changed.append((user_id, "city", city, now.city, first))
    before = "INSERT INTO user_states VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING"
    for user_id, field, old, new, first in changed:
        if store.value("SELECT 1 FROM user_states WHERE user_id = ? AND field = ?", (user_id, field)) is None:
            store.many(before, [(user_id, field, old, first or seen)])
        store.many(
            "UPDATE user_states SET to_seen = ? WHERE user_id = ? AND field = ? AND to_seen IS NULL",
            [(seen, user_id, field)],
        )
        store.many("INSERT OR REPLACE INTO user_states VALUES (?, ?, ?, ?, NULL)", [(user_id, field, new, seen)])


def _save_gone(store: Store, rows: list[User], seen: int) -> None:
    names = columns(User)
    facts = [name for name in names if name not in ("id", "state")]
    store.many(
        f"INSERT INTO users ({', '.join(names)}, first_seen, last_seen) VALUES ({', '.join('?' * len(names))}, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, last_seen = excluded.last_seen, "
        + ", ".join(f"{name} = coalesce(users.{name}, excluded.{name})" for name in facts),
        ((*(getattr(row, name) for name in names), seen, seen) for row in rows),
    )


def add_unknown_users(store: Store, ids: Iterable[int], seen: int) -> None:
    """Make rows for people of whom only the id is known; what is already known stays."""
    store.many(
        "INSERT INTO users (id, state, first_seen, last_seen) VALUES (?, 'unknown', ?, ?) ON CONFLICT DO NOTHING",
        ((user_id, seen, seen) for user_id in ids),
    )


def newest_id(store: Store) -> int | None:
    """The largest id among the living people of VK that the study knows: one that VK does not know may be a slip of the
    pen in a list, and numbers of imported people begin far above."""
    found = store.value(
        "SELECT max(id) FROM users WHERE source = 'vk' AND state IN ('ok', 'closed') AND id > 0 "
        "AND id < 1000000000000000"
    )
    return None if found is None else int(found)


def users(store: Store, ids: Sequence[int] | None = None) -> Iterator[User]:
    """People by id; all of them, or those named."""
    if ids is None:
        yield from load(store, User, "SELECT * FROM users ORDER BY id")
        return
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ", ".join("?" * len(part))
        yield from load(store, User, f"SELECT * FROM users WHERE id IN ({marks}) ORDER BY id", part)


def save_members(
    store: Store, community_id: int, user_ids: Iterable[int], seen: int, *, absent: int | None = None
) -> int:
    """Note that these people are members now: an open stay is prolonged, else a new one begins.

    ``absent``: when whoever had no stay was no member for sure; where that is not given, the end of the last finished
    members walk, or NULL at the first sight. Returns how many ids were given.
    """
    ids = list(user_ids)
    sql = "SELECT finished_seen FROM walks WHERE kind = 'members' AND subject = ? AND state = 'done'"
    absent = absent or store.value(sql, (community_id,))
    store.many(
        "INSERT INTO memberships (community_id, user_id, absent_seen, first_seen, last_seen) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (community_id, user_id) WHERE left_seen IS NULL DO UPDATE SET last_seen = excluded.last_seen",
        ((community_id, user_id, absent, seen, seen) for user_id in ids),
    )
    return len(ids)


def close_absent_members(store: Store, community_id: int, started: int, seen: int) -> int:
    """End the stays not seen since ``started``. Only for a finished walk that reached VK's own count."""
    with store.write() as connection:
        return connection.execute(
            "UPDATE memberships SET left_seen = ? WHERE community_id = ? AND left_seen IS NULL AND last_seen < ?",
            (seen, community_id, started),
        ).rowcount


def member_ids(store: Store, community_id: int) -> list[int]:
    """Present members, ascending ids."""
    sql = "SELECT user_id FROM memberships WHERE community_id = ? AND left_seen IS NULL ORDER BY user_id"
    return [row[0] for row in store.rows(sql, (community_id,))]


def seen_members(store: Store, community_id: int, ids: Sequence[int], since: int) -> set[int]:
    """Which of these people were seen as members of the community at or after ``since``."""
    sql = (
        "SELECT user_id FROM memberships WHERE community_id = ? AND left_seen IS NULL AND last_seen >= ? "
        f"AND user_id IN ({', '.join('?' * len(ids))})"
    )
    return {row[0] for row in store.rows(sql, (community_id, since, *ids))}


def save_subscriptions(
    store: Store, user_id: int, community_ids: Iterable[int], seen: int, *, people: Iterable[int] = ()
) -> None:
    """Note the communities and the ``people`` on a person's list as now seen; what is no longer on it keeps its last
    stamp."""
    for table, column, ids in (("subscriptions", "community_id", community_ids),
                               ("followed_people", "followed_id", people)):  # fmt: skip
        store.many(
            f"INSERT INTO {table} VALUES (?, ?, ?, ?) "
            f"ON CONFLICT (user_id, {column}) DO UPDATE SET last_seen = excluded.last_seen",
            ((user_id, number, seen, seen) for number in ids),
        )


def followed_unknown(store: Store, least: int) -> list[int]:
    """Communities followed by at least ``least`` people of which no facts are stored, ascending ids."""
    sql = (
        "SELECT community_id FROM subscriptions WHERE community_id NOT IN (SELECT id FROM communities) "
        "GROUP BY community_id HAVING count(*) >= ? ORDER BY community_id"
    )
    return [row[0] for row in store.rows(sql, (least,))]
