"""The base of every error a user can meet, and the storage room's own.

    AudienceError            what happened, why, what to do next
    ├─ StorageError          the study file
    │  ├─ StoreTooNew        written by a newer version of the program
    │  ├─ StoreBusy          another run holds the file
    │  ├─ StoreCorrupt       SQLite cannot read it
    │  └─ StoreUnwritable    the folder or the disk does not take it
    ├─ MissingInput          a stage found nothing to work on
    ├─ ConfigError           the config file or an option is wrong
    └─ ImportFileError       a file of texts cannot be read

The collector adds its ``VkError`` family under the same base.
"""

from __future__ import annotations


class AudienceError(Exception):
    """An expected failure, told to a person: what happened, why, and what to do next."""

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.todo = todo

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class StorageError(AudienceError):
    """The study file cannot be used."""


class StoreTooNew(StorageError):
    """The study file was written by a newer version of the program."""


class StoreBusy(StorageError):
    """Another process writes to the study file."""


class StoreCorrupt(StorageError):
    """SQLite cannot make sense of the file."""


class StoreUnwritable(StorageError):
    """The folder, the file or the disk does not take a write."""


class MissingInput(AudienceError):
    """A stage has nothing to work on because an earlier one has not run."""


class ConfigError(AudienceError):
    """The config file, the environment or an option is wrong; ``what`` lists every fault found."""


class ImportFileError(AudienceError):
    """A file given to ``import`` cannot be read as texts."""
