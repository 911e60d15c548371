"""Opens a foreign file as text: plain or gzip, guarded against bombs and endless lines."""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO

from storage import ImportFileError

# Text packs 3-10 times, a repetitive table perhaps 50 times; a bomb packs a thousand times.
HARMLESS = 64 * 2**20
MOST_RATIO = 200
LONGEST_LINE = 16 * 2**20


class Allowance:
    """How many bytes an archive may unfold into, spent as they come, whatever the archive claims."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = max(HARMLESS, MOST_RATIO * path.stat().st_size)

    def spend(self, count: int) -> None:
        """Raises ImportFileError for a bomb."""
        self._left -= count
        if self._left < 0:
            raise ImportFileError(
                f"Архив раздувается больше чем в {MOST_RATIO} раз: {self._path}",
                "Так устроены «архивные бомбы»; обычный текст сжимается в 3-50 раз.",
                "Если файл ваш, распакуйте его сами или сохраните таблицу как CSV UTF-8.",
            )


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a gzip file. Raises ImportFileError for a bomb or a damaged archive."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        super().__init__()
        self._path = path
        self._packed = file
        self._gzip = gzip.GzipFile(fileobj=file)
        self._allowance = Allowance(path)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._gzip.read(len(view))
        except (EOFError, OSError, zlib.error) as error:
            raise ImportFileError(
                f"Архив повреждён: {self._path}", str(error), "Скачайте или упакуйте файл заново."
            ) from error
        self._allowance.spend(len(data))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._packed.close()
        super().close()


@contextlib.contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked when it is gzip. Raises ImportFileError when it cannot be read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ImportFileError(
            f"Файл не открывается: {path}", error.strerror or str(error), "Проверьте права на файл и его имя."
        ) from error
    with file:
        if file.peek(2)[:2] == b"\x1f\x8b":
            yield io.BufferedReader(_Unpacked(path, file))
        else:
            yield file


@contextlib.contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text; a byte that the encoding does not know becomes a lone surrogate, to be counted later."""
    with open_bytes(path) as file:
        # newline="": line ends inside quoted cells belong to the text.
        yield io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")


def numbered_lines(stream: TextIO) -> Iterator[tuple[int, str | None]]:
    """(number from 1, line); None for a line longer than LONGEST_LINE, which is passed over."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) < LONGEST_LINE or line.endswith("\n"):
            yield number, line
            continue
        while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass
        yield number, None
