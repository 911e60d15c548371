"""Ids from elsewhere (imports) to local numbers, from 10^15 up, so that they never meet VK's.

People and communities are numbered apart; a number stays below 2^53, so that any JSON reader keeps it whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage import optouts
from storage.db import Store
from storage.errors import MissingInput

FIRST_LOCAL_ID = 10**15
_COLUMNS = {"user": "user_id", "community": "community_id"}
_CHUNK = 500


class Aliases:
    """The numbers of one source of data. ``source`` and external ids are texts; upper and lower case differ.

    ``refused``: whom of them :meth:`add` knew as forgotten; such a person is :data:`optouts.NOBODY`.
    """

    def __init__(self, store: Store, source: str) -> None:
        self._store = store
        self._source = source
        self.refused: set[str] = set()

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
        """Number ids that :meth:`find` does not know, in the order given.

        A number is never given twice, and a forgotten person gets none: rows of ``NOBODY`` are not stored.
        """
        ids = list(dict.fromkeys(external_ids))
        gone = self._forgotten(ids) if kind == "user" else set()
        self.refused |= gone
        with self._store.write() as connection:
            last = int(self._store.value("SELECT last FROM _local_numbers WHERE kind = ?", (kind,)))
            made = {external: last + n for n, external in enumerate((one for one in ids if one not in gone), 1)}
            connection.executemany(
                f"INSERT INTO aliases (source, external_id, kind, {_COLUMNS[kind]}) VALUES (?, ?, ?, ?)",
                [(self._source, external, kind, number) for external, number in made.items()],
            )
            connection.execute("UPDATE _local_numbers SET last = last + ? WHERE kind = ?", (len(made), kind))
        return made | dict.fromkeys(gone, optouts.NOBODY)

    def _forgotten(self, external_ids: list[str]) -> set[str]:
        gone = self._store.forgotten
        return set() if gone is None else {one for one in external_ids if gone.alias(self._source, one)}


def numbered_people(store: Store, source: str, external_ids: Sequence[str]) -> list[int]:
    """The numbers of people as a source of data calls them; a file's whole name stands for the source that was made of
    it. Raises MissingInput for one whom it does not name."""
    known = [row[0] for row in store.rows("SELECT DISTINCT source FROM aliases WHERE kind = 'user' ORDER BY 1")]
    if source not in known:
        source = max((one for one in known if source.startswith(f"{one}.")), key=len, default=source)
    found = Aliases(store, source).find("user", external_ids)
    if lost := [one for one in external_ids if one not in found]:
        raise MissingInput(
            f"В источнике «{source}» таких людей нет: {', '.join(map(repr, lost[:5]))}.",
            f"Источники исследования: {', '.join(known[:20]) or 'их нет, импорта не было'}.",
            "Пишите имя или номер так, как в файле, большие и малые буквы различаются.",
        )
    return [found[one] for one in external_ids]
