"""Documents' sketches and the copies found by them: ``documents.copy_of``.

A sketch is a row of ``BAND`` bytes a band; documents that share a band may be copies. ``placed`` says whether the
sketch has been compared with the others, so that a run killed in between compares it the next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from storage.db import Store

BAND = 8


def unsketched(store: Store, least: int, recipe: str) -> Iterator[tuple[int, str, str]]:
    """(doc_id, what it is made of, lemmas) of documents of ``least`` words and more that lack a present sketch.

    Streamed by doc_id; sketches of documents already given may be written meanwhile.
    """
    sql = (
        "SELECT d.doc_id, d.recipe || d.input AS made_of, d.lemmas FROM documents d LEFT JOIN _sketches s USING "
        "(doc_id) WHERE d.n_lemmas >= ? AND (s.doc_id IS NULL OR s.recipe <> ? OR s.made_of <> d.recipe || d.input) "
        "ORDER BY d.doc_id"
    )
    for row in store.rows(sql, (least, recipe)):
        yield row[0], row[1], row[2]


def save_sketches(store: Store, recipe: str, rows: Iterable[tuple[int, str, bytes]]) -> None:
    """Write sketches: (doc_id, what it is made of, bands)."""
    store.many(
        "INSERT OR REPLACE INTO _sketches (doc_id, recipe, made_of, bands, placed) VALUES (?, ?, ?, ?, 0)",
        ((doc_id, recipe, made_of, bands) for doc_id, made_of, bands in rows),
    )


def drop_stale(store: Store, least: int) -> int:
    """Delete sketches of documents that are gone or have become shorter than ``least``; returns how many."""
    with store.write() as connection:
        return connection.execute(
            "DELETE FROM _sketches WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.doc_id = _sketches.doc_id "
            "AND d.n_lemmas >= ?)",
            (least,),
        ).rowcount


def unplaced(store: Store) -> bool:
    """Whether a sketch waits to be compared."""
    return store.value("SELECT 1 FROM _sketches WHERE placed = 0 LIMIT 1") is not None


def count_copies(store: Store) -> int:
    """How many documents are marked as copies."""
    return int(store.value("SELECT count(*) FROM documents WHERE copy_of IS NOT NULL"))


def find_pairs(store: Store, bands: int) -> None:
    """Pair every sketched document with the first of each band's bucket, for :func:`pairs`.

    One band at a time, sorted by SQLite on disk where it must: memory does not grow with the number of documents.
    """
    with store.write() as connection:
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS pairs (doc_id INTEGER, first INTEGER, PRIMARY KEY (doc_id, first)) "
            "WITHOUT ROWID"
        )
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS firsts (doc_id INTEGER PRIMARY KEY, first INTEGER)")
        connection.execute("DELETE FROM pairs")
        connection.execute("DELETE FROM firsts")
        for band in range(bands):
            connection.execute(
                "INSERT OR IGNORE INTO pairs SELECT doc_id, first FROM (SELECT doc_id, min(doc_id) OVER (PARTITION BY "
                "substr(bands, ?, ?)) AS first FROM _sketches) WHERE first < doc_id",
                (1 + band * BAND, BAND),
            )


def pairs(store: Store) -> Iterator[tuple[int, int, str, str]]:
    """(doc_id, an earlier doc_id, lemmas of both), by doc_id, the earliest first."""
    sql = (
        "SELECT p.doc_id, p.first, d.lemmas AS own, f.lemmas AS other FROM temp.pairs p JOIN documents d ON "
        "d.doc_id = p.doc_id JOIN documents f ON f.doc_id = p.first ORDER BY p.doc_id, p.first"
    )
    for row in store.rows(sql):
        yield row[0], row[1], row[2], row[3]


def mark_copies(store: Store, firsts: Iterable[tuple[int, int]]) -> int:
    """Point ``copy_of`` of each doc_id at its first, clear it everywhere else; returns how many copies there are.

    All sketches count as placed from here on.
    """
    with store.write() as connection:
        connection.executemany("INSERT INTO temp.firsts VALUES (?, ?)", firsts)
        connection.execute(
            "UPDATE documents SET copy_of = (SELECT first FROM temp.firsts f WHERE f.doc_id = documents.doc_id) "
            "WHERE copy_of IS NOT (SELECT first FROM temp.firsts f WHERE f.doc_id = documents.doc_id)"
        )
        connection.execute("UPDATE _sketches SET placed = 1 WHERE placed = 0")
        connection.execute("DELETE FROM temp.pairs")
        connection.execute("DELETE FROM temp.firsts")
    return count_copies(store)
