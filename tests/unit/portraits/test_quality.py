"""The funnel and what stands beside it: true sentences, numbers that agree, and no small group by subtraction."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

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
        assert "with_text" not in row and "lost.few_words" not in row and "lost.blank" not in row
        steps = ("members", "known", "not_deleted", "open", "asked", "answered", "in_model")
        shown = [row[step].n for step in steps if step in row]
        assert all(a == b or a - b >= 10 for a, b in pairwise(shown))
