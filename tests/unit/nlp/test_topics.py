"""The stage topics: planted interests come out, blank people have no profile, runs repeat and resume to the bit."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from nlp import profiles
from nlp import topics as stage
from nlp.fitted import from_bytes
from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings, TopicSettings
from nlp.topics import topics
from storage import ConfigError, MissingInput, Store, models, open_store, people, texts, walls
from storage.rows import Community, Post, User

FOUR = TopicSettings(n_topics=4, min_people=1)
TABLES = ("topic_fits", "terms", "dropped_terms", "topics", "doc_topics", "user_topics", "community_topics")


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.rows(sql)]


def everything(store: Store) -> list[Any]:
    return [rows(store, f"SELECT * FROM {table}") for table in (*TABLES, "topic_models")]


def test_planted_interests_come_out(world: Any, planted: Store) -> None:
    outcome = topics(planted, FOUR)
    assert outcome.state == "done"
    strongest = dict(
        rows(
            planted,
            "SELECT user_id, topic FROM (SELECT user_id, topic, max(weight) FROM user_topics WHERE signal = 'wrote' "
            "GROUP BY 1)",
        )
    )
    assert len(strongest) == outcome.counts["people"] == 60
    table = np.zeros((4, 4))
    for user, topic in strongest.items():
        table[list(world.themes).index(world.interest(user)), topic] += 1
    places = linear_sum_assignment(-table)
    assert table[places].sum() >= 0.9 * 60


def test_profiles_sum_to_one_and_carry_what_is_behind_them(planted: Store) -> None:
    topics(planted, FOUR)
    for total, n, docs, words in rows(
        planted,
        "SELECT sum(weight), count(*), min(n_docs), min(n_lemmas) FROM user_topics WHERE signal = 'wrote' "
        "GROUP BY user_id",
    ):
        assert total == pytest.approx(1.0)
        assert (n, docs) == (4, 6)
        assert words >= FOUR.min_words
    assert {row[0] for row in rows(planted, "SELECT DISTINCT signal FROM user_topics")} == {"wrote", "member"}


def test_topics_are_named_and_measured(world: Any, planted: Store) -> None:
    topics(planted, FOUR)
    current = models.current_model(planted)
    assert current is not None
    found = models.topics(planted, current.id or 0)
    assert sum(row.share or 0 for row in found) == pytest.approx(1.0)
    for row in found:
        words = json.loads(row.words)
        assert row.named_by == "auto"
        assert row.label == ", ".join(word for word, _ in words[:3])
        assert all(0 < probability <= 1 for _, probability in words)
        assert 0 < (row.npmi or 0) <= 1
        assert 0 < (row.c_v or 0) <= 1
        assert 0 < (row.exclusivity or 0) <= 1
        assert (row.stability or 0) > 0.5 and row.stable == 1
    by_theme = {theme: set(text.split()) for theme, text in world.themes.items()}
    for row in found:
        top = {word for word, _ in json.loads(row.words)[:6]}
        assert max(len(top & words) for words in by_theme.values()) == 6


def test_people_under_the_floor_have_no_profile_and_are_in_no_mean(world: Any, planted: Store) -> None:
    topics(planted, FOUR)
    before = rows(planted, "SELECT topic, share FROM topics")
    few = " ".join(world.themes["football"].split()[:5])
    people.save_users(planted, [User(id=900)], 1)
    people.save_members(planted, 1, [900], 1)
    walls.save_posts(planted, [Post(900, 1, from_id=900, text=few)], 1)
    lemmatize(planted, LemmaSettings())
    counts = topics(planted, FOUR).counts
    assert counts["people"] == 60
    assert counts["people_below_floor"] == 1
    assert rows(planted, "SELECT count(*) FROM user_topics WHERE user_id = 900") == [(0,)]
    assert rows(planted, "SELECT DISTINCT n_people FROM community_topics WHERE signal = 'member'") == [(30,)]
    assert [share for _, share in rows(planted, "SELECT topic, share FROM topics")] == pytest.approx(
        [share for _, share in before], abs=0.02
    )


def test_communities_have_their_wall_and_their_members(world: Any, planted: Store) -> None:
    topics(planted, FOUR)
    for signal in ("wrote", "member"):
        found = models.community_topics(planted, 2, signal)
        assert {row.community_id for row in found} == {1, 2}
        for number, themes in world.communities.items():
            mine = [row for row in found if row.community_id == number]
            assert sum(row.weight for row in mine) == pytest.approx(1.0)
            leading = sorted(mine, key=lambda row: -row.weight)[:2]
            expected = {word for theme in themes for word in world.themes[theme].split()}
            for row in leading:
                words = json.loads(models.topics(planted, 2)[row.topic].words)
                assert {word for word, _ in words[:5]} <= expected


def test_reposts_are_a_signal_of_their_own(world: Any, planted: Store) -> None:
    cars, cooking = world.themes["cars"], world.themes["cooking"]
    for number in range(1, 4):
        post = Post(
            2,
            50 + number,
            from_id=2,
            text=cars,
            repost_owner_id=-1,
            repost_id=number,
            repost_text=f"{cooking} {number}",
        )
        walls.save_posts(planted, [post], 1)
    lemmatize(planted, LemmaSettings())
    topics(planted, FOUR)
    strongest = dict(
        rows(planted, "SELECT signal, topic FROM (SELECT signal, topic, max(weight) FROM user_topics "
                      "WHERE user_id = 2 GROUP BY signal)")
    )  # fmt: skip
    assert set(strongest) == {"wrote", "reposted", "member"}
    assert strongest["wrote"] != strongest["reposted"]


def test_likes_and_memberships_are_signals_of_their_own(world: Any, planted: Store) -> None:
    liker = next(user for user in range(1, 61) if world.interest(user) == "music")
    themes = {row[0]: row[1] for row in rows(planted, "SELECT id, text FROM posts WHERE owner_id = -1")}
    cars = [number for number, text in themes.items() if sum(w in text for w in world.themes["cars"].split()) > 5]
    for number in cars[:4]:
        walls.save_likes(planted, -1, "post", number, [liker, 4_000], "like", 1)
    topics(planted, FOUR)
    mine = dict(
        rows(planted, "SELECT signal, topic FROM (SELECT signal, topic, max(weight) FROM user_topics "
                      f"WHERE user_id = {liker} GROUP BY signal)")
    )  # fmt: skip
    assert set(mine) == {"wrote", "liked", "member"} and mine["liked"] != mine["wrote"]
    top = json.loads(rows(planted, f"SELECT words FROM topics WHERE topic = {mine['liked']}")[0][0])
    assert {word for word, _ in top[:5]} <= set(world.themes["cars"].split())
    # who wrote nothing and is in no community has the one profile
    assert rows(planted, "SELECT DISTINCT signal, n_docs FROM user_topics WHERE user_id = 4000") == [("liked", 4)]
    both = dict(rows(planted, f"SELECT topic, weight FROM user_topics WHERE user_id = {liker} AND signal = 'member'"))
    wall = {row.topic: row.weight for row in models.community_topics(planted, 2, "wrote") if row.community_id == 2}
    assert both == pytest.approx(wall)
    walls.save_likes(planted, -1, "post", cars[4], [liker], "like", 1)
    topics(planted, FOUR)
    assert rows(planted, "SELECT n_docs FROM user_topics WHERE signal = 'liked' AND user_id != 4000 LIMIT 1") == [(5,)]


def test_single_texts_have_topics_above_a_weight(planted: Store) -> None:
    topics(planted, FOUR)
    assert rows(planted, "SELECT min(weight) >= 0.05, max(weight) <= 1 FROM doc_topics") == [(1, 1)]
    long = rows(planted, "SELECT count(DISTINCT doc_id) FROM doc_topics")[0][0]
    assert long == rows(planted, "SELECT count(*) FROM documents")[0][0]


def test_same_study_same_bytes(world: Any, planted: Store) -> None:
    topics(planted, FOUR)
    with open_store(":memory:") as other:
        world.plant(other)
        lemmatize(other, LemmaSettings())
        topics(other, FOUR)
        assert everything(other) == everything(planted)


def test_another_seed_is_another_fit(planted: Store) -> None:
    topics(planted, FOUR)
    first = rows(planted, "SELECT arrays FROM topic_models")
    topics(planted, TopicSettings(min_people=1, n_topics=4, seed=2))
    assert rows(planted, "SELECT arrays FROM topic_models") != first
    assert rows(planted, "SELECT count(*) FROM topic_models") == [(1,)]


def test_skips_what_is_done_and_follows_changes(world: Any, planted: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = topics(planted, FOUR)
    before = everything(planted)
    with monkeypatch.context() as patch:
        patch.setattr(stage.fitting, "fit", _refuse)
        assert topics(planted, FOUR).counts == first.counts
        assert everything(planted) == before
        # other members, same texts: the profiles change, the fit does not
        people.save_members(planted, 2, [2, 6, 10], 1)
        topics(planted, FOUR)
    assert rows(planted, "SELECT DISTINCT n_people FROM community_topics WHERE signal='member'") == [(30,), (33,)]
    walls.save_posts(planted, [Post(1, 99, from_id=1, text=world.themes["music"])], 1)
    lemmatize(planted, LemmaSettings())
    topics(planted, FOUR)
    assert rows(planted, "SELECT n_docs FROM user_topics WHERE user_id = 1 LIMIT 1") == [(7,)]


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("fitted again")


@pytest.mark.parametrize("patience", [1, 5, 200, 1000, 2224, 2227, 2232, 2238])
def test_stopped_anywhere_and_resumed_ends_in_the_same_rows(
    world: Any, planted: Store, monkeypatch: pytest.MonkeyPatch, patience: int
) -> None:
    monkeypatch.setattr(profiles, "BATCH", 10)
    settings = TopicSettings(n_topics=(3, 4), passes=60, min_people=1, seeds=1)
    topics(planted, TopicSettings(min_people=1, n_topics=3, passes=5))
    with open_store(":memory:") as other:
        world.plant(other)
        lemmatize(other, LemmaSettings())
        topics(other, TopicSettings(min_people=1, n_topics=3, passes=5))
        old = everything(other)
        stopped = topics(other, settings, watch=world.listener(patience))
        assert stopped.state == "interrupted"
        assert rows(other, "SELECT * FROM v_topics") == [
            (row[1], row[2], row[4], row[5], row[8], row[9], row[10]) for row in old[TABLES.index("topics")]
        ]
        topics(other, settings)
        topics(planted, settings)
        assert everything(other) == everything(planted)


def test_a_grid_of_numbers_is_scored_and_one_kept(planted: Store) -> None:
    outcome = topics(planted, TopicSettings(min_people=1, n_topics=(2, 4, 7), seeds=2))
    fits = rows(planted, "SELECT k, seed, npmi, diversity, stability, kept FROM topic_fits ORDER BY k, seed")
    assert [(row[0], row[1]) for row in fits] == [(2, 1), (2, 2), (4, 1), (4, 2), (7, 1), (7, 2)]
    assert all(0 <= row[4] <= 1 for row in fits)
    assert [row[0] for row in fits if row[5]] == [outcome.counts["topics"]] == [4]
    assert all(row[0] is not None for row in rows(planted, "SELECT stability FROM topics"))


def test_auto_chooses_from_what_the_documents_allow(planted: Store) -> None:
    outcome = topics(planted, TopicSettings(min_people=1, n_topics="auto"))
    assert outcome.counts["topics"] == 5
    assert len(rows(planted, "SELECT * FROM topic_fits")) == 3, "where there is a choice, three fits each"


@pytest.mark.parametrize("unit", ["community", "post"])
def test_other_units(planted: Store, unit: Any) -> None:
    outcome = topics(planted, TopicSettings(min_people=1, n_topics=4, unit=unit))
    assert outcome.counts["communities"] == 2
    assert outcome.counts["people"] == 60
    documents = {"community": (8, 60), "post": (420, 420)}[unit]
    assert documents[0] <= outcome.counts["documents"] <= documents[1]


def test_people_who_only_comment_have_profiles_and_means(world: Any, planted: Store) -> None:
    with planted.write() as connection:
        connection.execute(
            "INSERT INTO comments (owner_id, id, post_id, from_id, published_at, text) "
            "SELECT -1, owner_id * 1000 + id, 1, from_id, published_at, text FROM posts WHERE owner_id > 0"
        )
        connection.execute("DELETE FROM posts WHERE owner_id > 0")
    lemmatize(planted, LemmaSettings())
    assert topics(planted, FOUR).counts["people"] == 60
    assert rows(planted, "SELECT DISTINCT signal FROM user_topics WHERE signal <> 'member'") == [("commented",)]
    assert sum(share for (share,) in rows(planted, "SELECT share FROM topics")) == pytest.approx(1)
    assert rows(planted, "SELECT DISTINCT n_people FROM community_topics WHERE signal = 'member'") == [(30,)]


def test_a_study_of_communities_alone(world: Any, store: Store) -> None:
    world.plant(store, n_people=0)
    lemmatize(store, LemmaSettings())
    with pytest.raises(MissingInput) as error:
        topics(store, FOUR)
    assert "community" in error.value.todo
    outcome = topics(store, TopicSettings(min_people=1, n_topics=3, unit="community"))
    assert outcome.counts["people"] == 0
    assert rows(store, "SELECT DISTINCT share FROM topics") == [(None,)]
    assert rows(store, "SELECT DISTINCT signal FROM community_topics") == [("wrote",)]


def test_gensim_is_the_other_engine(planted: Store) -> None:
    pytest.importorskip("gensim")
    topics(planted, TopicSettings(min_people=1, n_topics=4, engine="gensim", passes=5))
    current = models.current_model(planted)
    assert current is not None
    assert current.engine == "gensim"
    assert rows(planted, "SELECT count(DISTINCT user_id) FROM user_topics") == [(60,)]


def test_arrays_need_no_pickle(world: Any, planted: Store) -> None:
    topics(planted, FOUR)
    current = models.current_model(planted)
    assert current is not None
    with np.load(io.BytesIO(current.arrays), allow_pickle=False) as arrays:
        assert arrays["counts"].shape == (4, current.n_terms)
    model = from_bytes(current.arrays)
    assert model.vocabulary == [row[0] for row in rows(planted, "SELECT term FROM terms ORDER BY term_id")]
    profile = model.infer([world.themes["cars"].split(), ["абракадабра"], []])
    assert profile[0].max() > 0.6
    assert np.isnan(profile[1:]).all()


def test_copied_spam_makes_no_topic(planted: Store) -> None:
    spam = "розыгрыш смартфон подарок победитель доставка бесплатный условие участник приз случайный выбор билет"
    ids = range(1, 61)
    walls.save_posts(planted, [Post(user, 70, from_id=user, text=spam) for user in ids], 1)
    lemmatize(planted, LemmaSettings())
    topics(planted, FOUR)
    assert rows(planted, "SELECT count(*) FROM terms WHERE term IN ('розыгрыш', 'приз', 'смартфон')") == [(0,)]


def test_what_was_left_out_has_a_reason(planted: Store) -> None:
    walls.save_posts(planted, [Post(1, 80, from_id=1, text="Быть бы тебе ёж уникум, привет")], 1)
    lemmatize(planted, LemmaSettings())
    topics(planted, TopicSettings(min_people=1, n_topics=4, stopwords=("гол",), max_share=0.9))
    dropped = {(term, reason) for term, reason in rows(planted, "SELECT term, reason FROM dropped_terms")}
    assert {("гол", "stop_list"), ("быть", "stop_list"), ("бы", "part_of_speech"), ("еж", "short")} <= dropped
    assert ("уникум", "rare") in dropped
    kept = {row[0] for row in rows(planted, "SELECT term FROM terms")}
    assert kept.isdisjoint({"гол", "быть", "еж", "уникум"})


def test_collocations_become_one_word(planted: Store) -> None:
    pytest.importorskip("gensim")
    posts = [Post(user, 60, from_id=user, text="Чёрная дыра и чёрная дыра") for user in range(1, 31)]
    walls.save_posts(planted, posts, 1)
    lemmatize(planted, LemmaSettings())
    topics(planted, TopicSettings(min_people=1, n_topics=4, bigrams=True))
    assert rows(planted, "SELECT df, n FROM terms WHERE term = 'черный_дыра'") == [(30, 60)]


def test_too_little_says_what_to_do(store: Store) -> None:
    with pytest.raises(MissingInput, match="лемматизированы") as error:
        topics(store, FOUR)
    assert "lemmatize" in error.value.todo
    walls.save_posts(store, [Post(1, 1, from_id=1, text="Кот и кит")], 1)
    lemmatize(store, LemmaSettings())
    with pytest.raises(MissingInput, match="нужно не меньше 8"):
        topics(store, FOUR)
    assert texts.count_languages(store) == {"ru": 1}


def test_too_few_people_are_not_modelled(planted: Store) -> None:
    with pytest.raises(MissingInput, match="60, а нужно 300") as error:
        topics(planted, TopicSettings(n_topics=4))
    assert "min_people" in error.value.todo and "plan" in error.value.todo
    assert rows(planted, "SELECT * FROM topic_models") == []


def test_few_chunks_of_walls_draw_a_warning(world: Any, planted: Store) -> None:
    watch = world.listener()
    topics(planted, TopicSettings(n_topics=2, unit="community"), watch=watch)
    assert any(kind == "warning" and "300" in text for kind, text in watch.events)


def test_texts_without_structure_get_no_names(world: Any, store: Store) -> None:
    rng, words = random.Random(1), " ".join(world.themes.values()).split()
    posts = [Post(user, 1, from_id=user, text=" ".join(rng.choices(words, k=26))) for user in range(1, 121)]
    people.save_users(store, [User(id=user) for user in range(1, 121)], 1)
    walls.save_posts(store, posts, 1)
    lemmatize(store, LemmaSettings())
    watch = world.listener()
    outcome = topics(store, FOUR, watch=watch)
    assert outcome.counts["stable"] == 0
    assert rows(store, "SELECT DISTINCT label, stable FROM topics") == [("", 0)]
    assert any(kind == "warning" and "не устойчива" in text for kind, text in watch.events)


def test_a_text_in_another_language_has_no_part(planted: Store) -> None:
    posts = [Post(user, 60, from_id=user, text="Ґанок їжак євро і ще їжачок") for user in range(1, 31)]
    walls.save_posts(planted, posts, 1)
    people.save_communities(planted, [Community(id=5)], 1)
    lemmatize(planted, LemmaSettings())
    topics(planted, FOUR)
    assert rows(planted, "SELECT count(*) FROM terms WHERE term LIKE '%ї%'") == [(0,)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: TopicSettings(n_topics=1),
        lambda: TopicSettings(n_topics=()),
        lambda: TopicSettings(pos=("NOUN", "СУЩ")),
        lambda: TopicSettings(max_share=0),
        lambda: TopicSettings(seeds=0),
        lambda: TopicSettings(unit="человек"),  # type: ignore[arg-type]
        lambda: TopicSettings(engine="bert"),  # type: ignore[arg-type]
        lambda: TopicSettings(passes=0),
    ],
)
def test_settings_that_cannot_be_are_refused(make: Callable[[], TopicSettings]) -> None:
    with pytest.raises(ConfigError):
        make()


def test_a_choice_of_numbers_is_told_with_its_runners_up(world: Any, planted: Store) -> None:
    watch = world.listener()
    topics(planted, TopicSettings(min_people=1, n_topics=(2, 4, 7), seeds=2), watch=watch)
    (text,) = [text for kind, text in watch.events if kind == "notice" and "следом" in text]
    assert text.startswith("Тем взято 4 (оценка 0.")
    kept = json.loads(rows(planted, "SELECT settings FROM topic_models")[0][0])["choice"]
    assert sorted(k for k, _ in kept) == [2, 4, 7] and kept[0][0] == 4
    assert [score for _, score in kept] == sorted((score for _, score in kept), reverse=True)
