"""What a plan is reckoned from: each community's people and wall, and the people whom an audience's rule leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from collector.overlap import PILOT, belonging
from collector.resolve import known_community
from collector.settings import AudienceSpec, CollectSettings
from storage import Store, audiences, journal, people, plan_data
from storage.audiences import Selection

WALL_POSTS = 1000
"""Posts of a community's wall where the study sets no limit and nothing is known."""

ACTIONS = 20.0
"""Likes, comments and reposts a post where nothing is known."""

_LONG_WORD = re.compile("[а-яё]{4,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wall:
    """A community's own wall: ``posts`` within the study's limits, None: not known; calls of ``wall.getComments``, of
    ``likes.getList`` and actions of people a post."""

    posts: int | None = None
    comment_calls: float = 1.0
    like_calls: float = 2.0
    actions: float = ACTIONS


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one community, or of the people of one rule (``id`` 0). ``walls``: (posts that VK counts, words
    of four letters and more) of the people whose wall was read, ``read`` of them in all; empty ``states`` and
    ``walls``: nothing was looked at. ``share`` of its members are asked for, ``wall`` None: its own is not read.
    ``at_most``: no more people than that, where nothing tells how many fewer."""

    id: int
    name: str
    members: int
    states: Mapping[str, int]
    walls: Sequence[tuple[int, int]]
    read: int = 0
    refused: str = ""
    share: float = 1.0
    wall: Wall | None = Wall()
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """``communities``: whose lists are read, those to be taken away too; ``rules``: the people of audiences of ``all``,
    ``2 of 5`` and ``active``, drawn at once; ``strangers``: those of them who may be no members."""

    communities: tuple[Facts, ...]
    rules: tuple[Facts, ...] = ()
    strangers: int = 0


def own_posts(facts: Facts, settings: CollectSettings) -> int:
    """Posts of a community's own wall that the study reads."""
    if facts.wall is None:
        return 0
    return (settings.max_posts or WALL_POSTS) if facts.wall.posts is None else facts.wall.posts


def drawn_from(store: Store, spec: AudienceSpec, ids: Sequence[int]) -> list[Selection]:
    """Whose walls show how an audience writes: of each of its communities, or of a whole rule, so far as members are
    known; who is active is not, and writes as members do. ``ids``: the communities that there are."""
    named = [number for number in _known(store, spec.communities) if number in ids]
    minus = tuple(number for number in _known(store, spec.minus) if number in ids)
    if spec.least > 1 and not spec.actions:
        return [Selection(tuple(named), spec.least, minus)]
    return [Selection((number,), 1, minus) for number in named]


def gather(store: Store, settings: CollectSettings, ids: Sequence[int]) -> Gathered:
    """What the study's store tells of these communities and of the audiences made of them."""
    facts = {number: _community(store, settings, number) for number in dict.fromkeys(ids)}
    members = {number: one.members for number, one in facts.items()}
    shares: dict[int, float] = {}
    read: dict[int, int] = {}
    rules, strangers, walls = [], 0, set()
    for spec in settings.audiences:
        named, minus = ([n for n in _known(store, names) if n in facts] for names in (spec.communities, spec.minus))
        walls |= {*named}
        if spec.actions or spec.least > 1:
            rules.append(_rule(store, settings, spec, named, minus, facts))
            strangers += rules[-1].members if spec.actions else 0
            continue
        for number in named:
            shares[number] = max(shares.get(number, 0.0), _left(store, members, number, minus))
            read[number] = max(read.get(number, 0), _read(store, Selection((number,), 1, tuple(minus))))
    return Gathered(
        tuple(
            replace(
                one, share=shares.get(number, 0.0), read=read.get(number, 0),
                wall=one.wall if number in walls else None,
            )
            for number, one in facts.items()
        ),
        tuple(rules), strangers,
    )  # fmt: skip


def _known(store: Store, names: Sequence[str]) -> list[int]:
    found = dict.fromkeys(known_community(store, name) for name in names)
    return [number for number in found if number is not None]


def _read(store: Store, selection: Selection) -> int:
    """How many of these people's walls were read."""
    return plan_data.count_read_of(store, audiences.selected(store, selection))


def _left(store: Store, members: Mapping[int, int], number: int, minus: Sequence[int]) -> float:
    """The share of a community's members who are in none of ``minus``; all, where nothing tells."""
    found = belonging(store, members, [number], 1, minus) if minus and members[number] else None
    return 1.0 if found is None else min(1.0, found[0] / members[number])


def _by_rule(
    store: Store, settings: CollectSettings, spec: AudienceSpec, named: Sequence[int], minus: Sequence[int],
    facts: Mapping[int, Facts],
) -> tuple[int, bool]:  # fmt: skip
    """(people, whether that is only the most there can be) of a rule that is drawn at once."""
    members = {number: one.members for number, one in facts.items()}
    if spec.actions:
        if _acted(store, settings, named):
            return sum(1 for _ in audiences.selected(store, _selection(settings, spec, named, minus))), False
        walls = [(number, wall) for number in named if (wall := facts[number].wall)]
        acts = sum(own_posts(facts[number], settings) * wall.actions for number, wall in walls)
        return int(acts / spec.actions), True
    if len(named) < spec.least:
        return 0, False
    if found := belonging(store, members, named, spec.least, minus):
        return found[0], False
    total = sum(members[number] for number in named)
    smallest = min(members[number] for number in named) if spec.least == len(named) else total
    return min(smallest, total // spec.least), True


def _acted(store: Store, settings: CollectSettings, named: Sequence[int]) -> bool:
    """Whether who acted on these walls was read to the end."""
    kinds = [kind for kind in ("likes", "comments") if kind in settings.what]
    walks = [journal.find_walk(store, kind, -number) for kind in kinds for number in named]
    return bool(walks) and all(walk is not None and walk.state == "done" for walk in walks)


def _rule(
    store: Store, settings: CollectSettings, spec: AudienceSpec, named: Sequence[int], minus: Sequence[int],
    facts: Mapping[int, Facts],
) -> Facts:  # fmt: skip
    """The people of a rule: open and wordy as the members of its communities are."""
    count, at_most = _by_rule(store, settings, spec, named, minus, facts)
    states: Counter[str] = Counter()
    for number in named:
        states.update(facts[number].states)
    walls = [wall for number in named for wall in facts[number].walls]
    read = _read(store, _selection(settings, spec, named, minus)) if named else 0
    return Facts(0, spec.name, count, states, walls, read, wall=None, at_most=at_most)


def _selection(
    settings: CollectSettings, spec: AudienceSpec, named: Sequence[int], minus: Sequence[int]
) -> Selection:  # fmt: skip
    return Selection(tuple(named), spec.least, tuple(minus), spec.actions, spec.since or settings.since or 0)


def _community(store: Store, settings: CollectSettings, community_id: int) -> Facts:
    community = people.find_community(store, community_id)
    walk = journal.find_walk(store, "members", community_id) or journal.find_walk(store, PILOT, community_id)
    gap = journal.find_gap(store, "members", community_id)
    members = (walk.promised if walk else None) or (community.members_count if community else None) or 0
    walls = [
        (posts, sum(len(_LONG_WORD.findall(text)) for text in plan_data.wall_texts(store, user_id)))
        for user_id, posts in plan_data.read_walls(store, community_id)
    ]
    name = (community.name if community else None) or str(community_id)
    states = plan_data.member_states(store, community_id)
    wall = _wall(store, settings, community_id)
    return Facts(community_id, name, members, states, walls, refused=gap.state if gap else "", wall=wall)


def _wall(store: Store, settings: CollectSettings, community_id: int) -> Wall:
    """A wall by the posts of it that are stored; where they are a part, the others are taken to be alike."""
    walk = journal.find_walk(store, "posts", -community_id)
    if walk is not None and walk.state == "refused":
        return Wall(0, 0.0, 0.0, 0.0)
    seen = plan_data.wall_counters(store, -community_id, settings.since or 0, settings.max_comments)
    if walk is None or (not seen.posts and walk.promised is None):
        return Wall()
    if not seen.posts:
        return Wall(0, 0.0, 0.0, 0.0)
    posts = _expected(seen, walk.promised or 0, settings.since)
    if settings.max_posts is not None:
        posts = min(posts, settings.max_posts)
    return Wall(posts, seen.comment_calls / seen.posts, seen.like_calls / seen.posts, seen.actions / seen.posts)


def _expected(seen: plan_data.Counters, promised: int, since: int | None) -> int:
    """Posts since then, at the pace of those that are stored."""
    if since is None or seen.posts < plan_data.PAGE or seen.newest <= seen.oldest:
        return promised if since is None else seen.posts
    return min(promised, round(seen.posts * (seen.newest - since) / (seen.newest - seen.oldest)))
