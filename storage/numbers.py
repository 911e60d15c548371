"""Portraits and every number they print."""

from __future__ import annotations

from collections.abc import Iterable

from storage.db import Store
from storage.rows import PortraitNumber
from storage.upsert import load, upsert


def save_portrait(
    store: Store,
    *,
    created_at: int,
    language: str,
    model_id: int | None,
    settings: str,
    path: str,
    sha256: str,
    numbers: Iterable[PortraitNumber],
) -> int:
    """Write one report with its numbers in one transaction; returns the portrait's id.

    The newest report made again, byte for byte, is not written twice.
    """
    latest = "SELECT id FROM portraits WHERE id = (SELECT max(id) FROM portraits) AND sha256 = ? AND settings = ? "
    known = store.value(latest + "AND path = ?", (sha256, settings, path))
    if known is not None:
        return int(known)
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO portraits (created_at, language, model_id, settings, path, sha256) VALUES (?, ?, ?, ?, ?, ?)",
            (created_at, language, model_id, settings, path, sha256),
        )
        portrait_id = int(cursor.lastrowid or 0)
        upsert(
            store,
            "portrait_numbers",
            # audience_id is part of the key and 0 means "the whole study": NULL would not be unique.
            [number._replace(audience_id=number.audience_id or 0) for number in numbers],
            key=("portrait_id", "section", "key", "audience_id"),
            extra={"portrait_id": portrait_id},
        )
    return portrait_id


def latest_numbers(store: Store) -> list[PortraitNumber]:
    """The numbers of the newest report."""
    return list(load(store, PortraitNumber, "SELECT * FROM v_portrait_latest ORDER BY section, key, audience_id"))
