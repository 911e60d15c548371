"""Audiences: named sets of people, their definitions and the sample drawn from each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from storage.aliases import FIRST_LOCAL_ID
from storage.db import Store
from storage.rows import Audience
from storage.upsert import load

PART = 10_000
# Authors of imported files have numbers of our own, of which VK must not be asked.
_OF_VK = f"user_id < {FIRST_LOCAL_ID}"


def save_audience(store: Store, row: Audience) -> int:
    """Make or change the audience of this name; returns its id. A changed definition raises ``version``."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO audiences (name, definition, kind, recipe) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE "
            "SET version = version + (definition <> excluded.definition), definition = excluded.definition, "
            "kind = excluded.kind, recipe = excluded.recipe",
            (row.name, row.definition, row.kind, row.recipe),
        )
    return int(store.value("SELECT id FROM audiences WHERE name = ?", (row.name,)))


def remove_audiences_except(store: Store, names: Iterable[str]) -> None:
    """Drop audiences that the study no longer names, but for drawn and imported ones; their people and texts stay."""
    kept = list(names)
    with store.write() as connection:
        marks = ", ".join("?" * len(kept))
        connection.execute(
            f"DELETE FROM audiences WHERE name NOT IN ({marks}) "
            "AND recipe <> 'import' AND (NOT json_valid(definition) OR json_extract(definition, '$.baseline') IS NULL)",
            kept,
        )


def audiences(store: Store) -> list[Audience]:
    """All audiences by id."""
    return list(load(store, Audience, "SELECT * FROM audiences ORDER BY id"))


def find_audience(store: Store, name: str) -> Audience | None:
    """The audience of this name, or None."""
    found = list(load(store, Audience, "SELECT * FROM audiences WHERE name = ?", (name,)))
    return found[0] if found else None


def is_drawn(row: Audience) -> bool:
    """Whether an audience is a baseline that was drawn, not one that the config names."""
    return row.kind == "baseline" and "baseline" in json.loads(row.definition)


def studied_people(store: Store) -> set[int]:
    """Ids of the people of all studied audiences."""
    sql = (
        "SELECT DISTINCT user_id FROM audience_members m JOIN audiences a ON a.id = m.audience_id "
        "WHERE a.kind = 'studied'"
    )
    return {row[0] for row in store.rows(sql)}


def drawn_people(store: Store) -> set[int]:
    """Ids of the people of all baselines that were drawn."""
    return {user_id for row in audiences(store) if is_drawn(row) and row.id for user_id in sample(store, row.id)}


def sizes(store: Store) -> dict[int, int]:
    """audience id -> how many people it has."""
    sql = "SELECT audience_id, count(*) FROM audience_members GROUP BY audience_id"
    return {row[0]: row[1] for row in store.rows(sql)}


@dataclass(frozen=True, slots=True)
class Selection:
    """Who belongs: present members of at least ``least`` of the ``communities`` and of none of ``minus``; or, with
    ``actions``, whoever liked, commented or reposted at least so many times what was published on the
    communities' walls at or after ``since`` and before ``until`` (UTC seconds), member or not."""

    communities: tuple[int, ...]
    least: int = 1
    minus: tuple[int, ...] = ()
    actions: int = 0
    since: int = 0
    until: int = 2**62


_MEMBERS = (
    "SELECT user_id FROM memberships WHERE left_seen IS NULL AND community_id IN (SELECT value FROM json_each(:ids)) "
    "GROUP BY user_id HAVING count(*) >= :least"
)
_ACTIVE = (
    "SELECT user_id FROM (SELECT l.user_id FROM likes AS l JOIN posts AS p ON p.owner_id = l.owner_id "
    "AND p.id = l.item_id WHERE l.item_kind = 'post' AND p.published_at >= :since AND p.published_at < :until "
    "AND l.owner_id IN (SELECT -value FROM json_each(:ids)) UNION ALL "
    "SELECT c.from_id FROM comments AS c JOIN posts AS p ON p.owner_id = c.owner_id AND p.id = c.post_id "
    "WHERE c.from_id > 0 AND NOT c.deleted AND p.published_at >= :since AND p.published_at < :until "
    "AND c.owner_id IN (SELECT -value FROM json_each(:ids))) GROUP BY user_id HAVING count(*) >= :actions"
)
_MINUS = (
    " EXCEPT SELECT user_id FROM memberships WHERE left_seen IS NULL "
    "AND community_id IN (SELECT value FROM json_each(:minus))"
)


def _selected(selection: Selection) -> tuple[str, dict[str, object]]:
    sql = (_ACTIVE if selection.actions else _MEMBERS) + (_MINUS if selection.minus else "")
    return sql, {
        "ids": json.dumps(selection.communities),
        "minus": json.dumps(selection.minus),
        "least": selection.least,
        "actions": selection.actions,
        "since": selection.since,
        "until": selection.until,
    }


def selected(store: Store, selection: Selection, *, readable: bool = False, kept: int = 0) -> Iterator[int]:
    """Stream the ids of who belongs, ascending. ``readable``: only whose wall could be asked for when last seen, and
    who stands in the audience ``kept`` already."""
    sql, values = _selected(selection)
    if readable:
        sql = (
            f"SELECT s.user_id FROM ({sql}) AS s LEFT JOIN users AS u ON u.id = s.user_id "
            "LEFT JOIN audience_members AS a ON a.audience_id = :kept AND a.user_id = s.user_id "
            "WHERE coalesce(u.state, 'unknown') IN ('ok', 'unknown') OR a.user_id IS NOT NULL"
        )
    for row in store.rows(f"SELECT user_id FROM ({sql}) ORDER BY user_id", {**values, "kept": kept}):
        yield row[0]


