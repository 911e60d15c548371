"""The shipped lemmas of frequent words: what the dictionary and the weights say, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nlp import frequent
from nlp.frequent import frequent_words
from nlp.lemmatizer import Fast
from nlp.lexicon import Lexicon
from nlp.tables import corrections
from nlp.training.frequent import frequent as made
from nlp.training.frequent import lines
from nlp.weights import weights


@pytest.fixture
def _another_dictionary(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(frequent, "version", lambda: "other")
    frequent._shipped.cache_clear()
    yield
    frequent._shipped.cache_clear()


def test_every_frequent_word_has_the_lemma_that_would_be_found_for_it() -> None:
    found, looked_up = frequent_words(()), Fast(Lexicon({}, keep=False), weights("fast"))
    assert len(found) == 20_000, "made with another dictionary or other weights: run python -m nlp.training.frequent"
    assert {word: pair for word, pair in found.items() if looked_up[word] != pair} == {}
    assert not [word for word, (_, pos) in found.items() if pos == "NAME"]


def test_with_the_shipped_corrections_a_frequent_word_is_what_it_would_be_without_the_file() -> None:
    shipped, looked_up = Fast(Lexicon(corrections())), Fast(Lexicon(corrections(), keep=False), weights("fast"))
    words = list(frequent_words(()))
    assert shipped.sentence(words) == looked_up.sentence(words)


@pytest.mark.parametrize("word", ["года", "Года", "ГОДА"])
def test_a_correction_comes_before_a_frequent_word(word: str) -> None:
    assert word in frequent_words(()) or word.lower() in frequent_words(())
    assert Fast(Lexicon(corrections()))[word] == ("год", "NOUN")
    assert Fast(Lexicon({**corrections(), "года": ("годик", "NOUN")}))[word] == ("годик", "NOUN")


def test_a_correction_with_dots_comes_before_a_frequent_unknown_word() -> None:
    assert frequent_words(["шёл"]).keys() == frequent_words(()).keys() - {"шел", "шёл", "Шел", "Шёл", "ШЕЛ", "ШЁЛ"}


@pytest.mark.usefixtures("_another_dictionary")
def test_a_file_made_with_another_dictionary_is_left_aside() -> None:
    assert frequent_words(()) == {}
    assert Fast(Lexicon(corrections()))["года"] == ("год", "NOUN")


def test_what_comes_often_or_costs_much_is_taken_and_names_are_not() -> None:
    texts = ["Кошку видела Маша", "кошку ВИДЕЛА кошку", "мемасик iPhone 7я ооочень онлайн-кошка КоШка стали"]
    found = made(texts, most=4)
    assert found == {
        "стали": ("стать", "VERB"), "мемасик": ("мемасик", "NOUN"),
        "кошку": ("кошка", "NOUN"), "ВИДЕЛА": ("видеть", "VERB"),
    }  # fmt: skip
    rows = [line for line in lines(found).splitlines() if not line.startswith("#")]
    assert rows[1:] == ["видеть VERB ВИДЕЛА", "кошка NOUN кошку", "мемасик NOUN мемасик", "стать VERB стали"]
    assert rows[0] == frequent.version()
    assert not {"Маша", "iPhone", "7я", "ооочень", "онлайн-кошка", "КоШка"} & made(texts).keys()
