"""The stage ``import``: texts from files of one's own, so that the study runs on any data and without a token."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.import_fields import check_fields, parse_mapping
from collector.import_reading import Reading, prepare, scan
from collector.import_shelf import Shelf
from collector.import_write import PeopleWriter, RowWriter, VkWriter
from collector.unpack import unpacked
from storage import QUIET, SYSTEM_CLOCK, Clock, ConfigError, Event, Outcome, Store, Watch

__all__ = ["FORMATS", "ImportSettings", "import_files", "parse_mapping"]

FORMATS = ("auto", "csv", "jsonl", "vk")
# Rows a transaction: an index of people or authors is written in full of holes, and fewer commits write fewer pages.
BATCH = 5000
_WRITERS: Mapping[str, Any] = {"rows": RowWriter, "vk": VkWriter, "people": PeopleWriter}
_TABLES = ("posts", "comments", "users", "communities", "memberships", "audiences")


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What to read. ``mapping``: our field -> column; ``source``: whose ids these are (default: the file's name);
    files of one source share their authors and communities."""

    files: tuple[Path, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    format: str = "auto"


def import_files(
    store: Store, settings: ImportSettings, *, watch: Watch = QUIET, clock: Clock = SYSTEM_CLOCK
) -> Outcome:
    """Read files of texts into the social tables; importing the same file again adds nothing.

    All files are read through before anything is written. Raises ImportFileError for a file that cannot be read,
    or more than half of whose records are broken, and ConfigError for a wrong mapping or format.
    """
    _check(settings)
    with unpacked(settings.files) as (files, messages), contextlib.ExitStack() as shelves:
        return _import(store, settings, files, messages, shelves, watch, clock)


def _import(
    store: Store,
    settings: ImportSettings,
    files: list[Path],
    messages: list[str],
    shelves: contextlib.ExitStack,
    watch: Watch,
    clock: Clock,
) -> Outcome:
    folder = store.path.parent if store.path.is_file() else None
    readings = []
    for path in files:
        reading = prepare(path, settings.mapping, settings.format)
        shelf = shelves.enter_context(contextlib.closing(Shelf(folder)))
        if not scan(reading, shelf, watch):
            return Outcome("interrupted", {}, ("Импорт остановлен до записи: ничего не изменено.",))
        readings.append((reading, shelf))
    before = _sizes(store)
    counts = {"rows": 0, "broken": 0, "repeated": 0}
    whole = True
    for reading, shelf in readings:
        messages += reading.complaints()
        counts["broken"] += reading.broken.total()
        whole = whole and _write_file(store, settings, reading, shelf, counts, messages, watch, clock)
    counts |= {name: size - before[name] for name, size in _sizes(store).items()}
    if not whole:
        messages.append("Импорт остановлен; записанное цело. Та же команда допишет остальное без повторов.")
    return Outcome("done" if whole else "interrupted", counts, tuple(messages))


def _check(settings: ImportSettings) -> None:
    check_fields(settings.mapping)
    if settings.format not in FORMATS:
        raise ConfigError(f"Формата «{settings.format}» нет.", "", f"Есть: {', '.join(FORMATS)}.")
    if not settings.files:
        raise ConfigError("Не назван ни один файл.", "", "Пример: vkaudience import texts.csv --map text=Текст")


def _write_file(
    store: Store,
    settings: ImportSettings,
    reading: Reading,
    shelf: Shelf,
    counts: dict[str, int],
    messages: list[str],
    watch: Watch,
    clock: Clock,
) -> bool:
    """Write one file's rows and its audiences; False when a person asked to stop."""
    writer = _WRITERS[reading.kind](store, _label(settings, reading), clock.now())
    done = 0
    for batch in _batches(iter(shelf)):
        if watch.stopping():
            break
        writer.write(batch)
        done += len(batch)
        watch.tell(Event("progress", "import", reading.source.path.name, done=done, total=reading.good))
    counts["rows"] += done
    counts["repeated"] += writer.repeated
    if writer.repeated:
        messages.append(f"{reading.source.path.name}: повторов той же записи пропущено {writer.repeated}.")
    if done < reading.good:
        return False
    messages += writer.audiences()
    return True


def _label(settings: ImportSettings, reading: Reading) -> str:
    path = reading.source.path
    return settings.source or (Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem)


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _sizes(store: Store) -> dict[str, int]:
    return {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in _TABLES}
