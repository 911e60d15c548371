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


def differs(card: str) -> str:
    return part(card, "Чем отличаются", "Осторожно").replace("\u00a0", " ")


@pytest.fixture
def villages(build: Any, small_study: Any) -> Store:
    """Three audiences alike, but in the first most left the town for villages of one person each."""
    kinds = [small_study["Kind"](name, 400, 0.5, 20, "Казань", (1, 1, 1, 1, 1, 1), 0.3) for name in "АБВ"]
    store: Store = build(kinds=tuple(kinds))
    with store.write() as connection:
        connection.execute(
            "UPDATE users SET city = 'Село ' || id WHERE city = 'Казань' AND id BETWEEN 10000 AND 19999 AND id % 4"
        )
    return store


def test_what_is_rarer_here_is_a_find_too(villages: Store, page: Any, book: Any) -> None:
    first = cards(page, villages)["А"]
    index = book(villages)["who", "index.city.Казань", ROCK]
    assert index.value < 50
    assert re.search(r"жители города «Казань» – в \d,\d раза реже \(индекс \d\d \[", differs(first))
    assert "Чаще, чем" not in first, "nothing is more frequent, so nothing is called so"
    assert "жители города «Казань»" in cards(page, villages, language="en")["А"].replace("“", "«").replace(
        "”", "»"
    ).replace("people from", "жители города")


def test_no_proof_is_not_called_likeness(build: Any, page: Any, small_study: Any) -> None:
    kinds = [small_study["Kind"](name, 400, 0.5, 20, "Казань", (1, 1, 1, 1, 1, 1), 0.3) for name in "АБ"]
    store = build(kinds=tuple(kinds))
    ru, en = cards(page, store)["А"], cards(page, store, language="en")["А"]
    assert differs(ru).startswith("Ни одно отличие проверку не прошло. Это ещё не сходство")
    assert "похож" not in ru and "That is not likeness" in en and "like the others" not in en


def test_one_sex_is_told_once(build: Any, page: Any) -> None:
    found = cards(page, build())
    for card in found.values():
        assert not ("женщины –" in differs(card) and "мужчины –" in differs(card))
    assert "женщины –" in differs(found["Мамы района"]) or "женщины" in part(found["Мамы района"], "здесь:", "Сколько")


@pytest.mark.parametrize(
    ("language", "baseline", "others"),
    [
        ("ru", "чем в контрольной аудитории", r"чем у других|среди остальных|у остальных"),
        ("en", "than in the baseline audience", r"among the others"),
    ],
)
def test_captions_name_whom_the_audience_is_compared_with(
    build: Any, told: Any, language: str, baseline: str, others: str
) -> None:
    text = told(build(baseline=True), language=language).replace("\u00a0", " ")
    assert text.lower().count(baseline) >= 3 and not re.search(others, text)
    text = told(build(), language=language)
    assert baseline not in text and re.search(others, text)


def test_a_tiny_audience_is_called_small_once(build: Any, page: Any, small_study: Any) -> None:
    tiny = small_study["Kind"]("Восемь человек", 8, 0.5, 30, "Москва", (1, 1, 1, 1, 1, 1), 0.0)
    card = cards(page, build(kinds=(*small_study["KINDS"][:1], tiny)))["Восемь человек"]
    assert part(card, "Сколько их", "Кто это") == "меньше 10 человек."


def who(card: str) -> str:
    return part(card, "Кто это", "О чём пишут").replace("\u00a0", " ")


def known(store: Store, audience: int) -> list[int]:
    sql = "SELECT id FROM users WHERE state IN ('ok', 'closed') AND id / 10000 = ? ORDER BY id"
    return [row[0] for row in store.rows(sql, (audience,))]


def give_ages(store: Store, audience: int, **years: int) -> None:
    """Take all ages of an audience away and give people these years of birth: ``y1990=45``."""
    store.many("UPDATE users SET birth_year = NULL WHERE id / 10000 = ?", [(audience,)])
    rest = iter(known(store, audience))
    for year, n in years.items():
        store.many("UPDATE users SET birth_year = ? WHERE id = ?", [(int(year[1:]), next(rest)) for _ in range(n)])


def test_no_age_leads_when_a_hidden_one_may_be_as_many(build: Any, page: Any) -> None:
    store = build(model=False)
    give_ages(store, ROCK, y2010=3, y1995=45, y1985=46)
    assert "лет" not in who(cards(page, store)["Рок-клуб «Подвал»"])
    give_ages(store, ROCK, y2010=3, y1995=20, y1985=90)
    assert "люди 35–44 лет 80 %" in who(cards(page, store)["Рок-клуб «Подвал»"])


def test_no_age_leads_when_another_is_within_its_interval(build: Any, page: Any) -> None:
    store = build(model=False)
    give_ages(store, ROCK, y1995=50, y1985=60)
    assert "лет" not in who(cards(page, store)["Рок-клуб «Подвал»"])


def test_two_sexes_about_as_many_are_told_so_where_the_interval_is_narrow(
    build: Any, page: Any, small_study: Any
) -> None:
    kinds = [
        small_study["Kind"](name, n, 0.5, 30, "Москва", (1, 1, 1, 1, 1, 1), 0.1) for name, n in (("А", 400), ("Б", 60))
    ]
    store = build(kinds=tuple(kinds), model=False)
    for audience in (1, 2):
        ids = known(store, audience)
        store.many("UPDATE users SET sex = 1 + (? % 2) WHERE id = ?", [(i, one) for i, one in enumerate(ids)])
    found = cards(page, store)
    assert who(found["А"]).startswith("женщин и мужчин примерно поровну: женщин 50 % [4")
    assert "женщин" not in who(found["Б"]) and "мужчин" not in who(found["Б"])


def test_no_town_leads_when_one_without_a_row_is_larger(build: Any, page: Any, small_study: Any) -> None:
    kinds = [small_study["Kind"](name, 400, 0.5, 30, f"Г{name}", (1, 1, 1, 1, 1, 1), 0.1) for name in "ЙЦ"]
    store = build(kinds=tuple(kinds), model=False)
    ids = known(store, 1)
    store.many("UPDATE users SET city = NULL WHERE id < 30000 AND id = ?", [(one,) for one in ids])
    store.many("UPDATE users SET city = 'Малый' WHERE id = ?", [(one,) for one in ids[:29]])
    store.many("UPDATE users SET city = 'Т0' WHERE id = ?", [(one,) for one in ids[29:49]])
    others = known(store, 2)
    for number in range(8):  # eight towns of the other audience take all rows
        store.many(f"UPDATE users SET city = 'Т{number}' WHERE id = ?", [(one,) for one in others[number * 30 :][:30]])
    assert "жители" not in who(cards(page, store)["Й"])
