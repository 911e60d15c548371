"""The made-up study, built once for all tests that only read it, and a door that keeps files in memory."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from storage import Store, numbers
from storage.rows import PortraitNumber

SMALL_STUDY = runpy.run_path(str(Path(__file__).with_name("small_study.py")))


class Kept:
    """A place for files that is no disk."""

    def __init__(self) -> None:
        self.pages: dict[Path, bytes] = {}

    def write(self, path: Path, content: bytes) -> None:
        self.pages[path] = content

    @property
    def text(self) -> str:
        (content,) = self.pages.values()
        return content.decode()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def small_study() -> dict[str, Any]:
    """The builder's names: ``build``, ``Kind``, ``HOSTILE`` ..."""
    return SMALL_STUDY


@pytest.fixture
def build() -> Any:
    """The builder, closing what it built."""
    opened: list[Store] = []

    def made(*args: Any, **options: Any) -> Store:
        opened.append(SMALL_STUDY["build"](*args, **options))
        return opened[-1]

    yield made
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def study() -> Any:
    """One study for tests that write nothing into it but portraits."""
    store = SMALL_STUDY["build"]()
    yield store
    store.close()


@pytest.fixture(scope="session")
def hostile_page() -> Callable[[str], str]:
    """The report in a language, of a study whose every name and text is an attack."""
    from portraits import ReportSettings, report

    def made(language: str) -> str:
        door = Kept()
        store = SMALL_STUDY["build"](hostile=True)
        report(store, ReportSettings(language=language, quotes="people"), files=door)
        store.close()
        return door.text

    return made


@pytest.fixture
def page(kept: Kept) -> Callable[..., str]:
    """Build a report of a store and give its HTML."""
    from portraits import ReportSettings, report

    def made(store: Store, **settings: Any) -> str:
        kept.pages.clear()
        report(store, ReportSettings(**settings), files=kept)
        return kept.text

    return made


@pytest.fixture
def told(page: Callable[..., str]) -> Callable[..., str]:
    """Build a report of a store and give its words, one space between them; ``within``: of one section."""

    def made(store: Store, within: str = "", **settings: Any) -> str:
        html = page(store, **settings)
        if within:
            html = html[html.index(f'<section id="{within}"') :].partition("</section>")[0]
        text = re.sub(r"(?s)<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", html)
        return re.sub(r"\s+", " ", unescape(text))

    return made


@pytest.fixture
def book() -> Callable[[Store], dict[tuple[str, str, int], PortraitNumber]]:
    """The numbers of the last report: (section, key, audience) -> its row."""

    def made(store: Store) -> dict[tuple[str, str, int], PortraitNumber]:
        return {(row.section, row.key, row.audience_id or 0): row for row in numbers.latest_numbers(store)}

    return made
