"""What a world is made of: its audiences with their interests, people and habits. Ready worlds by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

# A fixed present: a world looks the same whenever it is visited.
NOW = 1_764_072_000  # 2025-11-25 12:00 UTC

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AudiencePlan:
    """One community and the people who come to it.

    ``interests``: theme -> weight, the leading one first. ``female``: share. ``age``: mean years. ``cities``: title ->
    weight. ``blank``: share of open people who write nothing. ``posts``: mean posts a wall of those who do;
    ``sentences``: mean sentences a post. ``guests``: share of members who are at home in another audience.
    """

    name: str
    screen_name: str
    interests: Weights
    size: int
    female: float = 0.5
    age: float = 25.0
    cities: Weights = field(default_factory=lambda: {"Москва": 3.0, "Санкт-Петербург": 2.0, "Казань": 1.0})
    blank: float = 0.2
    posts: float = 12.0
    sentences: float = 2.5
    guests: float = 0.05
    wall_posts: int = 90
    closed: int = 0
    hides_members: bool = False
    kind: str = "group"


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """A whole world: ``audiences``, of which the first are meant to be studied."""

    audiences: tuple[AudiencePlan, ...]
    seed: int = 1
    now: int = NOW
    closed_people: float = 0.25
    gone_people: float = 0.08
    repost: float = 0.12
    small_talk: float = 0.08
    spam: float = 0.02
    hostile: float = 0.01


ROCK = AudiencePlan(
    "Рок без причины", "rock_no_reason", {"rock": 6, "cinema": 2, "travel": 2, "games": 1}, 200,
    female=0.42, age=27, cities={"Санкт-Петербург": 5, "Москва": 3, "Томск": 1}, blank=0.12, posts=27, sentences=3.8,
)  # fmt: skip
MOTHERS = AudiencePlan(
    "Мамы нашего двора", "moms_yard", {"motherhood": 6, "beauty": 4, "cooking": 2, "pets": 2}, 220,
    female=0.93, age=32, cities={"Екатеринбург": 4, "Москва": 2, "Самара": 2, "Уфа": 1}, blank=0.28, posts=24,
)  # fmt: skip
FOOTBALL = AudiencePlan(
    "Угловой флажок", "corner_flag", {"football": 6, "cars": 4, "games": 1}, 210,
    female=0.15, age=29, cities={"Москва": 4, "Ростов-на-Дону": 2, "Казань": 2}, blank=0.42, posts=22, sentences=2.4,
)  # fmt: skip
STUDENTS = AudiencePlan(
    "Сессия подкралась", "session_is_near", {"exams": 6, "programming": 3, "games": 2, "cinema": 1}, 230,
    female=0.55, age=20, cities={"Томск": 3, "Москва": 3, "Новосибирск": 3}, blank=0.09, posts=22, sentences=2.4,
    guests=0.15,
)  # fmt: skip
PETS = AudiencePlan(
    "Хвосты и лапы", "tails_paws", {"pets": 6, "travel": 2, "cooking": 1}, 200,
    female=0.74, age=35, cities={"Краснодар": 3, "Санкт-Петербург": 2, "Челябинск": 2}, blank=0.46, posts=2.0,
    sentences=1.8, guests=0.01,
)  # fmt: skip
RAP = AudiencePlan(
    "Район читает", "district_reads", {"rap": 6, "games": 2, "cinema": 1}, 190,
    female=0.28, age=21, cities={"Екатеринбург": 3, "Казань": 2, "Уфа": 2}, blank=0.33, posts=16, sentences=2.2,
)  # fmt: skip
GYM = AudiencePlan(
    "Подход на Заводской", "one_more_set", {"fitness": 6, "beauty": 1, "travel": 1}, 180,
    female=0.58, age=30, cities={"Челябинск": 3, "Самара": 2, "Москва": 2}, blank=0.22, posts=14, sentences=2.6,
)  # fmt: skip
MARKET = AudiencePlan(
    "Барахолка у станции", "station_market", {"selling": 6, "cars": 1, "garden": 1}, 210,
    female=0.52, age=38, cities={"Нижний Новгород": 3, "Краснодар": 2}, blank=0.4, posts=18, sentences=2.1,
)  # fmt: skip
GARDEN = AudiencePlan(
    "Шесть соток счастья", "six_hundredths", {"garden": 6, "cooking": 2, "pets": 1}, 170,
    female=0.77, age=49, cities={"Нижний Новгород": 3, "Томск": 1, "Краснодар": 3}, blank=0.36, posts=12,
)  # fmt: skip
SHUT = AudiencePlan("Закрытый гараж", "closed_garage", {"cars": 1}, 40, female=0.1, closed=1, blank=0.3, posts=4)
HIDDEN = AudiencePlan(
    "Книга рецептов", "recipe_book", {"cooking": 1}, 60, female=0.8, hides_members=True, blank=0.3, posts=4, kind="page"
)


def _sized(one: AudiencePlan, size: int, wall_posts: int) -> AudiencePlan:
    return replace(one, size=size, wall_posts=wall_posts)


DEMO = WorldPlan((ROCK, MOTHERS, FOOTBALL, STUDENTS, PETS, SHUT, HIDDEN))
STUDIED = (ROCK, MOTHERS, FOOTBALL, STUDENTS, PETS)
EVERYBODY = (*STUDIED, RAP, GYM, MARKET, GARDEN)

PLANS: dict[str, WorldPlan] = {
    "demo": DEMO,
    "tiny": WorldPlan(
        (
            _sized(ROCK, 24, 130),
            _sized(MOTHERS, 20, 30),
            _sized(FOOTBALL, 22, 30),
            _sized(SHUT, 5, 5),
            _sized(HIDDEN, 5, 5),
        )
    ),
    "town": WorldPlan((*EVERYBODY, SHUT, HIDDEN)),
    "course": WorldPlan((*(_sized(one, 2000, 400) for one in EVERYBODY), SHUT, HIDDEN)),
}
