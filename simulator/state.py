"""The world as it is at this moment: the planted one, and what has changed while it was being read.

A :class:`World` never changes. ``State`` lays changes over it: posts come, go, are edited and pinned, people join
and leave, walls close. Changes may be scheduled to happen just before the n-th call of a method, so that a test can
move a wall between two pages. What existed throughout is what a careful reader must have at the end.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from simulator.records import Community, Person, Post


class WorldLike(Protocol):
    """What the server needs of a world; all of it is read-only here."""

    @property
    def seed(self) -> int: ...
    @property
    def now(self) -> int: ...
    @property
    def communities(self) -> Mapping[int, Community]: ...
    @property
    def people(self) -> Mapping[int, Person]: ...
    def members(self, community_id: int, /) -> tuple[int, ...]: ...
    def subscriptions(self, user_id: int, /) -> tuple[int, ...]: ...
    def followed(self, user_id: int, /) -> tuple[int, ...]: ...
    def wall(self, owner_id: int, /) -> tuple[Post, ...]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens just before the ``nth`` call (from 1) of ``method`` on ``subject`` (None: on anyone).

    The subject is what the call is about: the owner of a wall (negative for communities), the positive id of a
    community whose members are listed, a person.
    """

    method: str
    nth: int
    apply: Callable[[State], None]
    subject: int | None = None


