"""What a collection will cost and bring, before it is begun: calls, hours, days, disk, people with words, margins.

The numbers come from what VK says of the communities, from three member pages of each and from a pilot of walls
(:mod:`collector.pilot`); without them from priors, which are said to be such.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from collector.batch import Batches
from collector.capability import find_batches, save_batches
from collector.client import VkClient
from collector.engine import Engine
from collector.errors import VkQuota
from collector.pilot import look
from collector.plan_facts import MEMBERS_A_CALL, POSTS_A_CALL, Alone, Facts, Named, drawn_from, gather, own_posts
from collector.resolve import resolve
from collector.settings import DAILY, CollectSettings
from collector.walk import Expedition
from storage import QUIET, SYSTEM_CLOCK, Clock, Store, Watch, journal, people

WANTED = 300
"""People with words in each audience, from which topics and comparisons stand."""

READABLE, WITH_WORDS, WALL_CALLS = 0.7, 0.5, 1.1
"""Priors where nothing was looked at: of members open and not deleted; of those with enough words; calls a wall."""

NOBODY = Alone()

POST_BYTES, PERSON_BYTES = 1600, 200
"""Bytes of the study file: a post with its lemmas and profiles (17.7 MB for 10,814 posts of the demo), a member."""


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
    so many; ``today``: people that fit into today."""

    facts: Facts
    readable: Share
    worded: Share
    people: int
    wall_calls: float
    with_words: int
    margin: float | None
    needed: int | None
    today: int


@dataclass(frozen=True, slots=True)
class Plan:
    """``calls``: method -> calls; ``left``: method -> calls left today; ``seconds`` of pure waiting for the rate;
    ``days``: 1 when all fits into today; ``disk``: bytes; ``missing``: names that VK does not know; ``listed``: people
    who are named one by one; ``rules``: the audiences of ``all``, ``2 of 5`` and ``active``, whose people are in no
    community's part; ``drawn``: people of drawn baselines. What was read lately is in no number of ``calls``;
    ``interrupted``: somebody stopped the look before its end."""

    parts: tuple[Part, ...]
    calls: Mapping[str, int]
    left: Mapping[str, int]
    seconds: float
    days: int
    disk: int
    missing: tuple[str, ...]
    listed: int = 0
    rules: tuple[Part, ...] = ()
    drawn: int = 0
    interrupted: bool = False


def plan(
    store: Store,
    settings: CollectSettings,
    *,
    client: VkClient | None,
    min_words: int = 20,
    rate: float = 3.0,
    watch: Watch = QUIET,
    clock: Clock = SYSTEM_CLOCK,
) -> Plan:
    """Look at the study's communities and reckon; ``client`` None asks VK nothing.

    ``min_words``: words under which a person has no profile. Raises VkStop and VkRetry as ``collect`` does.
    """
    missing: list[str] = []
    names = _names(settings, minus=True)
    if client is None:
        named, batches = Named(store, names, assume=True), None
        ids = [number for number in named.ids(names) if number not in named.assumed]
    else:
        expedition = Expedition(store, client, settings, watch, clock)
        ids, missing, batches = _look(expedition)
        expedition.adopt_calls()
        named = Named(store, names)
    known = gather(store, settings, ids, named, clock.now())
    packed = batches.size if batches is not None and batches.able else _single
    found = reckon(
        known.communities, settings, _left_today(store, client, clock.now()), min_words=min_words, rate=rate,
        missing=tuple(missing), rules=known.rules, strangers=known.strangers, alone=known.alone, packed=packed,
    )  # fmt: skip
    return replace(found, interrupted=client is not None and watch.stopping())


def _names(settings: CollectSettings, *, minus: bool) -> list[str]:
    """The communities that the study names, each once; with those that are only taken away, or without."""
    return list(
        dict.fromkeys(
            name
            for spec in settings.audiences
            for name in ((*spec.communities, *spec.minus) if minus else spec.communities)
        )
    )


def _left_today(store: Store, client: VkClient | None, now: int) -> dict[str, int]:
    if client is None:
        used, over = journal.calls_of_everyone(store, now), set(journal.probes(store, now))
    else:
        used = journal.calls_of_last_day(store, client.fingerprint, now)
        over = journal.limited(store, client.fingerprint, now)
    return {name: 0 if name in over else max(0, most - used.get(name, 0)) for name, most in DAILY.items()}


def _look(expedition: Expedition) -> tuple[list[int], list[str], Batches]:
    store, client, settings = expedition.store, expedition.client, expedition.settings
    batches, names = find_batches(store, client), _names(settings, minus=True)
    for method in journal.limited(store, client.fingerprint, expedition.clock.now()):
        expedition.parked[method] = VkQuota(method, None, "суточный лимит исчерпан")  # not even a probe of it
    try:
        found = resolve(client, names)
        rows = [row for row in found.values() if row is not None]
        people.save_communities(store, rows, expedition.clock.now())
        open_ = {name: row.id for name, row in found.items() if row is not None and row.state == "ok"}
        studied = list(dict.fromkeys(open_[name] for name in _names(settings, minus=False) if name in open_))
        ids = list(dict.fromkeys(open_.values()))
        with closing(
            Engine(client, batches=batches, stopping=expedition.watch.stopping, barred=expedition.barred)
        ) as engine:
            expedition.travel_by(engine)
            pilots = (one for spec in settings.audiences for one in drawn_from(store, spec, ids))
            look(expedition, engine, ids, pilots, studied if "posts" in settings.what else ())
    finally:
        with store.write():
            expedition.save_calls()
            save_batches(store, client, batches, expedition.clock)
    return ids, [name for name in names if name not in open_], batches


