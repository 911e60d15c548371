"""Rows to upserts: one place that builds ``INSERT ... ON CONFLICT`` from a row class."""

from __future__ import annotations

import functools
import operator
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from storage.db import Store


def columns(row_class: type[Any]) -> tuple[str, ...]:
    """The column names of a row class, in its order."""
    return tuple(row_class._fields)


@functools.lru_cache(maxsize=256)
def _insert(table: str, told: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(told)}) VALUES ({', '.join('?' * len(told))})"


@functools.lru_cache(maxsize=256)
def _on_conflict(names: tuple[str, ...], told: tuple[str, ...], key: tuple[str, ...], keep: tuple[str, ...]) -> str:
    """What an insert of the columns ``told`` does to a row that is there; the other ``names`` are NULL."""
    changed = [name for name in names if name not in key and name not in keep]
    values = ", ".join(f"{name} = {f'excluded.{name}' if name in told else 'NULL'}" for name in changed)
    return f" ON CONFLICT ({', '.join(key)}) " + (f"DO UPDATE SET {values}" if changed else "DO NOTHING")


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
    if batch:
        names, told = _filled(batch, extra or {})
        sql = _insert(table, tuple(told)) + _on_conflict(names, tuple(told), tuple(key), tuple(keep))
        store.many(sql, zip(*told.values(), strict=True))
    return len(batch)


def add(store: Store, table: str, rows: Sequence[Any], *, extra: dict[str, Any]) -> bool:
    """Write rows as :func:`upsert` does, if none of them is there; else nothing is changed, and False returned."""
    if not rows:
        return True
    _, told = _filled(rows, extra)
    with store.write() as connection:
        connection.execute("SAVEPOINT adding")
        try:
            connection.executemany(_insert(table, tuple(told)), zip(*told.values(), strict=True))
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK TO adding")
            return False
        finally:
            connection.execute("RELEASE adding")
    return True


def _filled(rows: Sequence[Any], extra: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Sequence[Any]]]:
    """The names of all columns, and the values of those that are not NULL in all rows: a column that is costs as much
    as any, and most are."""
    table = dict(zip(columns(type(rows[0])), zip(*rows, strict=True), strict=True))
    table |= {name: (value,) * len(rows) for name, value in extra.items()}
    return tuple(table), {name: column for name, column in table.items() if not _is_null(column)}


def _is_null(column: Sequence[Any]) -> bool:
    return not any(column) and column.count(None) == len(column)


def load(store: Store, row_class: type[Any], sql: str, parameters: Sequence[Any] = ()) -> Iterable[Any]:
    """Stream rows of a query as ``row_class``; the query must select the class's columns."""
    cells = operator.itemgetter(*columns(row_class))
    return map(row_class._make, map(cells, store.rows(sql, parameters)))
