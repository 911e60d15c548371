"""How a report speaks: captions of its language, numbers, shares with intervals, dates."""

from __future__ import annotations

import datetime
import math
from typing import Any

from portraits.contrast import Index
from portraits.shares import Share
from storage.portrait_data import Span

_NARROW = "\u00a0"


class Words:
    """One language. ``say(key, ...)`` is a caption; values put into it are escaped by the template like any text."""

    def __init__(self, language: str, timezone: str, least: int) -> None:
        if language == "ru":
            from portraits.captions_ru import CAPTIONS
        else:
            from portraits.captions_en import CAPTIONS
        self.language = language
        self.least = least
        self._captions = CAPTIONS
        self._zone, self.zone_name = _zone(timezone)

    def __call__(self, key: str, **values: object) -> str:
        """The caption of a key. Raises KeyError for an unknown one: a missing sentence is a fault of ours."""
        return self._captions[key].format(**values)

    def of(self, key: str, signal: str, **values: object) -> str:
        """The caption of a key as it reads for one signal, where that differs: some are known by comments alone."""
        special = f"{key}.{signal}"
        return self(special if special in self._captions else key, **values)

    def has(self, key: str) -> bool:
        """Whether there is such a caption."""
        return key in self._captions

    def number(self, value: float, digits: int = 0) -> str:
        """1 234,5 in Russian, 1,234.5 in English."""
        text = f"{value:,.{digits}f}"
        if self.language == "ru":
            return text.replace(",", _NARROW).replace(".", ",")
        return text

    def percent(self, value: float, digits: int = 0) -> str:
        """A share as a percentage."""
        return self("percent", value=self.number(100 * value, digits)).replace(" ", _NARROW)

    def interval(self, value: float, lo: float, hi: float, *, whole: bool = False) -> str:
        """``38 % [35–41]``; one decimal for small shares unless ``whole``."""
        digits = 1 if value < 0.0995 and not whole else 0
        ends = f"[{self.number(100 * lo, digits)}–{self.number(100 * hi, digits)}]"
        # The one place where a narrow column may break it; elsewhere the page keeps it on a line.
        return f"{self.percent(value, digits)} {ends}"

    def share(self, share: Share) -> str:
        """A share with its interval, or the word that hides it."""
        if share.hidden:
            return self("merged_part" if share.merged else "hidden_part")
        if not share.base:
            return self("none")
        text = self.interval(share.value, share.lo, share.hi, whole=share.coarse)
        sign = "≥" if share.at_least else "≈" if share.coarse else ""
        return f"{sign}{_NARROW}{text}" if sign else text

    def part(self, share: Share) -> str:
        """A share of a full count, which has no interval: ``38 % (1 234)``."""
        if share.hidden:
            return self("hidden_part")
        if share.at_least:
            return self.at_least(share)
        return f"{self.percent(share.value, 1 if 0 < share.value < 0.0995 else 0)} ({self.number(share.n)})"

    def at_least(self, share: Share) -> str:
        """A share by itself, with the sign of a lower bound where it is one."""
        return f"{'≥' + _NARROW if share.at_least else ''}{self.percent(share.value)}"

    def index(self, index: Index) -> str:
        """An index with its interval, or why there is none."""
        if index.state != "shown":
            return self("index_same" if index.state == "same" else "index_few")
        value, lo, hi = (self.number(x) for x in (index.value, index.lo, index.hi))
        if index.at_most:
            return self("index_at_most", hi=hi)
        return self("index_at_least", lo=lo) if index.at_least else self("index", value=value, lo=lo, hi=hi)

    def times(self, index: Index) -> str:
        """``в 2,3 раза чаще``, ``в 3 раза реже``; for a lower bound ``хотя бы в 16 раз чаще``."""
        much = index.times
        bound = "_at_least" if index.at_least or index.at_most else ""
        key = f"times_less{bound}" if index.below else f"times{bound}"
        if much < 10:
            return self(key, n=self.number(much, 1), unit=self._form("unit.times", 2))
        return self(key, n=self.number(much), unit=self._form("unit.times", round(much)))

    def count(self, n: int, unit: str = "people") -> str:
        """``21 человек``, ``1 person``."""
        return self._form(f"unit.{unit}", n).format(n=self.number(n)).replace(" ", _NARROW)

    def _form(self, key: str, n: int) -> str:
        one, few, many = self._captions[key].split("|")
        form = many
        if self.language == "ru":
            if n % 10 == 1 and n % 100 != 11:
                form = one
            elif n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14):
                form = few
        elif n == 1:
            form = one
        return form

    def people(self, n: int) -> str:
        """A number of people; a small group is not named."""
        return self("hidden_people", n=self.least) if 0 < n < self.least else self.count(n)

    def people_have(self, n: int) -> str:
        """The same where something is said to be theirs: ``у 102 человек``."""
        return self("hidden_have", n=self.least) if 0 < n < self.least else self.count(n, "people_have")

    def how_many(self, n: int) -> str:
        """The same without the unit."""
        return self("hidden", n=self.least) if 0 < n < self.least else self.number(n)

    def label(self, trait: str, category: str) -> str:
        """A category as people call it; a value from VK stands for itself."""
        key = f"{trait}.{category}"
        if key in self._captions:
            return self._captions[key]
        return self("other") if category == "other" else category

    def phrase(self, trait: str, category: str, topics: dict[str, str]) -> str:
        """A kind of people: "women", "people from ..."."""
        if trait.startswith("topic."):
            return self.of("phrase.topic", trait.partition(".")[2], value=topics.get(category, category))
        key = f"phrase.{trait}.{category}"
        return self(key) if key in self._captions else self(f"phrase.{trait}", value=self.label(trait, category))

    def code(self, kind: str, value: str) -> str:
        """A code of the tables in words: why VK refused, what was collected, why a word was dropped."""
        return self._captions.get(f"{kind}.{value}", value)

    def day(self, stamp: int | None) -> str:
        """A date in the report's time zone."""
        if stamp is None:
            return self("none")
        try:
            moment = datetime.datetime.fromtimestamp(stamp, self._zone)
        except (OverflowError, OSError, ValueError):
            return self("none")
        return f"{moment:%d.%m.%Y}" if self.language == "ru" else f"{moment:%Y-%m-%d}"

    def span(self, span: Span) -> str:
        """From one date to another; one date when they are the same."""
        first, last = self.day(span.first), self.day(span.last)
        return first if first == last else f"{first} – {last}"

    def score(self, value: float | None) -> str:
        """A coefficient with two decimals."""
        if value is None or math.isnan(value):
            return self("none")
        return self.number(value, 2)


def _zone(name: str) -> tuple[Any, str]:
    """The zone, or UTC where the system has no table of zones (Windows without tzdata)."""
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name), name
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.UTC, "UTC"
