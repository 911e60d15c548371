"""Rows to upserts: one place that builds ``INSERT ... ON CONFLICT`` from a row class."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from storage.db import Store


def columns(row_class: type[Any]) -> tuple[str, ...]:
    """The column names of a row class, in its order."""
    return tuple(row_class._fields)


@functools.cache
def _sql(table: str, names: tuple[str, ...], key: tuple[str, ...], keep: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(names))
    changed = [name for name in names if name not in key and name not in keep]
    action = "DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in changed) if changed else "DO NOTHING"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) {action}"


def upsert(
    store: Store,
    table: str,
    rows: Iterable[Any],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
    extra: dict[str, Any] | None = None,
) -> int:
    """Write rows, replacing what the key already holds; columns in ``keep`` are set only once.

    ``extra`` adds columns with one value for all rows (stamps). Returns how many rows were given.
    """
    batch = list(rows)
    if not batch:
        return 0
    row_class: Any = type(batch[0])
    names = columns(row_class)
    added = extra or {}
    sql = _sql(table, names + tuple(added), tuple(key), tuple(keep))
    tail = tuple(added.values())
    store.many(sql, (row + tail for row in batch) if tail else batch)
    return len(batch)


def load(store: Store, row_class: type[Any], sql: str, parameters: Sequence[Any] = ()) -> Iterable[Any]:
    """Stream rows of a query as ``row_class``; the query must select the class's columns."""
    cells = operator.itemgetter(*columns(row_class))
    return map(row_class._make, map(cells, store.rows(sql, parameters)))
