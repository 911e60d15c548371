"""People who asked to be forgotten: kept out of the study without being named in it.

``optouts`` holds keyed hashes (HMAC-SHA256) of ids; the key lies beside the study in a file of its own, so that the
study alone tells nobody who they were: without the key all ids of VK could be tried in an hour. Rows of such people
are refused by triggers of the connection, whoever writes them; a study without optouts pays nothing.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

from storage.errors import StorageError
from storage.mentions import without_people

NOBODY = 2**53 - 1
"""Stands for any forgotten person of an import, whose own number is known no more: always refused."""

# table -> what of a new row must not be a forgotten person
_REFUSED = {
    "users": ("id",),
    "aliases": ("user_id",),
    "memberships": ("user_id",),
    "subscriptions": ("user_id",),
    "followed_people": ("user_id", "followed_id"),
    "user_states": ("user_id",),
    "audience_members": ("user_id",),
    "posts": ("owner_id", "from_id"),
    "post_counts": ("owner_id",),
    "post_versions": ("owner_id",),
    "comment_versions": ("owner_id",),
    "comments": ("owner_id", "from_id"),
    "likes": ("owner_id", "user_id"),
}
# ... and what is taken out of a row that stays
_BLANKED = {
    "posts": (
        ("signer_id", "signer_id = NULL"),
        ("repost_owner_id", "repost_owner_id = NULL, repost_id = NULL, repost_author_id = NULL, repost_text = NULL"),
        ("repost_author_id", "repost_owner_id = NULL, repost_id = NULL, repost_author_id = NULL, repost_text = NULL"),
    ),
    "comments": (("reply_to_user", "reply_to_user = NULL"),),
}

_OF_PEOPLE = "('walls', 'subscriptions')"  # walks whose subject is a person


def person_columns() -> list[tuple[str, str]]:
    """(table, column) of everywhere that a person's number is written by a collection or an import."""
    columns = [(table, name) for table, names in _REFUSED.items() for name in names]
    return columns + [(table, name) for table, rules in _BLANKED.items() for name, _ in rules]


def key_file(database: Path) -> Path:
    """Where the key of a study's optouts lies."""
    return database.with_name(database.name + ".key")


def make_key(database: Path) -> bytes:
    """The key, made at the first use in a file that only its owner may read."""
    file = key_file(database)
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_hex(32).encode())
    return key_of(database)


def user_key(user_id: int, key: bytes) -> str:
    """What stands for a person in ``optouts``."""
    return _hash(str(user_id), key)


def alias_key(source: str, external_id: str, key: bytes) -> str:
    """What stands for an imported person's own id in ``optouts``: its number would not tell the next import."""
    return _hash(json.dumps([source, external_id]), key)


def _hash(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Forgotten:
    """Who asked to be forgotten: ``known`` are the rows of ``optouts``."""

    def __init__(self, known: Set[str], key: bytes) -> None:
        self._known = known
        self._key = key
        self.person = functools.lru_cache(maxsize=2**16)(self._person)

    def _person(self, user_id: int | None) -> bool:
        if user_id is None or user_id <= 0:
            return False
        return user_id == NOBODY or user_key(user_id, self._key) in self._known

    def alias(self, source: str, external_id: str) -> bool:
        """Whether this id of an import was a forgotten person's."""
        return alias_key(source, external_id, self._key) in self._known


def keep_out(connection: sqlite3.Connection, database: Path) -> Forgotten | None:
    """Refuse rows of forgotten people on this connection, and tell who they are; None where nobody was forgotten.

    Raises StorageError when the key is gone.
    """
    known = {row[0] for row in connection.execute("SELECT user_key FROM optouts")}
    if not known:
        return None
    forgotten = Forgotten(known, key_of(database))

    def unnamed(text: str | None) -> str | None:
        return text and without_people(text, forgotten.person)

    connection.create_function("forgotten", 1, forgotten.person, deterministic=True)
    connection.create_function("without_forgotten", 1, unnamed, deterministic=True)
    for table, columns in _REFUSED.items():
        when = " OR ".join(f"forgotten(NEW.{column})" for column in columns)
        connection.execute(
            f"CREATE TEMP TRIGGER IF NOT EXISTS keep_out_{table} BEFORE INSERT ON main.{table} WHEN {when} "
            "BEGIN SELECT RAISE(IGNORE); END"
        )
    for table in ("walks", "gaps"):
        connection.execute(
            f"CREATE TEMP TRIGGER IF NOT EXISTS keep_out_{table} BEFORE INSERT ON main.{table} "
            f"WHEN NEW.kind IN {_OF_PEOPLE} AND forgotten(NEW.subject) BEGIN SELECT RAISE(IGNORE); END"
        )
    for table, rules in _BLANKED.items():
        for column, change in rules:
            for event in ("INSERT", f"UPDATE OF {column}"):
                connection.execute(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS blank_{table}_{column}_{event[:6]} AFTER {event} ON "
                    f"main.{table} WHEN forgotten(NEW.{column}) BEGIN UPDATE {table} SET {change} "
                    "WHERE owner_id = NEW.owner_id AND id = NEW.id; END"
                )
    return forgotten


def unnamed(rows: Iterable[Any], gone: Forgotten | None, *texts: str) -> list[Any]:
    """Rows whose columns ``texts`` do not mention who is ``gone``.

    Cut before anything is compared: upstream a text names the person for good, and is no news by that.
    """
    if gone is None:
        return list(rows)
    return [
        row._replace(**{name: without_people(text, gone.person) for name in texts if (text := getattr(row, name))})
        for row in rows
    ]


def key_of(database: Path) -> bytes:
    """The key as it is. Raises StorageError when it is gone."""
    file = key_file(database)
    try:
        return file.read_bytes().strip()
    except OSError as error:
        raise StorageError(
            f"Нет файла-ключа {file}, а в исследовании есть люди, которых просили забыть.",
            f"Без ключа их не узнать, и они попали бы в исследование снова ({error.strerror}).",
            "Верните файл из резервной копии: он лежал рядом с файлом исследования.",
        ) from error
