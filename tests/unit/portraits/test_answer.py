"""The five lines about each audience: nothing in them that the data do not bear."""

from __future__ import annotations

import re
from typing import Any

import pytest

from storage import Store

ROCK, MUMS, STUDENTS = 1, 2, 3


def cards(page: Any, store: Store, **settings: Any) -> dict[str, str]:
    """The words of each card by the name of its audience."""
    html = page(store, **settings)
    answer = html[html.index('id="answer"') : html.index('id="passport"')]
    found = {}
    for card in re.findall(r'(?s)<article class="card.*?</article>', answer):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card)).strip()
        name = re.search(r"<h3><bdi>(.*?)</bdi>", card)
        assert name
        found[name[1]] = words
    return found


def part(card: str, first: str, last: str) -> str:
    return card.partition(first)[2].partition(last)[0].strip()


def about(card: str) -> str:
    return part(card, "О чём пишут", "Чем отличаются")


def test_a_leading_topic_that_is_not_stable_is_told_with_its_share(build: Any, page: Any) -> None:
    store = build()
    with store.write() as connection:
        connection.execute("UPDATE topics SET stable = (topic != 1), stability = 0.9")
        connection.execute("UPDATE topics SET label = '' WHERE topic = 1")
    found = cards(page, store)
    mums = about(found["Мамы района"])
    assert re.search(r"\b[45]\d % \[\d\d–\d\d\] того, что они пишут, — темы, которые не устойчивы", mums)
    assert "рецепт, тесто, духовка" in mums, "what is stable and above the rest is still named"
    assert "не устойчивы" not in found["Рок-клуб «Подвал»"], "nothing of a topic they hardly write about"


def test_topics_at_the_level_of_an_equal_share_are_not_listed(build: Any, page: Any) -> None:
    rock = about(cards(page, build())["Рок-клуб «Подвал»"])
    assert rock.count("%") == 1 and rock.startswith("гитара, концерт, альбом")


def test_an_audience_alone_has_its_topics_and_one_without_any_says_so(build: Any, page: Any, small_study: Any) -> None:
    (alone,) = cards(page, build(kinds=small_study["KINDS"][:1])).values()
    assert "гитара, концерт, альбом" in about(alone)
    even = small_study["Kind"]("Все обо всём", 300, 0.5, 30, "Москва", (3, 3, 3, 3, 3, 3), 0.1)
    (flat,) = cards(page, build(kinds=(even,))).values()
    assert about(flat).startswith("Ни одна тема не выделяется") and "17 %" in about(flat).replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_where_no_topic_is_stable_no_share_is_told(build: Any, page: Any, language: str) -> None:
    store = build()
    with store.write() as connection:
        connection.execute("UPDATE topics SET stable = 0, stability = 0, label = ''")
    for card in cards(page, store, language=language).values():
        assert "не устойчивы" not in card and "that are not stable" not in card
