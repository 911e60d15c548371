"""What readers of foreign files hand on: records with their line, and what could not be read, by reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from collector.values import text
from storage import ImportFileError

FIELDS = (
    "text", "author", "community", "id", "date", "repost_text", "likes", "comments", "reposts", "views", "url",
)  # fmt: skip
SHOWN_LINES = 5
# A note, not a fault: pictures and links have no text in any export.
NO_TEXT = "записи без текста пропущены"


class Record(NamedTuple):
    """One record of a file: its line (or its number in a list) and its values in the order of FIELDS."""

    line: int
    values: tuple[Any, ...]


Column = Sequence[Any]


class Batch(NamedTuple):
    """Records as columns: their lines and, in the order of FIELDS, the values of each field, None for one that the
    file has not. ``storable``: known to hold no lone surrogate."""

    lines: Sequence[int]
    columns: tuple[Column | None, ...]
    storable: bool = False


class Broken(NamedTuple):
    """A record that cannot be used, and why, in Russian."""

    line: int
    reason: str


_BATCH = 512


def in_batches(records: Iterable[Record | Broken]) -> Iterator[Batch | Broken]:
    """What a reader gives one by one, as columns."""
    fresh = iter(records)
    while some := list(itertools.islice(fresh, _BATCH)):
        good = [record for record in some if not isinstance(record, Broken)]
        if good:
            lines, values = zip(*good, strict=True)
            yield Batch(lines, tuple(zip(*values, strict=True)))
        yield from (record for record in some if isinstance(record, Broken))


def one_by_one(batches: Iterable[Batch | Broken]) -> Iterator[Record | Broken]:
    """Columns as the records that they are."""
    for batch in batches:
        if isinstance(batch, Broken):
            yield batch
        else:
            yield from map(Record, batch.lines, rows_of(batch.columns, len(batch.lines)))


def rows_of(columns: Iterable[Column | None], size: int) -> Iterator[tuple[Any, ...]]:
    """The values of every record side by side."""
    nothing = (None,) * size
    return zip(*(nothing if column is None else column for column in columns), strict=True)


class NoTable(ImportFileError):
    """A file holds something else than texts or people; inside an archive it is passed over."""


@dataclass(slots=True)
class Tally:
    """How many times something happened, by reason, and the first lines where it did."""

    counts: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)

    def add(self, reason: str, line: int) -> None:
        """Count one more."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        first = self.lines.setdefault(reason, [])
        if len(first) < SHOWN_LINES:
            first.append(line)

    def total(self) -> int:
        """All reasons together."""
        return sum(self.counts.values())

    def tell(self, place: str) -> list[str]:
        """``reason: n (строки 3, 7 …)``, the most frequent first; ``place`` is what the numbers count."""
        order = sorted(self.counts, key=lambda reason: (-self.counts[reason], reason))
        return [f"{reason}: {self.counts[reason]} ({place} {self._shown(reason)})" for reason in order]

    def _shown(self, reason: str) -> str:
        more = " …" if self.counts[reason] > len(self.lines[reason]) else ""
        return ", ".join(map(str, self.lines[reason])) + more


def listed(names: Iterable[str], limit: int = 30) -> str:
    """Names in quotes for a message, cut when they are many."""
    known = [text(name) for name in names]
    shown = ", ".join(f"«{name}»" for name in known[:limit])
    return shown + (f" и ещё {len(known) - limit}" if len(known) > limit else "")
