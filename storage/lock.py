"""An operating system lock beside the study file: one writing command at a time.

The system frees it on any death of the process, so a killed run never blocks the next one.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import IO

from storage.errors import StoreBusy, StoreUnwritable


class FileLock:
    """A lock on ``path``; :meth:`acquire` does not wait."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock. Raises StoreBusy when another process has it, StoreUnwritable when no file can be made."""
        try:
            file = self.path.open("a+b")
        except OSError as error:
            raise StoreUnwritable(
                f"Не удаётся писать в папку {self.path.parent}",
                str(error),
                "Проверьте права на папку или выберите другую: --db ФАЙЛ.",
            ) from error
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise StoreBusy(
                f"С этим исследованием уже работает другой запуск ({self.path.name}).",
                "Писать в один файл может только одна команда.",
                "Дождитесь её конца или остановите её (Ctrl-C): собранное не пропадёт.",
            ) from error
        self._file = file

    def release(self) -> None:
        """Give the lock back; safe to call twice."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            _unlock(self._file)
        self._file.close()
        self._file = None


if sys.platform == "win32":  # pragma: no cover - exercised on Windows only
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
