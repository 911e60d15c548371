"""Opens a foreign file as text: plain or gzip, guarded against bombs and endless lines."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from collector.values import text
from storage import ImportFileError

# Text packs 3-10 times, a repetitive table perhaps 50 times; a bomb packs a thousand times.
HARMLESS = 64 * 2**20
MOST_RATIO = 200
LONGEST_LINE = 16 * 2**20
BLOCK = 2**17


class Allowance:
    """How many bytes an archive may unfold into, all that is inside its files included, spent as they come,
    whatever the archive claims."""

    def __init__(self, shown: str, packed: int) -> None:
        self._shown = shown
        self._left = max(HARMLESS, MOST_RATIO * packed)
        self._reached: dict[Path, int] = {}

    def reach(self, path: Path, position: int, packed: int | None = None) -> None:
        """A packed file was unfolded up to ``position``, reading it once more costs nothing; ``packed``: so many bytes
        of it were read for that. A bomb need not be read to the end of what its size allows."""
        if packed is not None and position > max(HARMLESS, MOST_RATIO * packed):
            raise self._bomb()
        before = self._reached.get(path, 0)
        if position > before:
            self._reached[path] = position
            self.spend(position - before)

    def spend(self, count: int) -> None:
        """Raises ImportFileError for a bomb."""
        self._left -= count
        if self._left < 0:
            raise self._bomb()

    def _bomb(self) -> ImportFileError:
        return ImportFileError(
            f"Архив раздувается больше чем в {MOST_RATIO} раз: {self._shown}",
            "Так устроены «архивные бомбы»; обычный текст сжимается в 3-50 раз.",
            "Если файл ваш, распакуйте его сами или сохраните таблицу как CSV UTF-8.",
        )


@dataclass(frozen=True, slots=True, eq=False)
class ForeignFile:
    """A file to read. ``shown`` and ``name`` call it in messages: one out of an archive lies in a temporary folder,
    whose name says nothing. ``stem`` and ``folder`` make the label of its source."""

    path: Path
    shown: str
    name: str
    stem: str
    folder: str
    allowance: Allowance
    member: bool = False

    def __str__(self) -> str:
        return self.shown


def plain_file(path: Path) -> ForeignFile:
    """A file as the user named it, there or not."""
    shown = text(str(path))
    try:
        packed = path.stat().st_size
    except OSError:
        packed = 0  # whoever reads it will say why
    return ForeignFile(
        path, shown, text(path.name), stem_of(path.name), text(path.absolute().parent.name), Allowance(shown, packed)
    )


def stem_of(name: str) -> str:
    """A file's name without its endings, as the label of its source."""
    path = Path(text(name))
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a gzip file. Raises ImportFileError for a bomb or a damaged archive."""

    def __init__(self, owner: ForeignFile, packed: IO[bytes]) -> None:
        super().__init__()
        self._owner = owner
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=packed)
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._gzip.read(len(view))
        except (EOFError, OSError, zlib.error) as error:
            raise ImportFileError(
                f"Архив повреждён: {self._owner}", str(error), "Скачайте или упакуйте файл заново."
            ) from error
        self._position += len(data)
        self._owner.allowance.reach(self._owner.path, self._position, self._packed.tell())
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._packed.close()
        super().close()


@contextlib.contextmanager
def open_bytes(owner: ForeignFile) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked when it is gzip. Raises ImportFileError when it cannot be read."""
    try:
        file = owner.path.open("rb")
    except OSError as error:
        raise ImportFileError(
            f"Файл не открывается: {owner}", error.strerror or str(error), "Проверьте права на файл и его имя."
        ) from error
    with file:
        if file.peek(2)[:2] == b"\x1f\x8b":
            yield io.BufferedReader(_Unpacked(owner, file))
        else:
            yield file


@contextlib.contextmanager
def open_text(owner: ForeignFile, encoding: str) -> Iterator[TextIO]:
    """The file as text; what the encoding does not know becomes a lone surrogate, to be counted later."""
    with open_bytes(owner) as file:
        yield io.TextIOWrapper(file, encoding=encoding, errors=_MARKED, newline="")


_MARK = "\udcff"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


# Python's own surrogateescape gives up on half a sign of UTF-16, and on bytes below 128.
_MARKED = "vkaudience-mark"
codecs.register_error(_MARKED, _mark)


def lines_of(block: str) -> list[str]:
    """The lines of a text with their ends, which are those of Python's ``newline=""``."""
    return list(io.StringIO(block, newline=""))


def read_blocks(owner: ForeignFile, encoding: str) -> Iterator[str | None]:
    """The file in pieces of about BLOCK bytes, cut at line ends: what is done to many lines at once costs a third of
    what is done to each. None stands for a line longer than LONGEST_LINE, which is passed over."""
    for block in _whole_lines(owner, encoding):
        if block is None or len(block) <= LONGEST_LINE:
            yield block
        else:
            yield from (line if len(line) <= LONGEST_LINE else None for line in lines_of(block))


def storable_block(block: str) -> bool:
    """Whether all bytes were understood: a lone surrogate stands for those that were not."""
    return _MARK not in block


def _whole_lines(owner: ForeignFile, encoding: str) -> Iterator[str | None]:
    """Texts that end where a line ends; None for a line without end, of which only the beginning was read."""
    decoder = codecs.getincrementaldecoder(encoding)(_MARKED)
    rest, endless, last = "", False, False
    with open_bytes(owner) as file:
        while not last:
            data = file.read(BLOCK)
            last = not data
            block = rest + decoder.decode(data, last)
            if endless:
                _, end, block = block.partition("\n")
                endless = not end
            # A "\r" at the very end may be half a line end.
            cut = len(block) if last else max(block.rfind("\n"), block.rfind("\r", 0, len(block) - 1)) + 1
            if cut:
                yield block[:cut]
            rest = block[cut:]
            if len(rest) > LONGEST_LINE:
                yield None
                rest, endless = "", True


def numbered_lines(owner: ForeignFile, encoding: str) -> Iterator[tuple[int, str | None]]:
    """(number from 1, line); None for a line longer than LONGEST_LINE, which is passed over."""
    blocks = read_blocks(owner, encoding)
    yield from enumerate((line for block in blocks for line in ((None,) if block is None else lines_of(block))), 1)
