"""The stage lemmatize: what it stores, that it does nothing twice, stops and goes on, and marks copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nlp
from nlp import lemmatize as stage
from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings
from storage import ConfigError, MissingInput, Store, walls
from storage.rows import Comment, Post

FAST = LemmaSettings(mode="fast")
ROOT = Path(__file__).parents[3]
LONG = "Продаю отличный новый велосипед в хорошем состоянии, пишите мне в личку скорее"


class Impatient:
    """Stops at the n-th question."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.notices: list[str] = []

    def tell(self, event: Any) -> None:
        if event.kind == "notice":
            self.notices.append(event.text)

    def stopping(self) -> bool:
        self.left -= 1
        return self.left < 0


def save(store: Store, *posts: Post) -> None:
    walls.save_posts(store, posts, 1)


def documents(store: Store) -> list[dict[str, Any]]:
    return [dict(row) for row in store.rows("SELECT * FROM documents ORDER BY doc_id")]


def test_every_word_in_order_with_its_part_of_speech(store: Store) -> None:
    save(store, Post(7, 1, from_id=7, published_at=5, text="Коты не спят, [id1|Ваня]! #Дом@club https://ya.ru 💰"))
    outcome = lemmatize(store, FAST)
    assert outcome.state == "done"
    assert outcome.counts["texts"] == outcome.counts["lemmatized"] == 1
    row = documents(store)[0]
    assert row["lemmas"].split(" ") == ["кот", "не", "спать", "дом"]
    assert row["pos"].split(" ") == ["NOUN", "FUNC", "VERB", "NOUN"]
    assert (row["n_lemmas"], row["lang"], row["author_id"], row["part"]) == (4, "ru", 7, "own")


def test_reposts_and_comments_are_documents_of_their_own(store: Store) -> None:
    save(store, Post(7, 1, from_id=7, text="Смотрите", repost_owner_id=-3, repost_id=9, repost_text="Новый альбом"))
    walls.save_comments(store, [Comment(-3, 4, post_id=9, from_id=8, text="Отличный концерт")], 1)
    lemmatize(store, FAST)
    found = {(row["kind"], row["part"]): row["lemmas"] for row in documents(store)}
    assert found == {
        ("post", "own"): "смотреть",
        ("post", "reposted"): "новый альбом",
        ("comment", "own"): "отличный концерт",
    }


def test_second_run_does_nothing_and_a_changed_text_alone_is_done_again(store: Store) -> None:
    save(store, *(Post(7, number, from_id=7, text=f"Кот номер {number} спит") for number in range(1, 6)))
    lemmatize(store, FAST)
    before = documents(store)
    assert lemmatize(store, FAST).counts["lemmatized"] == 0
    assert documents(store) == before
    save(store, Post(7, 3, from_id=7, text="Собака лает"))
    assert lemmatize(store, FAST).counts["lemmatized"] == 1
    after = documents(store)
    assert [row["doc_id"] for row in after] == [row["doc_id"] for row in before]
    assert after[2]["lemmas"] == "собака лаять"


def test_a_changed_author_moves_the_document(store: Store) -> None:
    save(store, Post(7, 1, from_id=7, text="Кот спит"))
    lemmatize(store, FAST)
    save(store, Post(7, 1, from_id=8, text="Кот спит"))
    lemmatize(store, FAST)
    assert [row["author_id"] for row in documents(store)] == [8]


def test_documents_of_vanished_texts_go(store: Store) -> None:
    save(store, Post(7, 1, from_id=7, text="Кот"), Post(7, 2, from_id=7, text="Кит"))
    lemmatize(store, FAST)
    save(store, Post(7, 1, from_id=7, text=""))
    assert lemmatize(store, FAST).counts["dropped"] == 1
    assert [row["item_id"] for row in documents(store)] == [2]


def test_new_corrections_make_everything_again(store: Store, tmp_path: Path) -> None:
    save(store, Post(7, 1, from_id=7, text="Мой бро"), Post(7, 2, from_id=7, text="Кот"))
    lemmatize(store, FAST)
    file = tmp_path / "own.tsv"
    file.write_text("бро\tбрат\tNOUN\n", encoding="utf-8")
    outcome = lemmatize(store, LemmaSettings(mode="fast", corrections=file))
    assert outcome.counts["lemmatized"] == 2
    assert documents(store)[0]["lemmas"] == "мой брат"


