"""A topic's course over the months: whose texts it is of, and which months say nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from storage import Store

START = 1_600_000_000  # September 2020
MONTH = 30 * 86_400


def write(
    store: Store, month: int, topic: int, n: int, authors: list[int], owner: int | None = None, **of: str
) -> None:
    """Add texts of one topic in a month, by these authors in turns."""
    with store.write() as connection:
        number = connection.execute("SELECT max(doc_id) FROM documents").fetchone()[0]
        for i in range(n):
            number += 1
            author = authors[i % len(authors)]
            connection.execute(
                "INSERT INTO documents (doc_id, kind, part, owner_id, item_id, author_id, published_at, lang, lemmas, "
                "pos, n_lemmas, recipe, input) VALUES (?, ?, ?, ?, ?, ?, ?, 'ru', '', '', 0, 'x', 'x')",
                (
                    number, of.get("kind", "post"), of.get("part", "own"), owner or author, 1000 + number, author,
                    START + month * MONTH,
                ),
            )  # fmt: skip
            connection.execute("INSERT INTO doc_topics VALUES (1, ?, ?, 1.0)", (number, topic))


@pytest.fixture
def store(build: Any) -> Store:
    found: Store = build()
    with found.write() as connection:
        connection.execute("DELETE FROM doc_topics")
    return found


def writers(store: Store, n: int) -> list[int]:
    sql = "SELECT DISTINCT t.user_id FROM user_topics t JOIN memberships USING (user_id) ORDER BY 1 LIMIT ?"
    return [row[0] for row in store.rows(sql, (n,))]


def course(book: Any, store: Store, topic: int = 0) -> dict[str, float]:
    found = book(store)
    start = f"trend.{topic}."
    return {key.removeprefix(start): row.value for (_, key, _), row in found.items() if key.startswith(start)}


def test_only_what_people_wrote_themselves_makes_it(store: Store, page: Any, book: Any) -> None:
    twelve = writers(store, 12)
    for month in range(4):
        write(store, month, 0, 6 * month, twelve)
        write(store, month, 1, 24 - 6 * month, twelve)
        write(store, month, 2, 500, [-1])  # the community's editors
        write(store, month, 3, 40, twelve, part="reposted")
        write(store, month, 4, 40, twelve, owner=-1, kind="comment")
        write(store, month, 5, 40, list(range(5_000_000, 5_000_020)))  # strangers on the walls
    page(store)
    assert list(course(book, store).values()) == pytest.approx([0, 0.25, 0.5, 0.75])
    assert set(course(book, store, 2).values()) == {0.0}


def test_a_month_of_few_people_or_few_texts_is_a_gap_and_no_neighbour(store: Store, page: Any, told: Any) -> None:
    twelve = writers(store, 12)
    for month in (0, 1, 3, 5, 6):
        write(store, month, 0, 30, twelve)
    write(store, 2, 0, 30, twelve[:1])  # one person writes everything
    write(store, 4, 0, 19, twelve)
    html = page(store)
    assert html.count('class="spark"') == 6
    (line, *_) = re.findall(r'<svg class="spark".*?</svg>', html)
    paths = re.findall(r'<path d="([^"]+)"', line)
    assert [path.count("L") for path in paths] == [1, 0, 1], "two months, one alone, two months"
    places = [float(x) for path in paths for x in re.findall(r"[ML]([\d.]+),", path)]
    assert places == pytest.approx([1 + 98 * month / 6 for month in (0, 1, 3, 5, 6)], abs=0.02)
    text = told(store, "topics")
    assert "Пропуски: месяцев, о которых мало данных, – 2." in text and "Текстов в месяце: от 30 до 30." in text


def test_without_people_it_is_of_the_communities_and_says_so(build: Any, told: Any) -> None:
    store = build()
    with store.write() as connection:
        for table in ("doc_topics", "user_topics", "audience_members", "memberships"):
            connection.execute(f"DELETE FROM {table}")
    for month in range(3):
        write(store, month, 0, 25, [-1])
    text = told(store, "topics")
    assert "Доля в записях сообществ по месяцам" in text and "Доля в том, что писали люди" not in text


def test_of_comments_alone_it_is_of_comments(store: Store, page: Any, book: Any) -> None:
    with store.write() as connection:
        connection.execute("DELETE FROM user_topics WHERE signal <> 'wrote'")
        connection.execute("UPDATE user_topics SET signal = 'commented'")
    twelve = writers(store, 12)
    for month in range(3):
        write(store, month, 0, 40, twelve, owner=-1, kind="comment")
        write(store, month, 1, 40, twelve)
    page(store)
    assert set(course(book, store).values()) == {1.0}


def test_two_months_are_no_course(store: Store, page: Any) -> None:
    for month in (0, 9):
        write(store, month, 0, 40, writers(store, 12))
    assert 'class="spark"' not in page(store)
