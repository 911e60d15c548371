"""Two studies' histories of one person joined: stays in communities, and states and cities.

Each study saw a person at some moments. All of these in order tell the history; the rows of either alone do not, and
rows of both side by side would contradict each other.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Stay(NamedTuple):
    """A row of ``memberships`` without its key."""

    absent_seen: int | None
    first_seen: int
    last_seen: int
    left_seen: int | None


def joined_stays(stays: Iterable[Stay]) -> list[Stay]:
    """What the stays of both studies in one community come to: a departure that one of them saw parts two stays."""
    rows = list(stays)
    there = {moment for stay in rows for moment in (stay.first_seen, stay.last_seen)}
    left = {stay.left_seen for stay in rows if stay.left_seen is not None}
    absent = left | {stay.absent_seen for stay in rows if stay.absent_seen is not None}
    found: list[Stay] = []
    for moment, present in sorted({(moment, True) for moment in there} | {(moment, False) for moment in left}):
        last = found[-1] if found else None
        if last is not None and last.left_seen is None:
            found[-1] = last._replace(last_seen=moment) if present else last._replace(left_seen=moment)
        elif present:
            before = (other for other in absent if other <= moment and (last is None or other >= last.last_seen))
            found.append(Stay(max(before, default=None), moment, moment, None))
    return found


def joined_states(seen: Mapping[int, str]) -> list[tuple[str, int, int | None]]:
    """(value, from, to) of the values seen at these moments; nothing where none of them is another."""
    runs: list[tuple[str, int]] = []
    for moment, value in sorted(seen.items()):
        if not runs or runs[-1][0] != value:
            runs.append((value, moment))
    ends = [start for _, start in runs[1:]]
    return [(value, start, end) for (value, start), end in zip(runs, [*ends, None], strict=True)] if ends else []


def join_memberships(connection: sqlite3.Connection) -> tuple[int, int]:
    """Add the stays of ``other``; returns how many are of people not known as members, and how many pairs of person
    and community changed."""
    pair = "m.community_id = o.community_id AND m.user_id = o.user_id"
    key = "community_id INTEGER, user_id INTEGER"
    connection.execute(f"CREATE TEMP TABLE differing ({key}, PRIMARY KEY (community_id, user_id))")
    connection.execute(f"CREATE TEMP TABLE joined ({key}, {', '.join(Stay._fields)})")
    connection.execute(
        "INSERT OR IGNORE INTO differing SELECT community_id, user_id FROM (SELECT * FROM other.memberships EXCEPT "
        f"SELECT * FROM main.memberships) o WHERE EXISTS (SELECT 1 FROM main.memberships m WHERE {pair})"
    )
    new = connection.execute(
        "INSERT INTO main.memberships SELECT o.* FROM other.memberships o "
        f"WHERE NOT EXISTS (SELECT 1 FROM main.memberships m WHERE {pair})"
    ).rowcount
    halves = (
        f"SELECT community_id, user_id, {', '.join(Stay._fields)}, {ours} FROM temp.differing "
        f"JOIN {base}.memberships USING (community_id, user_id)"
        for base, ours in (("main", 1), ("other", 0))
    )
    changed = 0
    rows = connection.execute(" UNION ALL ".join(halves) + " ORDER BY 1, 2")
    for who, group in itertools.groupby(rows, lambda row: (row[0], row[1])):
        stays = [(Stay(*row[2:6]), row[6]) for row in group]
        before = sorted((stay for stay, ours in stays if ours), key=lambda stay: stay.first_seen)
        after = joined_stays(stay for stay, _ in stays)
        if after != before:
            changed += 1
            connection.executemany("INSERT INTO joined VALUES (?, ?, ?, ?, ?, ?)", [(*who, *stay) for stay in after])
    connection.execute(
        "DELETE FROM main.memberships WHERE (community_id, user_id) IN (SELECT community_id, user_id FROM joined)"
    )
    connection.execute("INSERT INTO main.memberships SELECT * FROM joined")
    connection.execute("DROP TABLE temp.differing")
    connection.execute("DROP TABLE temp.joined")
    return new, changed


def join_states(connection: sqlite3.Connection) -> int:
    """Add the states and cities of ``other``; returns how many rows are new. Call it while both ``users`` are whole."""
    touched = connection.execute(
        "SELECT user_id FROM (SELECT * FROM other.user_states EXCEPT SELECT * FROM main.user_states) UNION "
        "SELECT o.id FROM other.users o JOIN main.users m ON m.id = o.id WHERE o.state <> m.state OR o.city <> m.city"
    ).fetchall()
    new = 0
    for (user_id,), field in itertools.product(touched, ("state", "city")):
        rows = "SELECT value, from_seen, to_seen FROM main.user_states WHERE user_id = ? AND field = ? ORDER BY 2"
        before = [tuple(row) for row in connection.execute(rows, (user_id, field))]
        after = joined_states(
            {**_seen(connection, "other", user_id, field), **_seen(connection, "main", user_id, field)}
        )
        if after == before:
            continue
        new += len(set(after) - set(before))
        connection.execute("DELETE FROM main.user_states WHERE user_id = ? AND field = ?", (user_id, field))
        connection.executemany(
            "INSERT INTO main.user_states VALUES (?, ?, ?, ?, ?)", [(user_id, field, *row) for row in after]
        )
    return new


def _seen(connection: sqlite3.Connection, base: str, user_id: int, field: str) -> dict[int, str]:
    """moment -> what a study saw then; a person who never changed has no rows, only what is known now."""
    rows = connection.execute(
        f"SELECT from_seen, value FROM {base}.user_states WHERE user_id = ? AND field = ?", (user_id, field)
    ).fetchall()
    found = {row[0]: row[1] for row in rows}
    now = connection.execute(
        f"SELECT first_seen, last_seen, {field} FROM {base}.users WHERE id = ? AND state <> 'unknown' "
        f"AND {field} IS NOT NULL AND last_seen IS NOT NULL", (user_id,),
    ).fetchone()  # fmt: skip
    if now is not None:
        found |= {now[1]: now[2]} | ({} if found or now[0] is None else {now[0]: now[2]})
    return found
