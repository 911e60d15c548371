"""People's topic profiles as arrays: means with bootstrap intervals, strongest topics. Nobody blank is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portraits.measures import bootstrap
from portraits.measures.wilson import effective_n
from portraits.shares import Table
from storage import Store
from storage import portrait_people as people

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

TIE = "tie"


@dataclass(frozen=True, slots=True)
class Profiles:
    """``matrix``: people x topics, rows sum to 1; ``row``: user id -> its row."""

    row: Mapping[int, int]
    matrix: Matrix
    topics: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cloud:
    """The people of one group who have a profile: their rows, weights and ids."""

    ids: tuple[int, ...]
    matrix: Matrix
    weights: Matrix

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Means:
    """Mean profile of a group with 95 % intervals; ``draws``: resamples x topics. ``n`` people."""

    n: int
    value: Matrix
    lo: Matrix
    hi: Matrix
    draws: Matrix


def load_profiles(store: Store, model_id: int, signal: str, topics: Sequence[int]) -> Profiles:
    """Read the profiles of everybody in an audience."""
    import numpy as np

    column = {topic: place for place, topic in enumerate(topics)}
    row: dict[int, int] = {}
    places: list[tuple[int, int, float]] = []
    for user_id, topic, weight in people.profiles(store, model_id, signal):
        if topic in column and weight > 0:
            places.append((row.setdefault(user_id, len(row)), column[topic], weight))
    matrix = np.zeros((len(row), len(column)))
    if places:
        who, what, much = zip(*places, strict=True)
        matrix[list(who), list(what)] = much
        matrix /= matrix.sum(1, keepdims=True)
    return Profiles(row, matrix, tuple(topics))


def cloud(profiles: Profiles, weights: Mapping[int, float]) -> Cloud:
    """The part of the profiles that belongs to these people."""
    import numpy as np

    ids = tuple(user_id for user_id in weights if user_id in profiles.row)
    rows = [profiles.row[user_id] for user_id in ids]
    return Cloud(ids, profiles.matrix[rows], np.array([weights[user_id] for user_id in ids], dtype=np.float64))


def means(group: Cloud, seed: tuple[int, ...]) -> Means | None:
    """Weighted mean profile with intervals; None for nobody."""
    if group.n == 0:
        return None
    value = group.weights @ group.matrix / group.weights.sum()
    draws = bootstrap.resampled_means(group.matrix, group.weights, seed, bootstrap.rounds_for(group.n))
    lo, hi = bootstrap.interval(draws)
    return Means(group.n, value, lo, hi, draws)


def strongest(group: Cloud, topics: Sequence[int]) -> Table:
    """How many people have each topic as their strongest; exact ties belong to no topic."""
    import numpy as np

    names = [str(topic) for topic in topics]
    if group.n == 0:
        return Table(dict.fromkeys(names, 0), 0)
    best = group.matrix.max(1)
    tied = (group.matrix >= best[:, None] - 1e-12).sum(1) > 1
    place = np.where(tied, len(names), group.matrix.argmax(1))
    counts = np.bincount(place, minlength=len(names) + 1)
    total = float(group.weights.sum())
    weighted = np.bincount(place, weights=group.weights, minlength=len(names) + 1) / total
    keys = [*names, TIE] if counts[-1] else names
    return Table(
        {key: int(counts[i]) for i, key in enumerate(keys)},
        group.n,
        weighted={key: float(weighted[i]) for i, key in enumerate(keys)},
        effective=effective_n(total, float((group.weights**2).sum())),
    )
