"""Rows to upserts: one place that builds ``INSERT ... ON CONFLICT`` from a row class."""

from __future__ import annotations

import functools
import operator
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
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
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Write rows, replacing what the key already holds; columns in ``keep`` are set only once.

    ``extra`` adds columns with one value for all rows (stamps). Returns how many rows were given.
    """
    batch = list(rows)
    if batch:
        values = dict(zip(columns(type(batch[0])), zip(*batch, strict=True), strict=True))
        told = _told(values, extra)
        names = (*values, *extra)
        sql = _insert(table, tuple(told)) + _on_conflict(names, tuple(told), tuple(key), tuple(keep))
        store.many(sql, zip(*told.values(), strict=True))
    return len(batch)


def add(store: Store, table: str, values: Mapping[str, Sequence[Any]], extra: Mapping[str, Any]) -> bool:
    """Write rows, given by columns, if none of them is there; else nothing is changed, and False returned.

    ``extra`` is as in :func:`upsert`.
    """
    told = _told(values, extra)
    with store.write() as connection:
        connection.execute("SAVEPOINT adding")
        there = False
        try:
            connection.executemany(_insert(table, tuple(told)), zip(*told.values(), strict=True))
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK TO adding")
            there = True
        # Not after any other error: a full disk ends the savepoint with the transaction.
        connection.execute("RELEASE adding")
    return not there


def _told(values: Mapping[str, Sequence[Any]], extra: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """The columns that are not NULL in all rows: one that is costs as much as any, and most are."""
    size = len(next(iter(values.values())))
    told = {name: column for name, column in values.items() if any(column) or column.count(None) < size}
    return told | {name: (value,) * size for name, value in extra.items() if value is not None}


def load(store: Store, row_class: type[Any], sql: str, parameters: Sequence[Any] = ()) -> Iterable[Any]:
    """Stream rows of a query as ``row_class``; the query must select the class's columns."""
    cells = operator.itemgetter(*columns(row_class))
    return map(row_class._make, map(cells, store.rows(sql, parameters)))
