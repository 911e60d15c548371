"""What shapes a report."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from storage import ConfigError

LEAST_GROUP = 5
LANGUAGES = ("ru", "en")
QUOTES = ("communities", "people", "none")


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """``min_group``: the smallest group of people that is spoken of; ``notes``: figure id -> the team's sentence.

    ``out`` is a folder (the file is ``report.html`` in it) or a path that ends in ``.html``.
    Raises ConfigError naming every fault at once.
    """

    language: str = "ru"
    formats: tuple[str, ...] = ("html",)
    min_group: int = 10
    quotes: str = "communities"
    timezone: str = "Europe/Moscow"
    out: Path = Path("report")
    study: str = ""
    question: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        faults = []
        if self.language not in LANGUAGES:
            faults.append(f"language = {self.language!r}: есть {', '.join(LANGUAGES)}")
        if self.quotes not in QUOTES:
            faults.append(f"quotes = {self.quotes!r}: есть {', '.join(QUOTES)}")
        if self.min_group < LEAST_GROUP:
            faults.append(f"min_group = {self.min_group}: меньше {LEAST_GROUP} нельзя, группа выдаст людей")
        if tuple(self.formats) != ("html",):
            faults.append(f"formats = {list(self.formats)!r}: в этой версии есть только html")
        if faults:
            raise ConfigError("Ошибки в настройках отчёта:\n" + "\n".join(f"  - {fault}" for fault in faults))

    @property
    def file(self) -> Path:
        """Where the report goes."""
        out = Path(self.out)
        return out if out.suffix.lower() == ".html" else out / "report.html"

    def as_json(self) -> str:
        """The settings that shape the numbers, for the store; the machine's folder is not one of them."""
        shaped = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "out"}
        return json.dumps(shaped, ensure_ascii=False, sort_keys=True, default=dict)
