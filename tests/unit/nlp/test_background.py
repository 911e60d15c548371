"""Stop words of a study: what everybody says is found, what makes a topic is not."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.background import background
from nlp.settings import TopicSettings
from nlp.topics import topics
from storage import MissingInput, Store


def test_small_talk_is_found_and_no_word_of_a_theme(world: Any, planted: Store) -> None:
    topics(planted, TopicSettings(n_topics=4, min_people=1, max_share=1.0))
    found = background(planted)
    talk = found[:4]  # «сегодня» is no part of speech of topics, «хороший» is on everybody's list
    assert {one.word for one in talk} == {"погода", "выходной", "дорога", "магазин"}
    assert all(0 <= one.bits < 0.5 and one.share > 0.3 for one in talk)
    assert not {one.word for one in found if one.bits < 0.5} & set(" ".join(world.themes.values()).split())
    assert [one.bits for one in found] == sorted(one.bits for one in found)
    assert background(planted, most=2) == found[:2]


def test_without_a_model_it_says_what_to_run(store: Store) -> None:
    with pytest.raises(MissingInput) as error:
        background(store)
    assert "vkaudience topics" in error.value.todo
