"""How much of the texts of each month a topic takes: the months that say something, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass

from portraits.study import Study
from storage import portrait_data as data
from storage.rows import PortraitNumber

MONTHS = 24
LEAST_MONTHS = 3
MONTH_TEXTS = 20
"""Texts without which a month says nothing of a topic's course."""


@dataclass(frozen=True, slots=True)
class Point:
    """One month: ``place`` on the calendar (0 the first month shown, 1 the last), share of the topic, texts."""

    month: str
    place: float
    share: float
    texts: int


@dataclass(frozen=True, slots=True)
class Course:
    """A topic over the months; ``runs``: points of neighbouring months, a missing month parts them.

    ``people``: the texts are people's own words, else the communities' posts.
    """

    runs: tuple[tuple[Point, ...], ...]
    missing: int
    people: bool

    @property
    def points(self) -> tuple[Point, ...]:
        """All months shown, in order."""
        return tuple(point for run in self.runs for point in run)

    @property
    def fewest(self) -> int:
        """Texts in the poorest month shown."""
        return min(point.texts for point in self.points)

    @property
    def most(self) -> int:
        """Texts in the richest month shown."""
        return max(point.texts for point in self.points)


def courses(study: Study, *, people: bool) -> dict[int, Course]:
    """topic -> its course over the last months; nothing of a study of less than three months.

    Posts of communities and texts of people are never added up: a month of busy editors would look like an interest.
    """
    if study.model is None or study.model.id is None:
        return {}
    signal = study.signal if people else ""
    rows = data.trend(study.store, study.model.id, signal, study.least, MONTH_TEXTS)
    last = max((_number(row.month) for row in rows), default=0)
    rows = [row for row in rows if _number(row.month) > last - MONTHS]
    if len(rows) < LEAST_MONTHS:
        return {}
    found = {topic.topic: _course(rows, topic.topic, people) for topic in study.topics}
    for topic, course in found.items():
        for point in course.points:
            key, view = f"trend.{topic}.{point.month}", "doc_topics"
            row = PortraitNumber(
                "topics", key, 0, point.share, base=point.texts, method="share of texts", base_view=view
            )
            study.book.enter(row)
    return found


def _course(rows: list[data.Month], topic: int, people: bool) -> Course:
    first, last = _number(rows[0].month), _number(rows[-1].month)
    runs: list[list[Point]] = []
    before = None
    for row in rows:
        number = _number(row.month)
        if before is None or number != before + 1:
            runs.append([])
        place = (number - first) / (last - first)
        runs[-1].append(Point(row.month, place, row.shares.get(topic, 0.0), row.texts))
        before = number
    return Course(tuple(tuple(run) for run in runs), last - first + 1 - len(rows), people)


def _number(month: str) -> int:
    """Months since year 0, of ``2026-01``."""
    return int(month[:4]) * 12 + int(month[5:]) - 1
