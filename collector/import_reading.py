"""One foreign file, looked through before anything is written: how to read it, and how much of it is broken."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collector import read_csv, read_jsonl
from collector.import_fields import Row, match_columns, read_row
from collector.import_records import Broken, Record, Tally
from collector.read_vk_json import VkRow, looks_vk, vk_rows
from collector.sniff import SourceFile, sniff
from storage import Event, ImportFileError, Watch

# A file of up to so many rows is parsed once and kept between the two passes.
KEPT_ROWS = 100_000
KEPT_CHARACTERS = 32 * 2**20
ASK_EVERY = 5000
_LOOKED_AT = 5

Item = Row | VkRow | Broken


@dataclass(slots=True)
class Reading:
    """One file ready to be read any number of times; ``items`` counts what it had to mend in the Tally given."""

    source: SourceFile
    vk: bool
    items: Callable[[Tally], Iterator[Item]]
    good: int = 0
    broken: Tally = field(default_factory=Tally)
    notes: Tally = field(default_factory=Tally)
    kept: list[Row | VkRow] | None = None

    def rows(self) -> Iterator[Row | VkRow]:
        """The good rows; :func:`scan` has told the broken ones."""
        if self.kept is not None:
            return iter(self.kept)
        return (item for item in self.items(Tally()) if not isinstance(item, Broken))

    def complaints(self) -> list[str]:
        """What could not be read and what was mended, in Russian."""
        name, place = self.source.path.name, self.source.place
        found = []
        if broken := self.broken.total():
            told = "; ".join(self.broken.tell(place))
            found.append(f"{name}: не прочитано {broken} из {broken + self.good}. {told}.")
        if self.notes.total():
            found.append(f"{name}: прочитано с потерями. {'; '.join(self.notes.tell(place))}.")
        return found


def prepare(path: Path, mapping: Mapping[str, str], wanted: str) -> Reading:
    """Find out how to read a file. Raises ImportFileError when it is no text or its columns do not fit."""
    source = sniff(path, wanted)
    if source.shape == "csv":
        return _table(source, mapping)
    if source.shape == "document":
        listed = list(enumerate(read_jsonl.read_document(source), start=1))
        return _json(source, mapping, wanted, lambda: iter(listed))
    return _json(source, mapping, wanted, lambda: read_jsonl.read_values(source))


def _table(source: SourceFile, mapping: Mapping[str, str]) -> Reading:
    table = read_csv.read_header(source, list(mapping.values()))
    names = match_columns(source.path, table.columns, mapping)
    places = [None if name is None else table.columns.index(name) for name in names]
    return Reading(source, False, lambda notes: _checked(read_csv.read_rows(source, table, places), notes))


def _json(
    source: SourceFile, mapping: Mapping[str, str], wanted: str, values: Callable[[], Iterator[read_jsonl.Value]]
) -> Reading:
    if wanted == "vk" or (wanted == "auto" and not mapping and _any_vk(values())):
        return Reading(source, True, lambda _: _vk(values()))
    if next(values(), None) is None:
        raise _empty(source.path)
    keys = match_columns(source.path, read_jsonl.columns_of(values()), mapping)
    return Reading(source, False, lambda notes: _checked(read_jsonl.read_records(values(), keys), notes))


def _any_vk(values: Iterable[read_jsonl.Value]) -> bool:
    first = itertools.islice((value for value in values if not isinstance(value, Broken)), _LOOKED_AT)
    return any(looks_vk(value[1]) for value in first)


def _vk(values: Iterable[read_jsonl.Value]) -> Iterator[Item]:
    for value in values:
        if isinstance(value, Broken):
            yield value
        else:
            yield from vk_rows(*value)


def _checked(records: Iterable[Record | Broken], notes: Tally) -> Iterator[Item]:
    for record in records:
        yield record if isinstance(record, Broken) else read_row(record, notes)


def scan(reading: Reading, watch: Watch) -> bool:
    """Read the file through and count; False when a person asked to stop.

    Raises ImportFileError when there is nothing in it or more than half of it is broken.
    """
    kept: list[Row | VkRow] | None = []
    characters = 0
    for number, item in enumerate(reading.items(reading.notes), start=1):
        if isinstance(item, Broken):
            reading.broken.add(item.reason, item.line)
        else:
            reading.good += 1
            if kept is not None:
                kept.append(item)
                characters += len(getattr(item, "text", ""))
                if len(kept) > KEPT_ROWS or characters > KEPT_CHARACTERS:
                    kept = None
        if number % ASK_EVERY == 0:
            watch.tell(Event("progress", "import", f"проверка {reading.source.path.name}", done=number))
            if watch.stopping():
                return False
    reading.kept = kept
    _refuse_broken(reading)
    return True


def _refuse_broken(reading: Reading) -> None:
    path, broken = reading.source.path, reading.broken.total()
    if not reading.good and not broken:
        raise _empty(path)
    if broken > reading.good:
        raise ImportFileError(
            f"Не читается больше половины файла: {broken} из {broken + reading.good} ({path}). Ничего не записано.",
            "; ".join(reading.broken.tell(reading.source.place)) + ".",
            "Проверьте столбцы в --map, разделитель и кавычки.",
        )


def _empty(path: Path) -> ImportFileError:
    return ImportFileError(f"В файле нет ни одной записи: {path}", "", "Проверьте, тот ли это файл.")
