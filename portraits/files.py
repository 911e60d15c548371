"""Writing a report: beside its place first, then renamed, so that a reader never sees half of one."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Protocol

from storage import StoreUnwritable


class Files(Protocol):
    """Where finished files go."""

    def write(self, path: Path, content: bytes) -> None:
        """Put the content at the path, replacing what is there; raises StoreUnwritable."""


class _Disk:
    def write(self, path: Path, content: bytes) -> None:
        beside = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(content)
            beside.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise StoreUnwritable(
                f"Не удаётся записать отчёт {path}",
                str(error.strerror or error),
                "Освободите место, закройте отчёт в других программах или выберите другую папку: [report] out.",
            ) from error


DISK: Files = _Disk()
