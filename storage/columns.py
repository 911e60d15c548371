"""Rows as columns: C looks through a column in a tenth of the time that it takes to look at every row by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Columns:
    """Some rows of one row class; ``values`` are those of each of its fields, in their order and of one length."""

    row_class: type[Any]
    values: tuple[Sequence[Any], ...]

    def __len__(self) -> int:
        return len(self.values[0])

    def __getitem__(self, part: slice) -> Columns:
        return Columns(self.row_class, tuple(column[part] for column in self.values))

    def column(self, name: str) -> Sequence[Any]:
        """The values of one field."""
        place: int = self.row_class._fields.index(name)
        return self.values[place]

    def rows(self) -> Iterator[Any]:
        """The rows one by one."""
        return map(self.row_class._make, zip(*self.values, strict=True))


def as_columns(row_class: type[Any], rows: Sequence[Any]) -> Columns:
    """Rows of this class as columns."""
    nothing: tuple[Sequence[Any], ...] = ((),) * len(row_class._fields)
    return Columns(row_class, tuple(zip(*rows, strict=True)) or nothing)
