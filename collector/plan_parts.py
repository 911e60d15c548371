"""Parts of a plan: of a community or a rule, how many people there are to ask, and how many it takes.

Shares come with their intervals; where nothing was looked at, from priors that are said to be such.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from collector.plan_facts import Facts
from collector.settings import CollectSettings

WANTED = 300
"""People with words in each audience, from which topics and comparisons stand."""

READABLE, WITH_WORDS, WALL_CALLS = 0.7, 0.5, 1.1
"""Priors where nothing was looked at: of members open and not deleted; of those with enough words; calls a wall."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval and the number it was seen on; 0: a prior."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the plan: of a community, or of an audience whose rule chooses among several. ``people``: whose walls
    are wanted; ``with_words``: whom the topics will show; ``margin``: half the width of a 95 % interval of a share of
    50 %, in points of one; ``needed``: people to ask for so that ``WANTED`` with words remain, None when there are not
    so many; ``today``: people that fit into today; ``reachable``: that there are to ask."""

    facts: Facts
    readable: Share
    worded: Share
    people: int
    wall_calls: float
    with_words: int
    margin: float | None
    needed: int | None
    today: int
    reachable: int = 0


@dataclass(frozen=True, slots=True)
class Union:
    """An audience of whole communities: its ``people`` and those ``with_words``, the communities' own numbers added up;
    ``most``: people of one of them; ``needed``: people to ask for in each so that ``WANTED`` with words remain, None
    when there are not so many."""

    name: str
    communities: tuple[int, ...]
    people: int
    with_words: int
    most: int
    needed: int | None


def make_part(facts: Facts, settings: CollectSettings, min_words: int) -> Part:
    """The part of a community or of a whole rule."""
    known = sum(facts.states.values())
    readable = _share(facts.states.get("ok", 0), known, READABLE)
    worded = _share(sum(words >= min_words for _, words in facts.walls), len(facts.walls), WITH_WORDS)
    reachable = 0 if facts.refused else round(facts.members * readable.value * facts.share)
    wants = reachable if "walls" in settings.what else 0
    number = min(wants, settings.sample) if settings.sample else wants
    with_words = round(number * worded.value)
    needed = math.ceil(WANTED / worded.value) if worded.value else None
    return Part(
        facts, readable, worded, number, _wall_calls(facts, settings), with_words,
        _margin(with_words, round(reachable * worded.value)),
        needed if needed is not None and needed <= reachable else None, number, wants,
    )  # fmt: skip


def _share(n: int, total: int, prior: float) -> Share:
    """Wilson's 95 % interval (Wilson 1927); the prior, with nothing known of it, where nothing was seen."""
    if not total:
        return Share(prior, 0.0, 1.0, 0)
    z, p = 1.96, n / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return Share(p, max(0.0, middle - half), min(1.0, middle + half), total)


def _margin(n: int, population: int) -> float | None:
    """Half the width of a 95 % interval of a share of one half, for n drawn out of a finite population."""
    if n < 2:
        return None
    left = max(0.0, 1 - n / population) if population > n else 0.0
    return 1.96 * 0.5 / math.sqrt(n) * math.sqrt(left)


def _wall_calls(facts: Facts, settings: CollectSettings) -> float:
    """Mean calls a wall of a person, by the pages it has within the study's limit."""
    if not facts.walls:
        return WALL_CALLS
    pages = [max(1, math.ceil(min(posts, settings.max_posts or posts) / 100)) for posts, _ in facts.walls]
    return sum(pages) / len(pages)


def mean_posts(facts: Facts, settings: CollectSettings) -> float:
    """Posts a wall of a person, within the study's limit."""
    if not facts.walls:
        return 30.0
    return sum(min(posts, settings.max_posts or posts) for posts, _ in facts.walls) / len(facts.walls)


def wall_cost(part: Part, people: int) -> float:
    """Calls that the walls of so many of its people take: one for each that was read before, however long it is."""
    due = max(0, people - part.facts.read)
    again = min(due, part.facts.again)
    return again + (due - again) * part.wall_calls


def union(name: str, parts: Sequence[Part]) -> Union:
    """An audience of these communities."""

    def with_words(sample: int) -> float:
        return sum(min(sample, part.reachable) * part.worded.value for part in parts)

    most = max((part.reachable for part in parts), default=0)
    needed = _least(lambda sample: with_words(sample) >= WANTED - 1e-9, most)
    people = [part.people for part in parts]
    ids, worded = tuple(part.facts.id for part in parts), sum(part.with_words for part in parts)
    return Union(name, ids, sum(people), worded, max(people, default=0), needed)


def fitting(parts: Iterable[Part], calls: float) -> int:
    """The largest sample a community of which so many calls read all walls; at most what the study asks for."""
    asked = [part for part in parts if part.people]

    def cost(sample: int) -> float:
        return sum(wall_cost(part, min(sample, part.people)) for part in asked)

    most = max((part.people for part in asked), default=0)
    over = _least(lambda sample: cost(sample) > calls, most)
    return most if over is None else over - 1


def _least(holds: Callable[[int], bool], most: int) -> int | None:
    """The least number from 1 to ``most`` of which this holds, as it does of all greater ones; None without any."""
    if most < 1 or not holds(most):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
