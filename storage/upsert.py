"""Rows to upserts: one place that builds ``INSERT ... ON CONFLICT`` from a row class."""

from __future__ import annotations

import functools
import itertools
import operator
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from storage.columns import Columns
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
        values: dict[str, tuple[Any, ...]] = dict(zip(columns(type(batch[0])), zip(*batch, strict=True), strict=True))
        values |= {name: (value,) * len(batch) for name, value in extra.items()}
        told = {name: column for name, column in values.items() if is_told(column)}
        names = tuple(values)
        sql = _insert(table, tuple(told)) + _on_conflict(names, tuple(told), tuple(key), tuple(keep))
        store.many(sql, zip(*told.values(), strict=True))
    return len(batch)


def add(store: Store, table: str, parts: Sequence[Columns], extra: Mapping[str, Any]) -> bool:
    """Write rows, all of one class, if none of them is there; else nothing is changed, and False returned.

    ``extra`` is as in :func:`upsert`.
    """
    names = [name for name in columns(parts[0].row_class) if any(is_told(part.column(name)) for part in parts)]
    stamps = {name: value for name, value in extra.items() if value is not None}
    constant = [itertools.repeat(value) for value in stamps.values()]
    rows = itertools.chain.from_iterable(zip(*map(part.column, names), *constant, strict=False) for part in parts)
    with store.write() as connection:
        connection.execute("SAVEPOINT adding")
        there = False
        try:
            connection.executemany(_insert(table, (*names, *stamps)), rows)
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK TO adding")
            there = True
        # Not after any other error: a full disk ends the savepoint with the transaction.
        connection.execute("RELEASE adding")
    return not there


def is_told(column: Sequence[Any]) -> bool:
    """Whether there is a value in a column: one that is NULL in all rows costs as much as any, and most are."""
    return any(column) or column.count(None) < len(column)


def load(store: Store, row_class: type[Any], sql: str, parameters: Sequence[Any] = ()) -> Iterable[Any]:
    """Stream rows of a query as ``row_class``; the query must select the class's columns."""
    cells = operator.itemgetter(*columns(row_class))
    return map(row_class._make, map(cells, store.rows(sql, parameters)))
