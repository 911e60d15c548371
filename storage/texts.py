"""Texts to lemmatize, the documents made of them, and the table of word forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from storage.db import Store
from storage.rows import Document, Form, Text
from storage.upsert import columns, load, upsert

_PLACE = "kind, part, owner_id, item_id"


def count_texts(store: Store) -> int:
    """How many texts the study holds."""
    return int(store.value("SELECT count(*) FROM v_texts"))


def texts(store: Store) -> Iterator[Text]:
    """Every text by kind, part, owner and id; streamed, memory stays flat."""
    names = ", ".join(columns(Text))
    yield from load(store, Text, f"SELECT {names} FROM v_texts ORDER BY {_PLACE}")


def texts_with_marks(store: Store) -> Iterator[tuple[Text, str | None, str | None]]:
    """Every text with the recipe and the input of its present document (None without one), in the order of
    :func:`texts`; streamed. Documents of texts already given may be written meanwhile.
    """
    names = columns(Text)
    joined = " AND ".join(f"d.{name} = t.{name}" for name in _PLACE.split(", "))
    order = ", ".join(f"t.{name}" for name in _PLACE.split(", "))
    sql = (
        f"SELECT {', '.join('t.' + name for name in names)}, d.recipe AS done_recipe, d.input AS done_input "
        f"FROM v_texts t LEFT JOIN documents d ON {joined} ORDER BY {order}"
    )
    for *cells, recipe, mark in store.rows(sql):
        yield Text(*cells), recipe, mark


def save_documents(store: Store, rows: Iterable[Document]) -> int:
    """Write documents; one that exists for the place keeps its ``doc_id``."""
    return upsert(store, "documents", rows, key=_PLACE.split(", "), keep=("doc_id",))


def drop_orphan_documents(store: Store) -> int:
    """Delete documents whose text is gone or empty now; returns how many."""
    with store.write() as connection:
        return connection.execute(
            "DELETE FROM documents WHERE doc_id IN (SELECT d.doc_id FROM documents d LEFT JOIN v_texts t "
            "ON t.kind = d.kind AND t.part = d.part AND t.owner_id = d.owner_id AND t.item_id = d.item_id "
            "WHERE t.kind IS NULL)"
        ).rowcount


def copied(store: Store) -> set[int]:
    """Ids of the documents that others are copies of."""
    return {row[0] for row in store.rows("SELECT DISTINCT copy_of FROM documents WHERE copy_of IS NOT NULL")}


def count_languages(store: Store) -> dict[str, int]:
    """lang -> how many documents, the most frequent first."""
    sql = "SELECT coalesce(lang, ''), count(*) FROM documents GROUP BY 1 ORDER BY 2 DESC, 1"
    return {row[0]: row[1] for row in store.rows(sql)}


def documents(store: Store, *, unit: str) -> Iterator[Document]:
    """Documents grouped for a model's unit: ordered by author (``person``), owner (``community``) or doc id (``post``).

    ``person`` gives only texts with a personal author (author_id > 0); ``community`` only communities' walls
    (owner_id < 0), whoever wrote there.
    """
    where, order = {
        "person": ("author_id > 0", "author_id, doc_id"),
        "community": ("owner_id < 0", "owner_id DESC, doc_id"),
        "post": ("1", "doc_id"),
    }[unit]
    yield from load(store, Document, f"SELECT * FROM documents WHERE {where} ORDER BY {order}")


def liked_documents(store: Store) -> Iterator[Document]:
    """Documents of the posts and comments that somebody liked, once each, by doc id."""
    sql = (
        "SELECT d.* FROM documents d WHERE d.part = 'own' AND EXISTS (SELECT 1 FROM likes l WHERE l.kind = 'like' "
        "AND l.owner_id = d.owner_id AND l.item_kind = d.kind AND l.item_id = d.item_id) ORDER BY d.doc_id"
    )
    yield from load(store, Document, sql)


def likes_of_people(store: Store) -> Iterator[tuple[int, int]]:
    """(user, doc id) of every like of a text by a person, by user and doc id."""
    sql = (
        "SELECT l.user_id, d.doc_id FROM likes l JOIN documents d ON d.kind = l.item_kind AND d.part = 'own' "
        "AND d.owner_id = l.owner_id AND d.item_id = l.item_id WHERE l.kind = 'like' AND l.user_id > 0 ORDER BY 1, 2"
    )
    for row in store.rows(sql):
        yield row[0], row[1]


def likes_mark(store: Store) -> str:
    """Changes when likes come or go."""
    sql = "SELECT count(*), total(user_id), total(owner_id), total(item_id) FROM likes WHERE kind = 'like'"
    return ":".join(str(cell) for cell in next(iter(store.rows(sql))))


def save_forms(store: Store, rows: Iterable[Form]) -> int:
    """Add or replace word forms."""
    return upsert(store, "forms", rows, key=("form",))


def forms(store: Store, recipe: str) -> Iterator[tuple[str, str]]:
    """(form, its candidates as JSON) of the forms made by this recipe."""
    for row in store.rows("SELECT form, candidates FROM forms WHERE recipe = ?", (recipe,)):
        yield row[0], row[1]
