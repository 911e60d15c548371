"""A whole simulated VK: people, communities, memberships and walls, made from one seed, with planted truth.

People and communities are made at once, walls when somebody first looks at them: a world of thousands opens in
well under a second. The same plan is the same world on every platform and Python.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from simulator.people import every_interest, guests, homes, mixture, person
from simulator.plans import PLANS, AudiencePlan, WorldPlan
from simulator.records import Community, Person, Post, Truth
from simulator.seeds import some, stream
from simulator.themes import themes
from simulator.walls import Source, community_wall, person_wall

__all__ = ["PLANS", "World", "WorldPlan", "build_world"]

FIRST_COMMUNITY = 101


class World:
    """One world; unchanging, and safe to read from many threads. ``now`` is its fixed present."""

    def __init__(self, plan: WorldPlan) -> None:
        self.plan = plan
        self.seed = plan.seed
        self.now = plan.now
        self._home = homes(plan)
        self._ids = [FIRST_COMMUNITY + number * 37 for number in range(len(plan.audiences))]
        by_place = guests(plan, self._home)
        self._members = {self._ids[place]: tuple(ids) for place, ids in by_place.items()}
        self.people: dict[int, Person] = {
            number: person(plan, number, plan.audiences[place]) for number, place in self._home.items()
        }
        self._follows = _follows(self._members)
        self.communities = {
            number: _community(number, one) for number, one in zip(self._ids, plan.audiences, strict=True)
        }
        self._clubs = _clubs(plan, self._ids[-1] + 37)
        self.communities.update(self._clubs)
        self._walls: dict[int, tuple[Post, ...]] = {}
        self._lock = threading.RLock()

    def members(self, community_id: int) -> tuple[int, ...]:
        """Members of a community, ascending ids; nobody where there is no such community."""
        return self._members.get(community_id, ())

    def subscriptions(self, user_id: int) -> tuple[int, ...]:
        """Ids of the communities a person follows: memberships, and clubs of the person's interests."""
        if user_id not in self.people:
            return ()
        rng = stream(self.seed, "follows", user_id)
        interests = self.interests(user_id)
        fond = [number for number, club in self._clubs.items() if club.activity in interests]
        return tuple(sorted({*self._follows.get(user_id, ()), *some(rng, fond, rng.randint(0, 3))}))

    def followed(self, user_id: int) -> tuple[int, ...]:
        """Ids of the people a person follows: up to three, whoever they are."""
        if user_id not in self.people:
            return ()
        rng = stream(self.seed, "followed", user_id)
        return tuple(sorted(set(some(rng, list(self._home), rng.randint(0, 3))) - {user_id}))

    def interests(self, user_id: int) -> dict[str, float]:
        """The planted mixture of one person: theme -> weight."""
        return mixture(self.plan, user_id, self._audience(user_id))

    def wall(self, owner_id: int) -> tuple[Post, ...]:
        """A wall, newest first, a pinned post on top; made at the first look."""
        with self._lock:
            if owner_id not in self._walls:
                self._walls[owner_id] = self._make_wall(owner_id)
            return self._walls[owner_id]

    def truth(self) -> Truth:
        """What was planted: interests of each person and audience, demography of each audience."""
        studied = dict(zip(self._ids, self.plan.audiences, strict=True))
        return Truth(
            interests=every_interest(self.plan),
            person={number: self.interests(number) for number, who in self.people.items() if not who.deactivated},
            audience={
                number: {theme: weight / sum(one.interests.values()) for theme, weight in one.interests.items()}
                for number, one in studied.items()
            },
            demography={number: _demography(one) for number, one in studied.items()},
        )

    def _audience(self, user_id: int) -> AudiencePlan:
        return self.plan.audiences[self._home[user_id]]

    def _make_wall(self, owner_id: int) -> tuple[Post, ...]:
        if owner_id in self.people:
            return person_wall(
                self.plan, self.people[owner_id], self._audience(owner_id), self.interests(owner_id), self._source()
            )
        place = self._ids.index(-owner_id) if -owner_id in self._ids else None
        if place is None:
            return ()
        return community_wall(self.plan, -owner_id, self.plan.audiences[place], self.members(-owner_id))

    def _source(self) -> Source:
        """Community posts that people repost, by the leading theme of their community."""
        by_theme: dict[str, list[Post]] = {}
        for number, one in zip(self._ids, self.plan.audiences, strict=True):
            if not one.closed:
                theme = next(iter(one.interests))
                by_theme.setdefault(theme, []).extend(post for post in self.wall(-number) if not post.is_ad)
        return Source(by_theme)


def _follows(members: dict[int, tuple[int, ...]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for community_id, ids in members.items():
        for user_id in ids:
            found.setdefault(user_id, []).append(community_id)
    return found


def _community(number: int, one: AudiencePlan) -> Community:
    leading = next(iter(one.interests))
    chosen = themes().get(leading)
    return Community(
        id=number,
        screen_name=one.screen_name,
        name=one.name,
        kind=one.kind,
        closed=one.closed,
        activity=chosen.activity if chosen else leading,
        description=f"Сообщество «{one.name}». Пишите, делитесь, приводите друзей.",
        wall=1,
        hides_members=one.hides_members,
    )


def _clubs(plan: WorldPlan, first: int) -> dict[int, Community]:
    """Small communities that people follow and nobody studies; their ``activity`` is their theme's key."""
    found: dict[int, Community] = {}
    for theme in every_interest(plan):
        for name in themes()[theme].clubs[:4]:
            number = first + len(found)
            found[number] = Community(number, f"club{number}", name, "page", 0, theme, "", 1)
    return found


def _demography(one: AudiencePlan) -> dict[str, object]:
    return {"female": one.female, "age_mean": one.age, "cities": dict(one.cities), "blank": one.blank}


def build_world(plan: WorldPlan | str, now: int | None = None) -> World:
    """A world by its plan or by the name of a ready one. Raises KeyError for a name that does not exist.

    ``now`` moves the whole world, dates of posts and visits included, to another present (UTC seconds).
    """
    chosen = PLANS[plan] if isinstance(plan, str) else plan
    return World(chosen if now is None else replace(chosen, now=now))
