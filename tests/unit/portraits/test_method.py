"""What the report says of the model's texts is what the model read."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("unit", "found_in", "document"),
    [
        ("person", "в записях, репостах и комментариях людей", "все записи одного человека; его репосты и его"),
        ("community", "в записях сообществ", "отрезок стены одного сообщества"),
        ("post", "в отдельных текстах", "одна запись"),
    ],
)
def test_it_names_the_texts_that_shaped_the_topics(
    build: Any, told: Any, unit: str, found_in: str, document: str
) -> None:
    store = build()
    store.many("UPDATE topic_models SET unit = ?", [(unit,)])
    text = told(store).replace("\u00a0", " ")
    assert f"Модель нашла 6 тем {found_in}" in text and f"документ — {document}" in text
    assert "без репостов и комментариев" in text and "что люди сами написали" not in text


def test_reasons_of_dropped_words_are_told_in_words(build: Any, told: Any) -> None:
    text = told(build(), "method")
    assert "слишком редкие" in text and " rare " not in text


def test_the_outcome_of_a_fit_is_not_told_among_its_settings(build: Any, told: Any) -> None:
    store = build()
    store.many(
        "UPDATE topic_models SET settings = ?",
        [('{"passes": 30, "counts": {"people_below_floor": 4}, "dropped": {"rare": 777}}',)],
    )
    text = told(store, "method")
    assert "passes" in text and "people_below_floor" not in text and "777" not in text
