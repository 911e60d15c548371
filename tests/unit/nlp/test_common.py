"""How common lemmas are: counted from what is certain, written the same for the same texts, and used by the choice."""

from __future__ import annotations

from collections import Counter

from nlp.dictionary import dictionary
from nlp.tables import common_lemmas
from nlp.training.common import BY_HAND, counted, lines


def test_a_form_counts_for_its_only_lemma_and_is_shared_as_the_dictionary_saw_it() -> None:
    found = counted(["Держать кошек, держать собак!", "iPhone и дома"] + ["дома"] * 9)
    assert found["держать"] == 2 and found["кошка"] == 1
    assert 0 < found["дома"] < 10 and 0 < found["дом"] < 10
    assert "iphone" not in found and "и" not in found


def test_a_form_the_dictionary_never_saw_tells_nothing() -> None:
    assert not any(times for _, times in dictionary().seen("держу"))
    assert not counted(["держу"] * 50)


def test_the_file_is_sorted_and_what_was_named_by_hand_is_common() -> None:
    text = lines(Counter({"кот": 9, "ёж": 1, "аня": 70}), ["аня", "ржать"])
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert rows == [["7", "аня"], [str(BY_HAND), "ржать"], ["4", "кот"], ["1", "ёж"]]


def test_the_shipped_file_is_russian_lemmas_with_few_bits() -> None:
    table = common_lemmas()
    assert len(table) > 10_000
    assert all(0 < bits <= 12 and lemma.isalpha() and "ё" not in lemma for lemma, bits in table.items())
    assert table["держать"] > table.get("дерзить", 0)
    readings = {reading.lemma: reading.score for reading in dictionary().readings("держу")}
    assert readings["держать"] > 10 * readings["дерзить"]
