"""Ids from elsewhere (imports) to local numbers, from 10^15 up, so that they never meet VK's.

People and communities are numbered apart; a number stays below 2^53, so that any JSON reader keeps it whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.db import Store

FIRST_LOCAL_ID = 10**15
_COLUMNS = {"user": "user_id", "community": "community_id"}
_CHUNK = 500


class Aliases:
    """The numbers of one source of data. ``source`` and external ids are texts; upper and lower case differ."""

    def __init__(self, store: Store, source: str) -> None:
        self._store = store
        self._source = source
        self._following: dict[str, int] = {}

    def find(self, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
        """external id -> number of those already known (``kind``: ``user`` or ``community``)."""
        column = _COLUMNS[kind]
        ids = list(dict.fromkeys(external_ids))
        found: dict[str, int] = {}
        for start in range(0, len(ids), _CHUNK):
            part: Sequence[str] = ids[start : start + _CHUNK]
            sql = (
                f"SELECT external_id, {column} FROM aliases WHERE source = ? AND kind = ? "
                f"AND external_id IN ({', '.join('?' * len(part))})"
            )
            found.update((row[0], row[1]) for row in self._store.rows(sql, (self._source, kind, *part)))
        return found

    def add(self, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
        """Number ids that :meth:`find` does not know, in the order given."""
        made: dict[str, int] = {}
        with self._store.write() as connection:
            following = self._next(kind)
            for external in external_ids:
                if external not in made:
                    made[external] = following + len(made)
            connection.executemany(
                f"INSERT INTO aliases (source, external_id, kind, {_COLUMNS[kind]}) VALUES (?, ?, ?, ?)",
                [(self._source, external, kind, number) for external, number in made.items()],
            )
        self._following[kind] = following + len(made)
        return made

    def _next(self, kind: str) -> int:
        # Read once: the table has no index on the numbers, and a store has one writer at a time.
        if kind not in self._following:
            last = self._store.value(f"SELECT max({_COLUMNS[kind]}) FROM aliases")
            self._following[kind] = (last or FIRST_LOCAL_ID - 1) + 1
        return self._following[kind]


def resolve(store: Store, source: str, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
    """external id -> local number (``kind``: ``user`` or ``community``), made in order of first sight."""
    ids = list(dict.fromkeys(external_ids))
    with store.write():
        book = Aliases(store, source)
        found = book.find(kind, ids)
        found |= book.add(kind, (external for external in ids if external not in found))
    return {external: found[external] for external in ids}
