"""What a capital letter says: a name inside a sentence, little at its beginning."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import tables
from nlp.lemmatizer import Context
from nlp.lexicon import Lexicon
from nlp.words import tokens_in

TABLE = Path(__file__).parents[2] / "tables" / "capitals.tsv"


@pytest.fixture(scope="module")
def context() -> Context:
    return Context(Lexicon(tables.corrections()))


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("sentence", "word", "lemma", "pos"), rows(), ids=[f"{row[0]}-{row[1]}" for row in rows()])
def test_table(context: Context, sentence: str, word: str, lemma: str, pos: str) -> None:
    assert context.text(f"Да. {sentence}.")[1:][tokens_in(sentence).index(word)][:2] == (lemma, pos)
