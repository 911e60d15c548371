"""A world small enough to be seen whole, and a server over it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest

from simulator.records import Comment, Community, Original, Person, Post
from simulator.server import ServerSettings, SimulatedVk, start_server

NOW = 1_700_000_000


def person(number: int, **other: Any) -> Person:
    plain = Person(
        number,
        "Анна",
        "Иванова",
        1,
        "5.11.2001",
        1,
        "Москва",
        False,
        None,
        NOW - 60,
        4,
        "university",
        "МГУ",
        "ВМК",
        2024,
    )
    return replace(plain, **other)


def post(owner: int, number: int, text: str = "", **other: Any) -> Post:
    return replace(Post(owner, number, owner, NOW - 1000 + number, text or f"пост {number} 🙂"), **other)


def _wall() -> list[Post]:
    replies = tuple(Comment(100 + n, 3, NOW - 50 + n, f"ответ {n}") for n in range(12))
    comments = (
        Comment(11, 1, NOW - 90, "длинный комментарий " * 10, likes=2, thread=replies),
        Comment(12, 2, NOW - 80, "", deleted=True),
        Comment(13, 3, NOW - 70, "третий"),
    )
    rich = post(
        -10,
        5,
        "репост #тег@club",
        copy_history=(Original(-11, 9, -11, NOW - 9000, "исходный"),),
        likers=(3, 2, 1),
        reposters=(3,),
        comments=comments,
        views=77,
        platform="android",
        edited_at=NOW,
        signer_id=1,
        is_ad=True,
        attachments=("photo", "video", "link", "audio", "doc", "poll"),
    )
    posts = [post(-10, n) for n in range(1, 251) if n != 5]
    pinned = post(-10, 300, "закреплено", date=NOW - 99_999, is_pinned=True)
    return [pinned, *sorted([*posts, rich], key=lambda one: -one.date)]


@dataclass
class FakeWorld:
    """What the server needs of a world, by hand."""

    seed: int = 7
    now: int = NOW
    communities: dict[int, Community] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    of: dict[int, tuple[int, ...]] = field(default_factory=dict)
    walls: dict[int, tuple[Post, ...]] = field(default_factory=dict)

    def members(self, community_id: int) -> tuple[int, ...]:
        return self.of.get(community_id, ())

    def subscriptions(self, user_id: int) -> tuple[int, ...]:
        return tuple(number for number, members in self.of.items() if user_id in members)

    def followed(self, user_id: int) -> tuple[int, ...]:
        return (user_id - 1,) if user_id - 1 in self.people else ()

    def wall(self, owner_id: int) -> tuple[Post, ...]:
        return self.walls.get(owner_id, ())


@pytest.fixture
def world() -> FakeWorld:
    people = {n: person(n) for n in range(1, 2501)}
    people[4] = person(4, closed=True)
    people[5] = person(5, deactivated="deleted", first_name="DELETED", last_name="")
    people[6] = person(6, subscriptions_hidden=True, bdate=None, city_id=None, city=None, university=None)
    plain = Community(10, "kukhnya", "Кухня", "group", 0, "Кулинария", "о еде", 1)
    communities = {
        10: plain,
        11: replace(plain, id=11, screen_name="novosti", name="Новости", kind="page", hides_members=True),
        12: replace(plain, id=12, screen_name="zakryto", closed=1),
        13: replace(plain, id=13, screen_name="tiho", wall=0),
        14: replace(plain, id=14, screen_name="ban", deactivated="banned"),
    }
    mine = post(3, 1, "у меня на стене", copy_history=(Original(-10, 5, -10, NOW, "репост #тег@club"),))
    walls = {-10: tuple(_wall()), 3: (mine,), -11: (post(-11, 9, "исходный"),)}
    of = {10: tuple(range(1, 2501)), 11: (1, 2), 12: (1,), 13: (1, 3), 14: ()}
    return FakeWorld(communities=communities, people=people, of=of, walls=walls)


@dataclass
class Caller:
    """Sends calls to a server as a program would."""

    server: SimulatedVk

    def raw(self, method: str, params: Mapping[str, Any], kind: str = "user", v: str = "5.199") -> bytes:
        data = urlencode({**({"v": v} if v else {}), **params}).encode()
        request = urllib.request.Request(f"{self.server.api_url}/{method}", data)
        request.add_header("Authorization", f"Bearer {self.server.tokens.get(kind, kind)}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bytes(answer.read())

    def whole(self, method: str, kind: str = "user", v: str = "5.199", **params: Any) -> Any:
        return json.loads(self.raw(method, params, kind, v))

    def __call__(self, method: str, kind: str = "user", v: str = "5.199", **params: Any) -> Any:
        body = self.whole(method, kind, v, **params)
        assert "response" in body, body
        return body["response"]

    def code(self, method: str, kind: str = "user", v: str = "5.199", **params: Any) -> int:
        return int(self.whole(method, kind, v, **params)["error"]["error_code"])


Start = Callable[..., Caller]


@pytest.fixture
def start(world: FakeWorld) -> Iterator[Start]:
    """Start a server over the world; fast unless told otherwise."""
    running: list[SimulatedVk] = []

    def run(settings: ServerSettings | None = None, **other: Any) -> Caller:
        server = start_server(world, settings or ServerSettings(requests_per_second=100_000), **other)
        running.append(server)
        return Caller(server)

    yield run
    for server in running:
        server.stop()


@pytest.fixture
def vk(start: Start) -> Caller:
    return start()
