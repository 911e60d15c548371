"""Names found in texts, and which documents they were looked for in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from storage.db import Store

_TODO = (
    "FROM documents d JOIN v_texts t ON t.kind = d.kind AND t.part = d.part AND t.owner_id = d.owner_id "
    "AND t.item_id = d.item_id LEFT JOIN _entity_marks m ON m.doc_id = d.doc_id "
    "WHERE d.lang = 'ru' AND (m.recipe IS NOT ? OR m.input IS NOT d.input)"
)


@dataclass(frozen=True, slots=True)
class Named:
    """What was found in one document: (type, name) -> how often."""

    doc_id: int
    names: Mapping[tuple[str, str], int]
    recipe: str
    input: str


def count_unnamed(store: Store, recipe: str) -> int:
    """How many Russian documents this recipe has not seen as they are now."""
    return int(store.value(f"SELECT count(*) {_TODO}", (recipe,)))


def unnamed(store: Store, recipe: str) -> Iterator[tuple[int, str, str]]:
    """(doc id, input, text) of those documents; streamed, and those already given may be saved meanwhile."""
    for row in store.rows(f"SELECT d.doc_id, d.input, t.text {_TODO}", (recipe,)):
        yield row[0], row[1], row[2]


def save_names(store: Store, found: Iterable[Named]) -> int:
    """Replace what is known of these documents; returns how many names were written."""
    batch = list(found)
    rows = [(one.doc_id, kind, name, n) for one in batch for (kind, name), n in sorted(one.names.items())]
    store.many("DELETE FROM entities WHERE doc_id = ?", ((one.doc_id,) for one in batch))
    store.many("INSERT INTO entities (doc_id, type, name, n) VALUES (?, ?, ?, ?)", rows)
    store.many(
        "INSERT OR REPLACE INTO _entity_marks (doc_id, recipe, input) VALUES (?, ?, ?)",
        ((one.doc_id, one.recipe, one.input) for one in batch),
    )
    return len(rows)


def drop_orphan_names(store: Store) -> None:
    """Delete what was found in documents that are gone or no longer Russian."""
    with store.write() as connection:
        for table in ("entities", "_entity_marks"):
            connection.execute(
                f"DELETE FROM {table} WHERE doc_id NOT IN (SELECT doc_id FROM documents WHERE lang = 'ru')"
            )


def count_names(store: Store) -> dict[str, int]:
    """type -> how many different names."""
    sql = "SELECT type, count(DISTINCT name) FROM entities GROUP BY type ORDER BY type"
    return {row[0]: row[1] for row in store.rows(sql)}
