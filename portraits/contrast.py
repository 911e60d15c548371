"""What an audience has more of than the people it is compared with: indices, tested together.

index = 100 x share in the audience / share among the others. It is shown only for n >= 100 in both groups, a count
of at least ``min_group`` and q <= 0.05 over all tests of the report. People in both groups count as the audience's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portraits.book import Book
from portraits.measures.fdr import q_values
from portraits.measures.index import ratio, ratio_p
from portraits.shares import Table, nearly_all, stepped
from portraits.suppress import hidden_cells
from storage.rows import PortraitNumber

LEAST_N = 100
MOST_Q = 0.05


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait in all audiences. ``audiences`` and ``others``: audience id -> its table, its comparison's table.

    ``tested``: the categories worth a test ("other towns" is none).
    """

    id: str
    section: str
    tested: tuple[str, ...]
    audiences: Mapping[int, Table]
    others: Mapping[int, Table]


@dataclass(frozen=True, slots=True)
class Index:
    """``state``: shown, same (not told apart), few (too little data).

    ``at_least``: the others have too few people of the kind to name their share, or nearly everybody here is of it, so
    the index is a lower bound; ``at_most``: nearly everybody among the others is of it, so it is an upper one.
    """

    trait: str
    category: str
    audience_id: int
    state: str
    value: float = 0.0
    lo: float = 0.0
    hi: float = 0.0
    q: float = 1.0
    n: int = 0
    base: int = 0
    at_least: bool = False
    at_most: bool = False

    @property
    def above(self) -> bool:
        """More here than among the others, and the difference passed the test."""
        return self.state == "shown" and self.value > 100

    @property
    def below(self) -> bool:
        """Less here than among the others, and the difference passed the test."""
        return self.state == "shown" and self.value < 100

    @property
    def times(self) -> float:
        """How many times more often, or less often, as far as the data bear it; 1 where nothing is shown."""
        if self.above:
            return (self.lo if self.at_least else self.value) / 100
        return 100 / (self.hi if self.at_most else self.value) if self.below else 1.0


Indices = dict[tuple[str, str, int], Index]


def indices(traits: Iterable[Trait], book: Book, *, least: int) -> Indices:
    """All indices of a report: (trait id, category, audience id) -> index; tested as one family."""
    found: Indices = {}
    open_tests: list[tuple[Index, float]] = []
    sections = {}
    for trait in traits:
        sections[trait.id] = trait.section
        for audience_id, table in trait.audiences.items():
            for category in trait.tested:
                index, p = _one(trait.id, category, audience_id, table, trait.others.get(audience_id), least)
                found[trait.id, category, audience_id] = index
                if p is not None:
                    open_tests.append((index, p))
    for (index, _), q in zip(open_tests, q_values([p for _, p in open_tests]), strict=True):
        place = (index.trait, index.category, index.audience_id)
        found[place] = _judged(index, q)
        _enter(book, sections[index.trait], found[place])
    return found


def _one(
    trait: str, category: str, audience_id: int, here: Table, there: Table | None, least: int
) -> tuple[Index, float | None]:
    few = Index(trait, category, audience_id, "few")
    count = here.counts.get(category, 0)
    if there is None or min(here.base, there.base) < LEAST_N or count < least:
        return few, None
    # A cell hidden to protect another one is not named through its index either, unless nearly all are in it.
    hidden = category in hidden_cells(here.counts, least)
    floor = nearly_all(here, category, least) if hidden else 0
    if hidden and not floor:
        return few, None
    # Nor is the share of nearly all the others: from an exact index the few left over could be worked out.
    ceiling = nearly_all(there, category, least) if category in hidden_cells(there.counts, least) else 0
    rare = there.counts.get(category, 0) < least
    part = least / there.base if rare else ceiling / there.base if ceiling else there.part(category)
    a, b = (floor / here.base if floor else here.part(category)) * here.n, part * there.n
    if not (0 < a <= here.n and 0 < b <= there.n):
        return few, None
    value, lo, hi = (100 * one for one in ratio(*_told(here, a), *_told(there, b)))
    n, base = (0, here.floor) if here.floor else (floor or count, here.base)
    bounds = {"at_least": rare or bool(floor), "at_most": bool(ceiling)}
    index = Index(trait, category, audience_id, "same", value, lo, hi, 1.0, n, base, **bounds)
    return index, ratio_p(a, here.n, b, there.n)


def _told(table: Table, n: float) -> tuple[float, float]:
    """A count and its base as the report tells them: what is rounded there is rounded here, the test stays exact."""
    return (stepped(n / table.n, table.floor) * table.floor, table.floor) if table.floor else (n, table.n)


def _judged(index: Index, q: float) -> Index:
    # A lower bound that lies under 100 says nothing of being rarer here, nor an upper one above it of the contrary.
    idle = (index.at_least and (index.at_most or index.value < 100)) or (index.at_most and index.hi >= 100)
    return replace(index, state="shown" if q <= MOST_Q and not idle else "same", q=q)


def _enter(book: Book, section: str, index: Index) -> None:
    if index.state != "shown":
        return
    bound = ", lower bound" if index.at_least else ", upper bound" if index.at_most else ""
    method = "index 100*pA/pB, log-ratio 95 %, BH" + bound
    # Whole numbers, as printed: a finer index would give the other side's count away.
    value = None if bound else float(round(index.value))
    lo = None if index.at_most else float(round(index.lo))
    hi = None if index.at_least else float(round(index.hi))
    book.enter(
        PortraitNumber(
            section, f"index.{index.trait}.{index.category}", index.audience_id, value, lo, hi,
            index.n or None, index.base, index.q, method, "audience_members, users, user_topics",
        )
    )  # fmt: skip
