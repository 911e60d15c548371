"""A study collected in this process from a simulated VK whose time and world a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from collector.client import VkClient
from collector.collect import collect
from collector.settings import AudienceSpec, CollectSettings, VkSettings
from collector.token import Token
from simulator.records import Comment
from simulator.server import SimulatedVk
from simulator.world import World
from storage import Outcome, Store

HOUR = 3600
ALL = ("members", "posts", "walls", "comments", "likes", "subscriptions")


class Clock:
    """The world's noon, moved by hand; only the waiting between calls is real time's business."""

    def __init__(self, now: int) -> None:
        self.time = float(now)
        self.waited = 0.0

    def now(self) -> int:
        return int(self.time)

    def monotonic(self) -> float:
        return self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


class Study:
    """One store and one key; ``collect`` is what the command does."""

    def __init__(self, vk: SimulatedVk, store: Store, kind: str = "service") -> None:
        self.vk, self.store, self.kind = vk, store, kind
        self.clock = Clock(vk.state.now)

    def collect(self, *specs: AudienceSpec, **settings: Any) -> Outcome:
        vk = VkSettings(api_url=self.vk.api_url, requests_per_second=2000)
        with VkClient(Token(self.vk.tokens[self.kind]), vk) as client:
            return collect(self.store, CollectSettings(specs, **settings), client=client, clock=self.clock)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.store.rows(sql)]


class Patient(Study):
    """A study whose waiting, the pauses between tries too, is time moved by hand."""

    def collect(self, *specs: AudienceSpec, **settings: Any) -> Outcome:
        vk = VkSettings(api_url=self.vk.api_url, requests_per_second=2000)
        with VkClient(Token(self.vk.tokens[self.kind]), vk, clock=self.clock) as client:
            return collect(self.store, CollectSettings(specs, **settings), client=client, clock=self.clock)


def open_communities(world: World) -> list[int]:
    """Ids of the communities whose members and wall anybody may read."""
    return [
        number for number, one in sorted(world.communities.items())
        if not one.closed and not one.hides_members and not one.deactivated and one.wall
    ]  # fmt: skip


def comments(world: World, owner_id: int) -> dict[int, Comment]:
    """Every comment under a wall's posts, every level, by id."""

    def level(found: tuple[Comment, ...]) -> Iterator[Comment]:
        for one in found:
            yield replace(one, thread=())
            yield from level(one.thread)

    return {one.id: one for post in world.wall(owner_id) for one in level(post.comments)}
