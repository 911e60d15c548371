"""Keeps checked rows from the look through the files to the writing: the first in memory, the others in a file."""

from __future__ import annotations

import pickle
import tempfile
from collections import deque
from collections.abc import Iterator, Sized
from pathlib import Path
from typing import IO, Any

from collector.import_columns import Texts
from storage import ImportFileError
from storage.columns import Columns

KEPT_ROWS = 100_000
KEPT_CHARACTERS = 24 * 2**20


class Shelf:
    """Rows by parts, in the order in which they were put.

    The file has no name, lies beside the study and is gone with the shelf: reading it back takes a third of the time
    that parsing takes. ``folder`` None: the system's own.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._near: deque[Any] = deque()
        self._far: IO[bytes] | None = None
        self._rows = self._characters = 0

    def put(self, rows: Sized) -> None:
        """Add a part. Raises ImportFileError when there is no room for the file."""
        self._rows += len(rows)
        self._characters += _characters(rows)
        if self._rows <= KEPT_ROWS and self._characters <= KEPT_CHARACTERS:
            self._near.append(rows)
            return
        try:
            if self._far is None:
                self._far = tempfile.TemporaryFile(dir=self._folder, prefix="import-")  # noqa: SIM115 - closed with the shelf
            pickle.dump(rows, self._far, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            raise ImportFileError(
                "Не хватает места, чтобы разобрать файл. Ничего не записано.",
                error.strerror or str(error),
                "Освободите на диске столько, сколько занимает распакованный файл, и повторите.",
            ) from error

    def look(self) -> Iterator[Any]:
        """The parts, which stay on the shelf."""
        yield from self._near
        yield from self._from_far()

    def take(self) -> Iterator[Any]:
        """The parts, each given once."""
        while self._near:
            yield self._near.popleft()
        yield from self._from_far()

    def _from_far(self) -> Iterator[Any]:
        if self._far is None:
            return
        self._far.seek(0)
        while True:
            try:
                yield pickle.load(self._far)
            except EOFError:
                return

    def close(self) -> None:
        """Let the rows go."""
        self._near.clear()
        if self._far is not None:
            self._far.close()


def _characters(rows: Any) -> int:
    if isinstance(rows, Texts):
        return sum(map(len, rows.text))
    if isinstance(rows, Columns):
        return sum(map(len, rows.column("text")))
    return sum(len(getattr(row, "text", "")) for row in rows)
