"""The words the dictionary does not know: counted, guessed, ready to be corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.settings import LemmaSettings
from nlp.tables import corrections
from nlp.unknown import unknown
from storage import MissingInput, Store, open_store, walls
from storage.rows import Post


@pytest.fixture
def store() -> Iterator[Store]:
    texts = ["Мемасиков много, мемасиков!", "опять мемасиков и хайпанули", "хайпанули все 😀", "кот iphone 90-х"]
    texts += ["привіт, їжак", "привіт, їжак"]
    with open_store(":memory:") as study:
        with study.write():
            walls.save_posts(study, [Post(1, number, from_id=1, text=text) for number, text in enumerate(texts, 1)], 1)
        yield study


def test_those_in_most_texts_come_first(store: Store) -> None:
    found = unknown(store, LemmaSettings())
    assert [(one.form, one.texts) for one in found] == [("мемасиков", 2), ("хайпанули", 2)]
    assert found[1].lemma == "хайпануть"
    assert len(unknown(store, LemmaSettings(), limit=1)) == 1


def test_a_corrected_form_is_known(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "c.tsv"
    file.write_text(
        "\n".join(f"{one.form}\t{one.lemma}\t{one.pos}\t# {one.texts}" for one in unknown(store, LemmaSettings()))
    )
    assert set(corrections(file)) > {"мемасиков", "хайпанули"}
    assert unknown(store, LemmaSettings(corrections=file)) == []


def test_without_texts_it_says_so() -> None:
    with open_store(":memory:") as empty, pytest.raises(MissingInput):
        unknown(empty, LemmaSettings())
