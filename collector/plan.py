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
from collector.plan_parts import WALL_CALLS, Part, Union, fitting, make_part, mean_posts, union, wall_cost
from collector.resolve import resolve
from collector.settings import DAILY, CollectSettings
from collector.walk import Expedition
from storage import QUIET, SYSTEM_CLOCK, Clock, Store, Watch, journal, people

NOBODY = Alone()

POST_BYTES, PERSON_BYTES = 1600, 200
"""Bytes of the study file: a post with its lemmas and profiles (17.7 MB for 10,814 posts of the demo), a member."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``calls``: method -> calls; ``left``: method -> calls left today; ``seconds`` of pure waiting for the rate;
    ``days``: 1 when all fits into today; ``disk``: bytes; ``missing``: names that VK does not know; ``listed``: people
    who are named one by one; ``rules``: the audiences of ``all``, ``2 of 5`` and ``active``, whose people are in no
    community's part; ``drawn``: people of drawn baselines. What was read lately is in no number of ``calls``;
    ``interrupted``: somebody stopped the look before its end; ``fits``: the sample a community that fits into today, 0:
    none; ``unions``: the audiences of whole communities."""

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
    fits: int = 0
    unions: tuple[Union, ...] = ()


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
        missing=tuple(missing), unions=known.unions, rules=known.rules, strangers=known.strangers,
        alone=known.alone, packed=packed,
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
    unions: Sequence[tuple[str, Sequence[int]]] = (),
    min_words: int = 20,
    rate: float = 3.0,
    missing: tuple[str, ...] = (),
    rules: Sequence[Facts] = (),
    strangers: int = 0,
    alone: Alone = NOBODY,
    packed: Callable[[str], int] = _single,
) -> Plan:
    """The plan from what is known; pure. ``left``: calls left today; ``rate``: calls a second; ``unions``: audiences by
    name with the communities that make them; ``rules``: people of whole rules, ``strangers`` of whom may be known by
    number alone; ``alone``: people named one by one; ``packed``: method -> how many of its calls go in one."""
    walls = sum(_wall_pages(one, settings) for one in facts) if "posts" in settings.what else 0
    others = _walls_alone(alone) if "walls" in settings.what else 0.0
    first = [make_part(one, settings, min_words) for one in (*facts, *rules)]
    fits = fitting(first, left["wall.get"] - walls - others)
    every = tuple(replace(part, today=min(part.people, fits)) for part in first)
    calls = _calls(facts, every, settings, walls + others, strangers, alone)
    over = max(0, calls.get("wall.get", 0) - left["wall.get"])
    own = sum(own_posts(one, settings) for one in facts) if "posts" in settings.what else 0
    posts = sum(part.people * mean_posts(part.facts, settings) for part in every) + own
    disk = sum(one.members for one in facts) * PERSON_BYTES + posts * POST_BYTES
    days = 1 + math.ceil(over / DAILY["wall.get"])
    disk += (alone.listed + alone.drawn) * (PERSON_BYTES + (30 * POST_BYTES if "walls" in settings.what else 0))
    seconds = sum(math.ceil(number / packed(method)) for method, number in calls.items()) / rate
    parts, of_rules = every[: len(facts)], every[len(facts) :]
    by_id = {part.facts.id: part for part in parts}
    joined = tuple(union(name, [by_id[number] for number in ids if number in by_id]) for name, ids in unions)
    return Plan(
        parts, calls, dict(left), seconds, days, int(disk), missing, alone.listed, of_rules, alone.drawn, fits=fits,
        unions=joined,
    )  # fmt: skip


def _wall_pages(facts: Facts, settings: CollectSettings) -> int:
    """Calls that a community's own wall takes."""
    if facts.wall is None:
        return 0
    pages = max(1, math.ceil((own_posts(facts, settings) - 2) / POSTS_A_CALL))
    return pages if facts.wall.pages is None else min(pages, facts.wall.pages)


def _walls_alone(alone: Alone) -> float:
    """Calls that the walls of the people named one by one take."""
    return max(0, alone.listed + alone.drawn - alone.shut - alone.read) * WALL_CALLS


def _calls(
    lists: Sequence[Facts], parts: Sequence[Part], settings: CollectSettings, walls: float, strangers: int, alone: Alone
) -> dict[str, int]:
    what, people_ = settings.what, max(0, alone.listed + alone.drawn - alone.shut)
    found = {"groups.getById": math.ceil(len(lists) / 500)}
    if "members" in what:
        found["groups.getMembers"] = sum(_list_calls(one) for one in lists)
    found["users.get"] = math.ceil((alone.unseen + strangers) / 1000)
    found["wall.get"] = math.ceil(walls + sum(wall_cost(part, part.people) for part in parts))
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
    coming = max(0, own_posts(facts, settings) - wall.stored)
    return unread + calls * (coming if wall.pages is None else min(coming, wall.pages * POSTS_A_CALL))
