"""Forms to lemmas: the table a linguist can correct, the corrections line by line, what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp import tables
from nlp.lemmatizer import Context, Fast
from nlp.lexicon import Lexicon, recipe
from nlp.settings import POS_NAMES
from storage import ConfigError

TABLE = Path(__file__).parents[2] / "tables" / "lemmas.tsv"
CORRECTIONS = tables.corrections()


@pytest.fixture(scope="module")
def book() -> Lexicon:
    return Lexicon(CORRECTIONS)


@pytest.fixture(scope="module")
def plain() -> Lexicon:
    return Lexicon({})


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("form", "lemma", "pos"), rows(), ids=[row[0] for row in rows()])
def test_table(book: Lexicon, form: str, lemma: str, pos: str) -> None:
    assert Fast(book)[form] == (lemma, pos)


@pytest.mark.parametrize("form", CORRECTIONS)
def test_each_correction_holds(book: Lexicon, form: str) -> None:
    assert Fast(book)[form] == CORRECTIONS[form]
    assert list(Context(book).sentence([form])) == [CORRECTIONS[form]]


def test_candidates_are_all_lemmas_best_first(book: Lexicon) -> None:
    found = book.candidates("стали")
    assert (found[0].lemma, found[0].pos) == ("стать", "VERB")
    assert any((one.lemma, one.pos) == ("сталь", "NOUN") for one in found)
    assert len({(one.lemma, one.pos) for one in found}) == len(found)


def test_every_part_of_speech_is_documented(book: Lexicon) -> None:
    text = "он бежал быстро и два красивых кота спят в москве у вани iphone 90-х п*здец ага"
    assert {one.pos for form in text.split() for one in book.candidates(form)} <= set(POS_NAMES)


def test_a_form_is_looked_up_once_and_can_be_stored() -> None:
    book = Lexicon(CORRECTIONS)
    for _ in range(3):
        book.candidates("кошками")
    learned = book.take_new()
    assert [row.form for row in learned] == ["кошками"]
    assert json.loads(learned[0].candidates) == [["кошка", "NOUN", "NOUN", "tp", 1000000]]
    assert learned[0].known == 1
    assert book.take_new() == []


def test_stored_forms_are_used_instead_of_the_dictionary() -> None:
    stored = [("кошечками", '[["тигр","NOUN","NOUN","tp",1]]')]
    assert Fast(Lexicon(CORRECTIONS, stored))["Кошечками"] == ("тигр", "NOUN")


STRANGE = {"кс": ('а","б\\в', "NOUN"), "нс": ('[["', "NOUN"), "тс": ("", "NOUN")}
TOKENS = (
    "стали Стали СТАЛИ кошками Кошками Маша маша МАША Ивановой ивановой красная Красная мемасики Мемасики КС кс нс Тс "
    "2010-то 2010 mockba MOCKBA HOME кто-то Кто-то hello Hello п*здец оооочень Оооочень счастье Счастье ё Ё "
    "й 7я о'генри полуось"
)


@pytest.mark.parametrize("way", [Fast, Context])
def test_a_stored_form_is_read_as_it_was_learned(way: type[Fast] | type[Context]) -> None:
    table = {**CORRECTIONS, **STRANGE}
    book = Lexicon(table)
    learned = [way(book).sentence([token]) for token in TOKENS.split()]
    stored = Lexicon(table, [(row.form, row.candidates) for row in book.take_new()])
    again = way(stored)
    for _ in range(2):
        assert [again.sentence([token]) for token in TOKENS.split()] == learned
    assert stored.take_new() == []


def test_recipe_changes_with_the_corrections() -> None:
    assert recipe(CORRECTIONS) == recipe(dict(CORRECTIONS))
    assert recipe(CORRECTIONS) != recipe({**CORRECTIONS, "кот": ("кит", "NOUN")})


@pytest.mark.parametrize("form", ["", "-", "'", "ъ", "а" * 50, "ьъы", "q", "ﬁ", "०१", "я-я-я", "о" * 40 + "и" * 10])
def test_odd_forms_have_a_lemma(book: Lexicon, form: str) -> None:
    assert book.candidates(form)


def test_own_corrections_win(tmp_path: Path) -> None:
    file = tmp_path / "свои.tsv"
    file.write_text("# заметка\nСчастье\tСчастьё\tPROPN  # наше\n\nбро\tбрат\tNOUN\n", encoding="utf-8-sig")
    table = tables.corrections(file)
    assert table["счастье"] == ("счастье", "PROPN")
    assert Fast(Lexicon(table))["бро"] == ("брат", "NOUN")
    assert table["деньги"] == CORRECTIONS["деньги"]


def test_a_correction_with_dots_holds_for_an_unknown_form_written_without(tmp_path: Path) -> None:
    file = tmp_path / "c.tsv"
    file.write_text("шлёпокрыла\tшлёпокрыл\tNOUN\nвсё\tвсёшка\tNOUN\n", encoding="utf-8")
    book = Lexicon(tables.corrections(file))
    assert Fast(book)["шлепокрыла"] == Fast(book)["шлёпокрыла"] == ("шлепокрыл", "NOUN")
    assert book.knows("шлепокрыла")
    assert Fast(book)["все"] != ("всешка", "NOUN")  # a word of its own


def test_broken_corrections_are_named(tmp_path: Path) -> None:
    file = tmp_path / "c.tsv"
    file.write_text("кот\tкот\tNOUN\nкит\tкит\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="строка 2"):
        tables.corrections(file)
    file.write_text("кот\tкот\tСУЩ\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="NOUN"):
        tables.corrections(file)
    with pytest.raises(ConfigError, match="не читается"):
        tables.corrections(tmp_path / "нет.tsv")


def test_stop_list_spares_words_of_substance() -> None:
    stop = tables.stop_lemmas()
    substance = "деньги война жена женщина книга город голова вода жизнь земля работа друзья"
    assert stop.isdisjoint(substance.split())
    assert {"быть", "привет", "спс", "https"} <= stop
    assert all(word == word.lower().replace("ё", "е") for word in stop)


def test_own_stop_words(tmp_path: Path) -> None:
    assert {"ёлка".replace("ё", "е"), "кот"} <= tables.stop_lemmas(("Ёлка", "кот"))
    file = tmp_path / "stop.txt"
    file.write_text("кит # большой\nслон тигр\n", encoding="utf-8")
    assert {"кит", "слон", "тигр"} <= tables.stop_lemmas(file)
    assert "большой" in tables.stop_lemmas(())
