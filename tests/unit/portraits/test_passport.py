"""The passport: how each audience is made up, of which communities, and no small group by subtraction."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from storage import Store

ROCK, MUMS, STUDENTS = 1, 2, 3


def define(store: Store, audience: int, definition: dict[str, Any]) -> None:
    store.many("UPDATE audiences SET definition = ? WHERE id = ?", [(json.dumps(definition), audience)])
    store.many("DELETE FROM audience_members WHERE audience_id = ?", [(audience,)])


def line(page: Any, store: Store, name: str, **settings: Any) -> str:
    """The words of one audience's row in the passport."""
    html = page(store, **settings)
    rows = re.findall(r"(?s)<tr><th scope=\"row\"><bdi>.*?</tr>", html[html.index('id="passport"') :])
    words = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", row)).strip() for row in rows]
    return next(row for row in words if row.startswith(name))


@pytest.mark.parametrize(
    ("rule", "language", "words"),
    [
        ({"any": [1]}, "ru", "состоит в сообществе, но не в «Мамы района»"),
        ({"any": [1, 3]}, "ru", "состоит хотя бы в одном из сообществ, но не в «Мамы района»"),
        ({"all": [1, 3]}, "en", "member of all the communities, but not in “Мамы района”"),
    ],
)
def test_a_community_left_out_is_named_as_left_out(
    build: Any, page: Any, rule: dict[str, Any], language: str, words: str
) -> None:
    store = build(model=False)
    define(store, ROCK, {**rule, "minus": [2], "people": 0})
    row = line(page, store, "Рок-клуб", language=language)
    assert words in row
    assert row.count("Мамы района") == 1, "it is not in the list of the audience's own communities"


def test_a_community_nobody_comes_from_is_among_the_others(build: Any, told: Any) -> None:
    store = build(model=False)
    define(store, ROCK, {"any": [1], "minus": [2, 99]})
    store.many("DELETE FROM audiences WHERE id = ?", [(MUMS,)])
    text = told(store, "passport")
    assert "но не в «Мамы района» , «club99»" in text
    assert re.search(r"Остальные сообщества в файле \(1\) Мамы района", text)
