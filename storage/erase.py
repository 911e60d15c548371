"""Taking people out of the study file: one who asked for it, or everybody when the work is done.

What is deleted is gone from the file's bytes too: deleted content is overwritten, the file is rebuilt and the
write-ahead log emptied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from storage import optouts, tables
from storage.db import Store
from storage.errors import StoreBusy
from storage.mentions import mentioned, without_people
from storage.texts import count_texts

_PERSON = (
    "DELETE FROM users WHERE id = :id", "DELETE FROM memberships WHERE user_id = :id",
    "DELETE FROM subscriptions WHERE user_id = :id", "DELETE FROM user_states WHERE user_id = :id",
    "DELETE FROM followed_people WHERE user_id = :id OR followed_id = :id",
    "DELETE FROM audience_members WHERE user_id = :id", "DELETE FROM aliases WHERE user_id = :id",
    "DELETE FROM likes WHERE user_id = :id OR owner_id = :id",
    "DELETE FROM post_counts WHERE (owner_id, id) IN (SELECT owner_id, id FROM posts WHERE from_id = :id)",
    "DELETE FROM post_counts WHERE owner_id = :id",
    "DELETE FROM post_versions WHERE (owner_id, id) IN (SELECT owner_id, id FROM posts WHERE from_id = :id)",
    "DELETE FROM post_versions WHERE owner_id = :id",
    "DELETE FROM _readings WHERE (owner_id, post_id) IN (SELECT owner_id, id FROM posts WHERE from_id = :id)",
    "DELETE FROM _readings WHERE owner_id = :id",
    "DELETE FROM comment_versions WHERE (owner_id, id) IN (SELECT owner_id, id FROM comments WHERE from_id = :id)",
    "DELETE FROM comment_versions WHERE owner_id = :id",
    "DELETE FROM posts WHERE owner_id = :id OR from_id = :id",
    "DELETE FROM comments WHERE owner_id = :id OR from_id = :id",
    "UPDATE posts SET signer_id = NULL WHERE signer_id = :id",
    "UPDATE posts SET repost_owner_id = NULL, repost_id = NULL, repost_author_id = NULL, repost_text = NULL "
    "WHERE repost_owner_id = :id OR repost_author_id = :id",
    "UPDATE comments SET reply_to_user = NULL WHERE reply_to_user = :id",
    "DELETE FROM user_topics WHERE user_id = :id", "DELETE FROM user_segments WHERE user_id = :id",
    "DELETE FROM assignments WHERE user_id = :id",
    "DELETE FROM walks WHERE kind IN ('walls', 'subscriptions') AND subject = :id",
    "DELETE FROM gaps WHERE kind IN ('walls', 'subscriptions') AND subject = :id",
    # A table to look words up in, made anew by lemmatize, and words too rare for the model: one person's own, maybe.
    "DELETE FROM forms", "DELETE FROM dropped_terms WHERE df < 10",
)  # fmt: skip
# Documents whose text is gone or was changed; what was made of them goes with them.
_STRAY = (
    "SELECT d.doc_id FROM documents d LEFT JOIN v_texts t ON t.kind = d.kind AND t.part = d.part "
    "AND t.owner_id = d.owner_id AND t.item_id = d.item_id WHERE t.kind IS NULL"
)
# Where people are mentioned: table, its key, the column, and (kind, part) of the documents made of it.
_NAMING = (
    ("posts", "owner_id, id", "text", ("post", "own")), ("posts", "owner_id, id", "repost_text", ("post", "reposted")),
    ("comments", "owner_id, id", "text", ("comment", "own")),
    ("post_versions", "owner_id, id, until_seen", "text", ()), ("communities", "id", "description", ()),
    ("comment_versions", "owner_id, id, until_seen", "text", ()),
)  # fmt: skip
_TEXTS = (
    "UPDATE posts SET text = '', repost_text = NULL", "UPDATE comments SET text = ''", "DELETE FROM post_versions",
    "DELETE FROM comment_versions", "DELETE FROM forms", "DELETE FROM dropped_terms WHERE df < 10",
    "UPDATE communities SET description = NULL",
    *(f"DELETE FROM {table}" for table in tables.OF_DOCUMENTS),
)  # fmt: skip
_PEOPLE = (*(table for table in tables.SOCIAL if table not in tables.OF_STUDY), "user_topics", "user_segments")
_COUNTED = ("users", "memberships", "posts", "comments", "likes", "documents", "user_topics")
LEFT = ("communities", "topics", "community_topics", "portrait_numbers", "runs")
"""What survives a purge: facts of communities, the model's words, shares of groups, the journal."""


