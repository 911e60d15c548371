"""One foreign file, looked through before anything is written: how to read it, and how much of it is broken."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector import read_csv, read_jsonl, read_people, read_telegram, read_xlsx
from collector.import_columns import FEW, Part, Texts, read_rows
from collector.import_fields import by_address, has_text, match_columns, name_walls, nameless, vk_places
from collector.import_numbers import Ids
from collector.import_records import FIELDS, NO_TEXT, Batch, Broken, NoTable, Tally, in_batches, listed, one_by_one
from collector.import_shelf import Shelf
from collector.import_stream import ForeignFile, numbered_lines
from collector.read_jsonl import Values, each
from collector.read_people import PersonId
from collector.read_vk_json import VkRow, looks_vk, opened, plain_posts, vk_rows
from collector.sniff import SourceFile, sniff
from storage import Event, ImportFileError, Watch

ASK_EVERY = 5000
_LOOKED_AT = 5
_NAMED = 12  # columns left out that a message names

Item = VkRow | PersonId | Broken
Batches = Iterable[Batch | Broken]
Parts = Callable[[Tally], Iterator[Part | Broken]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said of the files: ``mapping`` our field -> column, and their format."""

    mapping: Mapping[str, str]
    format: str = "auto"

    @property
    def guess(self) -> bool:
        """Whether a file is what it looks like: nothing was said of it."""
        return self.format == "auto" and not self.mapping


@dataclass(slots=True)
class Reading:
    """One file ready to be read once; ``parts`` counts what it had to mend in the Tally given.

    ``kind``: ``rows`` of texts, ``vk`` objects, or ``people`` that make an audience. ``label``: whose ids these are;
    ``titles``: the names of communities that are known by a number; ``told``: what the file has besides. ``shelf``
    keeps the good ones.
    """

    source: SourceFile
    kind: str
    parts: Parts
    label: str = ""
    told: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    good: int = 0
    shelf: Shelf = field(default_factory=functools.partial(Shelf, None))
    ids: Ids = field(default_factory=Ids)
    broken: Tally = field(default_factory=Tally)
    notes: Tally = field(default_factory=Tally)

    def take(self, part: Part | Broken) -> None:
        """Count what was read; the good goes to the shelf."""
        if isinstance(part, Broken):
            self.broken.add(part.reason, part.line)
            return
        self.good += len(part)
        self.shelf.put(part)
        if isinstance(part, Texts):
            self.ids.look(part)

    def total(self) -> int:
        """How many records there are, those without text included."""
        return self.good + self.broken.total() + self.notes.counts.get(NO_TEXT, 0)

    def complaints(self) -> list[str]:
        """What could not be read and what was mended, in Russian."""
        name, place = self.source.file.name, self.source.place
        found = []
        if broken := self.broken.total():
            told = "; ".join(self.broken.tell(place))
            found.append(f"{name}: не прочитано {broken} из {self.total()}. {told}.")
        if self.notes.total():
            found.append(f"{name}: прочитано с потерями. {'; '.join(self.notes.tell(place))}.")
        return [*found, f"{name}: {self.told}"] if self.told else found


def prepare(file: ForeignFile, wanted: Wanted) -> Reading:
    """Find out how to read a file. Raises ImportFileError when it is no text or its columns do not fit."""
    source = sniff(file, wanted.format)
    if source.shape == "xlsx":
        layout = read_xlsx.layout_of(file, lambda columns: _fits(columns, wanted))
        reading = _table(
            source, layout.columns, wanted, lambda places: in_batches(read_xlsx.records(file, layout, places))
        )
        reading.told = " ".join(filter(None, (layout.told(), reading.told)))
        return reading
    if source.shape == "csv":
        if wanted.guess and read_people.looks_list(source.head):
            return _people(source, lambda: numbered_lines(file, source.encoding))
        if wanted.guess and read_people.on_one_line(source.head):
            return _people(source, lambda: read_people.split_lines(numbered_lines(file, source.encoding)))
        table = read_csv.read_header(source, list(wanted.mapping.values()))
        try:
            return _table(source, table.columns, wanted, lambda places: read_csv.read_rows(source, table, places))
        except NoTable as error:
            if wanted.guess and read_people.has_numbers(source.head):
                raise _poor_list(file) from error
            raise
    if source.shape == "document":
        values = read_jsonl.read_document(source)
        if wanted.guess and len(values) == 1 and read_telegram.looks_desktop(values[0]):
            return _telegram(source, read_telegram.chats_of(values[0]))
        values = opened(values) if wanted.format != "jsonl" else values
        if wanted.guess and values and all(type(value) in (int, str) for value in values):
            return _people(source, lambda: ((number, str(value)) for number, value in enumerate(values, start=1)))
        return _json(source, wanted, lambda: read_jsonl.in_pieces(values))
    return _json(source, wanted, lambda: map(_out_of_wrapping, read_jsonl.read_values(source)))


