"""A small study with planted interests: people who write from one theme's words most of the time."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings
from storage import Store, open_store, people, walls
from storage.rows import Community, Post, User

THEMES = {
    "football": "матч гол вратарь стадион тренер команда чемпионат пенальти защитник судья турнир болельщик",
    "cooking": "рецепт тесто духовка мука сахар сковорода соус начинка бульон кастрюля специя пирог",
    "cars": "двигатель масло колесо подвеска бензин тормоз кузов гараж фара коробка аккумулятор руль",
    "music": "гитара концерт альбом барабан вокал аккорд песня клавиша мелодия сцена струна усилитель",
}
COMMUNITIES = {1: ("football", "cars"), 2: ("cooking", "music")}
SMALL_TALK = "сегодня хороший погода выходной дорога магазин"


class Listener:
    """A watch that keeps events and can be told to stop after some questions."""

    def __init__(self, patience: int | None = None) -> None:
        self.events: list[tuple[str, str]] = []
        self.patience = patience

    def tell(self, event: object) -> None:
        self.events.append((event.kind, event.text))  # type: ignore[attr-defined]

    def stopping(self) -> bool:
        if self.patience is None:
            return False
        self.patience -= 1
        return self.patience < 0


def interest(user: int) -> str:
    return list(THEMES)[user % len(THEMES)]


def plant(store: Store, n_people: int = 60, posts: int = 6, seed: int = 1) -> None:
    """People 1..n with a main theme each, two communities with walls, members by theme, five silent people."""
    rng = random.Random(seed)
    words = {theme: text.split() for theme, text in THEMES.items()}

    def text(theme: str) -> str:
        other = rng.choice(list(THEMES))
        return " ".join(
            rng.choices(words[theme], k=8) + rng.choices(words[other], k=1) + rng.choices(SMALL_TALK.split())
        )

    people.save_communities(store, [Community(id=number, name=f"c{number}") for number in COMMUNITIES], 1)
    ids = range(1, n_people + 6)
    people.save_users(store, [User(id=user) for user in ids], 1)
    for number, themes in COMMUNITIES.items():
        people.save_members(store, number, [user for user in ids if interest(user) in themes], 1)
        wall = [
            Post(owner_id=-number, id=post, from_id=-number, published_at=post, text=text(rng.choice(themes)))
            for post in range(1, 31)
        ]
        walls.save_posts(store, wall, 1)
    for user in range(1, n_people + 1):
        wall = [
            Post(owner_id=user, id=post, from_id=user, published_at=post, text=text(interest(user)))
            for post in range(1, posts + 1)
        ]
        walls.save_posts(store, wall, 1)


class World:
    """What was planted and how, for tests to compare with."""

    themes = THEMES
    communities = COMMUNITIES
    listener = Listener
    plant = staticmethod(plant)
    interest = staticmethod(interest)


@pytest.fixture
def world() -> type[World]:
    return World


@pytest.fixture
def planted(store: Store) -> Store:
    """The planted study, lemmatized."""
    plant(store)
    lemmatize(store, LemmaSettings())
    return store


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:") as opened:
        yield opened
