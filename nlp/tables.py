"""The data files of this room: corrections of lemmas and stop lemmas, the shipped ones and a study's own."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from nlp.settings import POS_NAMES
from storage import ConfigError

Correction = tuple[str, str]


def corrections(own: Path | None = None) -> dict[str, Correction]:
    """form -> (lemma, part of speech); a study's own lines win. Raises ConfigError naming a broken line."""
    table = dict(_shipped_corrections())
    if own is not None:
        table.update(_parse(_read(own, "[lemmas] corrections"), str(own)))
    return table


@functools.cache
def _shipped_corrections() -> Mapping[str, Correction]:
    return _parse(shipped("corrections.tsv"), "corrections.tsv")


def stop_lemmas(own: tuple[str, ...] | Path = ()) -> frozenset[str]:
    """The shipped stop lemmas and a study's own (words, or a file of one a line), ё folded."""
    text = shipped("stop_lemmas.txt")
    added = _read(own, "[topics] stopwords") if isinstance(own, Path) else "\n".join(own)
    lines = (line.partition("#")[0] for line in f"{text}\n{added}".splitlines())
    return frozenset(word.lower().replace("ё", "е") for line in lines for word in line.split())


def shipped(name: str) -> str:
    """The text of a data file of this room."""
    return (resources.files("nlp") / "data" / name).read_text(encoding="utf-8")


def _read(path: Path, key: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{key}: файл не читается: {path}", str(error), "Проверьте путь; файл должен быть текстом в UTF-8."
        ) from error


def _parse(text: str, name: str) -> dict[str, Correction]:
    table: dict[str, Correction] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.partition("#")[0].split()
        if not cells:
            continue
        if len(cells) != 3 or cells[2] not in POS_NAMES:
            raise ConfigError(
                f"{name}, строка {number}: {line!r}",
                "Нужны форма, лемма и часть речи через табуляцию.",
                f"Части речи: {', '.join(POS_NAMES)}.",
            )
        table[cells[0].lower()] = (cells[1].lower().replace("ё", "е"), cells[2])
    return table


def common_lemmas() -> Mapping[str, int]:
    """How common lemmas are: the bits of a count (see ``nlp.training.common``); absent ones are rare."""
    return _common()[0]


def common_version() -> str:
    """Changes with any lemma of :func:`common_lemmas`."""
    return _common()[1]


@functools.cache
def _common() -> tuple[Mapping[str, int], str]:
    text, found = shipped("common_lemmas.tsv"), dict[str, int]()
    for line in text.splitlines():
        bits, _, lemmas = line.partition("\t")
        if bits.isdecimal():
            found.update(dict.fromkeys(lemmas.split(" "), int(bits)))
    return found, hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
