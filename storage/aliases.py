"""Ids from elsewhere (imports) to local numbers, from 10^15 up, so that they never meet VK's."""

from __future__ import annotations

from collections.abc import Iterable

from storage.db import Store

FIRST_LOCAL_ID = 10**15


def resolve(store: Store, source: str, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
    """external id -> local number (``kind``: ``user`` or ``community``), made in order of first sight."""
    column = "user_id" if kind == "user" else "community_id"
    found: dict[str, int] = {}
    with store.write() as connection:
        following = 1 + int(
            store.value(f"SELECT max({column}) FROM aliases") or FIRST_LOCAL_ID - 1
        )
        for external in external_ids:
            if external in found:
                continue
            sql = f"SELECT {column} FROM aliases WHERE source = ? AND external_id = ? AND kind = ?"
            number = store.value(sql, (source, external, kind))
            if number is None:
                number, following = following, following + 1
                connection.execute(
                    f"INSERT INTO aliases (source, external_id, kind, {column}) VALUES (?, ?, ?, ?)",
                    (source, external, kind, number),
                )
            found[external] = number
    return found
