"""Audiences: named sets of people, their definitions and the sample drawn from each."""

from __future__ import annotations

from collections.abc import Iterable

from storage.db import Store
from storage.rows import Audience
from storage.upsert import load


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
    """Drop audiences that the study no longer names; their people and texts stay."""
    kept = list(names)
    with store.write() as connection:
        marks = ", ".join("?" * len(kept))
        connection.execute(f"DELETE FROM audiences WHERE name NOT IN ({marks})", kept)


def audiences(store: Store) -> list[Audience]:
    """All audiences by id."""
    return list(load(store, Audience, "SELECT * FROM audiences ORDER BY id"))


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
