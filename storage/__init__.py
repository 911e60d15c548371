"""Every line of SQL of the project: schema, rows, and the functions that read and write them.

>>> from storage import open_store
>>> store = open_store(":memory:")
>>> store.value("SELECT count(*) FROM users")
0
"""

from __future__ import annotations

from storage.db import Store, open_store
from storage.errors import (
    AudienceError,
    ConfigError,
    ImportFileError,
    MissingInput,
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreTooNew,
    StoreUnwritable,
)
from storage.stage import QUIET, SYSTEM_CLOCK, Clock, Event, Outcome, Watch

__all__ = [
    "QUIET",
    "SYSTEM_CLOCK",
    "AudienceError",
    "Clock",
    "ConfigError",
    "Event",
    "ImportFileError",
    "MissingInput",
    "Outcome",
    "StorageError",
    "Store",
    "StoreBusy",
    "StoreCorrupt",
    "StoreTooNew",
    "StoreUnwritable",
    "Watch",
    "open_store",
]
