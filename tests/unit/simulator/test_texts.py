"""The texts of a world are what VK holds: varied, inflected, dirty in known shares, and right in their grammar."""

from __future__ import annotations

import collections
import re

import pytest

from simulator.grammar import faults
from simulator.spam import ADVERTS, CONTESTS
from simulator.themes import small_talk, themes
from simulator.world import World, build_world

SHINGLE = 3
ALIKE = 0.6
"""Jaccard similarity of three-word shingles from which two posts count as near-duplicates."""

PLANTED = tuple(text[:12].casefold().replace("ё", "е") for text in (*CONTESTS, *ADVERTS))
_WORD = re.compile(r"[а-яёa-z0-9]+", re.IGNORECASE)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("demo")


def posts_of(world: World) -> list[str]:
    """Every own text of people and communities but the planted spam and the payloads."""
    owners = [*sorted(world.people), *(-number for number in world.communities)]
    texts = [post.text for owner in owners for post in world.wall(owner) if not post.is_ad]
    return [text for text in texts if text and len(words(text)) >= SHINGLE and not planted(text)]


def planted(text: str) -> bool:
    flat = text.casefold().replace("ё", "е")
    return any(start in flat for start in PLANTED)


def words(text: str) -> list[str]:
    return [word.casefold().replace("ё", "е") for word in _WORD.findall(text)]


def near_duplicates(texts: list[str]) -> int:
    """How many texts have an earlier one that is nearly the same."""
    known: dict[tuple[str, ...], list[int]] = collections.defaultdict(list)
    sizes: list[int] = []
    found = 0
    for number, text in enumerate(texts):
        row = words(text)
        shingles = {tuple(row[place : place + SHINGLE]) for place in range(len(row) - SHINGLE + 1)}
        shared = collections.Counter(other for shingle in shingles for other in known[shingle])
        found += any(both >= ALIKE * (len(shingles) + sizes[other] - both) for other, both in shared.items())
        sizes.append(len(shingles))
        for shingle in shingles:
            known[shingle].append(number)
    return found


def test_the_measure_of_near_duplicates_sees_them() -> None:
    text = "Сварила борщ на три дня, можно не подходить к плите до самой среды. Номер рецепта 12"
    assert near_duplicates([text, text.replace("12", "31"), "Совсем другое дело про футбол и мяч"]) == 1


def test_outside_spam_under_two_percent_are_near_duplicates(world: World) -> None:
    texts = posts_of(world)
    assert len(texts) > 5000
    assert near_duplicates(texts) < 0.02 * len(texts)


def test_contest_spam_is_copied_across_walls(world: World) -> None:
    copies: dict[str, set[int]] = collections.defaultdict(set)
    for user in world.people:
        for post in world.wall(user):
            if planted(post.text):
                copies[re.sub(r"\d+", "", post.text)].add(user)
    assert copies and all(len(walls) >= 5 for walls in copies.values()), copies.keys()


def test_there_are_enough_themes_and_none_has_a_broken_sentence() -> None:
    assert len(themes()) >= 14
    for name, theme in themes().items():
        assert faults((*theme.frames, *theme.news), theme.lexicon) == [], name
    assert faults(small_talk().frames, small_talk().lexicon) == []


def test_the_words_of_a_theme_inflect(world: World) -> None:
    """Most nouns of a theme's lists are met in more than one form."""
    seen = {word for text in posts_of(world) for word in words(text)}
    for name in ("rock", "motherhood", "football", "exams"):
        nouns = {word.forms for entries in themes()[name].lexicon.values() for word in entries if len(word.forms) == 6}
        single = [
            {word.casefold().replace("ё", "е") for word in forms}
            for forms in nouns
            if all(" " not in form and "-" not in form for form in forms)
        ]
        inflected = sum(len(forms & seen) > 1 for forms in single)
        assert len(single) >= 15 and inflected > 0.5 * len(single), (name, inflected, len(single))


@pytest.mark.parametrize(
    ("kind", "pattern", "least", "most"),
    [
        ("hashtags", r"#\w", 0.03, 0.3),
        ("hashtags of a community", r"#\w+@\w", 0.01, 0.2),
        ("mentions", r"\[(?:id|club)\d+\||@id\d+ \(", 0.005, 0.1),
        ("links", r"https?://", 0.01, 0.15),
        ("emoji", "[\U0001f300-\U0001faff❤✨]", 0.03, 0.4),
        ("stretched letters", r"([аоуеи])\1\1", 0.005, 0.15),
        ("English", r"\b[a-z]{3,}\b", 0.01, 0.3),
        ("contacts", r"\+7 900|@example\.org", 0.001, 0.1),
    ],
)
def test_the_dirt_of_vk_is_common_and_not_everywhere(
    world: World, kind: str, pattern: str, least: float, most: float
) -> None:
    texts = posts_of(world)
    share = sum(bool(re.search(pattern, text)) for text in texts) / len(texts)
    assert least <= share <= most, (kind, share)


def test_numbers_agree_with_their_nouns(world: World) -> None:
    """«3 банки», «5 банок»: what follows a number has the form that the number asks for; «2009 года» is an ordinal."""
    forms: dict[str, set[int]] = collections.defaultdict(set)
    for theme in themes().values():
        for frame in (*theme.frames, *theme.news):
            for body in re.findall(r"\{#\d+-\d+:([^}]+)\}", frame):
                for place, form in enumerate(body.split("|")):
                    forms[form].add(place)
    certain = {form: places.pop() for form, places in forms.items() if len(places) == 1}
    checked = 0
    for text in posts_of(world):
        for number, noun in re.findall(r"\b(?!\d{4} год)(\d{1,4}) ([а-яё]+)\b", text):
            if noun in certain:
                checked += 1
                assert certain[noun] == expected(int(number)), f"{number} {noun}"
    assert checked > 50


def expected(number: int) -> int:
    """As in ru.cldr: one, few, many."""
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


def test_reposts_carry_their_original(world: World) -> None:
    posts = [post for user in world.people for post in world.wall(user)]
    reposts = [post for post in posts if post.copy_history]
    assert 0.05 * len(posts) < len(reposts) < 0.25 * len(posts)
    assert all(original.text and original.owner_id < 0 for post in reposts for original in post.copy_history)
