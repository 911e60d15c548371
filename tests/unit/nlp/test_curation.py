"""People's names for topics: they survive a refit, follow their topic and are never lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp import curation
from nlp.curation import Curation, Decision
from nlp.settings import TopicSettings
from nlp.topics import topics
from storage import ConfigError, MissingInput, Store, open_store, people, toml
from storage.rows import Community, Topic

FOUR = TopicSettings(n_topics=4, min_people=1)


def labels(store: Store) -> dict[str, str]:
    """The first typical word of each topic -> its label and who named it."""
    return {curation.typical(one)[0]: f"{one.label} / {one.named_by}" for one in curation.current(store)}


def named(file: Path, store: Store) -> dict[str, str]:
    """Write the file, name every topic in it after its first word in capitals, read it."""
    curation.write(file, store)
    lines = file.read_text(encoding="utf-8").splitlines()
    firsts = iter([curation.typical(one)[0] for one in curation.current(store)])
    lines = [f'name = "{next(firsts).upper()}"' if line == 'name = ""' else line for line in lines]
    file.write_text("\n".join(lines), encoding="utf-8")
    found = curation.read(file)
    return {one.words[0]: one.name for one in found.decisions}


def test_names_follow_their_topics_through_a_refit(planted: Store, tmp_path: Path) -> None:
    topics(planted, FOUR)
    file = tmp_path / "имена тем.toml"
    given = named(file, planted)
    assert len(given) == 4
    applied = curation.apply(planted, curation.read(file))
    assert [one[3] for one in applied.named] == [1.0] * 4 and applied.lost == ()
    topics(planted, replace(FOUR, seed=9))
    assert all(label.endswith("/ auto") for label in labels(planted).values())
    again = curation.apply(planted, curation.read(file))
    assert len(again.named) == 4 and again.lost == ()
    for topic in curation.current(planted):
        words = set(curation.typical(topic))
        assert topic.label.lower() in words and topic.named_by == "person"


def test_a_decision_without_its_topic_waits_in_the_file(planted: Store, tmp_path: Path) -> None:
    topics(planted, FOUR)
    file = tmp_path / "topics.toml"
    named(file, planted)
    foreign = '\n[[topic]]\nname = "Рыбалка"\nreason = "клёв"\nwords = ["удочка", "карась", "поплавок"]\n'
    file.write_text(file.read_text(encoding="utf-8") + foreign, encoding="utf-8")
    applied = curation.apply(planted, curation.read(file))
    assert [one.name for one in applied.lost] == ["Рыбалка"] and len(applied.named) == 4
    before = curation.read(file).decisions
    assert [one.name for one in curation.write(file, planted).lost] == ["Рыбалка"]
    assert set(curation.read(file).decisions) == set(before)
    assert "клёв" in file.read_text(encoding="utf-8")


def test_a_name_taken_out_of_the_file_gives_the_suggestion_back(planted: Store) -> None:
    topics(planted, FOUR)
    suggestions = labels(planted)
    one = curation.current(planted)[0]
    curation.apply(planted, Curation(decisions=(Decision("Моё", tuple(curation.typical(one))),)))
    assert sum(label == "Моё / person" for label in labels(planted).values()) == 1
    curation.apply(planted, Curation())
    assert labels(planted) == suggestions


def test_two_names_for_one_topic_name_it_once(planted: Store) -> None:
    topics(planted, FOUR)
    words = tuple(curation.typical(curation.current(planted)[0]))
    applied = curation.apply(planted, Curation(decisions=(Decision("А", words), Decision("Б", words[:15]))))
    assert len(applied.named) == 1 and len(applied.lost) == 1


def test_hostile_names_come_back_as_they_were(planted: Store, tmp_path: Path) -> None:
    topics(planted, FOUR)
    file = tmp_path / "topics.toml"
    words = tuple(curation.typical(curation.current(planted)[0]))
    for name in ('"""', "a\\b", "</script><b>", "=1+1", "имя\x7f\x01", "🔥 ]]"):
        file.unlink(missing_ok=True)
        curation.write(file, planted)
        quoted = toml.written(name)
        file.write_text(file.read_text(encoding="utf-8").replace('name = ""', f"name = {quoted}", 1), encoding="utf-8")
        curation.write(file, planted)
        assert [(one.name, one.words) for one in curation.read(file).decisions] == [(name, words)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("author = 5", "author"),
        ("topics = 1", "topics"),
        ("[[topic]]\nname = 'x'", "words"),
        ("[[topic]]\nname = 7\nwords = ['а']", "строки"),
        ("[[topic]]\nnumber = 7", "name, reason и words"),
        ("[[topic]]\nname = '" + "я" * 81 + "'\nwords = ['а']", "80"),
        ("topic = [1]", "name"),
        ("stopwords = 'а'", "stopwords"),
        ("[" * 100_000, "TOML"),
        ("a = " + "9" * 5000, "TOML"),
        ("a = " + "{a=" * 5000, "TOML"),
        ("не томл", "line 1"),
        ("\x00", "line 1"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        curation.read(file)
    assert told in str(caught.value) and "topics.toml" in str(caught.value)


def test_without_a_model_or_a_file_the_next_step_is_told(tmp_path: Path) -> None:
    with open_store(":memory:") as store, pytest.raises(MissingInput, match="vkaudience topics"):
        curation.write(tmp_path / "topics.toml", store)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigError, match=r"нет\.toml"):
        curation.read(tmp_path / "нет.toml")


def test_a_small_overlap_does_not_take_a_name_from_its_own_topic() -> None:
    letters = [f"слово{number}" for number in range(60)]

    def topic(number: int, words: list[str]) -> Topic:
        listed = json.dumps([[word, 0.1] for word in words])
        return Topic(1, number, "", "auto", None, None, None, None, None, listed)

    own = letters[:20]
    pairs, lost = curation.match(
        [Decision("А", tuple(own)), Decision("Б", (*own[:12], *letters[40:48]))],
        [topic(0, own), topic(1, [*letters[20:39], own[0]])],
    )
    assert pairs[0][0].name == "А" and [one.name for one in lost] == ["Б"]


def test_a_note_without_a_name_is_kept(planted: Store, tmp_path: Path) -> None:
    topics(planted, FOUR)
    file = tmp_path / "topics.toml"
    curation.write(file, planted)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('reason = ""', 'reason = "спросить у Ани"', 1), encoding="utf-8")
    curation.write(file, planted)
    assert "спросить у Ани" in file.read_text(encoding="utf-8")
    assert curation.apply(planted, curation.read(file)).named == ()


def test_nothing_matches_nothing() -> None:
    assert curation.match([], []) == ({}, ())
    lone = Decision("а", ("б",))
    assert curation.match([lone], []) == ({}, (lone,))
    empty = Topic(1, 0, "", "auto", None, None, None, None, None, "[]")
    assert curation.match([lone], [empty]) == ({}, (lone,))


def test_the_file_says_in_which_communities_a_topic_is_frequent(world: Any, planted: Store, tmp_path: Path) -> None:
    people.save_communities(planted, [Community(id=1, name="Гараж\nи мяч"), Community(id=2, name="Кухня")], 2)
    topics(planted, FOUR)
    curation.write(tmp_path / "t.toml", planted)
    text = (tmp_path / "t.toml").read_text(encoding="utf-8")
    parts = text.split("\n# тема ")[1:]
    told = sorted(part.partition("чаще всего в: ")[2].split("\n")[0] for part in parts)
    assert told == ["Гараж и мяч"] * 2 + ["Кухня"] * 2
    curation.read(tmp_path / "t.toml")
