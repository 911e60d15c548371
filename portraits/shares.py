"""Shares with intervals, and the tables they are read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portraits.measures.wilson import wilson
from portraits.suppress import floor_of_nearly_all, hidden_cells

COARSE_BASE = 400
STEPS = (0.01, 0.02, 0.05, 0.1)
STEP_PEOPLE = 2
"""A share of a base that is not told is rounded to a step of at least so many people."""


@dataclass(frozen=True, slots=True)
class Share:
    """``n`` of ``base`` people: ``value`` with a 95 % Wilson interval.

    Hidden: a small group, or one that would give it away; merged: its people are counted in "others"; coarse:
    rounded and without ``n``, so that no small group comes out by subtraction; at_least: nearly everybody, and
    how nearly is not said.
    """

    value: float = 0.0
    lo: float = 0.0
    hi: float = 0.0
    n: int = 0
    base: int = 0
    hidden: bool = False
    merged: bool = False
    coarse: bool = False
    at_least: bool = False

    @property
    def told(self) -> bool:
        """Whether there is somebody to speak of and it may be said."""
        return not self.hidden and (self.n > 0 or self.at_least or (self.coarse and self.value > 0))

    def blurred(self) -> Share:
        """The same to a whole per cent and without its count; hidden where a per cent is under four people."""
        if self.hidden or self.base < COARSE_BASE:
            return HIDDEN
        return Share(round(self.value, 2), round(self.lo, 2), round(self.hi, 2), 0, self.base, coarse=True)


HIDDEN = Share(hidden=True)
MERGED = Share(hidden=True, merged=True)


@dataclass(frozen=True, slots=True)
class Table:
    """One trait of one group: people by category out of ``base`` (those of whom the trait is known).

    ``weighted`` (weights summing to 1 with the uncounted rest) and ``effective`` (Kish's n) belong to a drawn
    sample; without them every person counts the same. ``unknown`` people are outside ``base``. ``floor``: the base is
    not told, as those outside it are a small group; it is said to be at least this (see :func:`base_floor`).
    """

    counts: Mapping[str, int]
    base: int
    unknown: int = 0
    weighted: Mapping[str, float] = field(default_factory=dict)
    effective: float | None = None
    merged: frozenset[str] = frozenset()
    floor: int = 0

    def part(self, category: str) -> float:
        """Estimated share of a category; 0 in an empty group."""
        if self.weighted:
            return self.weighted.get(category, 0.0)
        return self.counts.get(category, 0) / self.base if self.base else 0.0

    @property
    def n(self) -> float:
        """How many equally weighted people the group is worth."""
        return float(self.base if self.effective is None else self.effective)


def shares(table: Table, least: int) -> dict[str, Share]:
    """category -> share; small groups and what would betray them hidden."""
    hidden = hidden_cells(table.counts, least)
    if table.base < least:
        hidden = frozenset(table.counts)
    return {
        category: _hidden_share(table, category, least) if category in hidden else _share(table, category)
        for category in table.counts
    }


def nearly_all(table: Table, category: str, least: int) -> int:
    """How many people a category has at least, when all but a small group are in it; else 0."""
    return floor_of_nearly_all(table.counts.get(category, 0), table.base, least)


def base_floor(base: int, totals: Iterable[int], least: int) -> int:
    """What a base is said to be at least, where a total told elsewhere would show a small group beside it; else 0."""
    near = [total for total in totals if 0 < total - base < least]
    return max(0, min(near) - least + 1) if near else 0


def stepped(value: float, floor: int) -> float:
    """A share of a base that is not told, rounded so that neither the base nor a count comes out; 0 stays 0.

    Raises ValueError for a base too small to say anything of.
    """
    step = next((step for step in STEPS if step * floor >= STEP_PEOPLE), None)
    if step is None:
        raise ValueError(f"a share of {floor} people cannot be rounded")
    return min(1.0, max(step, round(value / step) * step)) if value else 0.0


def rounded_share(value: float, floor: int) -> Share:
    """A share of a base that is not told; hidden where the base is too small."""
    if STEPS[-1] * floor < STEP_PEOPLE:
        return HIDDEN
    near = stepped(value, floor)
    lo, hi = wilson(near * floor, floor)
    return Share(near, lo, hi, 0, floor, coarse=True)


def rest_share(known: int, base: int, floor: int, least: int) -> Share:
    """The share that is not among the ``known`` of ``base``; ``floor``: the base is at least that and is not told.

    The lower bound is made of told numbers only, so it says nothing more.
    """
    exact = plain_share(base - known, base, least)
    if exact.hidden or not floor:
        return exact
    if floor <= known:
        return HIDDEN
    value = (floor - known) / floor
    lo, _ = wilson(value * floor, floor)
    return Share(value, lo, 1.0, 0, floor, coarse=True, at_least=True)


def _hidden_share(table: Table, category: str, least: int) -> Share:
    if not nearly_all(table, category, least):
        return HIDDEN
    base = table.floor or table.base
    value = (base - least + 1) / base
    if value <= 0:
        return HIDDEN
    n = base if table.floor else table.n
    lo, _ = wilson(value * n, n)
    return Share(value, lo, 1.0, 0, base, coarse=True, at_least=True)


def _share(table: Table, category: str) -> Share:
    if category in table.merged:
        return MERGED
    value = min(1.0, table.part(category))
    if table.floor:
        return rounded_share(value, table.floor)
    lo, hi = wilson(value * table.n, table.n) if table.n else (0.0, 1.0)
    return Share(value, lo, hi, table.counts[category], table.base)


def plain_share(n: int, base: int, least: int) -> Share:
    """One share on its own; hidden when it or its complement is a small group."""
    if base <= 0 or 0 < n < least or 0 < base - n < least:
        return HIDDEN
    lo, hi = wilson(n, base)
    return Share(n / base, lo, hi, n, base)
