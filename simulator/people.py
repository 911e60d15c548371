"""The people of a world: where they are at home, who they are, and what interests them."""

from __future__ import annotations

from functools import cache
from random import Random

from simulator.plans import AudiencePlan, WorldPlan
from simulator.records import Person
from simulator.seeds import between, pick, some, stream
from simulator.themes import read

DAY = 86_400
YEAR = 2025
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid","клик")',
    "Ян\u202eнья",
    "👩‍👧‍👦Лена",
    'О\'Нил & "Ко"',
)


@cache
def _names() -> dict[str, list[str]]:
    return {name: list(value) for name, value in read("names").items()}


def homes(plan: WorldPlan) -> dict[int, int]:
    """person id -> number of the audience where the person is at home; ids tell nothing about it."""
    rng = stream(plan.seed, "homes")
    places = [number for number, one in enumerate(plan.audiences) for _ in range(one.size)]
    rng.shuffle(places)
    found, person_id = {}, 1000
    for place in places:
        person_id += rng.randint(1, 900)
        found[person_id] = place
    return found


def guests(plan: WorldPlan, home: dict[int, int]) -> dict[int, list[int]]:
    """audience number -> ids of its members, guests from other audiences among them, ascending."""
    members: dict[int, list[int]] = {number: [] for number in range(len(plan.audiences))}
    for person_id, place in home.items():
        members[place].append(person_id)
    everyone = list(home)
    for number, one in enumerate(plan.audiences):
        rng = stream(plan.seed, "guests", number)
        invited = some(rng, everyone, round(one.size * one.guests))
        members[number] = sorted({*members[number], *invited})
    return members


def mixture(plan: WorldPlan, person_id: int, one: AudiencePlan) -> dict[str, float]:
    """theme -> weight of one person: a strongest interest (0.6-0.8) drawn from the audience's, and one or two more."""
    rng = stream(plan.seed, "mixture", person_id)
    main = pick(rng, one.interests)
    others = [theme for theme in every_interest(plan) if theme != main]
    minor = some(rng, others, rng.randint(1, 2))
    strong = round(between(rng, 0.6, 0.8), 3)
    return {main: strong, **{theme: round((1 - strong) / len(minor), 3) for theme in minor}}


def every_interest(plan: WorldPlan) -> tuple[str, ...]:
    """All themes planted in a world, in the order of their keys."""
    return tuple(sorted({theme for one in plan.audiences for theme in one.interests}))


def person(plan: WorldPlan, person_id: int, one: AudiencePlan) -> Person:
    """One account of an audience's making."""
    rng = stream(plan.seed, "person", person_id)
    female = rng.random() < one.female
    first, last = _name(plan, person_id, female)
    gone = rng.random() < plan.gone_people
    if gone:
        state = "deleted" if rng.random() < 0.7 else "banned"
        name = ("DELETED", "") if state == "deleted" else (first, last)
        return Person(
            person_id, *name, 0, None, None, None, False, state, None, None, None, None, None, None
        )  # fmt: skip
    age = max(14, round(one.age + between(rng, -1, 1) * 14))
    city_id, city = _city(rng, one)
    student = age < 24 and rng.random() < 0.7
    return Person(
        id=person_id,
        first_name=first,
        last_name=last,
        sex=0 if rng.random() < 0.03 else 1 if female else 2,
        bdate=_birth(rng, YEAR - age),
        city_id=city_id,
        city=city,
        closed=rng.random() < plan.closed_people,
        deactivated=None,
        last_seen_at=_last_seen(rng, plan.now),
        platform=None if rng.random() < 0.05 else rng.choice((1, 2, 4, 4, 4, 6, 7)),
        occupation="university" if student else "work" if rng.random() < 0.5 else None,
        university=rng.choice(_names()["universities"]) if student else None,
        faculty=rng.choice(_names()["faculties"]) if student else None,
        graduation=YEAR + max(0, 22 - age) if student else None,
        subscriptions_hidden=rng.random() < 0.1,
    )


def _name(plan: WorldPlan, person_id: int, female: bool) -> tuple[str, str]:
    rng = stream(plan.seed, "name", person_id)
    last = rng.choice(_names()["surnames"]).split("|")[int(female)]
    if rng.random() < plan.hostile:
        return rng.choice(HOSTILE_NAMES), last
    return rng.choice(_names()["women" if female else "men"]), last


def _birth(rng: Random, year: int) -> str | None:
    chance = rng.random()
    day = f"{rng.randint(1, 28)}.{rng.randint(1, 12)}"
    if chance < 0.5:
        return f"{day}.{year}"
    if chance < 0.52:
        return f"1.1.{rng.choice((1901, 1902))}"
    return day if chance < 0.8 else None


def _city(rng: Random, one: AudiencePlan) -> tuple[int | None, str | None]:
    if rng.random() < 0.2:
        return None, None
    known = {title: int(number) for number, title in (entry.split("|") for entry in _names()["cities"])}
    title = pick(rng, one.cities) if rng.random() < 0.85 else rng.choice(list(known))
    return known[title], title


def _last_seen(rng: Random, now: int) -> int | None:
    chance = rng.random()
    if chance < 0.04:
        return None
    days = rng.randint(0, 25) if chance < 0.85 else rng.randint(31, 1500)
    return now - days * DAY - rng.randint(0, DAY)
