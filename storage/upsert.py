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


@functools.lru_cache(maxsize=256)
def _sql(table: str, names: tuple[str, ...], told: tuple[str, ...], key: tuple[str, ...], keep: tuple[str, ...]) -> str:
    """``told``: the columns that rows have a value for; the others are NULL."""
    marks = ", ".join("?" * len(told))
    changed = [name for name in names if name not in key and name not in keep]
    action = (
        "DO UPDATE SET " + ", ".join(f"{name} = {'excluded.' + name if name in told else 'NULL'}" for name in changed)
        if changed
        else "DO NOTHING"
    )
    return f"INSERT INTO {table} ({', '.join(told)}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) {action}"


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
    filled: dict[str, tuple[Any, ...]] = dict(zip(columns(row_class), zip(*batch, strict=True), strict=True))
    filled |= {name: (value,) * len(batch) for name, value in (extra or {}).items()}
    # A column that is NULL in all rows costs as much as one that is not, and most are.
    told = {name: column for name, column in filled.items() if not _is_null(column)}
    store.many(_sql(table, tuple(filled), tuple(told), tuple(key), tuple(keep)), zip(*told.values(), strict=True))
    return len(batch)


def _is_null(column: tuple[Any, ...]) -> bool:
    return not any(column) and column.count(None) == len(column)


def load(store: Store, row_class: type[Any], sql: str, parameters: Sequence[Any] = ()) -> Iterable[Any]:
    """Stream rows of a query as ``row_class``; the query must select the class's columns."""
    cells = operator.itemgetter(*columns(row_class))
    return map(row_class._make, map(cells, store.rows(sql, parameters)))
