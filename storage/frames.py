"""Tables as pandas frames, for notebooks and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.db import Store, translated
from storage.errors import ConfigError

if TYPE_CHECKING:
    import pandas


def names(store: Store) -> list[str]:
    """Tables and views that :func:`frame` can give."""
    sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    return [row[0] for row in store.rows(sql) if not row[0].startswith(("_", "sqlite_"))]


def frame(store: Store, name: str) -> pandas.DataFrame:
    """A table or view as a pandas frame. Raises ConfigError for a name that does not exist."""
    known = names(store)
    if name not in known:
        raise ConfigError(f"Таблицы {name!r} нет.", "", f"Есть: {', '.join(known)}.")
    return query(store, f"SELECT * FROM {name}")


def query(store: Store, sql: str, parameters: Any = ()) -> pandas.DataFrame:
    """A query's rows as a pandas frame; whole numbers with gaps become ``Int64``."""
    import pandas

    with translated(store.path):
        cursor = store.connection.execute(sql, parameters)
        rows = [tuple(row) for row in cursor]
    columns = [item[0] for item in cursor.description]
    # As objects first: pandas would turn whole numbers with gaps into floats, and ids do not survive that.
    found = pandas.DataFrame(rows, columns=columns, dtype=object)
    for column in columns:
        values = found[column].dropna()
        whole = len(values) > 0 and all(isinstance(value, int) for value in values)
        found[column] = found[column].astype("Int64") if whole else found[column].infer_objects()
    return found
