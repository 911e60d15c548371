"""The current model applied to what is new: people get profiles, topics stay, drift is told."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from nlp import fitting
from nlp.keep import keep
from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings, TopicSettings
from nlp.topics import topics
from storage import MissingInput, Store, models, people, walls
from storage.rows import Post, User

FOUR = TopicSettings(n_topics=4, min_people=1)
NEW = 700


@pytest.fixture
def fitted(planted: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A study with a model, one topic named by a person; from here on nothing may be fitted."""
    topics(planted, FOUR)
    models.name_topic(planted, models.current_model(planted).id or 0, 0, "Имя от человека", "person")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fitted again")

    monkeypatch.setattr(fitting, "fit", refuse)
    return planted


def newcomer(store: Store, text: str, number: int = NEW) -> None:
    people.save_users(store, [User(id=number)], 1)
    words, draws = text.split(), random.Random(1)
    texts = [" ".join(draws.sample(words, len(words))) for _ in range(3)]  # in one order they would be copies
    posts = [Post(number, post, from_id=number, published_at=post, text=one) for post, one in enumerate(texts, 1)]
    walls.save_posts(store, posts, 1)
    lemmatize(store, LemmaSettings())


def described(store: Store) -> list[Any]:
    sql = "SELECT topic, label, named_by, stability, words FROM topics ORDER BY topic"
    return [tuple(row) for row in store.rows(sql)]


def test_new_people_get_profiles_and_the_topics_stay(world: Any, fitted: Store) -> None:
    before, arrays = described(fitted), models.current_model(fitted).arrays
    newcomer(fitted, world.themes["cars"])
    watch = world.listener()
    outcome = keep(fitted, FOUR, watch=watch)
    assert (outcome.state, outcome.counts["people"]) == ("done", 61)
    assert described(fitted) == before and models.current_model(fitted).arrays == arrays
    (best,) = fitted.rows(f"SELECT topic, max(weight) FROM user_topics WHERE user_id = {NEW} AND signal = 'wrote'")
    words = {word for word, _ in json.loads(before[best[0]][4])[:5]}
    assert words <= set(world.themes["cars"].split())
    assert fitted.value("SELECT count(*) FROM topic_models") == 1
    assert fitted.value("SELECT sum(share) FROM topics") == pytest.approx(1.0)
    (text,) = [text for kind, text in watch.events if kind == "notice"]
    assert "Новых текстов 3" in text and "перплексия" in text
    drift = json.loads(models.current_model(fitted).settings)["drift"]
    assert drift["unknown_words"] <= drift["unknown_words_before"] + 0.1


def test_texts_of_another_kind_are_told_as_drift(world: Any, fitted: Store) -> None:
    strange = "ипотека депозит облигация купон дивиденд брокер индекс валюта акция"
    newcomer(fitted, f"{strange} {world.themes['cars'][:40]} {strange}")
    watch = world.listener()
    keep(fitted, FOUR, watch=watch)
    assert any(kind == "warning" and "Темы устарели" in text for kind, text in watch.events)


def test_where_nothing_is_new_nothing_is_done(world: Any, fitted: Store) -> None:
    newcomer(fitted, world.themes["cars"])
    first = keep(fitted, FOUR)
    number = models.current_model(fitted).id
    watch = world.listener()
    assert keep(fitted, FOUR, watch=watch).counts == first.counts
    assert models.current_model(fitted).id == number
    assert any("новых текстов нет" in text for _, text in watch.events)


@pytest.mark.parametrize("patience", [0, 1, 2])
def test_stopped_it_leaves_the_old_rows_and_goes_on_later(world: Any, fitted: Store, patience: int) -> None:
    newcomer(fitted, world.themes["cars"])
    number = models.current_model(fitted).id
    assert keep(fitted, FOUR, watch=world.listener(patience)).state == "interrupted"
    assert models.current_model(fitted).id == number
    assert keep(fitted, FOUR).counts["people"] == 61
    assert fitted.value("SELECT count(*) FROM topic_models") == 1


def test_after_it_a_plain_run_fits_anew(world: Any, planted: Store) -> None:
    topics(planted, FOUR)
    newcomer(planted, world.themes["cars"])
    keep(planted, FOUR)
    n_documents = models.current_model(planted).n_documents
    topics(planted, FOUR)
    assert models.current_model(planted).n_documents > n_documents
    assert "drift" not in json.loads(models.current_model(planted).settings)


def test_without_a_model_it_says_what_to_run(planted: Store) -> None:
    with pytest.raises(MissingInput) as error:
        keep(planted, FOUR)
    assert "vkaudience topics" in error.value.todo