def strangers(store: Store, selection: Selection) -> list[int]:
    """Who belongs without a known profile, ascending ids."""
    sql, values = _selected(selection)
    sql = (
        f"SELECT s.user_id FROM ({sql}) AS s LEFT JOIN users AS u ON u.id = s.user_id "
        "WHERE coalesce(u.state, 'unknown') = 'unknown' ORDER BY s.user_id"
    )
    return [row[0] for row in store.rows(sql, values)]


def save_everyone(store: Store, audience_id: int, selection: Selection, people: Iterable[int], drawn_at: int) -> None:
    """Make an audience of all who belong and of the listed ``people``, each with weight 1, inside the file: an
    audience of a million is never a list in memory."""
    sql, values = _selected(selection)
    with store.write() as connection:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS _chosen (user_id INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM _chosen")
        connection.execute(f"INSERT INTO _chosen SELECT user_id FROM ({sql}) ORDER BY user_id", values)
        connection.executemany("INSERT OR IGNORE INTO _chosen VALUES (?)", ((user_id,) for user_id in people))
        connection.execute(
            "DELETE FROM audience_members WHERE audience_id = ? AND user_id NOT IN (SELECT user_id FROM _chosen)",
            (audience_id,),
        )
        connection.execute(
            "INSERT INTO audience_members SELECT ?, user_id, 1.0, ? FROM _chosen WHERE TRUE "
            "ON CONFLICT DO UPDATE SET weight = 1.0",
            (audience_id, drawn_at),
        )
        connection.execute("DELETE FROM _chosen")


def panel(store: Store) -> Iterator[int]:
    """Stream the people of all audiences whom VK knows, each once, ascending ids."""
    sql = f"SELECT DISTINCT user_id FROM audience_members WHERE user_id > ? AND {_OF_VK} ORDER BY user_id LIMIT ?"
    return (row[0] for row in _in_parts(store, sql))


def panel_states(store: Store) -> Iterator[tuple[int, str]]:
    """Stream (id, state) of the same people, ascending ids; ``unknown`` where no profile was seen."""
    sql = (
        "SELECT DISTINCT a.user_id, coalesce(u.state, 'unknown') FROM audience_members AS a "
        f"LEFT JOIN users AS u ON u.id = a.user_id WHERE a.user_id > ? AND {_OF_VK} ORDER BY a.user_id LIMIT ?"
    )
    return ((row[0], row[1]) for row in _in_parts(store, sql))


def panel_unseen(store: Store, before: int) -> Iterator[int]:
    """Stream whom of the same people VK has told nothing of at or after ``before`` (UTC seconds), ascending ids."""
    sql = (
        "SELECT DISTINCT a.user_id FROM audience_members AS a LEFT JOIN users AS u ON u.id = a.user_id "
        f"WHERE a.user_id > ? AND {_OF_VK} AND (coalesce(u.state, 'unknown') = 'unknown' "
        f"OR coalesce(u.last_seen, 0) < {int(before)}) ORDER BY a.user_id LIMIT ?"
    )
    return (row[0] for row in _in_parts(store, sql))


def panel_in_turn(store: Store, kind: str, lot: Callable[[int], int]) -> Iterator[tuple[int, str]]:
    """Stream (id, state) of the same people in the order in which walks of a kind are made over them: first
    who was never walked over to an end, then who was longest ago; among equals by ``lot`` (below 2**63).

    The order is that of the first row's moment; walks made since do not change it.
    """
    with store.write() as connection:
        connection.create_function("lot", 1, lot, deterministic=True)
        connection.execute("DROP TABLE IF EXISTS temp._turns")
        connection.execute(
            "CREATE TEMP TABLE _turns AS SELECT a.user_id AS id, coalesce(u.state, 'unknown') AS state "
            f"FROM (SELECT DISTINCT user_id FROM audience_members WHERE {_OF_VK}) AS a "
            "LEFT JOIN users AS u ON u.id = a.user_id LEFT JOIN walks AS w ON w.kind = ? AND w.subject = a.user_id "
            "ORDER BY coalesce(w.finished_seen, 0), lot(a.user_id)",
            (kind,),
        )
    sql = "SELECT rowid, id, state FROM temp._turns WHERE rowid > ? ORDER BY rowid LIMIT ?"
    return ((row[1], row[2]) for row in _in_parts(store, sql))


def _in_parts(store: Store, sql: str) -> Iterator[Sequence[Any]]:
    """Rows of a query by id, part by part: a query left open for hours would keep the WAL from shrinking."""
    after = 0
    while part := list(store.rows(sql, (after, PART))):
        yield from part
        after = part[-1][0]


def save_sample(store: Store, audience_id: int, weights: dict[int, float], drawn_at: int) -> None:
    """Replace an audience's people: user id -> weight (1 / inclusion probability). A person kept keeps ``drawn_at``."""
    with store.write() as connection:
        sql = "SELECT user_id, drawn_at FROM audience_members WHERE audience_id = ?"
        before = {row[0]: row[1] for row in store.rows(sql, (audience_id,))}
        connection.execute("DELETE FROM audience_members WHERE audience_id = ?", (audience_id,))
        connection.executemany(
            "INSERT INTO audience_members VALUES (?, ?, ?, ?)",
            [
                (audience_id, user_id, weight, before.get(user_id, drawn_at))
                for user_id, weight in sorted(weights.items())
            ],
        )


def sample(store: Store, audience_id: int) -> dict[int, float]:
    """user id -> weight of an audience's people, ascending ids."""
    sql = "SELECT user_id, weight FROM audience_members WHERE audience_id = ? ORDER BY user_id"
    return {row[0]: row[1] for row in store.rows(sql, (audience_id,))}
