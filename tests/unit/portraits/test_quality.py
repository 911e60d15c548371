"""The funnel and what stands beside it: true sentences, numbers that agree, and no small group by subtraction."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from storage import Store

ROCK, MUMS, STUDENTS = 1, 2, 3


def rows(page: Any, store: Store, figure: str, **settings: Any) -> dict[str, list[str]]:
    """The cells of a table by the heading of their row."""
    html = page(store, **settings)
    table = html[html.index(f'id="fig-{figure}"') :].partition("</table>")[0]
    found = {}
    for row in re.findall(r"(?s)<tr.*?</tr>", table)[1:]:
        cells = re.findall(r"(?s)<t[dh].*?</t[dh]>", re.sub(r"(?s)<svg.*?</svg>", "", row))
        first, *rest = (re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells)
        found[first] = rest
    return found


def test_a_step_says_whether_few_are_left_or_few_were_lost(build: Any, page: Any, small_study: Any) -> None:
    few = small_study["Kind"]("Шестьдесят девять", 69, 0.5, 30, "Москва", (1, 1, 1, 1, 1, 1), 0.95)
    tiny = small_study["Kind"]("Семеро", 7, 0.5, 30, "Москва", (1, 1, 1, 1, 1, 1), 0.1)
    found = rows(page, build(kinds=(small_study["KINDS"][0], few, tiny)), "funnel")
    assert found["Участники"][1:] == ["100 % (69)", "меньше 10 человек"]
    assert found["Слов хватает: есть профиль тем"][1] == "меньше 10 человек"
    assert found["Известен не только номер"][1] == "почти как выше: отсев меньше 10"
    assert all(cells[2] == "меньше 10 человек" for cells in found.values())


def test_who_writes_too_little_is_not_the_difference_of_two_steps(build: Any, page: Any, book: Any) -> None:
    store = build()
    people = [row[0] for row in store.rows("SELECT DISTINCT user_id FROM user_topics WHERE signal = 'wrote'")]
    silent = [row[0] for row in store.rows("SELECT author_id FROM documents WHERE author_id > 0")]
    brief = sorted(set(silent) - set(people))
    kept = [user for number in (1, 2, 3) for user in [one for one in brief if one // 10_000 == number][:3]]
    gone = set(brief) - set(kept)  # of each community three people have text, but too few words
    with store.write() as connection:
        for user in gone:
            connection.execute("DELETE FROM documents WHERE author_id = ?", (user,))
            connection.execute("DELETE FROM posts WHERE owner_id = ?", (user,))
    found = rows(page, store, "funnel")
    assert found["На стене есть текст"] == ["почти как внизу: дальше отсев меньше 10"] * 3
    for audience in (ROCK, MUMS, STUDENTS):
        row = {key: one for (part, key, who), one in book(store).items() if who == audience and part == "quality"}
        assert "with_text" not in row and "lost.few_words" not in row
        blank = row["lost.blank"]
        assert blank.n is None and blank.value * row["members"].n == pytest.approx(
            row["answered"].n - row["in_model"].n - 9, abs=0.05
        )
        steps = ("members", "known", "not_deleted", "open", "asked", "answered", "in_model")
        shown = [row[step].n for step in steps if step in row]
        assert all(a == b or a - b >= 10 for a, b in pairwise(shown))


def known(store: Store, audience: int) -> list[int]:
    sql = (
        "SELECT id FROM users WHERE state IN ('ok', 'closed') AND sex IS NOT NULL AND id IN "
        "(SELECT user_id FROM memberships WHERE community_id = ?) AND id / 10000 = ? ORDER BY id"
    )
    return [row[0] for row in store.rows(sql, (audience, audience))]


def set_user(store: Store, ids: list[int], **values: object) -> None:
    for field, value in values.items():
        store.many(f"UPDATE users SET {field} = ? WHERE id = ?", [(value, one) for one in ids])


def test_the_base_of_all_tables_is_a_step_of_the_funnel(build: Any, page: Any, book: Any) -> None:
    store = build()
    writers = [row[0] for row in store.rows("SELECT DISTINCT user_id FROM user_topics WHERE user_id / 10000 = 1")]
    set_user(store, writers[:12], state="deleted")  # their texts were read before
    set_user(store, writers[12:30], state="unknown", sex=None, birth_year=None, city=None, occupation=None)
    page(store)
    found = book(store)
    step = found["quality", "not_deleted", ROCK].n
    for field in ("age", "city"):
        assert found["quality", f"missing.{field}", ROCK].base == step
        assert found["who", f"{field}.unknown", ROCK].base == step


def test_who_does_not_state_the_sex_is_not_the_rest_of_another_table(build: Any, told: Any, book: Any) -> None:
    pages = []
    for few in (2, 8):
        store = build(model=False)
        set_user(store, known(store, MUMS)[:few], sex=None)
        text = told(store, "who").replace("\u00a0", " ")
        found = book(store)
        step = found["quality", "not_deleted", MUMS].n
        women, men = found["who", "sex.female", MUMS], found["who", "sex.male", MUMS]
        assert (women.n, men.n) == (None, None) and women.base == men.base == step - 9
        assert f"указали: {step - 9} или больше" in text and "≈ 8" in text
        assert ("who", "sex.unknown", MUMS) not in found
        assert all(100 * row.value == pytest.approx(round(100 * row.value)) for row in (women, men))
        index = found["who", "index.sex.female", MUMS]
        assert index.value > 130 and index.n is None and index.base == step - 9
        pages.append((women.base, index.base))
    assert pages[0] == pages[1]


def test_the_few_deleted_are_not_members_less_a_table(build: Any, page: Any, book: Any) -> None:
    store = build(model=False)
    sql = "SELECT id FROM users WHERE state IN ('deleted', 'banned', 'unknown') AND id / 10000 = 1"
    set_user(store, [row[0] for row in store.rows(sql)], state="ok", sex=2)
    set_user(store, known(store, ROCK)[:4], state="banned")
    store.many("DELETE FROM posts WHERE owner_id / 10000 = ?", [(1,)])
    cells = rows(page, store, "missing")
    found = book(store)
    members = found["quality", "members", ROCK].n
    own = {key: row for key, row in found.items() if key[2] == ROCK and key[0] in ("who", "quality")}
    assert ("quality", "not_deleted", ROCK) not in own and ("quality", "lost.deleted", ROCK) not in own
    assert not [key for key, row in own.items() if 0 < members - (row.base or 0) < 9]
    assert cells["Возраст"][0].startswith("≥")
    stated, rest = own["who", "age.19-24", ROCK].base, own["who", "age.unknown", ROCK]
    assert rest.n is None and rest.value == pytest.approx((members - 9 - stated) / (members - 9), abs=1e-4)


def test_refusals_are_the_parts_of_their_row_and_leave_nothing_to_subtract(build: Any, page: Any, book: Any) -> None:
    store = build()
    walks = [row[0] for row in store.rows("SELECT subject FROM walks WHERE kind = 'walls' AND subject / 10000 = 3")]
    writers = {row[0] for row in store.rows("SELECT author_id FROM documents WHERE author_id > 0")}
    blank = [one for one in walks if one not in writers]
    with store.write() as connection:
        connection.execute("DELETE FROM gaps WHERE state = 'private'")
        for number, user in enumerate(blank[:40]):
            connection.execute("DELETE FROM walks WHERE kind = 'walls' AND subject = ?", (user,))
            state = "private" if number < 25 else "denied" if number < 37 else "not_found"
            connection.execute("INSERT INTO gaps (kind, subject, state, seen) VALUES ('walls', ?, ?, 1)", (user, state))
    html = page(store)
    found = book(store)
    assert found["quality", "lost.refused", STUDENTS].n == 40
    assert found["quality", "refused.private", STUDENTS].n == 25
    for state in ("denied", "not_found", "closed", "deleted", "banned"):
        assert ("quality", f"refused.{state}", STUDENTS) not in found
    cells = rows(page, store, "refusals")
    assert cells["доступ закрыт"][2] == cells["не найдено"][2] == "скрыто"
    assert "удалён" not in cells and "закрыто для посторонних" not in cells and "denied" not in html


def test_lists_refused_are_named_in_words_and_few_people_are_not(build: Any, told: Any) -> None:
    store = build(model=False)
    with store.write() as connection:
        sql = "INSERT INTO gaps (kind, subject, state, seen) VALUES (?, ?, ?, 1)"
        connection.executemany(sql, [("subscriptions", user, "private") for user in (10_001, 10_002, 10_003)])
        connection.execute(sql, ("members", 2, "denied"))
    text = told(store, "quality")
    assert "подписки людей: закрыто настройками – меньше 10" in text and "списки участников: доступ закрыт – 1" in text