def _poor_list(file: ForeignFile) -> ImportFileError:
    return ImportFileError(
        f"Похоже на список людей, но номеров в нём не больше половины строк: {file}",
        "Номер — это 123, id123 или vk.com/id123; короткие имена знает только VK.",
        "Уберите остальные строки; если это таблица, назовите столбцы: --map text=СТОЛБЕЦ,author=СТОЛБЕЦ",
    )


def _people(source: SourceFile, lines: Callable[[], Iterable[tuple[int, str | None]]]) -> Reading:
    return Reading(source, "people", lambda _: _in_lists(read_people.list_rows(lines())))


def _telegram(source: SourceFile, chats: Sequence[Mapping[str, Any]]) -> Reading:
    titles = {read_telegram.chat_key(chat): read_telegram.chat_title(chat) for chat in chats}
    return _texts(source, lambda notes: in_batches(read_telegram.desktop_records(chats, notes)), titles=titles)


def _texts(source: SourceFile, batches: Callable[[Tally], Batches], **more: Any) -> Reading:
    return Reading(source, "rows", lambda notes: read_rows(batches(notes), notes), **more)


def _out_of_wrapping(some: Values | Broken) -> Values | Broken:
    """4CAT and Zeeschuimer keep a platform's own object under ``data``."""
    if isinstance(some, Broken):
        return some
    if not any(type(value) is dict and "data" in value for value in some.values):
        return some
    return some._replace(values=[value["data"] if _is_wrapping(value) else value for value in some.values])


def _is_wrapping(value: Any) -> bool:
    marked = isinstance(value, dict) and not {"source_platform", "__import_meta"}.isdisjoint(value)
    return marked and isinstance(value.get("data"), dict)


def _table(
    source: SourceFile, columns: Sequence[str], wanted: Wanted, batches: Callable[[Sequence[int | None]], Batches]
) -> Reading:
    people = None if wanted.mapping or has_text(columns) else read_people.match_people(columns)
    names = people or match_columns(source.file, columns, wanted.mapping)
    places = [None if name is None else columns.index(name) for name in names]
    if people:
        return Reading(
            source,
            "people",
            lambda notes: _in_lists(read_people.people_rows(one_by_one(batches(places)), notes)),
            told=_left(columns, names),
        )
    return _rows(source, wanted, columns, names, lambda: batches(places))


def _fits(columns: Sequence[str], wanted: Wanted) -> bool:
    """Whether a sheet's columns are those of texts or of people."""
    if wanted.mapping:
        return set(wanted.mapping.values()) <= set(columns)
    return has_text(columns) or read_people.match_people(columns) is not None


def _rows(
    source: SourceFile,
    wanted: Wanted,
    columns: Sequence[str],
    names: Sequence[str | None],
    batches: Callable[[], Batches],
) -> Reading:
    known = dict(zip(FIELDS, names, strict=True))
    owners = (known["community"] or "").lower() == "owner_id" and "community" not in wanted.mapping
    walls = known["community"] is None and known["url"] is not None and name_walls(batches())
    if not walls and known["community"] is None and known["author"] is None:
        raise nameless(source.file, columns, known["text"])

    def read() -> Batches:
        found = by_address(batches()) if walls else batches()
        return vk_places(found) if walls or owners else found

    return _texts(source, lambda _: read(), told=_left(columns, names))


