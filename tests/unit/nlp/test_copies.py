"""Copies and near copies: contest spam and chain letters are marked, people who say the same are not."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from nlp import copies
from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings
from storage import QUIET, Store, open_store, walls
from storage.rows import Post

FAST = LemmaSettings(mode="fast")
LONG = "Продаю отличный новый велосипед в хорошем состоянии, пишите мне в личку скорее"
CONTEST = (
    "РОЗЫГРЫШ! Дарим большую кофемашину одному из наших подписчиков. Условия простые: вступить в группу, сделать "
    "репост записи и не удалять её до конца месяца. Победителя назовём в прямом эфире вечером."
)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:") as opened:
        yield opened


def save(store: Store, *texts: str) -> None:
    walls.save_posts(store, [Post(n, 1, from_id=n, text=text) for n, text in enumerate(texts, start=1)], 1)


def copy_of(store: Store) -> list[int | None]:
    return [row[0] for row in store.rows("SELECT copy_of FROM documents ORDER BY doc_id")]


def test_copies_point_to_the_first_and_follow_changes(store: Store) -> None:
    save(
        store, LONG, LONG.upper() + "!!! 🔥 https://spam.ru", "Спокойной ночи", "Спокойной ночи",
        "Совсем другой текст про футбол, мяч, ворота, вратаря и красивый гол на последней минуте",
    )  # fmt: skip
    assert lemmatize(store, FAST).counts["copies"] == 1
    assert copy_of(store) == [None, 1, None, None, None]
    save(store, "Уже продал", LONG, "Спокойной ночи", "Спокойной ночи", LONG)
    assert lemmatize(store, FAST).counts["copies"] == 1
    assert copy_of(store) == [None, None, None, None, 2]


def test_a_text_told_again_with_small_changes_is_a_copy(store: Store) -> None:
    save(
        store, CONTEST, CONTEST + " Участвую под номером 4711 🎉", "Девочки, а вдруг! " + CONTEST,
        CONTEST.replace("кофемашину", "кафемашину"), "Кофемашину дарят подписчикам группы, условия не понял никто",
    )  # fmt: skip
    lemmatize(store, FAST)
    assert copy_of(store) == [None, 1, 1, 1, None]


def test_a_second_run_compares_nothing_and_a_killed_one_is_made_up_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, LONG, LONG + "!")
    with monkeypatch.context() as broken:
        broken.setattr("storage.sketches.mark_copies", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            lemmatize(store, FAST)
    assert copy_of(store) == [None, None]
    assert lemmatize(store, FAST).counts["copies"] == 1
    with monkeypatch.context() as broken:
        broken.setattr("storage.sketches.find_pairs", lambda *_: 1 / 0)
        assert lemmatize(store, FAST).counts["copies"] == 1


def test_a_deleted_first_hands_over_to_the_next(store: Store) -> None:
    save(store, LONG, LONG, LONG)
    lemmatize(store, FAST)
    assert copy_of(store) == [None, 1, 1]
    with store.write() as connection:
        connection.execute("DELETE FROM posts WHERE owner_id = 1")
    lemmatize(store, FAST)
    assert copy_of(store) == [None, 2]


def test_candidates_are_found_as_often_as_comparing_all_with_all_finds_them(store: Store) -> None:
    """Sixty texts, each told again with one or two words changed."""
    rng = random.Random(5)
    words = WORDS.split(", ")
    texts = []
    for _ in range(60):
        first = rng.sample(words, 24)
        second = list(first)
        for place in rng.sample(range(24), rng.randint(1, 2)):
            second[place] = rng.choice(words)
        texts += [" ".join(first), " ".join(second)]
    save(store, *texts)
    lemmatize(store, FAST)
    lemmas = [row[0] for row in store.rows("SELECT lemmas FROM documents ORDER BY doc_id")]
    alike = {
        n + 1 for n in range(len(lemmas)) if any(copies.similarity(lemmas[n], lemmas[m]) >= copies.ALIKE
                                                 for m in range(n))
    }  # fmt: skip
    found = {n for n, first in enumerate(copy_of(store), start=1) if first is not None}
    assert len(alike) > 20 and found <= alike and len(found) >= 0.95 * len(alike)


def test_similarity_of_short_and_empty_texts() -> None:
    assert copies.similarity("", "") == 1.0
    assert copies.similarity("один два", "один два") == 1.0
    assert copies.similarity("один два", "три") == 0.0


def test_sketches_are_the_same_in_every_process(store: Store) -> None:
    """Sketches are kept in the study, which travels between machines."""
    save(store, LONG)
    lemmatize(store, FAST)
    bands = store.value("SELECT bands FROM _sketches")
    assert len(bands) == 128 and bands[:8].hex() == "108e6ec08f2aaba7"
    assert copies.mark(store, watch=QUIET) == 0


WORDS = (
    "дом, кот, лес, река, поле, город, море, гора, небо, звезда, ветер, снег, дождь, солнце, трава, дерево, цветок, "
    "птица, рыба, медведь, волк, лиса, заяц, собака, лошадь, корова, хлеб, молоко, сыр, масло, соль, сахар, чай, кофе, "
    "вода, огонь, камень, песок, книга, стол, стул, окно, дверь, стена, крыша, улица, мост, поезд, самолёт, машина"
)
