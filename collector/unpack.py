"""Zip archives of files to import: what is data goes to a folder of its own for the time of the import.

No name of the archive becomes a path: a file is called by the last part of its name, stripped, in a folder of its
own, so ``../../x`` and ``C:\\x`` lead nowhere. Sizes are counted while unpacking, whatever the archive claims.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.import_stream import Allowance, ForeignFile, plain_file, stem_of
from collector.read_xlsx import is_xlsx
from collector.values import text
from storage import ImportFileError, StorageError, StoreBusy
from storage.lock import FileLock

DATA = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx", ".gz"})
MOST_FILES = 10_000
_PIECE = 2**20
_PREFIX = "vkaudience-import-"
_LOCK = "lock"
_SAYS_UTF8 = 0x800
_ODD = re.compile(r"[^\w. ()-]")


@contextlib.contextmanager
def unpacked(paths: Sequence[Path]) -> Iterator[tuple[list[ForeignFile], list[str]]]:
    """The files to read, those inside archives unpacked, and messages about what was left in them.

    Raises ImportFileError for an archive that is damaged, locked, a bomb or without data.
    """
    _sweep()
    with _own_folder() as folder:
        files: list[ForeignFile] = []
        messages: list[str] = []
        for path in paths:
            if path.is_file() and _begins_as_zip(path) and not is_xlsx(path):
                files += _unpack(path, folder, messages)
            else:
                files.append(plain_file(path))
        yield files, messages


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder for the time of the import, locked so that no other import sweeps it away."""
    with contextlib.ExitStack() as stack:
        while True:
            made = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
            lock = FileLock(Path(stack.enter_context(made)) / _LOCK)
            # Busy: another import was sweeping at this moment, and took the new folder for a dead one's.
            with contextlib.suppress(StoreBusy):
                lock.acquire()
                break
        stack.callback(lock.release)
        yield lock.path.parent


def _sweep() -> None:
    """Remove what imports left behind that were killed: the texts of people in their folders are no one's any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Not ours, in use, or gone meanwhile.
        with contextlib.suppress(OSError, StorageError):
            if folder.is_symlink() or not (folder / _LOCK).is_file():
                continue
            lock = FileLock(folder / _LOCK)
            lock.acquire()
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
            # Windows keeps a file that is open: the lock itself.
            shutil.rmtree(folder, ignore_errors=True)


def _begins_as_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False  # whoever reads it will say why


def _unpack(path: Path, folder: Path, messages: list[str]) -> list[ForeignFile]:
    shown = text(str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            chosen = _choose(path, archive, messages)
            allowance = Allowance(shown, path.stat().st_size)
            return [_copy(archive, one, path, folder, allowance) for one in chosen]
    except ImportFileError:
        raise
    except Exception as error:  # zipfile lets through whatever its decompressors raise
        raise ImportFileError(
            f"Архив не читается: {shown}", str(error), "Распакуйте его сами и укажите файлы внутри; пароль уберите."
        ) from error


def _choose(path: Path, archive: zipfile.ZipFile, messages: list[str]) -> list[zipfile.ZipInfo]:
    """The files of the archive that may be data; what else there is goes to ``messages``."""
    shown = text(str(path))
    members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX")]
    chosen = [one for one in members if Path(one.filename).suffix.lower() in DATA]
    if len(members) > MOST_FILES:
        raise ImportFileError(f"В архиве больше {MOST_FILES} файлов: {shown}", "", "Распакуйте нужные сами.")
    if not chosen:
        raise ImportFileError(
            f"В архиве нет таблиц и JSON: {shown}", "", "Нужны файлы csv, json, jsonl, ndjson, xlsx или txt."
        )
    if len(chosen) < len(members):
        kinds = sorted({Path(one.filename).suffix.lower() or "без окончания" for one in members} - DATA)
        left = len(members) - len(chosen)
        messages.append(f"{text(path.name)}: пропущено файлов других видов {left} ({', '.join(kinds[:8])}).")
    return chosen


def _name(one: zipfile.ZipInfo) -> str:
    """The name of a member. Archivers of Russian Windows write cp866 and some others UTF-8 without saying so, which
    zipfile takes for cp437."""
    if one.flag_bits & _SAYS_UTF8:
        return one.filename
    try:
        raw = one.filename.encode("cp437")
    except UnicodeEncodeError:
        return one.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")


def _copy(
    archive: zipfile.ZipFile, one: zipfile.ZipInfo, path: Path, folder: Path, allowance: Allowance
) -> ForeignFile:
    called = _name(one)
    inside = Path(called.replace("\\", "/"))
    # One shelf an archive and file: two files of one name must not meet.
    target = Path(tempfile.mkdtemp(dir=folder)) / (_ODD.sub("_", inside.name).strip(" .") or "data")
    with archive.open(one) as source, target.open("wb") as unpacked_file:
        while piece := source.read(_PIECE):
            allowance.spend(len(piece))
            unpacked_file.write(piece)
    return ForeignFile(
        target,
        text(f"{path}: {called}"),
        text(f"{path.name}: {called}"),
        stem_of(target.name),
        text(inside.parent.name or path.stem),
        allowance,
        member=True,
    )