class State:
    """A world that moves. Safe to share between threads: every public method takes the lock."""

    def __init__(self, world: WorldLike, changes: Iterable[Change] = ()) -> None:
        self.world = world
        self._lock = threading.RLock()
        self._changes = list(changes)
        self._counts: Counter[tuple[str, int | None]] = Counter()
        self._walls: dict[int, tuple[Post, ...]] = {}
        self._members: dict[int, tuple[int, ...]] = {}
        self._communities: dict[int, Community] = {}
        self._subscribed: dict[int, tuple[int, ...]] = {}
        self._lost_posts: set[tuple[int, int]] = set()
        self._lost_members: set[tuple[int, int]] = set()
        self._names = {one.screen_name.lower(): id_ for id_, one in world.communities.items()}

    # --- reading

    @property
    def now(self) -> int:
        """The world's own clock, UTC seconds: it stands still."""
        return self.world.now

    def person(self, user_id: int) -> Person | None:
        """A person, or None."""
        return self.world.people.get(user_id)

    def community(self, community_id: int) -> Community | None:
        """A community by its positive id, or None."""
        with self._lock:
            return self._communities.get(community_id) or self.world.communities.get(community_id)

    def named(self, screen_name: str) -> Community | None:
        """A community by its screen name."""
        found = self._names.get(screen_name.lower())
        return None if found is None else self.community(found)

    def wall(self, owner_id: int) -> tuple[Post, ...]:
        """All posts, the pinned one first, then newest first."""
        with self._lock:
            moved = self._walls.get(owner_id)
        return self.world.wall(owner_id) if moved is None else moved

    def post(self, owner_id: int, post_id: int) -> Post | None:
        """One post, or None."""
        return next((post for post in self.wall(owner_id) if post.id == post_id), None)

    def members(self, community_id: int) -> tuple[int, ...]:
        """Ids of the members, ascending."""
        with self._lock:
            moved = self._members.get(community_id)
        return self.world.members(community_id) if moved is None else moved

    def subscriptions(self, user_id: int) -> tuple[int, ...]:
        """Ids of the communities that a person follows."""
        with self._lock:
            moved = self._subscribed.get(user_id)
        return self.world.subscriptions(user_id) if moved is None else moved

    def followed(self, user_id: int) -> tuple[int, ...]:
        """Ids of the people that a person follows."""
        return self.world.followed(user_id)

    # --- changing

    def insert(self, post: Post) -> None:
        """Publish a post: it takes its place by date, below the pinned one."""
        with self._lock:
            self._rewall(post.owner_id, (*self.wall(post.owner_id), post))

    def delete(self, owner_id: int, post_id: int) -> None:
        """Delete a post; KeyError when it is not there."""
        with self._lock:
            self._known_post(owner_id, post_id)
            self._lost_posts.add((owner_id, post_id))
            self._rewall(owner_id, (post for post in self.wall(owner_id) if post.id != post_id))

    def edit(self, owner_id: int, post_id: int, text: str, at: int | None = None) -> None:
        """Change a post's text; KeyError when it is not there."""
        with self._lock:
            post = self._known_post(owner_id, post_id)
            changed = replace(post, text=text, edited_at=self.now if at is None else at)
            self._rewall(owner_id, (changed if one.id == post_id else one for one in self.wall(owner_id)))

    def replace(self, post: Post) -> None:
        """Put another version of a post in its place, with other comments or likes; KeyError when it is not there."""
        with self._lock:
            self._known_post(post.owner_id, post.id)
            self._rewall(post.owner_id, (post if one.id == post.id else one for one in self.wall(post.owner_id)))

    def pin(self, owner_id: int, post_id: int | None) -> None:
        """Pin a post (None: unpin); the one pinned before goes back to its place."""
        with self._lock:
            if post_id is not None:
                self._known_post(owner_id, post_id)
            self._rewall(owner_id, (replace(one, is_pinned=one.id == post_id) for one in self.wall(owner_id)))

    def join(self, community_id: int, user_id: int) -> None:
        """A person joins."""
        with self._lock:
            members = list(self.members(community_id))
            if user_id not in members:
                insort(members, user_id)
            self._members[community_id] = tuple(members)
            followed = self.subscriptions(user_id)
            self._subscribed[user_id] = (*(one for one in followed if one != community_id), community_id)

    def leave(self, community_id: int, user_id: int) -> None:
        """A person leaves; KeyError when it was no member."""
        with self._lock:
            members = list(self.members(community_id))
            place = bisect_left(members, user_id)
            if members[place : place + 1] != [user_id]:
                raise KeyError(user_id)
            del members[place]
            self._members[community_id] = tuple(members)
            self._subscribed[user_id] = tuple(one for one in self.subscriptions(user_id) if one != community_id)
            self._lost_members.add((community_id, user_id))

    def set_community(self, community: Community) -> None:
        """Replace a community's record: close it, hide its members, switch its wall off."""
        with self._lock:
            self._communities[community.id] = community

    # --- scheduled changes and what stood still

    def schedule(self, change: Change) -> None:
        """Add a change to those that wait for their call."""
        with self._lock:
            self._changes.append(change)

    def before(self, method: str, subject: int | None) -> None:
        """Count a call that is about to be answered and apply the changes that were waiting for it."""
        with self._lock:
            if not self._changes:
                return
            self._counts[method, None] += 1
            if subject is not None:
                self._counts[method, subject] += 1
            due = [one for one in self._changes if self._is_due(one, method, subject)]
            self._changes = [one for one in self._changes if one not in due]
            for change in due:
                change.apply(self)

    def lasting_posts(self, owner_id: int) -> set[int]:
        """Ids of the posts that were there from the beginning and still are: a reader must have them all."""
        with self._lock:
            return {p.id for p in self.world.wall(owner_id) if (owner_id, p.id) not in self._lost_posts}

    def lasting_members(self, community_id: int) -> set[int]:
        """Ids of the members who were there from the beginning and never left."""
        with self._lock:
            return {m for m in self.world.members(community_id) if (community_id, m) not in self._lost_members}

    def _is_due(self, change: Change, method: str, subject: int | None) -> bool:
        if change.method != method or change.subject not in (None, subject):
            return False
        return self._counts[method, change.subject] >= change.nth

    def _known_post(self, owner_id: int, post_id: int) -> Post:
        post = self.post(owner_id, post_id)
        if post is None:
            raise KeyError((owner_id, post_id))
        return post

    def _rewall(self, owner_id: int, posts: Iterable[Post]) -> None:
        ordered = sorted(posts, key=lambda post: (not post.is_pinned, -post.date, -post.id))
        self._walls[owner_id] = tuple(ordered)