def test_interrupted_and_resumed_gives_the_same_rows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "BATCH", 10)
    posts = [Post(number % 5 + 1, number, from_id=number % 5 + 1, text=f"{LONG} {number // 3}") for number in range(45)]
    save(store, *posts)
    assert lemmatize(store, FAST, watch=Impatient(2)).state == "interrupted"
    assert len(documents(store)) == 20
    assert lemmatize(store, FAST).counts["lemmatized"] == 25
    with nlp_store() as whole:
        save(whole, *posts)
        lemmatize(whole, FAST)
        assert documents(whole) == documents(store)


def nlp_store() -> Store:
    from storage import open_store

    return open_store(":memory:")


def test_other_languages_are_counted_and_not_guessed_at(store: Store) -> None:
    save(
        store,
        Post(1, 1, from_id=1, text="Добрий вечір, друзі, їдемо до Києва"),
        Post(1, 2, from_id=1, text="The quick brown fox"),
        Post(1, 3, from_id=1, text="!!!"),
    )
    counts = lemmatize(store, FAST).counts
    assert (counts["lang_uk"], counts["lang_other"], counts["lang_none"]) == (1, 1, 1)
    assert [set(row["pos"].split()) for row in documents(store)] == [{"FRGN"}, {"FRGN"}, set()]
    lemmatize(store, LemmaSettings(languages=("ru", "uk")))
    assert set(documents(store)[0]["pos"].split()) == {"WORD"}


def test_the_mode_is_part_of_the_recipe(store: Store) -> None:
    save(store, Post(1, 1, from_id=1, text="Мы стали сильнее. Трубы делают из стали."))
    lemmatize(store, LemmaSettings(mode="fast"))
    assert lemmatize(store, LemmaSettings(mode="context")).counts["lemmatized"] == 1
    assert documents(store)[0]["lemmas"] == "мы стать сильный труба делать из сталь"


def test_nothing_to_lemmatize_says_what_to_do(store: Store) -> None:
    with pytest.raises(MissingInput) as error:
        lemmatize(store, FAST)
    assert "collect" in error.value.todo


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(ConfigError, match="slow"):
        LemmaSettings(mode="slow")
    with pytest.raises(ConfigError):
        list(nlp.lemmatize_texts(["кот"], mode="slow"))


@pytest.mark.parametrize("text", ["\x00", "<script>alert(1)</script>", "=HYPERLINK(1)", "а" * 5000, "\u202eкот", "💰"])
def test_hostile_texts_are_stored_without_harm(store: Store, text: str) -> None:
    save(store, Post(1, 1, from_id=1, text=text))
    lemmatize(store, FAST)
    row = documents(store)[0]
    assert len(row["lemmas"].split()) == len(row["pos"].split()) == row["n_lemmas"]
    assert not any(ord(char) < 32 for char in row["lemmas"])


def test_forms_are_kept_in_the_study(store: Store) -> None:
    save(store, Post(1, 1, from_id=1, text="кошками кошками тяжелыми"))
    lemmatize(store, FAST)
    assert [row["form"] for row in store.rows("SELECT form FROM forms ORDER BY form")] == ["кошками", "тяжелыми"]


def test_tokens_are_aligned() -> None:
    sentences = [["Вчера", "коты", ",", ":)", "#тег", "2020", "", "ооочень", "Ёж"], [], ["Кто-то"]]
    found = list(nlp.lemmatize_tokens(sentences))
    assert [len(row) for row in found] == [9, 0, 1]
    assert found[0] == ["вчера", "кот", ",", ":)", "#тег", "2020", "", "очень", "еж"]


def test_functions_for_notebooks_are_lazy() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "[id1|Ваня] любит кошек"

    assert next(nlp.lemmatize_texts(endless())) == ["любить", "кошка"]


def test_importing_the_room_is_light() -> None:
    import subprocess
    import sys

    code = (
        "import sys, nlp, nlp.topics, nlp.lemmatize; "
        "print([m for m in ('numpy', 'scipy', 'gensim', 'pymorphy3', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
