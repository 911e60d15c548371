"""Another file of the same study joined to this one: what is new is added, of two versions the later seen stays.

For teams that collect one study in shares. Every row of the other file is counted: new, the same, or in conflict,
which is told by table. What belongs to one machine (runs, ledgers, capabilities, models, documents) stays there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage import erase, optouts
from storage.db import Store
from storage.errors import StorageError
from storage.histories import join_memberships, join_states
from storage.migrations import LATEST

STAMPS = ("first_seen", "last_seen")
_VERSIONED = {
    "communities": ("id",), "users": ("id",), "posts": ("owner_id", "id"), "comments": ("owner_id", "id"),
    "subscriptions": ("user_id", "community_id"), "followed_people": ("user_id", "followed_id"),
}  # fmt: skip
"""Table -> its key; the later ``last_seen`` wins."""
_HISTORY = ("likes", "community_counts", "post_counts", "post_versions", "comment_versions")
_NAMING = ("text", "repost_text", "description")
_RANK = "CASE {row}.state WHEN 'open' THEN 0 ELSE 1 END"


@dataclass(slots=True)
class Merged:
    """Rows of the other file by table: ``new``, ``same``, and ``conflicts``, of which the later one was taken.

    ``audiences``: names that mean different people here and there; those of the other file were not taken.
    """

    new: dict[str, int] = field(default_factory=dict)
    same: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    audiences: list[str] = field(default_factory=list)


def merge(store: Store, file: Path) -> Merged:
    """Add what the study in ``file`` holds. All in one transaction: a failure leaves the store as it was.

    Raises StorageError for a file that is no study of this version, or whose imports clash with those here.
    """
    found = Merged()
    with _attached(store, file), store.write() as connection:
        _refuse_clashes(connection, file)
        found.new["user_states"] = join_states(connection)
        for table, key in _VERSIONED.items():
            _versioned(store, table, key, found)
        found.new["memberships"], found.conflicts["memberships"] = join_memberships(connection)
        for table in _HISTORY:
            cells = ", ".join(_cell(store, name) for name in _columns(connection, table))
            sql = f"INSERT OR IGNORE INTO main.{table} SELECT {cells} FROM other.{table} o"
            found.new[table] = max(0, connection.execute(sql).rowcount)
        for table in ("user_states", "memberships", *_HISTORY):
            known = _count(connection, f"other.{table}") - found.new[table] - found.conflicts.get(table, 0)
            found.same[table] = max(0, known)
        connection.execute("INSERT OR IGNORE INTO main._readings SELECT * FROM other._readings")
        _walks(connection)
        _audiences(connection, found)
        _numbers(connection)
    return found


def adopt_optouts(store: Store, file: Path) -> None:
    """Keep out whom the other study forgot, where the keys are the same. Call it for all files before any is merged:
    one may hold the person whom another forgot."""
    if _one_key(store, file):
        with _attached(store, file), store.write() as connection:
            connection.execute("INSERT OR IGNORE INTO main.optouts SELECT user_key FROM other.optouts")
        store.keep_out()


def forgotten_there(store: Store, file: Path) -> list[int]:
    """People of this study who were forgotten in the other file after both were one: their keys are the same.

    Nobody where the other study has a key of its own, or nobody was forgotten there.
    """
    if not _one_key(store, file):
        return []
    with _attached(store, file):
        gone = {row[0] for row in store.rows("SELECT user_key FROM other.optouts EXCEPT SELECT user_key FROM optouts")}
    key = optouts.key_of(store.path)
    return [number for number in erase.everybody(store) if optouts.user_key(number, key) in gone] if gone else []


def _one_key(store: Store, file: Path) -> bool:
    mine, theirs = optouts.key_file(store.path), optouts.key_file(file)
    return mine.is_file() and theirs.is_file() and optouts.key_of(store.path) == optouts.key_of(file)


@contextmanager
def _attached(store: Store, file: Path) -> Iterator[None]:
    if not file.is_file():
        raise StorageError(f"Файла нет: {file}", "", "Укажите study.db товарища по команде.")
    if file.resolve() == store.path.resolve():
        raise StorageError(f"Это тот же файл: {file}", "Сливать исследование с самим собой нечего.", "Укажите другой.")
    try:
        store.connection.execute("ATTACH DATABASE ? AS other", (str(file),))
    except sqlite3.Error as error:
        raise _no_study(file, str(error)) from error
    try:
        try:
            version = store.connection.execute("PRAGMA other.user_version").fetchone()[0]
            store.connection.execute("SELECT count(*) FROM other.walks").fetchone()
        except sqlite3.Error as error:
            raise _no_study(file, str(error)) from error
        if version != LATEST:
            raise StorageError(
                f"Файл {file} другой версии (схема {version}, здесь {LATEST}).", "",
                "Откройте его этой же версией программы (vkaudience --db ФАЙЛ status) или обновите свою.",
            )  # fmt: skip
        yield
    finally:
        store.connection.execute("DETACH DATABASE other")


def _no_study(file: Path, why: str) -> StorageError:
    return StorageError(f"Это не файл исследования: {file}", why, "Нужен study.db, собранный vkaudience.")


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]


def _cell(store: Store, column: str) -> str:
    """What the other file tells in a column, without the mentions of people who were forgotten here."""
    return f"without_forgotten(o.{column})" if store.forgotten and column in _NAMING else f"o.{column}"


def _versioned(store: Store, table: str, key: tuple[str, ...], found: Merged) -> None:
    connection = store.connection
    names = _columns(connection, table)
    on = " AND ".join(f"m.{name} = o.{name}" for name in key)
    told = [name for name in names if name not in key and name not in STAMPS]
    equal = " AND ".join(f"m.{name} IS {_cell(store, name)}" for name in told) or "1"
    both = f"FROM other.{table} o JOIN main.{table} m ON {on}"
    found.same[table] = int(connection.execute(f"SELECT count(*) {both} WHERE {equal}").fetchone()[0])
    shared = int(connection.execute(f"SELECT count(*) {both}").fetchone()[0])
    found.conflicts[table] = shared - found.same[table]
    columns, cells = ", ".join(names), ", ".join(_cell(store, name) for name in names)
    later, known = ", ".join(f"{name} = excluded.{name}" for name in told), ""
    if table == "users":
        # A person known by number only is no news of one who is known, nor does VK tell more of who is gone.
        known = " AND (o.state <> 'unknown' OR m.state = 'unknown')"
        later = ", ".join(
            f"{name} = CASE WHEN excluded.state IN ('deleted', 'banned') THEN coalesce(excluded.{name}, {name}) "
            f"ELSE excluded.{name} END" for name in told
        )  # fmt: skip
    connection.execute(
        f"INSERT INTO main.{table} ({columns}) SELECT {cells} {both} "
        f"WHERE coalesce(o.last_seen, 0) > coalesce(m.last_seen, 0){known} "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {later + ', ' if later else ''}last_seen = excluded.last_seen, "
        "first_seen = min(coalesce(first_seen, excluded.first_seen), coalesce(excluded.first_seen, first_seen))"
    )
    found.new[table] = connection.execute(
        f"INSERT INTO main.{table} ({columns}) SELECT {cells} FROM other.{table} o "
        f"WHERE NOT EXISTS (SELECT 1 FROM main.{table} m WHERE {on})"
    ).rowcount


def _walks(connection: sqlite3.Connection) -> None:
    """A finished walk goes before an open one, a later before an earlier; with a walk comes its gap."""
    theirs, ours = (f"({_RANK.format(row=row)}, coalesce({row}.updated_seen, 0))" for row in "om")
    connection.execute("CREATE TEMP TABLE taken_walks (kind TEXT, subject INTEGER, PRIMARY KEY (kind, subject))")
    connection.execute(
        "INSERT INTO taken_walks SELECT o.kind, o.subject FROM other.walks o LEFT JOIN main.walks m "
        f"ON m.kind = o.kind AND m.subject = o.subject WHERE m.kind IS NULL OR {theirs} > {ours}"
    )
    here = "(kind, subject) IN (SELECT kind, subject FROM taken_walks)"
    connection.execute(f"INSERT OR REPLACE INTO main.walks SELECT * FROM other.walks WHERE {here}")
    connection.execute(f"DELETE FROM main.gaps WHERE {here}")
    connection.execute(
        "INSERT INTO main.gaps SELECT o.* FROM other.gaps o LEFT JOIN main.walks w ON w.kind = o.kind AND "
        "w.subject = o.subject WHERE w.kind IS NULL OR (o.kind, o.subject) IN (SELECT kind, subject FROM taken_walks) "
        "ON CONFLICT (kind, subject) DO UPDATE SET state = excluded.state, code = excluded.code, "
        "message = excluded.message, seen = excluded.seen WHERE coalesce(excluded.seen, 0) > coalesce(seen, 0)"
    )
    connection.execute("DROP TABLE temp.taken_walks")


def _audiences(connection: sqlite3.Connection, found: Merged) -> None:
    names = ", ".join(("name", "definition", "kind", "version", "recipe"))
    connection.execute(f"INSERT OR IGNORE INTO main.audiences ({names}) SELECT {names} FROM other.audiences")
    both = "other.audiences a JOIN main.audiences m ON m.name = a.name"
    one = "m.definition = a.definition AND m.kind = a.kind"
    found.audiences = [row[0] for row in connection.execute(f"SELECT a.name FROM {both} WHERE NOT ({one}) ORDER BY 1")]
    connection.execute(
        "INSERT OR IGNORE INTO main.audience_members SELECT m.id, o.user_id, o.weight, o.drawn_at "
        f"FROM other.audience_members o JOIN {both} WHERE a.id = o.audience_id AND {one}"
    )


def _refuse_clashes(connection: sqlite3.Connection, file: Path) -> None:
    """Two imports on two machines number their people from one start: joined, they would be taken for one another."""
    here = (
        "SELECT 1 FROM main.aliases m WHERE m.source = o.source AND m.external_id = o.external_id AND m.kind = o.kind"
    )
    number = "m.user_id IS o.user_id AND m.community_id IS o.community_id"
    clash = connection.execute(
        "SELECT count(*) FROM other.aliases o WHERE (o.user_id IN (SELECT user_id FROM main.aliases) OR o.community_id "
        f"IN (SELECT community_id FROM main.aliases) OR EXISTS ({here})) AND NOT EXISTS ({here} AND {number})"
    ).fetchone()[0]
    if clash:
        raise StorageError(
            f"Файл {file} не слит: импорт сделан и здесь, и там, и одни номера получили разные люди ({clash}).",
            "Слитые, они сошли бы за одних и тех же.",
            "Импортируйте все файлы в одно исследование, до team split или после merge.",
        )


def _numbers(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT OR IGNORE INTO main.aliases SELECT * FROM other.aliases")
    connection.execute(
        "UPDATE main._local_numbers SET last = max(last, (SELECT o.last FROM other._local_numbers o "
        "WHERE o.kind = _local_numbers.kind))"
    )
