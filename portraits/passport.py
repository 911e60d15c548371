"""The passport of a study: what was asked, of whom, when, with which versions, and which stage is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portraits.study import Group, Study
from storage import portrait_data as data
from storage import portrait_people as people


@dataclass(frozen=True, slots=True)
class Passport:
    """Facts about the study as a whole; ``others``: communities that belong to no audience.

    ``untold``: communities whose members are not counted here, as that less the size of an audience would be a small
    group; ``users_untold``: all people are not counted, as so few are in no audience, or in two of them.
    """

    collected: data.Span
    written: data.Span
    totals: Mapping[str, int]
    sources: Mapping[int, data.Source]
    others: tuple[data.Source, ...]
    versions: Sequence[tuple[str, Mapping[str, str]]]
    refused: Mapping[tuple[str, str], int]
    missing: tuple[str, ...]
    untold: frozenset[int]
    users_untold: bool


def passport(study: Study) -> Passport:
    """Read the facts."""
    sources = {source.id: source for source in data.sources(study.store)}
    named = {number for group in study.groups for number in group.communities}
    totals = data.totals(study.store)
    untold = _untold(study, sources)
    apart = people.outside(study.store), sum(group.size for group in study.groups) - people.anybody(study.store)
    users_untold = bool(study.groups) and any(0 < n < study.least for n in apart)
    secret = {"users"} if users_untold else set()
    secret |= {"memberships"} if untold else set()
    for name, n in totals.items():
        if name not in secret:
            study.book.count("passport", name, 0, n, view=name)
    return Passport(
        data.collected(study.store), data.written(study.store), totals, sources,
        tuple(source for number, source in sources.items() if number not in named),
        data.versions(study.store), data.refused_subjects(study.store), _missing(study, totals),
        untold, users_untold,
    )  # fmt: skip


def _untold(study: Study, sources: Mapping[int, data.Source]) -> frozenset[int]:
    """Communities whose members, alone or in sum, are an audience and a small group: those in two of them, say."""
    found: set[int] = set()
    for group in study.peopled:
        counts = {number: sources[number].collected for number in group.communities if number in sources}
        gaps = [n - group.size for n in (*counts.values(), sum(counts.values()))]
        if any(0 < abs(gap) < study.least for gap in gaps):
            found |= counts.keys()
    return frozenset(found)


def _missing(study: Study, totals: Mapping[str, int]) -> tuple[str, ...]:
    """Which stages have not ended, or have nothing to show yet: keys of captions."""
    found = ["unfinished"] if data.unfinished(study.store) else []
    if not study.groups:
        found.append("audiences")
    if not study.peopled:
        found.append("people")
    if study.model is None:
        texts = totals["posts"] + totals["comments"]
        found.append("topics" if totals["documents"] else "lemmatize" if texts else "texts")
    return tuple(found)


_NOON = 43_200


@dataclass(frozen=True, slots=True)
class Draw:
    """How a baseline was drawn: from which ``city`` (empty: none), ``when`` (UTC seconds), by which ``seed``."""

    city: str
    when: int | None
    seed: int


def drawn(group: Group) -> Draw | None:
    """The draw of a baseline that was drawn; None of an audience that the study's config names."""
    definition = _definition(group)
    if definition.get("baseline") not in ("random", "city", "pool"):
        return None
    when, seed = definition.get("drawn_at"), definition.get("seed")
    return Draw(str(definition.get("city") or ""), when if isinstance(when, int) else None, int(seed or 0))


def _definition(group: Group) -> dict[str, Any]:
    try:
        definition = json.loads(group.definition)
    except ValueError:
        return {}
    return definition if isinstance(definition, dict) else {}


def rule(group: Group) -> tuple[str, int]:
    """(key of the caption of an audience's rule, its number)."""
    definition = _definition(group)
    if draw := drawn(group):
        return f"baseline_{definition['baseline']}", draw.seed
    if isinstance(definition.get("active"), int):
        return "active", definition["active"]
    if not group.communities and definition.get("people"):
        return "people", 0
    if len(group.communities) == 1 and ("any" in definition or "all" in definition):
        return "one", 0
    # Every rule says how many people of a list it adds, "2 of 5" too: that is asked last.
    if isinstance(least := definition.get("at_least"), int):
        return "at_least", least
    return next(((key, 0) for key in ("any", "all", "people") if key in definition), ("unknown", 0))


def period(group: Group) -> tuple[int | None, int | None]:
    """The noons (UTC seconds) of the first and the last day of what active people acted on; None: no such bound.

    The days of a rule are UTC's; their noon is on the same day in the report's time zone too.
    """
    definition = _definition(group)
    if "active" not in definition:
        return None, None
    since, until = definition.get("since"), definition.get("until")
    return since + _NOON if since else None, until - _NOON if until else None
