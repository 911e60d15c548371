"""The themes of the simulated world: their sentences and words, read from ``data``.

To add a theme, put ``data/themes/<key>.toml`` beside the others; nothing else has to change.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulator.grammar import Lexicon, Word, parse_word

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Theme:
    """One interest: ``frames`` are what people write, ``news`` what a community writes; ``clubs`` are names for one."""

    key: str
    title: str
    activity: str
    tags: tuple[str, ...]
    clubs: tuple[str, ...]
    frames: tuple[str, ...]
    news: tuple[str, ...]
    lexicon: Lexicon


def read(name: str) -> dict[str, Any]:
    """A data file by its name without ``.toml``."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def lexicon_of(table: dict[str, list[str]]) -> dict[str, tuple[Word, ...]]:
    """Word lists of a data file, parsed."""
    return {name: tuple(parse_word(entry) for entry in entries) for name, entries in table.items()}


@cache
def small_talk() -> Theme:
    """What everybody writes about nothing in particular; its word lists are at hand in every theme."""
    return _theme("smalltalk", read("smalltalk"), {})


@cache
def themes() -> dict[str, Theme]:
    """All themes by key, in the order of their keys."""
    common = dict(small_talk().lexicon)
    keys = sorted(path.stem for path in (DATA / "themes").glob("*.toml"))
    return {key: _theme(key, read(f"themes/{key}"), common) for key in keys}


def _theme(key: str, raw: dict[str, Any], common: dict[str, tuple[Word, ...]]) -> Theme:
    return Theme(
        key=key,
        title=raw["title"],
        activity=raw.get("activity", raw["title"]),
        tags=tuple(raw.get("tags", ())),
        clubs=tuple(raw.get("clubs", ())),
        frames=tuple(raw["frames"]),
        news=tuple(raw.get("news", ())),
        lexicon={**common, **lexicon_of(raw["lists"])},
    )
