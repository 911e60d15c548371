"""What a collection will cost and bring, before it is begun: calls, hours, days, disk, people with words, margins.

The numbers come from what VK says of the communities, from three member pages of each and from a pilot of walls
(:mod:`collector.pilot`); without them from priors, which are said to be such.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from collector.capability import find_batches, save_batches
from collector.client import VkClient
from collector.engine import Engine
from collector.errors import VkQuota
from collector.pilot import look
from collector.resolve import known_community, resolve
from collector.settings import DAILY, AudienceSpec, CollectSettings
from collector.walk import Expedition
from storage import QUIET, SYSTEM_CLOCK, Clock, Store, Watch, audiences, journal, people, plan_data
from storage.audiences import Selection

WANTED = 300
"""People with words in each audience, from which topics and comparisons stand."""

READABLE, WITH_WORDS, WALL_CALLS = 0.7, 0.5, 1.1
"""Priors where nothing was looked at: of members open and not deleted; of those with enough words; calls a wall."""

WALL_POSTS = 1000
"""Posts of a community's wall where the study sets no limit and nothing is known."""

POST_BYTES, PERSON_BYTES = 1600, 200
"""Bytes of the study file: a post with its lemmas and profiles (17.7 MB for 10,814 posts of the demo), a member."""

_LONG_WORD = re.compile("[а-яё]{4,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one community. ``walls``: (posts that VK counts, words of four letters and more) of the
    people whose wall was read, ``read`` of them in all; empty ``states`` and ``walls``: nothing was looked at."""

    id: int
    name: str
    members: int
    states: Mapping[str, int]
    walls: Sequence[tuple[int, int]]
    read: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval and the number it was seen on; 0: a prior."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Part:
    """One community's part of the plan. ``people``: whose walls are wanted; ``with_words``: whom the topics will show;
    ``margin``: half the width of a 95 % interval of a share of 50 %, in points of one; ``needed``: people to ask for
    so that ``WANTED`` with words remain, None when there are not so many; ``today``: people that fit into today;
    ``share``: of its members who belong to an audience."""

    facts: Facts
    readable: Share
    worded: Share
    people: int
    wall_calls: float
    with_words: int
    margin: float | None
    needed: int | None
    today: int
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """``calls``: method -> calls; ``left``: method -> calls left today; ``seconds`` of pure waiting for the rate;
    ``days``: 1 when all fits into today; ``disk``: bytes; ``missing``: names that VK does not know; ``listed``: people
    who are named one by one."""

    parts: tuple[Part, ...]
    calls: Mapping[str, int]
    left: Mapping[str, int]
    seconds: float
    days: int
    disk: int
    missing: tuple[str, ...]
    listed: int = 0


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
    names = list(dict.fromkeys(name for spec in settings.audiences for name in spec.communities))
    missing: list[str] = []
    if client is None:
        ids = [number for name in names if (number := known_community(store, name)) is not None]
    else:
        expedition = Expedition(store, client, settings, watch, clock)
        ids, missing = _look(expedition, names)
        expedition.adopt_calls()
    facts = [_facts(store, number) for number in ids]
    shares = _shares(store, settings.audiences, {one.id: one.members for one in facts})
    listed = {user for spec in settings.audiences for user in spec.people}
    now = clock.now()
    used = (
        journal.calls_of_last_day(store, client.fingerprint, now) if client else journal.calls_of_everyone(store, now)
    )
    over = journal.limited(store, client.fingerprint, now) if client else set(journal.probes(store, now))
    left = {name: 0 if name in over else max(0, most - used.get(name, 0)) for name, most in DAILY.items()}
    return reckon(
        facts, settings, left, min_words=min_words, rate=rate, missing=tuple(missing), shares=shares,
        listed=len(listed), listed_read=plan_data.count_read_of(store, listed),
    )  # fmt: skip


def _look(expedition: Expedition, names: Sequence[str]) -> tuple[list[int], list[str]]:
    store, client = expedition.store, expedition.client
    batches = find_batches(store, client)
    for method in journal.limited(store, client.fingerprint, expedition.clock.now()):
        expedition.parked[method] = VkQuota(method, None, "суточный лимит исчерпан")  # not even a probe of it
    try:
        found = resolve(client, names)
        rows = [row for row in found.values() if row is not None]
        people.save_communities(store, rows, expedition.clock.now())
        ids = list(dict.fromkeys(row.id for row in rows if row.state == "ok"))
        with closing(
            Engine(client, batches=batches, stopping=expedition.watch.stopping, barred=expedition.barred)
        ) as engine:
            expedition.travel_by(engine)
            look(expedition, engine, ids)
    finally:
        with store.write():
            expedition.save_calls()
            save_batches(store, client, batches, expedition.clock)
    return ids, [name for name in names if (row := found.get(name)) is None or row.state != "ok"]


def _facts(store: Store, community_id: int) -> Facts:
    community = people.find_community(store, community_id)
    walk = journal.find_walk(store, "members", community_id) or journal.find_walk(store, "pilot", community_id)
    gap = journal.find_gap(store, "members", community_id)
    members = (walk.promised if walk else None) or (community.members_count if community else None) or 0
    walls = [
        (posts, sum(len(_LONG_WORD.findall(text)) for text in plan_data.wall_texts(store, user_id)))
        for user_id, posts in plan_data.read_walls(store, community_id)
    ]
    name = (community.name if community else None) or str(community_id)
    states = plan_data.member_states(store, community_id)
    read = plan_data.count_read_walls(store, community_id)
    return Facts(community_id, name, members, states, walls, read, gap.state if gap else "")


def _shares(store: Store, specs: Sequence[AudienceSpec], members: Mapping[int, int]) -> dict[int, float]:
    """Community -> the share of its members who belong by the rule of an audience: of ``all`` or ``2 of 5`` not
    everybody does. Counted where all lists are known, else the most that there can be."""
    found: dict[int, float] = {}
    for spec in specs:
        known = dict.fromkeys(known_community(store, name) for name in spec.communities)
        ids = [number for number in known if number is not None and number in members]
        total, share = sum(members[number] for number in ids), 1.0
        if spec.least > 1 and len(ids) >= spec.least and total:
            if all(len(people.member_ids(store, number)) >= members[number] for number in ids):
                belong = sum(1 for _ in audiences.selected(store, Selection(tuple(ids), spec.least)))
            else:
                belong = min(min(members[n] for n in ids) if spec.least == len(ids) else total, total // spec.least)
            share = belong / total
        for number in ids:
            found[number] = max(share, found.get(number, 0.0))
    return found


def reckon(
    facts: Sequence[Facts],
    settings: CollectSettings,
    left: Mapping[str, int],
    *,
    min_words: int = 20,
    rate: float = 3.0,
    missing: tuple[str, ...] = (),
    shares: Mapping[int, float] | None = None,
    listed: int = 0,
    listed_read: int = 0,
) -> Plan:
    """The plan from what is known; pure. ``left``: calls left today; ``rate``: calls a second; ``shares``: community ->
    share of its members who belong to an audience; ``listed``: people named one by one, the walls of ``listed_read`` of
    whom were read."""
    shares = shares or {}
    walls = sum(_wall_pages(settings) for _ in facts) if "posts" in settings.what else 0
    first = [_part(one, settings, min_words, 0, shares.get(one.id, 1.0)) for one in facts]
    asked = [part for part in first if part.people]
    budget = max(0, left["wall.get"] - walls)
    parts = tuple(
        _part(
            part.facts, settings, min_words, int(budget / max(1, len(asked)) / part.wall_calls),
            shares.get(part.facts.id, 1.0),
        )
        for part in first
    )  # fmt: skip
    calls = _calls(parts, settings, walls, listed, listed_read)
    over = max(0, calls.get("wall.get", 0) - left["wall.get"])
    posts = sum(part.people * _mean_posts(part.facts, settings) for part in parts) + walls * 100
    disk = sum(part.facts.members for part in parts) * PERSON_BYTES + posts * POST_BYTES
    days = 1 + math.ceil(over / DAILY["wall.get"])
    disk += listed * (PERSON_BYTES + (30 * POST_BYTES if "walls" in settings.what else 0))
    return Plan(parts, calls, dict(left), sum(calls.values()) / rate, days, int(disk), missing, listed)


def _part(facts: Facts, settings: CollectSettings, min_words: int, today: int, share: float) -> Part:
    known = sum(facts.states.values())
    readable = _share(facts.states.get("ok", 0), known, READABLE)
    worded = _share(sum(words >= min_words for _, words in facts.walls), len(facts.walls), WITH_WORDS)
    reachable = 0 if facts.refused else round(facts.members * readable.value * share)
    wants = reachable if "walls" in settings.what else 0
    number = min(wants, settings.sample) if settings.sample else wants
    with_words = round(number * worded.value)
    needed = math.ceil(WANTED / worded.value) if worded.value else None
    return Part(
        facts, readable, worded, number, _wall_calls(facts, settings), with_words,
        _margin(with_words, round(reachable * worded.value)),
        needed if needed is not None and needed <= reachable else None, min(number, today), share,
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


def _wall_pages(settings: CollectSettings) -> int:
    return max(1, math.ceil((settings.max_posts or WALL_POSTS) / 100))


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
    return max(0, part.people - round(part.facts.read * part.share))


def _calls(
    parts: Sequence[Part], settings: CollectSettings, walls: int, listed: int, listed_read: int
) -> dict[str, int]:
    found = {"groups.getById": 1 if parts else 0}
    if "members" in settings.what:
        found["groups.getMembers"] = sum(max(1, math.ceil(part.facts.members / 999)) for part in parts)
    found["users.get"] = math.ceil(listed / 1000)
    alone = (listed - listed_read) * WALL_CALLS if "walls" in settings.what else 0
    found["wall.get"] = walls + math.ceil(alone + sum(_unread(part) * part.wall_calls for part in parts))
    posts = walls * 100
    if "comments" in settings.what:
        found["wall.getComments"] = posts
    if "likes" in settings.what:
        found["likes.getList"] = 2 * posts
    if "subscriptions" in settings.what:
        number = sum(part.people for part in parts) + listed
        found["users.getSubscriptions"] = min(number, settings.subscriptions_sample or number)
    return {method: number for method, number in found.items() if number}
