"""Who they are: sex, age, town, occupation, device, each with the share of people who did not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from portraits.contrast import Trait
from portraits.funnel import Funnel, enter_share
from portraits.shares import Share, Table, base_floor, rest_share, shares
from portraits.study import Group, Study
from portraits.suppress import fold
from storage import portrait_people as people

OTHER = "other"
FIXED = {
    "sex": ("female", "male"),
    "age": ("18-", "19-24", "25-34", "35-44", "45-54", "55+"),
}
# How many of the most frequent values get a row of their own; the rest are merged.
TOP = {"city": 8, "occupation": 4, "platform": 5}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable in all audiences: audience id -> category -> share among those who said it.

    ``floors``: where it is not 0, the base is not told, only that it is at least so many. ``beside``: the largest share
    of a value that has no row of its own.
    """

    id: str
    categories: tuple[str, ...]
    shares: Mapping[int, Mapping[str, Share]]
    unknown: Mapping[int, Share]
    bases: Mapping[int, int]
    floors: Mapping[int, int]
    beside: Mapping[int, float]
    trait: Trait

    def leader(self, audience: int) -> tuple[str, Share] | None:
        """The category that most people are of, if that is certain: no other one told reaches the lower end of its
        interval, and no hidden one can."""
        cells = self.shares[audience]
        told = {key: share for key, share in cells.items() if share.told and key != OTHER}
        if not told:
            return None
        best = max(told, key=lambda key: told[key].value)
        rivals = [share.value for key, share in told.items() if key != best] + [self.beside[audience]]
        if any(share.hidden and not share.merged for share in cells.values()):
            rivals.append(1 - sum(share.value for share in cells.values() if share.told))
        return (best, told[best]) if told[best].lo > max(rivals) else None

    def seen(self, category: str) -> bool:
        """Whether a row has anybody in it; an empty "others" needs no line."""
        return category != OTHER or any(s[category].told or s[category].hidden for s in self.shares.values())


def variables(study: Study, funnels: Mapping[int, Funnel]) -> list[Variable]:
    """All variables of which at least one audience has enough to say."""
    found = [_variable(study, funnels, field) for field in people.FIELDS]
    return [one for one in found if max(one.bases.values(), default=0) >= study.least]


def _variable(study: Study, funnels: Mapping[int, Funnel], field: str) -> Variable:
    counted = {g.id: people.counts(study.store, g.id, field) for g in study.peopled}
    categories = FIXED.get(field) or _frequent(counted, TOP[field], study.least)
    tables = {
        number: _table(values, categories, field, study.least, funnels[number].totals)
        for number, values in counted.items()
    }
    others = {
        g.id: _table(people.counts(study.store, people.REFERENCE, field, without=g.id), categories, field, study.least)
        for g in study.peopled
        if study.compared(g)
    }
    shown = {number: shares(table, study.least) for number, table in tables.items()}
    unknown = {
        number: rest_share(table.base, table.base + table.unknown, funnels[number].known_floor, study.least)
        for number, table in tables.items()
    }
    rows = (*categories, OTHER) if field in TOP else categories
    tested = {g.id: tables[g.id] for g in study.peopled if g.id in others}
    found = Variable(
        field, rows, shown, unknown, {n: t.base for n, t in tables.items()},
        {n: t.floor for n, t in tables.items()},
        {n: _beside(values, categories) for n, values in counted.items()},
        Trait(field, "who", categories, tested, others),
    )  # fmt: skip
    _enter(study, found, study.peopled)
    return found


def _beside(values: Mapping[str | None, int], categories: tuple[str, ...]) -> float:
    known = {key: n for key, n in values.items() if key is not None}
    return max((n for key, n in known.items() if key not in categories), default=0) / max(1, sum(known.values()))


def _frequent(counted: Mapping[int, Mapping[str | None, int]], top: int, least: int) -> tuple[str, ...]:
    """The values that are large in some audience, most frequent first."""
    total: Counter[str] = Counter()
    for values in counted.values():
        total.update({key: n for key, n in values.items() if key is not None and n >= least})
    return tuple(key for key, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))[:top])


def _table(
    values: Mapping[str | None, int], categories: tuple[str, ...], field: str, least: int, totals: tuple[int, ...] = ()
) -> Table:
    """``totals``: counts told elsewhere that hold the base; the others that a group is compared with have only one."""
    known = {key: n for key, n in values.items() if key is not None}
    base, unknown = sum(known.values()), values.get(None, 0)
    floor = base_floor(base, totals or (base + unknown,), least)
    if field not in TOP:
        return Table({key: known.get(key, 0) for key in categories}, base, unknown, floor=floor)
    counts, merged = fold(known, categories, OTHER, least)
    return Table(counts, base, unknown, merged=merged, floor=floor)


def _enter(study: Study, found: Variable, groups: tuple[Group, ...]) -> None:
    for group in groups:
        for category, share in found.shares[group.id].items():
            enter_share(study, "who", f"{found.id}.{category}", group.id, share)
        enter_share(study, "who", f"{found.id}.unknown", group.id, found.unknown[group.id])