def _single(method: str) -> int:
    return 1


def reckon(
    facts: Sequence[Facts],
    settings: CollectSettings,
    left: Mapping[str, int],
    *,
    min_words: int = 20,
    rate: float = 3.0,
    missing: tuple[str, ...] = (),
    rules: Sequence[Facts] = (),
    strangers: int = 0,
    alone: Alone = NOBODY,
    packed: Callable[[str], int] = _single,
) -> Plan:
    """The plan from what is known; pure. ``left``: calls left today; ``rate``: calls a second; ``rules``: people of
    whole rules, ``strangers`` of whom may be known by number alone; ``alone``: people named one by one; ``packed``:
    method -> how many of its calls go in one."""
    walls = sum(_wall_pages(one, settings) for one in facts) if "posts" in settings.what else 0
    first = [_part(one, settings, min_words, 0) for one in (*facts, *rules)]
    asked = [part for part in first if part.people]
    budget = max(0, left["wall.get"] - walls)
    every = tuple(
        _part(part.facts, settings, min_words, part.facts.read + int(budget / max(1, len(asked)) / part.wall_calls))
        for part in first
    )
    calls = _calls(facts, every, settings, walls, strangers, alone)
    over = max(0, calls.get("wall.get", 0) - left["wall.get"])
    own = sum(own_posts(one, settings) for one in facts) if "posts" in settings.what else 0
    posts = sum(part.people * _mean_posts(part.facts, settings) for part in every) + own
    disk = sum(one.members for one in facts) * PERSON_BYTES + posts * POST_BYTES
    days = 1 + math.ceil(over / DAILY["wall.get"])
    disk += (alone.listed + alone.drawn) * (PERSON_BYTES + (30 * POST_BYTES if "walls" in settings.what else 0))
    seconds = sum(math.ceil(number / packed(method)) for method, number in calls.items()) / rate
    parts, of_rules = every[: len(facts)], every[len(facts) :]
    return Plan(parts, calls, dict(left), seconds, days, int(disk), missing, alone.listed, of_rules, alone.drawn)


def _part(facts: Facts, settings: CollectSettings, min_words: int, today: int) -> Part:
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
        needed if needed is not None and needed <= reachable else None, min(number, today),
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


def _wall_pages(facts: Facts, settings: CollectSettings) -> int:
    """Calls that a community's own wall takes."""
    if facts.wall is None:
        return 0
    pages = max(1, math.ceil((own_posts(facts, settings) - 2) / POSTS_A_CALL))
    return pages if facts.wall.pages is None else min(pages, facts.wall.pages)


def _wall_calls(facts: Facts, settings: CollectSettings) -> float:
    """Mean calls a wall of a person, by the pages it has within the study's limit."""
    if not facts.walls:
        return WALL_CALLS
    pages = [max(1, math.ceil(min(posts, settings.max_posts or posts) / 100)) for posts, _ in facts.walls]
    return sum(pages) / len(pages)


def _mean_posts(facts: Facts, settings: CollectSettings) -> float:
    if not facts.walls:
        return 30.0
    return sum(min(posts, settings.max_posts or posts) for posts, _ in facts.walls) / len(facts.walls)


def _unread(part: Part) -> int:
    return max(0, part.people - part.facts.read)


def _calls(
    lists: Sequence[Facts], parts: Sequence[Part], settings: CollectSettings, walls: int, strangers: int, alone: Alone
) -> dict[str, int]:
    what, people_ = settings.what, max(0, alone.listed + alone.drawn - alone.shut)
    found = {"groups.getById": math.ceil(len(lists) / 500)}
    if "members" in what:
        found["groups.getMembers"] = sum(_list_calls(one) for one in lists)
    found["users.get"] = math.ceil((alone.unseen + strangers) / 1000)
    others = max(0, people_ - alone.read) * WALL_CALLS if "walls" in what else 0
    found["wall.get"] = walls + math.ceil(others + sum(_unread(part) * part.wall_calls for part in parts))
    for kind, method in (("comments", "wall.getComments"), ("likes", "likes.getList")):
        if kind in what:
            found[method] = math.ceil(sum(_post_calls(one, kind, settings) for one in lists))
    if "subscriptions" in what:
        number = sum(part.people for part in parts) + people_
        followed = sum(min(part.people, part.facts.followed) for part in parts) + alone.followed
        found["users.getSubscriptions"] = max(0, min(number, settings.subscriptions_sample or number) - followed)
    return {method: number for method, number in found.items() if number}


def _list_calls(facts: Facts) -> int:
    if facts.pages is not None:
        return facts.pages
    return 1 if facts.refused else max(1, math.ceil(facts.members / MEMBERS_A_CALL))


def _post_calls(facts: Facts, kind: str, settings: CollectSettings) -> float:
    """Calls that the comments, or the likes and reposts, of its posts take: of those stored, and of those to come."""
    wall = facts.wall
    if wall is None:
        return 0.0
    unread, calls = (
        (wall.unread_comments, wall.comment_calls) if kind == "comments" else (wall.unread_likes, wall.like_calls)
    )
    return unread + calls * max(0, own_posts(facts, settings) - wall.stored)