def forget(store: Store, user_ids: Iterable[int]) -> dict[str, int]:
    """Erase people everywhere and keep them out from now on; returns what was taken: texts, and rows by table.

    Their mentions in other people's texts and their reposted texts go too; documents made of those are dropped, so
    that ``lemmatize`` makes them anew. Raises StorageError when the key of earlier optouts is gone, and StoreBusy when
    all is deleted but another program keeps the old bytes in the file.
    """
    ids = list(dict.fromkeys(user_ids))
    key = optouts.make_key(store.path)
    before = _counts(store)
    _overwrite(store)
    with store.write() as connection:
        keys = [optouts.user_key(user_id, key) for user_id in ids]
        for user_id in ids:
            keys += _alias_keys(store, user_id, key)
            for statement in _PERSON:
                connection.execute(statement, {"id": user_id})
        _take_mentions(store, set(ids).__contains__)
        _drop_documents(store, _STRAY)
        connection.executemany("INSERT OR IGNORE INTO optouts VALUES (?)", [(one,) for one in keys])
    store.keep_out()
    _rebuild(store)
    after = _counts(store)
    return {name: before[name] - after[name] for name in before}


def purge(store: Store, *, texts_only: bool) -> dict[str, int]:
    """Delete all texts and what was made of each; with them everything about single people unless ``texts_only``.

    Returns what was taken: texts, and rows by table. Facts of communities, the topic model's words, shares of groups,
    the report's numbers and the journal stay.
    """
    before = _counts(store)
    _overwrite(store)
    with store.write() as connection:
        for statement in _TEXTS:
            connection.execute(statement)
        if not texts_only:
            for table in _PEOPLE:
                connection.execute(f"DELETE FROM {table}")
            connection.execute("DELETE FROM walks")
            connection.execute("DELETE FROM gaps WHERE subject > 0")
    _rebuild(store)
    after = _counts(store)
    return {name: before[name] - after[name] for name in before}


def everybody(store: Store) -> set[int]:
    """Ids of all people of whom the study holds anything, be it that a text mentions them."""
    found = {
        row[0] for table, column in optouts.person_columns()
        for row in store.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} > 0")
    }  # fmt: skip
    found |= {row[0] for row in store.rows("SELECT subject FROM walks UNION SELECT subject FROM gaps") if row[0] > 0}
    for table, _, column, _ in _NAMING:
        for row in store.rows(f"SELECT {column} FROM {table} WHERE {column} <> ''"):
            found.update(mentioned(row[0]))
    return found


def left(store: Store) -> dict[str, int]:
    """Rows of the tables that a purge leaves."""
    return {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in LEFT}


def _counts(store: Store) -> dict[str, int]:
    rows = {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in _COUNTED}
    # A purge of texts leaves the posts that they stood in.
    return {"texts": count_texts(store), **rows}


def _alias_keys(store: Store, user_id: int, key: bytes) -> list[str]:
    rows = store.rows("SELECT source, external_id FROM aliases WHERE user_id = ?", (user_id,))
    return [optouts.alias_key(source, external_id, key) for source, external_id in rows]


def _take_mentions(store: Store, gone: Callable[[int], bool]) -> None:
    """Cut the mentions of people out of every text, and drop the documents of those texts."""
    for table, key, column, document in _NAMING:
        # Every text is read: what SQL compares ends at a NUL, and has no rules of mentions.
        texts = store.rows(f"SELECT {column}, {key} FROM {table} WHERE {column} <> ''")
        changed = [(cut, *row[1:]) for row in texts if (cut := without_people(row[0], gone)) != row[0]]
        where = " AND ".join(f"{name} = ?" for name in key.split(", "))
        store.many(f"UPDATE {table} SET {column} = ? WHERE {where}", changed)
        for row in changed if document else ():
            _drop_documents(
                store,
                "SELECT doc_id FROM documents WHERE kind = ? AND part = ? AND owner_id = ? AND item_id = ?",
                (*document, row[1], row[2]),
            )


def _drop_documents(store: Store, which: str, values: tuple[object, ...] = ()) -> None:
    with store.write() as connection:
        ids = [(row[0],) for row in connection.execute(which, values)]
        for table in tables.OF_DOCUMENTS:
            connection.executemany(f"DELETE FROM {table} WHERE doc_id = ?", ids)


def _overwrite(store: Store) -> None:
    store.value("PRAGMA secure_delete = ON")


def _rebuild(store: Store) -> None:
    """Leave no deleted byte in the file or its log. Raises StoreBusy while another program reads the old bytes."""
    store.value("VACUUM")
    if store.value("PRAGMA wal_checkpoint(TRUNCATE)"):
        raise StoreBusy(
            f"Удаление записано, но прежние данные ещё можно прочесть в {store.path} и в его журнале (файл -wal).",
            "Файл открыт в другой программе, и она читает прежнее.",
            "Закройте её и повторите ту же команду: она очистит файл и журнал.",
        )
