"""A study opened for reading: the door for notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storage import Store, frames, open_store

if TYPE_CHECKING:
    import pandas


class Study:
    """One study file. Use it as a context manager or call :meth:`close`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def tables(self) -> list[str]:
        """Names that :meth:`frame` takes: tables and views."""
        return frames.names(self.store)

    def frame(self, name: str) -> pandas.DataFrame:
        """A table or view as a pandas frame. Raises ConfigError for an unknown name."""
        return frames.frame(self.store, name)

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Study({str(self.store.path)!r})"


def open_study(path: Path | str) -> Study:
    """Open a study file for reading; a run may write to it at the same time.

    ``path``: the ``.db`` file or the folder that holds ``study.db``. Raises StorageError when there is none.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.db"
    return Study(open_store(file, write=False))
