"""The schema by numbered steps. A released step is never edited; a change is a new step.

The steps are run by ``sqlite_utils.Migrations`` (each in one transaction with its own record);
``PRAGMA user_version`` repeats the number, so that an up-to-date file opens without importing it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from storage.errors import StorageError, StoreTooNew
from storage.migrations import (
    m001_initial,
    m002_sketches,
    m003_stable,
    m004_local_numbers,
    m005_coverage,
    m006_readings,
    m007_comment_versions,
    m008_followed_people,
    m009_people_of_audiences,
)

STEPS = (
    m001_initial, m002_sketches, m003_stable, m004_local_numbers, m005_coverage, m006_readings, m007_comment_versions,
    m008_followed_people, m009_people_of_audiences,
)  # fmt: skip
LATEST = len(STEPS)
_RECORD = "_sqlite_migrations"


def version(connection: sqlite3.Connection) -> int:
    """How many steps the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_foreign(connection: sqlite3.Connection, file: Path) -> None:
    """Raise StorageError for another program's database: our tables would be written into it."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # Killed in its first moment, a study has the record of its steps and nothing else.
    if {name for name in tables if not name.startswith("sqlite_")} - {_RECORD} and not {_RECORD, "runs"} <= tables:
        raise StorageError(
            f"Это база другой программы, а не исследование: {file}",
            "Её таблицы программе незнакомы; свои она в чужой файл не пишет.",
            "Укажите файл исследования: --db ФАЙЛ. Новый делают collect и import.",
        )


def refuse_newer(connection: sqlite3.Connection, file: Path) -> None:
    """Raise StoreTooNew for a file from the future; reading it wrongly would be worse than not at all."""
    found = version(connection)
    if found > LATEST:
        raise StoreTooNew(
            f"Файл {file} создан более новой версией программы (схема {found}, эта версия знает {LATEST}).",
            "Старая версия могла бы его испортить.",
            "Обновите vkaudience или укажите другой файл: --db ФАЙЛ.",
        )


def apply(connection: sqlite3.Connection) -> None:
    """Bring the file to :data:`LATEST`."""
    if version(connection) >= LATEST:
        return
    with _without_frames():
        from sqlite_utils import Database, Migrations

    known = Migrations("vkaudience")
    for number, step in enumerate(STEPS, start=1):
        known(name=step.__name__.rpartition(".")[2])(_runner(step.SQL, number))
    known.apply(Database(connection, execute_plugins=False))


@contextlib.contextmanager
def _without_frames() -> Iterator[None]:
    """sqlite_utils takes pandas and numpy along where they are installed, for columns of arrays that no step makes:
    that would be 45 MB of every collection into a new file and a quarter of a second."""
    hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _runner(sql: str, number: int) -> Callable[[Any], None]:
    def step(db: Any) -> None:
        connection: sqlite3.Connection = db.conn
        for statement in _statements(sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")

    return step


def _statements(sql: str) -> list[str]:
    """Split a script at ``;`` ends: executescript would commit the step's transaction."""
    found, part = [], ""
    for line in sql.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found
