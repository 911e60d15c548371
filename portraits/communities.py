"""What communities write on their own walls, side by side. A wall is all posts collected, so there are no intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from portraits.measures.distance import jensen_shannon
from portraits.passport import Passport
from portraits.study import Study
from storage import portrait_data as data
from storage.rows import PortraitNumber

MOST = 30
MOST_IN_MATRIX = 12


@dataclass(frozen=True, slots=True)
class Wall:
    """One community's wall: topic -> share of its text, over ``texts`` texts."""

    id: int
    name: str
    texts: int
    topics: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Walls:
    """Walls in the order of the audiences; ``distances``: (id, id) -> Jensen-Shannon distance, both ways."""

    rows: tuple[Wall, ...]
    distances: Mapping[tuple[int, int], float]

    @property
    def matrix(self) -> tuple[Wall, ...]:
        """The walls that fit into a square table."""
        return self.rows[:MOST_IN_MATRIX]


def walls(study: Study, found: Passport) -> Walls:
    """Read the profiles of the communities' walls, those of the audiences first."""
    if study.model is None or study.model.id is None:
        return Walls((), {})
    order = [number for group in study.groups for number in group.communities]
    ids = list(dict.fromkeys([*order, *found.sources]))
    profiles = data.community_words(study.store, study.model.id, ids)
    rows = tuple(
        Wall(number, found.sources[number].name if number in found.sources else "", *profiles[number])
        for number in ids
        if number in profiles
    )[:MOST]
    known = Walls(rows, _distances(rows[:MOST_IN_MATRIX], [topic.topic for topic in study.topics]))
    _enter(study, known)
    return known


def _distances(rows: tuple[Wall, ...], topics: list[int]) -> dict[tuple[int, int], float]:
    import numpy as np

    vectors = {row.id: np.array([row.topics.get(topic, 0.0) for topic in topics]) for row in rows}
    found = {}
    for a, b in combinations([row.id for row in rows if vectors[row.id].sum() > 0], 2):
        found[a, b] = found[b, a] = float(jensen_shannon(vectors[a], vectors[b]))
    return found


def _enter(study: Study, known: Walls) -> None:
    view = "community_topics"
    for row in known.rows:
        for topic, weight in row.topics.items():
            study.book.enter(
                PortraitNumber(
                    "compare", f"wall.{row.id}.{topic}", 0, weight, n=row.texts, method="share of a wall's text",
                    base_view=view,
                )
            )  # fmt: skip
    for (a, b), value in known.distances.items():
        if a < b:
            method = "Jensen-Shannon distance base 2"
            study.book.enter(PortraitNumber("compare", f"walls.{a}.{b}", 0, value, method=method, base_view=view))
