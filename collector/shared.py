"""What all runs with one token share on one machine: the pace of calls, and the ledger of the last day.

To VK two studies with one key are one caller. A small file in the user's state folder, one a token and server, tells
each run when the others called; a study takes the day's calls of all of them into its own ledger. Where the file
cannot be used (no right to write, a full disk) every run keeps its own pace, as on another machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from collector.reactions import FLOOD_PAUSE
from storage.journal import HOUR

KEPT_SECONDS = 60.0
KEPT_HOURS = 26
BUSY_SECONDS = 2.0

LOG = logging.getLogger("vkaudience.collector")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pace (id INTEGER PRIMARY KEY, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS pace_at ON pace (at);
CREATE TABLE IF NOT EXISTS quiet (id INTEGER PRIMARY KEY CHECK (id = 1), until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS calls (method TEXT, hour INTEGER, calls INTEGER, PRIMARY KEY (method, hour));
"""


class Shared:
    """``folder``: the user's state folder; ``fingerprint`` of the token; ``server``: the address it calls.

    Times are those of one monotonic clock, which all processes of a machine have in common. Safe between threads.
    """

    def __init__(self, folder: Path, fingerprint: str, server: str) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        file = _place(folder, fingerprint, server)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._open(file)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged: of a day's calls nothing else is lost with it
                self.close()
                file.unlink()
                self._open(file)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def _open(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        if self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            with contextlib.suppress(sqlite3.OperationalError):  # another run holds the file: it does the same
                self._connection.execute("PRAGMA journal_mode = WAL")
        # A crash of the machine may cost a few rows of the last seconds: nothing that the next hour needs.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_SCHEMA)

    def passing(self, now: float, window: float, capacity: int) -> tuple[float, int | None]:
        """(0, ticket) when a call may start now, and it is noted; else (seconds to wait, None)."""
        with self._lock:
            return self._passing(now, window, capacity)

    def _passing(self, now: float, window: float, capacity: int) -> tuple[float, int | None]:
        if self._connection is None:
            return 0.0, None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            late = self._late(now, window, capacity)
            ticket = None
            if late <= 0:
                ticket = self._connection.execute("INSERT INTO pace (at) VALUES (?)", (now,)).lastrowid
                self._connection.execute("DELETE FROM pace WHERE at < ?", (now - KEPT_SECONDS,))
            self._connection.execute("COMMIT")
            return max(0.0, late), ticket
        except sqlite3.Error as error:
            self._give_up(error)
            return 0.0, None

    def _late(self, now: float, window: float, capacity: int) -> float:
        assert self._connection is not None
        # The clock begins anew with the machine: what lies ahead is of an earlier day.
        self._connection.execute("DELETE FROM pace WHERE at > ?", (now + 1,))
        self._connection.execute("DELETE FROM quiet WHERE until > ?", (now + FLOOD_PAUSE + 1,))
        sql = "SELECT at FROM pace ORDER BY at DESC LIMIT 1 OFFSET ?"
        row = self._connection.execute(sql, (capacity - 1,)).fetchone()
        quiet = self._connection.execute("SELECT until FROM quiet").fetchone()
        return max(row[0] + window if row else now, quiet[0] if quiet else now) - now

    def moved(self, ticket: int, at: float) -> None:
        """The call of this ticket has left the machine only now."""
        self._run("UPDATE pace SET at = ? WHERE id = ?", (at, ticket))

    def hold(self, until: float) -> None:
        """Let no run start before: VK has asked the whole token to be quiet."""
        self._run(
            "INSERT INTO quiet VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET until = max(until, excluded.until)",
            (until,),
        )

    def add(self, calls: Mapping[str, int], now: int) -> None:
        """Add calls made in the present hour (UTC seconds) to the ledger of all."""
        for method, number in sorted(calls.items()):
            if number:
                self._run(
                    "INSERT INTO calls VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
                    (method, now // HOUR, number),
                )
        self._run("DELETE FROM calls WHERE hour < ?", (now // HOUR - KEPT_HOURS,))

    def ledger(self) -> Iterator[tuple[str, int, int]]:
        """(method, hour, calls) of all runs of the last day."""
        yield from self._run("SELECT method, hour, calls FROM calls ORDER BY method, hour")

    def _run(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[str, int, int]]:
        with self._lock:
            if self._connection is None:
                return []
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                self._give_up(error)
                return []

    def _give_up(self, error: Exception) -> None:
        LOG.debug("общий учёт вызовов недоступен: %s", error)
        self.close()

    def close(self) -> None:
        """Close the file; from here on nothing is shared."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def noted(folder: Path, fingerprint: str, server: str) -> list[tuple[str, int, int]]:
    """(method, hour, calls) of all runs with a token of the last day; nothing where none has run here."""
    if not _place(folder, fingerprint, server).is_file():
        return []
    shared = Shared(folder, fingerprint, server)
    try:
        return list(shared.ledger())
    finally:
        shared.close()


def _place(folder: Path, fingerprint: str, server: str) -> Path:
    name = hashlib.blake2b(server.encode(), digest_size=4).hexdigest()
    return folder / f"calls-{fingerprint}-{name}.db"