def _left(columns: Sequence[str], names: Sequence[str | None]) -> str:
    """Which columns a file has that nothing is taken from, in Russian."""
    left = [column for column in columns if column and column not in names]
    return f"Столбцы не взяты: {listed(left, _NAMED)}." if left else ""


def _json(source: SourceFile, wanted: Wanted, values: Callable[[], Iterator[Values | Broken]]) -> Reading:
    if wanted.guess and _first(values(), read_people.looks_members):
        return Reading(source, "people", lambda _: _in_lists(read_people.member_rows(each(values()))))
    if wanted.format == "vk" or (wanted.guess and _first(values(), looks_vk)):
        return Reading(source, "vk", lambda _: _vk(values()))
    if wanted.guess and _first(values(), read_telegram.looks_telethon):
        return _texts(source, lambda notes: in_batches(read_telegram.telethon_records(each(values()), notes)))
    if next(values(), None) is None:
        raise _empty(source.file)
    columns = read_jsonl.columns_of(values())
    keys = match_columns(source.file, columns, wanted.mapping)
    return _rows(source, wanted, columns, keys, lambda: read_jsonl.read_records(values(), keys))


def _first(values: Iterable[Values | Broken], looks: Callable[[object], bool]) -> bool:
    """Whether any of the first values looks so."""
    first = itertools.islice((value for value in each(values) if not isinstance(value, Broken)), _LOOKED_AT)
    return any(looks(value[1]) for value in first)


def _vk(values: Iterable[Values | Broken]) -> Iterator[Part | Broken]:
    for some in values:
        if isinstance(some, Broken):
            yield some
        else:
            yield from _of_vk(some)


def _of_vk(some: Values) -> Iterator[Part | Broken]:
    """One that is no plain post sends only the few about it the slow way."""
    if (posts := plain_posts(some.values)) is not None:
        yield posts
    elif len(some.values) <= FEW:
        yield from _in_lists(row for value in each([some]) for row in vk_rows(*value))
    else:
        middle = len(some.values) // 2
        for half in (slice(middle), slice(middle, None)):
            yield from _of_vk(some._replace(lines=some.lines[half], values=some.values[half]))


def _in_lists(items: Iterable[Item]) -> Iterator[Part | Broken]:
    """What is read one by one, in parts."""
    fresh = iter(items)
    while some := list(itertools.islice(fresh, ASK_EVERY)):
        yield from (item for item in some if isinstance(item, Broken))
        yield [item for item in some if not isinstance(item, Broken)]


def scan(reading: Reading, watch: Watch) -> bool:
    """Read the file through, count, and put the good rows on the shelf; False when a person asked to stop.

    Raises ImportFileError when there is nothing in it or more than half of it is broken.
    """
    asked = 0
    for part in reading.parts(reading.notes):
        reading.take(part)
        done = reading.good + reading.broken.total()
        if done - asked >= ASK_EVERY:
            asked = done
            watch.tell(Event("progress", "import", f"проверка {reading.source.file.name}", done=done))
            if watch.stopping():
                return False
    reading.ids.settle(reading.shelf.look())
    _refuse_broken(reading)
    return True


def _refuse_broken(reading: Reading) -> None:
    file, broken = reading.source.file, reading.broken.total()
    if not reading.total():
        raise _empty(file)
    if broken * 2 > reading.total():
        raise ImportFileError(
            f"Не читается больше половины файла: {broken} из {reading.total()} ({file}). Ничего не записано.",
            "; ".join(reading.broken.tell(reading.source.place)) + ".",
            "Проверьте столбцы в --map, разделитель и кавычки."
            if reading.kind == "rows"
            else "Оставьте по одному номеру или адресу id123 в строке, а от VK — ответы без ошибок.",
        )
    if not reading.good:
        raise NoTable(
            f"Ни в одной записи нет текста: {file}", "", "Проверьте, тот ли столбец назван текстом: --map text=СТОЛБЕЦ"
        )


def _empty(file: ForeignFile) -> NoTable:
    return NoTable(f"В файле нет ни одной записи: {file}", "", "Проверьте, тот ли это файл.")
