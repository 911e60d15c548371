"""The model as files: numbers that agree with the study, no ids of people, a page that needs no network."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from nlp.export_model import export, shown
from nlp.settings import TopicSettings
from nlp.topics import topics
from storage import ConfigError, MissingInput, Store, models, open_store

FOUR = TopicSettings(n_topics=4, min_people=1)


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_tables_agree_with_the_study_and_name_nobody(planted: Store, tmp_path: Path) -> None:
    topics(planted, FOUR)
    export(planted, tmp_path / "a")
    export(planted, tmp_path / "б", raw_ids=True)
    words = table(tmp_path / "a" / "topic_words.csv")
    for number in range(4):
        assert sum(float(row[f"topic_{number}"]) for row in words) == pytest.approx(1, abs=1e-5)
    people = table(tmp_path / "a" / "people_topics.csv")
    raw = table(tmp_path / "б" / "people_topics.csv")
    ids = {str(row[0]) for row in planted.rows("SELECT DISTINCT user_id FROM user_topics")}
    assert {row["person"] for row in raw} == ids and len(people) == len(ids)
    assert {row["signal"] for row in raw} == {"wrote", "member"} and {row["signal"] for row in people} == {"wrote"}
    assert all(0.9 < float(row["shrinkage"]) < 1 for row in people)
    assert not ids & {row["person"] for row in people}
    values = sorted(tuple(row.values())[1:] for row in people)
    assert values == sorted(tuple(row.values())[1:] for row in raw if row["signal"] == "wrote")
    texts = table(tmp_path / "a" / "text_topics.csv")
    assert {row["doc_id"] for row in texts} == {str(row[0]) for row in planted.rows("SELECT doc_id FROM doc_topics")}
    assert all(0.05 <= float(row[key] or 1) <= 1 for row in texts for key in row if key != "doc_id")
    assert [row["topic"] for row in table(tmp_path / "a" / "topics.csv")] == ["0", "1", "2", "3"]
    export(planted, tmp_path / "в")
    other = table(tmp_path / "в" / "people_topics.csv")
    assert not {row["person"] for row in people} & {row["person"] for row in other}


def test_a_name_that_is_a_formula_is_text(planted: Store, tmp_path: Path) -> None:
    topics(planted, FOUR)
    current = models.current_model(planted)
    assert current is not None
    models.name_topic(planted, current.id or 0, 0, '=HYPERLINK("x")', "person")
    export(planted, tmp_path)
    assert table(tmp_path / "topics.csv")[0]["label"] == '\'=HYPERLINK("x")'


def test_gensim_reads_its_folder_and_finds_our_topics(planted: Store, tmp_path: Path) -> None:
    models_of = pytest.importorskip("gensim.models")
    topics(planted, FOUR)
    export(planted, tmp_path)
    loaded = models_of.LdaModel.load(str(tmp_path / "gensim" / "lda.model"))
    ours = table(tmp_path / "topic_words.csv")
    for number in range(4):
        best = max(ours, key=lambda row: float(row[f"topic_{number}"]))["word"]
        assert loaded.show_topic(number, 1)[0][0] == best


def test_a_missing_library_is_installed_as_the_readme_says(
    planted: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyLDAvis", None)
    topics(planted, FOUR)
    why = export(planted, tmp_path)["pyldavis.html"]
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert '-e ".[export]"' in why and '-e ".[export]"' in readme and "vkaudience[" not in why + readme


def test_the_page_has_our_numbers_and_needs_no_network(planted: Store, tmp_path: Path) -> None:
    pytest.importorskip("pyLDAvis")
    topics(planted, FOUR)
    assert export(planted, tmp_path)["pyldavis.html"] == ""
    page = (tmp_path / "pyldavis.html").read_text(encoding="utf-8")
    found = re.search(r"var ldavis_el\w+_data = (\{.*?\});\n", page)
    assert found is not None
    told = json.loads(found[1])
    assert sorted(told["mdsDat"]["topics"]) == [0, 1, 2, 3]
    assert not re.search(r"""(?:src|href)=["']https?://|LDAvis_load_lib\(["']https?://""", page)
    ours = table(tmp_path / "topic_words.csv")
    info = told["tinfo"]
    for number in range(4):
        places = [at for at, category in enumerate(info["Category"]) if category == f"Topic{number}"]
        first = info["Term"][max(places, key=lambda at: info["Freq"][at])]
        assert first in sorted(ours, key=lambda row: -float(row[f"topic_{number}"]))[0]["word"]


def test_what_is_shown_is_what_is_stored(planted: Store) -> None:
    topics(planted, FOUR)
    rows = shown(planted)
    assert [row["topic"] for row in rows] == [0, 1, 2, 3]
    assert np.isclose(sum(row["share"] for row in rows), 1)
    assert all(row["communities"] and row["communities"][0][1] > 1 for row in rows)


def test_no_model_and_no_folder_are_said(tmp_path: Path, planted: Store) -> None:
    with open_store(":memory:") as store, pytest.raises(MissingInput, match="vkaudience topics"):
        export(store, tmp_path)
    topics(planted, FOUR)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="file"):
        export(planted, tmp_path / "file" / "папка")
