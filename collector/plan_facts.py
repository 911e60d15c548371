"""What a plan is reckoned from: each community's people and wall, and the people whom an audience's rule leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.overlap import PILOT, belonging
from collector.panel import CLOSED
from collector.resolve import known_community
from collector.sample import find_cut, lot, selection_of
from collector.settings import AudienceSpec, CollectSettings
from collector.walk import Limits, decode_limits, due, wall_limits
from collector.walk_posts import AGAIN, YOUNG
from storage import Store, audiences, journal, people, plan_data, walls
from storage.audiences import Selection

WALL_POSTS = 1000
"""Posts of a community's wall where the study sets no limit and nothing is known."""

MEMBERS = 10_000
"""People of a community of which nothing is known."""

ACTIONS = 20.0
"""Likes, comments and reposts a post where nothing is known."""

MEMBERS_A_CALL, POSTS_A_CALL = 999, 98
"""Pages hold a thousand and a hundred; one, or two, of these are of the page before."""

_LONG_WORD = re.compile("[а-яё]{4,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wall:
    """A community's own wall: ``posts`` within the study's limits, None: not known; calls of ``wall.getComments``, of
    ``likes.getList`` and actions of people a post. Of the ``stored`` posts the comments take ``unread_comments`` calls
    more, the likes and reposts ``unread_likes``. ``pages``: calls that the wall itself takes, None: by its posts."""

    posts: int | None = None
    comment_calls: float = 1.0
    like_calls: float = 2.0
    actions: float = ACTIONS
    stored: int = 0
    unread_comments: int = 0
    unread_likes: int = 0
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one community, or of the people of one rule (``id`` 0). ``walls``: (posts that VK counts, words
    of four letters and more) of the people whose wall was ever read; empty ``states`` and ``walls``: nothing was looked
    at. Of ``read`` people the wall, of ``followed`` the subscriptions are not asked for here: they were read lately, or
    these people are counted with another community; of ``again`` others the wall was read before, and one call brings
    what is new on it. ``pages``: calls that the member list takes, None: by its length. ``share`` of its members are
    asked for, ``wall`` None: its own is not read. ``emptied``: ``minus`` takes all away. ``assumed``: nothing is known
    of it, its size is a prior. ``at_most``: no more people than that, where nothing tells how many fewer."""

    id: int
    name: str
    members: int
    states: Mapping[str, int]
    walls: Sequence[tuple[int, int]]
    read: int = 0
    followed: int = 0
    again: int = 0
    pages: int | None = None
    refused: str = ""
    share: float = 1.0
    wall: Wall | None = Wall()
    emptied: bool = False
    assumed: bool = False
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Alone:
    """People named one by one: ``listed`` in files, ``drawn`` as baselines; ``shut``: closed or deleted, as far as is
    known; of ``unseen`` the profile is to be read; ``read`` and ``followed`` as of Facts."""

    listed: int = 0
    drawn: int = 0
    shut: int = 0
    unseen: int = 0
    read: int = 0
    followed: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """``communities``: whose lists are read, those to be taken away too; ``rules``: the people of audiences of ``all``,
    ``2 of 5`` and ``active``, drawn at once; ``strangers``: those of them who may be no members; ``unions``: the other
    audiences, each with its communities."""

    communities: tuple[Facts, ...]
    rules: tuple[Facts, ...] = ()
    strangers: int = 0
    alone: Alone = Alone()
    unions: tuple[tuple[str, tuple[int, ...]], ...] = ()


def own_posts(facts: Facts, settings: CollectSettings) -> int:
    """Posts of a community's own wall that the study reads."""
    if facts.wall is None:
        return 0
    return (settings.max_posts or WALL_POSTS) if facts.wall.posts is None else facts.wall.posts


class Named:
    """The communities of a study by their names; where VK is not asked, unknown ones get numbers below zero."""

    def __init__(self, store: Store, names: Iterable[str], *, assume: bool = False) -> None:
        found = {name: known_community(store, name) for name in names}
        strange = [name for name, number in found.items() if number is None and assume]
        self.assumed = {-place: name for place, name in enumerate(strange, start=1)}
        known = {name: number for name, number in found.items() if number is not None}
        self._ids = known | {name: number for number, name in self.assumed.items()}

    def ids(self, names: Iterable[str]) -> list[int]:
        """The numbers of these names, each once, in order; without those that nobody knows."""
        return list(dict.fromkeys(self._ids[name] for name in names if name in self._ids))


def drawn_from(store: Store, spec: AudienceSpec, ids: Sequence[int]) -> list[Selection]:
    """Whose walls show how an audience writes: of each of its communities, or of a whole rule, so far as members are
    known; who is active is not, and writes as members do. ``ids``: the communities that there are."""
    known = Named(store, (*spec.communities, *spec.minus))
    named = [number for number in known.ids(spec.communities) if number in ids]
    minus = tuple(number for number in known.ids(spec.minus) if number in ids)
    if spec.least > 1 and not spec.actions:
        return [Selection(tuple(named), spec.least, minus)]
    return [Selection((number,), 1, minus) for number in named]


def gather(store: Store, settings: CollectSettings, ids: Sequence[int], known: Named, now: int) -> Gathered:
    """What the study's store tells of these communities and of the audiences made of them, as of ``now``."""
    facts = {number: _community(store, settings, number, now) for number in dict.fromkeys(ids)}
    facts |= {number: Facts(number, name, MEMBERS, {}, [], assumed=True) for number, name in known.assumed.items()}
    members = {number: one.members for number, one in facts.items()}
    shares: dict[int, float] = {}
    panels: dict[int | str, set[int]] = {}
    rules, strangers, own = [], 0, set()
    unions: list[tuple[str, tuple[int, ...]]] = []
    for spec in settings.audiences:
        named, minus = ([n for n in known.ids(names) if n in facts] for names in (spec.communities, spec.minus))
        own |= {*named}
        if spec.actions or spec.least > 1:
            rules.append(_rule(store, settings, spec, named, minus, facts))
            chosen = selection_of(spec, settings, named, minus, least=spec.least)
            panels[spec.name] = set(_drawn(store, settings, chosen, 1.0)) if named else set()
            strangers += _strangers(store, settings, spec, named, minus, rules[-1]) if spec.actions else 0
            continue
        unions += [(spec.name, tuple(named))] if named else []
        for number in named:
            shares[number] = max(shares.get(number, 0.0), _left(store, members, number, minus))
            seen = sum(facts[number].states.values()) / max(1, members[number])
            panels.setdefault(number, set()).update(
                _drawn(store, settings, Selection((number,), 1, tuple(minus)), seen)
            )
    communities = [
        replace(
            one, share=shares.get(number, 0.0), wall=one.wall if number in own else None,
            emptied=shares.get(number) == 0 and one.members > 0,
        )
        for number, one in facts.items()
    ]  # fmt: skip
    marks = _marks(store, settings, panels, now)
    return Gathered(
        tuple(_marked(one, marks.get(one.id)) for one in communities),
        tuple(_marked(one, marks.get(one.name)) for one in rules), strangers, _alone(store, settings, now),
        tuple(unions),
    )  # fmt: skip


def _marked(facts: Facts, mark: tuple[int, int, int] | None) -> Facts:
    return replace(facts, read=mark[0], followed=mark[1], again=mark[2]) if mark else facts


def _marks(
    store: Store, settings: CollectSettings, panels: Mapping[int | str, set[int]], now: int
) -> dict[int | str, tuple[int, int, int]]:
    """(read, followed, again) of the people of each part; whoever belongs to several counts in the first."""
    found: dict[int | str, tuple[int, int, int]] = {}
    counted: set[int] = set()
    lately = now - settings.refresh_seconds
    for name, panel in panels.items():
        fresh, twice = panel - counted, len(panel & counted)
        counted |= panel
        read = _walls_read(store, settings, fresh, lately)
        again = _walls_read(store, settings, fresh, 0) - read
        found[name] = read + twice, _followed(store, fresh, lately) + twice, again
    return found


def _alone(store: Store, settings: CollectSettings, now: int) -> Alone:
    listed = {user for spec in settings.audiences for user in spec.people}
    drawn = audiences.drawn_people(store) - listed
    people_, lately = listed | drawn, now - settings.refresh_seconds
    shut = sum(state in CLOSED for state in plan_data.states_of(store, people_).values())
    unseen = len(people_) - plan_data.count_seen(store, people_, lately)
    read, followed = _walls_read(store, settings, people_, lately), _followed(store, people_, lately)
    return Alone(len(listed), len(drawn), shut, unseen, read, followed)


def _drawn(store: Store, settings: CollectSettings, selection: Selection, known: float) -> list[int]:
    """Who of these people will be in the panel: of ``known``, a share of all, as large a share of the sample."""
    ids = list(audiences.selected(store, selection, readable=True))
    if settings.sample is None:
        return ids
    cut = find_cut(ids, max(1, round(settings.sample * min(1.0, known))), settings.seed)
    return [user_id for user_id in ids if lot(settings.seed, user_id) <= cut.lot]


def _strangers(
    store: Store, settings: CollectSettings, spec: AudienceSpec, named: Sequence[int], minus: Sequence[int], rule: Facts
) -> int:  # fmt: skip
    """Of how many active people the profile is still to be read."""
    if rule.at_most:
        return rule.members
    return len(audiences.strangers(store, selection_of(spec, settings, named, minus, least=spec.least)))


def _walls_read(store: Store, settings: CollectSettings, user_ids: Collection[int], after: int) -> int:
    """Of how many of these people the wall, as far as the study reads it, was read after that moment (UTC seconds)."""
    limits = wall_limits(settings)
    ended = plan_data.finished_walks(store, "walls", user_ids, after)
    return sum(one.number for one in ended if one.refused or Limits(one.most, one.since).cover(limits))


def _followed(store: Store, user_ids: Collection[int], after: int) -> int:
    """Of how many of these people the subscriptions were read after that moment (UTC seconds)."""
    return sum(one.number for one in plan_data.finished_walks(store, "subscriptions", user_ids, after))


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
        if _acted(store, settings, named, facts):
            chosen = selection_of(spec, settings, named, minus, least=spec.least)
            return sum(1 for _ in audiences.selected(store, chosen)), False
        shown = [(number, wall) for number in named if (wall := facts[number].wall)]
        acts = sum(own_posts(facts[number], settings) * wall.actions for number, wall in shown)
        return int(acts / spec.actions), True
    if len(named) < spec.least:
        return 0, False
    if found := belonging(store, members, named, spec.least, minus):
        return found[0], False
    total = sum(members[number] for number in named)
    smallest = min(members[number] for number in named) if spec.least == len(named) else total
    return min(smallest, total // spec.least), True


def _acted(store: Store, settings: CollectSettings, named: Sequence[int], facts: Mapping[int, Facts]) -> bool:
    """Whether who acted on these walls was read to the end, as far as the study reads them now."""
    if any((wall := facts[number].wall) is None or wall.pages is None for number in named):
        return False
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
    texts = [wall for number in named for wall in facts[number].walls]
    return Facts(0, spec.name, count, states, texts, wall=None, at_most=at_most)


def _community(store: Store, settings: CollectSettings, community_id: int, now: int) -> Facts:
    community = people.find_community(store, community_id)
    walk = journal.find_walk(store, "members", community_id) or journal.find_walk(store, PILOT, community_id)
    gap = journal.find_gap(store, "members", community_id)
    members = (walk.promised if walk else None) or (community.members_count if community else None) or 0
    texts = [
        (posts, sum(len(_LONG_WORD.findall(text)) for text in plan_data.wall_texts(store, user_id)))
        for user_id, posts in plan_data.read_walls(store, community_id)
    ]
    name = (community.name if community else None) or str(community_id)
    states = plan_data.member_states(store, community_id)
    refused, pages = gap.state if gap else "", _list_pages(store, settings, community_id, now)
    wall = _wall(store, settings, community_id, now)
    return Facts(community_id, name, members, states, texts, pages=pages, refused=refused, wall=wall)


def _list_pages(store: Store, settings: CollectSettings, community_id: int, now: int) -> int | None:
    """Calls that a member list takes where it was read lately, in part, or refused."""
    walk = due(store, settings, now, "members", community_id)
    if walk is None:
        return 0
    return -(-max(1, walk.promised - walk.got) // MEMBERS_A_CALL) if walk.promised else None


def _pages(store: Store, settings: CollectSettings, community_id: int, now: int) -> int | None:
    """Calls that a community's own wall takes where it was read lately, in part, or only for what is new on top."""
    walk = due(store, settings, now, "posts", -community_id, wall_limits(settings))
    if walk is None:
        return 0
    if decode_limits(walk.settings).known is not None:
        return 1
    return -(-max(1, walk.promised - walk.got) // POSTS_A_CALL) if walk.promised else None


def _wall(store: Store, settings: CollectSettings, community_id: int, now: int) -> Wall:
    """The wall as :func:`_known_wall` tells it, with what of it was read already."""
    found, pages = _known_wall(store, settings, community_id), _pages(store, settings, community_id, now)
    unread = {
        part: _unread(store, settings, community_id, part, now)
        for kind, parts in (("comments", ("comments",)), ("likes", ("like", "repost")))
        for part in parts
        if pages != 0 or due(store, settings, now, kind, -community_id, source="posts")
    }
    return replace(
        found, stored=plan_data.wall_counters(store, -community_id, settings.since or 0, None).posts,
        unread_comments=unread.get("comments", 0), unread_likes=unread.get("like", 0) + unread.get("repost", 0),
        pages=pages,
    )  # fmt: skip


def _unread(store: Store, settings: CollectSettings, community_id: int, kind: str, now: int) -> int:
    """Calls that the comments, likes or reposts of the stored posts take."""
    most = settings.max_comments if kind == "comments" else None
    ids = walls.unread_posts(
        store, -community_id, kind, since=settings.since, most=most, young=now - YOUNG, read_before=now - AGAIN
    )
    return plan_data.reading_calls(store, -community_id, ids, kind, most)


def _known_wall(store: Store, settings: CollectSettings, community_id: int) -> Wall:
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
