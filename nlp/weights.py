"""The learned weights: data files of whole numbers, made by ``python -m nlp.training``.

A feature is a few cells joined by ``~``; its first two are its group. A line of a file is a group, then by tabs what
is left of a feature and its weight, for each feature of the group. A group is read when it is first asked for, so
that loading costs little time and memory.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Mapping
from importlib import resources

_BY_WORD = ("-1w", "1w", "-1wc", "1wc")
_BY_LEMMA = ("-1l", "1l")
FILES = {"context": "weights_context.tsv", "fast": "weights_fast.tsv"}
_NOTHING: dict[str, int] = {}


class Weights:
    """``vocabulary``: the words that neighbours recognise; ``lemmas``: those a single word speaks for or against;
    ``version`` changes with any line of the file.
    """

    def __init__(self, data: bytes) -> None:
        self._lines: dict[str, str] = {}
        self._read: dict[str, dict[str, int]] = {}
        words, lemmas = set(), set()
        for line in data.decode("utf-8").split("\n"):
            if line and line[0] != "#":
                name, _, cells = line.partition("\t")
                self._lines[name] = cells
                if name[0] in "-1":
                    kind, _, word = name.partition("~")
                    if kind in _BY_WORD:
                        words.add(word)
                    elif kind in _BY_LEMMA:
                        lemmas.add(word)
        self.vocabulary = frozenset(words)
        self.lemmas = frozenset(lemmas)
        self.version = hashlib.blake2b(data, digest_size=8).hexdigest()

    def group(self, name: str) -> dict[str, int]:
        """rest of the feature -> weight, for the features of a group; to be read only."""
        found = self._read.get(name)
        if found is None:
            line = self._lines.pop(name, None)
            if line is None:
                return _NOTHING
            cells = line.split("\t")
            # a few hundred kinds of words are the names in thousands of groups
            names = map(sys.intern, cells[::2])
            found = self._read[name] = dict(zip(names, map(int, cells[1::2]), strict=True))
        return found

    def weight(self, feature: str) -> int:
        """The weight of a whole feature, 0 for one that was not learned."""
        return self.group("~".join(feature.split("~")[:2])).get("~".join(feature.split("~")[2:]), 0)


@functools.cache
def weights(mode: str) -> Weights:
    """The shipped weights of a mode, read once a process."""
    return Weights((resources.files("nlp") / "data" / FILES[mode]).read_bytes())


def written(table: Mapping[str, int], remarks: str) -> bytes:
    """The bytes of a weights file, sorted, so that the same weights are the same file."""
    groups: dict[str, list[str]] = {}
    for feature, number in sorted(table.items()):
        if number:
            cells = feature.split("~")
            groups.setdefault("~".join(cells[:2]), []).append(f"{'~'.join(cells[2:])}\t{number}")
    lines = [f"# {line}" if line else "#" for line in remarks.split("\n")]
    lines += ["\t".join((name, *cells)) for name, cells in sorted(groups.items())]
    return ("\n".join(lines) + "\n").encode()
