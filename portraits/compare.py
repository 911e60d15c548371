"""Audiences side by side: distances between their mean profiles, and people they have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from portraits.interests import Interests
from portraits.measures.distance import jensen_shannon
from portraits.measures.fdr import q_values
from portraits.measures.permutation import chance_distances, chance_p
from portraits.study import Group, Study
from storage import portrait_people as people
from storage.rows import PortraitNumber

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Distance:
    """Jensen-Shannon distance of two audiences with a 95 % interval; ``chance``: 95 % of random deals are under it."""

    first: Group
    second: Group
    value: float
    lo: float
    hi: float
    chance: float
    q: float

    @property
    def real(self) -> bool:
        """Whether the two can be told apart."""
        return self.q <= 0.05


@dataclass(frozen=True, slots=True)
class Overlap:
    """People in both audiences; ``hidden`` when they, or those outside, are a small group."""

    first: Group
    second: Group
    n: int
    jaccard: float
    hidden: bool


def distances(study: Study, found: Interests) -> list[Distance]:
    """All pairs of audiences that have mean profiles, nearest first."""
    groups = [group for group in study.peopled if found.means.get(group.id) is not None]
    measured: list[Distance] = []
    p_values = []
    for first, second in combinations(groups, 2):
        distance, p = _distance(study, found, first, second)
        measured.append(distance)
        p_values.append(p)
    judged = [replace(one, q=q) for one, q in zip(measured, q_values(p_values), strict=True)]
    for one in judged:
        _enter_distance(study, found.signal, one)
    return sorted(judged, key=lambda one: (one.value, one.first.id, one.second.id))


def _distance(study: Study, found: Interests, first: Group, second: Group) -> tuple[Distance, float]:
    import numpy as np

    a, b = found.means[first.id], found.means[second.id]
    assert a is not None and b is not None
    value = float(jensen_shannon(a.value, b.value))
    rounds = min(len(a.draws), len(b.draws))
    draws = jensen_shannon(a.draws[:rounds], b.draws[:rounds])
    # Resampling moves any two profiles apart, so the draws lie too far out: only their spread is used.
    low, high = np.quantile(draws, [0.025, 0.975]) - draws.mean() + value
    chance = _chance(study, found, first, second)
    one = Distance(
        first, second, value, max(0.0, float(low)), min(1.0, float(high)), float(np.quantile(chance, 0.95)), 1.0
    )
    return one, chance_p(value, chance)


def _chance(study: Study, found: Interests, first: Group, second: Group) -> Matrix:
    import numpy as np

    a, b = found.clouds[first.id], found.clouds[second.id]
    taken = set(a.ids)
    new = [i for i, user_id in enumerate(b.ids) if user_id not in taken]
    members = set(b.ids)
    profiles = np.vstack([a.matrix, b.matrix[new]])
    weights = np.concatenate([a.weights, b.weights[new]])
    in_first = np.arange(len(profiles)) < a.n
    in_second = np.array([user_id in members for user_id in a.ids] + [True] * len(new), dtype=bool)
    seed = (study.settings.seed, first.id, second.id)
    return chance_distances(profiles, weights, in_first, in_second, seed, ROUNDS)


def _enter_distance(study: Study, signal: str, one: Distance) -> None:
    study.book.enter(
        PortraitNumber(
            "compare", f"distance.{signal}.{one.second.id}", one.first.id, one.value, one.lo, one.hi, q=one.q,
            method="Jensen-Shannon distance base 2; centred bootstrap 95 %; permutation test, BH",
            base_view="user_topics",
        )
    )  # fmt: skip
    study.book.enter(
        PortraitNumber(
            "compare", f"chance.{signal}.{one.second.id}", one.first.id, one.chance,
            method=f"95 % point of {ROUNDS} permutations of people", base_view="user_topics",
        )
    )  # fmt: skip


def overlaps(study: Study) -> list[Overlap]:
    """People in common for all pairs of audiences, most alike first."""
    found = []
    for first, second in combinations(study.peopled, 2):
        n = people.common(study.store, first.id, second.id)
        small = any(0 < part < study.least for part in (n, first.size - n, second.size - n))
        one = Overlap(first, second, 0 if small else n, 0.0 if small else n / (first.size + second.size - n), small)
        if not small:
            study.book.enter(
                PortraitNumber(
                    "compare", f"common.{second.id}", first.id, one.jaccard, n=n,
                    base=first.size + second.size - n, method="Jaccard", base_view="audience_members, memberships",
                )
            )  # fmt: skip
        found.append(one)
    return sorted(found, key=lambda one: (-one.jaccard, one.first.id, one.second.id))
