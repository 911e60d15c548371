"""Opens the study file: pragmas, migrations, the writer's transaction and the one-writer lock."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from storage import migrations, optouts
from storage.errors import StorageError, StoreBusy, StoreCorrupt, StoreUnwritable
from storage.lock import FileLock

BUSY_MILLISECONDS = 15_000
_ROWS = 256  # fetched at a time: a few texts in memory, and a third of the time of single rows


class Store:
    """One open study file. Reads go through :meth:`rows`; every write happens inside :meth:`write`.

    ``forgotten`` tells who asked to be forgotten; None where nobody did.
    """

    def __init__(self, path: Path | str, connection: sqlite3.Connection, lock: FileLock | None) -> None:
        self.path = Path(path)
        self.connection = connection
        self.forgotten: optouts.Forgotten | None = None
        self._lock = lock
        self._depth = 0

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction (BEGIN IMMEDIATE); an inner ``write`` joins the outer one.

        Raises StoreUnwritable (full disk, read-only file), StoreBusy or StoreCorrupt; nothing of the
        transaction is kept then.
        """
        if self._depth:
            yield self.connection
            return
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            with translated(self.path):
                yield self.connection
                self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Iterator[sqlite3.Row]:
        """Stream the rows of a query; columns by name or number."""
        with translated(self.path):
            cursor = self.connection.execute(sql, parameters)
        while True:
            with translated(self.path):
                batch = cursor.fetchmany(_ROWS)
            if not batch:
                return
            yield from batch

    def value(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = next(self.rows(sql, parameters), None)
        return None if row is None else row[0]

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement over many rows inside :meth:`write`."""
        with self.write() as connection:
            connection.executemany(sql, rows)

    def keep_out(self) -> None:
        """Refuse from now on what is told of forgotten people. Raises StorageError when their key is gone."""
        self.forgotten = optouts.keep_out(self.connection, self.path)

    def close(self) -> None:
        """Close the file and free the lock; safe to call twice."""
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(path: Path | str, *, write: bool = True, lock: bool | None = None) -> Store:
    """Open a study file, making it (and its folders) when ``write``; migrate it to the present schema.

    ``lock`` (default: as ``write``) takes the OS lock beside the file, freed by any death of the process.
    ``":memory:"`` gives a store for tests. Raises StoreTooNew, StoreBusy, StoreCorrupt or StoreUnwritable.
    """
    memory = str(path) == ":memory:"
    file = Path(path)
    if not memory and not write and not file.exists():
        raise StorageError(
            f"Файла исследования нет: {file}", "Сбор ещё не запускали или указан другой путь.",
            "Запустите vkaudience collect или import, либо укажите --db ФАЙЛ.",
        )  # fmt: skip
    held = None
    with contextlib.ExitStack() as undo:
        if not memory and write:
            _make_folder(file)
            if lock is None or lock:
                held = FileLock(file.with_name(file.name + ".lock"))
                held.acquire()
                undo.callback(held.release)
        store = Store(file, _connect(file, memory=memory, write=write), held)
        undo.callback(store.close)
        if write:
            store.keep_out()
        undo.pop_all()
    return store


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnwritable(
            f"Не удаётся создать папку {file.parent}", str(error), "Выберите другую папку: --db ФАЙЛ."
        ) from error


def _connect(file: Path, *, memory: bool, write: bool) -> sqlite3.Connection:
    name = ":memory:" if memory else str(file)
    try:
        return _connected(name, file, write=write)
    except StoreUnwritable:
        # Even to read, SQLite makes a file beside one in WAL mode: on a medium or in a folder where that cannot be, a
        # study at rest is read as one that nobody changes.
        journal = file.with_name(file.name + "-wal")
        if write or memory or not file.is_file() or (journal.exists() and journal.stat().st_size):
            raise
        return _connected(f"{file.absolute().as_uri()}?mode=ro&immutable=1", file, write=False)


def _connected(name: str, file: Path, *, write: bool) -> sqlite3.Connection:
    with translated(file):
        connection = sqlite3.connect(
            name, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False,
            uri=name.startswith("file:"),
        )  # fmt: skip
    try:
        with translated(file):
            connection.row_factory = sqlite3.Row
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            connection.execute("PRAGMA foreign_keys = ON")
            migrations.refuse_foreign(connection, file)
            migrations.refuse_newer(connection, file)
            if write:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                # 16 MB: a page that many commits change is copied from the journal once, not four times.
                connection.execute("PRAGMA wal_autocheckpoint = 4000")
                migrations.apply(connection)
            elif migrations.version(connection) < migrations.LATEST:
                migrations.apply(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def translated(file: Path) -> Iterator[None]:
    """Errors of SQLite as the errors of this room, where there is one; a wrong query stays what it is."""
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(error, file) from error


def _meaning(error: sqlite3.Error, file: Path) -> BaseException:
    # By SQLite's code, of which the low byte is the kind: its words may be the names of tables.
    code, text = getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error)
    if code == sqlite3.SQLITE_FULL:
        return StoreUnwritable(
            f"На диске нет места: {file}", text,
            "Освободите место и запустите ту же команду: записанное цело, она продолжит с места остановки.",
        )  # fmt: skip
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreUnwritable(
            f"Не удаётся записать {file}", text, "Проверьте права на папку или выберите другую: --db ФАЙЛ."
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreUnwritable(
            f"Диск не читает или не пишет {file}", text, "Проверьте диск или выберите другую папку: --db ФАЙЛ."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"Файл занят другой программой: {file}", text, "Закройте её или подождите и повторите команду."
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreCorrupt(
            f"Файл не читается как исследование: {file}", text,
            "Возьмите резервную копию или укажите другой файл: --db ФАЙЛ.",
        )  # fmt: skip
    return error
