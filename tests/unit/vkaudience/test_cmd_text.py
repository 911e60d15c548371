"""The commands about text: ``lemmatize unknown`` and ``entities``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage import open_store, walls
from storage.rows import Post
from vkaudience import __main__ as program


@pytest.fixture
def study(tmp_path: Path) -> list[str]:
    config = tmp_path / "config.toml"
    config.write_text('[study]\nname = "x"\ndatabase = "x.db"\n', encoding="utf-8")
    with open_store(tmp_path / "x.db") as store, store.write():
        texts = ["Мемасиков много, видел Ивана в Москве", "Мемасиков мало"]
        walls.save_posts(store, [Post(1, number, from_id=1, text=text) for number, text in enumerate(texts, 1)], 1)
    return ["--config", str(config)]


def test_unknown_words_come_as_lines_of_a_corrections_file(
    study: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([*study, "lemmatize", "unknown"]) == 0
    assert "мемасиков\tмемасик\tNOUN\t# 2" in capsys.readouterr().out.splitlines()
    assert program.main([*study, "lemmatize", "unknown", "--least", "3"]) == 0
    assert "мемасиков" not in capsys.readouterr().out


def test_unknown_words_as_json(study: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([*study, "lemmatize", "unknown", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows == [{"form": "мемасиков", "lemma": "мемасик", "pos": "NOUN", "texts": 2}]


def test_names_are_looked_for_after_the_lemmas(study: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([*study, "entities"]) == 1
    assert "lemmatize" in capsys.readouterr().err
    assert program.main([*study, "lemmatize"]) == 0
    assert program.main([*study, "entities"]) == 0
    with open_store(Path(study[1]).parent / "x.db", write=False) as store:
        names = {tuple(row) for row in store.rows("SELECT type, name FROM entities")}
    assert {("PER", "Иван"), ("LOC", "Москва")} <= names
