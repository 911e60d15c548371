"""The labels of files: whose ids theirs are, where the user names no source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from collector.import_stream import ForeignFile


def labels(files: Sequence[ForeignFile]) -> list[str]:
    """One for each file: its name without ending. Several files of one name are several sources, told apart by their
    folder (or archive), else by a number; a file named twice is one."""
    places = [file.path.resolve() for file in files]
    shared = Counter(stem for _, stem in {(place, file.stem) for place, file in zip(places, files, strict=True)})
    taken: dict[str, Path] = {}
    found = []
    for file, place in zip(files, places, strict=True):
        first = label = f"{file.stem} ({file.folder})" if shared[file.stem] > 1 else file.stem
        number = 1
        while taken.setdefault(label, place) != place:
            number += 1
            label = f"{first} {number}"
        found.append(label)
    return found
