"""The stage ``import``: texts from files of one's own, so that the study runs on any data and without a token."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.import_columns import regrouped
from collector.import_fields import check_fields, parse_mapping
from collector.import_labels import labels
from collector.import_reading import Reading, Wanted, prepare, scan
from collector.import_records import NoTable
from collector.import_shelf import Shelf
from collector.import_stream import ForeignFile
from collector.import_write import PeopleWriter, RowWriter, VkWriter
from collector.unpack import unpacked
from collector.values import text
from storage import QUIET, SYSTEM_CLOCK, Clock, ConfigError, Event, Outcome, Store, Watch
from storage.stage import seldom_collected

__all__ = ["FORMATS", "ImportSettings", "import_files", "parse_mapping"]

FORMATS = ("auto", "csv", "jsonl", "vk")
# Rows a transaction: an index of people or authors is written in full of holes, and fewer commits write fewer pages.
BATCH = 10_000
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
    with seldom_collected(), unpacked(settings.files) as (files, messages), contextlib.ExitStack() as shelves:
        work = _Import(store, watch, clock, messages)
        readings = work.look_through(settings, files, shelves)
        if readings is None:
            return Outcome("interrupted", {}, ("Импорт остановлен до записи: ничего не изменено.",))
        return work.write(readings)


def _check(settings: ImportSettings) -> None:
    check_fields(settings.mapping)
    if settings.format not in FORMATS:
        raise ConfigError(f"Формата «{settings.format}» нет.", "", f"Есть: {', '.join(FORMATS)}.")
    if not settings.files:
        raise ConfigError("Не назван ни один файл.", "", "Пример: vkaudience import texts.csv --map text=Текст")


@dataclass(slots=True)
class _Import:
    """The work of one import: what was counted and told so far."""

    store: Store
    watch: Watch
    clock: Clock
    messages: list[str]
    counts: dict[str, int] = field(default_factory=lambda: {"rows": 0, "broken": 0, "repeated": 0})

    def look_through(
        self, settings: ImportSettings, files: list[ForeignFile], shelves: contextlib.ExitStack
    ) -> list[Reading] | None:
        """All files checked, their rows on shelves; None when a person asked to stop."""
        folder = self.store.path.parent if self.store.path.is_file() else None
        wanted = Wanted(settings.mapping, settings.format)
        readings, passed = [], []
        for file, label in zip(files, labels(files), strict=True):
            try:
                reading = prepare(file, wanted)
                reading.label = text(settings.source or label)
                reading.shelf = shelves.enter_context(contextlib.closing(Shelf(folder)))
                if not scan(reading, self.watch):
                    return None
                readings.append(reading)
            except NoTable as error:
                if not file.member:
                    raise
                passed.append(error)
        if passed and not readings:
            raise passed[0]
        self.messages += [f"Файл в архиве пропущен. {error.what} {error.why}".strip() for error in passed]
        return readings

    def write(self, readings: list[Reading]) -> Outcome:
        """Write the files in their order, until a person asks to stop."""
        before = _sizes(self.store)
        whole = True
        for reading in readings:
            self.messages += reading.complaints()
            self.counts["broken"] += reading.broken.total()
            whole = whole and self._write_file(reading)
        self.counts |= {name: size - before[name] for name, size in _sizes(self.store).items()}
        if not whole:
            self.messages.append("Импорт остановлен; записанное цело. Та же команда допишет остальное без повторов.")
        return Outcome("done" if whole else "interrupted", self.counts, tuple(self.messages))

    def _write_file(self, reading: Reading) -> bool:
        """Write one file's rows and its audiences; False when a person asked to stop."""
        name = reading.source.file.name
        writer = _WRITERS[reading.kind](self.store, reading, self.clock.now())
        done = 0
        for batch in regrouped(reading.shelf.take(), BATCH):
            if self.watch.stopping():
                break
            writer.write(batch)
            done += sum(map(len, batch))
            self.watch.tell(Event("progress", "import", name, done=done, total=reading.good))
        self.counts["rows"] += done
        self.counts["repeated"] += writer.repeated
        if writer.repeated:
            self.messages.append(f"{name}: повторов той же записи пропущено {writer.repeated}.")
        if writer.replaced:
            self.messages.append(
                f"{name}: под прежними номерами заменено текстов {writer.replaced}; прежние остались в истории правок. "
                "Если это не исправления, а другие тексты, дайте файлу своё имя: --source ИМЯ."
            )
        if writer.refused:
            self.messages.append(f"{name}: людей, которых просили забыть, не взято {writer.refused}.")
        if done < reading.good:
            return False
        self.messages += writer.audiences()
        return True


def _sizes(store: Store) -> dict[str, int]:
    return {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in _TABLES}
