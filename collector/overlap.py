"""How many people a rule leaves, before all of the member lists are read.

Member pages come by ascending id, so within the stretch of ids that a page spans every member is known. Where the
stretches of several communities meet, who is in how many of them is a fact, not a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from storage import Store, journal, people

PILOT = "pilot"
"""The kind of the walk that looks at a few member pages; its cursor keeps the stretches that they span."""

ENOUGH = 30
"""Of a community's members so many must be met in a common stretch; fewer say nothing of a share."""

_LAST = 2**63 - 1
Stretch = tuple[int, int]
_EVERYBODY: list[Stretch] = [(0, _LAST)]


def covered(store: Store, community_id: int) -> list[Stretch]:
    """The stretches of ids (both ends included) in which all members are known. A list that VK refuses is known to
    bring nobody."""
    walk = journal.find_walk(store, "members", community_id)
    if (walk and walk.state in ("done", "short")) or journal.find_gap(store, "members", community_id):
        return list(_EVERYBODY)
    pilot = journal.find_walk(store, PILOT, community_id)
    try:
        return [(int(low), int(high)) for low, high in json.loads(pilot.cursor)] if pilot and pilot.cursor else []
    except (ValueError, TypeError):
        return []


def stretch(ids: Sequence[int], *, first: bool, last: bool) -> Stretch:
    """What a page of these ids spans; the list's ``first`` page begins with the first id there is, so does its end."""
    return (0 if first else min(ids, default=0), _LAST if last else max(ids, default=0))


def encode(stretches: Sequence[Stretch]) -> str:
    """The text kept in ``walks.cursor``."""
    return json.dumps(sorted(stretches))


def belonging(
    store: Store, members: Mapping[int, int], communities: Sequence[int], least: int = 1, minus: Sequence[int] = ()
) -> tuple[int, bool] | None:
    """(people, whether they were counted) in at least ``least`` of the communities and none of ``minus``; None where
    too little is known to tell. ``members``: community -> how many VK says it has.

    Whoever is in k of the communities is met in k lists, and counts 1/k in each.
    """
    covers = [covered(store, number) for number in (*communities, *minus)]
    common = covers[0] if covers else []
    for cover in covers[1:]:
        common = _meet(common, cover)
    whole = common == _EVERYBODY
    known = {n: _within(people.member_ids(store, n), common) for n in dict.fromkeys((*communities, *minus))}
    out = set().union(*(known[number] for number in minus)) if minus else set()
    found = 0.0
    for number in communities:
        total, met = members.get(number, 0), known[number]
        if total and len(met) < min(ENOUGH, total) and not whole:
            return None
        times = (sum(person in known[other] for other in communities) for person in met - out)
        belongs = sum(1 / k for k in times if k >= least)
        found += belongs * total / len(met) if met and not whole else belongs
    return round(found), whole


def _meet(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    meets = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return sorted((low, high) for low, high in meets if low <= high)


def _within(ids: Sequence[int], stretches: list[Stretch]) -> set[int]:
    if stretches == _EVERYBODY:
        return set(ids)
    return {number for number in ids if any(low <= number <= high for low, high in stretches)}
