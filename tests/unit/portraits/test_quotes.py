"""Typical texts are of their topic; where there is none, that is said."""

from __future__ import annotations

import re
from typing import Any

from storage import Store, models


def quotes(page: Any, store: Store, topic: int, **settings: Any) -> list[str]:
    html = page(store, **settings)
    card = html[html.index(f'id="topic-{topic}"') :].partition("</article>")[0]
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"(?s)<blockquote><p>(.*?)</p>", card)]


def weigh(store: Store, topic: int, *weights: float) -> None:
    """Give the texts of a topic on the walls of communities 1, 2 ... these weights."""
    with store.write() as connection:
        for owner, weight in enumerate(weights, start=1):
            connection.execute(
                "UPDATE doc_topics SET weight = ? WHERE topic = ? AND doc_id IN "
                "(SELECT doc_id FROM documents WHERE owner_id = ?)",
                (weight, topic, -owner),
            )
            connection.execute(
                "UPDATE posts SET text = ? WHERE owner_id = ? AND id = ?", (f"стена {owner}", -owner, topic + 1)
            )


def test_a_text_that_is_mostly_of_something_else_is_not_typical(build: Any, page: Any, told: Any) -> None:
    store = build()
    weigh(store, 0, 0.3, 0.51, 0.06)
    weigh(store, 1, 0.49, 0.3, 0.1)
    assert quotes(page, store, 0) == ["стена 2"]
    assert quotes(page, store, 1) == []
    assert told(store, "topics").count("Типичных текстов нет: ни одна запись сообществ") == 1
    assert "Типичных текстов нет" not in told(store, "topics", quotes="none")
    assert "No typical texts" in told(store, "topics", language="en")


def test_a_text_that_others_copied_comes_after_those_that_nobody_did(build: Any, page: Any) -> None:
    store = build()
    weigh(store, 0, 0.95, 0.8, 0.7)
    (first,) = (row[0] for row in store.rows("SELECT doc_id FROM documents WHERE owner_id = -1 AND item_id = 1"))
    store.many("UPDATE documents SET copy_of = ? WHERE owner_id = -3 AND item_id = 6", [(first,)])
    assert quotes(page, store, 0) == ["стена 2", "стена 3", "стена 1"]


def test_of_topics_with_one_name_the_weights_add_up(build: Any, page: Any) -> None:
    store = build()
    weigh(store, 1, 0.3, 0.3, 0.3)
    with store.write() as connection:
        sql = "INSERT INTO doc_topics SELECT model_id, doc_id, 4, 0.4 FROM doc_topics WHERE topic = 1 AND weight = 0.3"
        connection.execute(sql)
    model = models.current_model(store)
    assert model is not None and quotes(page, store, 1) == []
    for topic in (1, 4):
        models.name_topic(store, model.id, topic, "Дом", "person")
    assert len(quotes(page, store, 1)) == 3
