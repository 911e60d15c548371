"""What ``status`` names as the next step: it has to lead on, whatever happened last."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage import Store, journal, open_store, people, texts, walls
from storage.rows import Document, Post, User
from vkaudience.config import load_config
from vkaudience.next_step import collecting

CONFIG = '[collect]\nwhat = {what}\n[[audiences]]\nname = "а"\ncommunities = ["club1"]\n'
ALL = '["members", "posts", "walls"]'
DONE = ("collect", "lemmatize", "topics", "report")


def told(folder: Path) -> str:
    """The line that names the next step."""
    command = [sys.executable, "-m", "vkaudience", "status", "--json"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr.decode()
    return str(json.loads(answer.stdout)["next"])


def note(store: Store, folder: Path, command: str, outcome: str = "done") -> None:
    config = load_config(folder / "config.toml", {})
    settings = {"collect": collecting(config), "topics": config["topics"]}.get(command, {})
    run = journal.start_run(store, command, settings, {}, 10)
    journal.end_run(store, run, outcome, {}, (), 20)


def study(folder: Path, *runs: str, what: str = ALL, text: str = "текст", model: bool = True) -> Store:
    """A study with a post that has lemmas, topics where asked, and these runs (``command:outcome``)."""
    (folder / "config.toml").write_text(CONFIG.format(what=what), encoding="utf-8")
    store = open_store(folder / "study.db")
    people.save_users(store, [User(1)], 5)
    if text:
        walls.save_posts(store, [Post(1, 1, from_id=1, text=text)], 5)
        texts.save_documents(store, [Document("post", "own", 1, 1, 1, 5, "ru", None, "текст", "NOUN", 1, "r", "i")])
    if model:
        names = "unit, n_topics, seed, engine, settings, arrays, recipe, input, n_documents, n_terms, n_left_out"
        values = "'person', 2, 1, 'cvb0', '{}', x'', 'r', 'i', 1, 1, 0"
        store.many(f"INSERT INTO topic_models ({names}, current) VALUES ({values}, 1)", [()])
    for run in runs:
        command, _, outcome = run.partition(":")
        note(store, folder, command, outcome or "done")
    return store


@pytest.mark.parametrize(
    ("after", "step"),
    [
        ([], "всё сделано"),
        (["collect:interrupted"], "vkaudience collect: прошлый сбор остановлен"),
        (["collect:paused"], "vkaudience collect: прошлый сбор на паузе"),
        (["collect:VkStop"], "vkaudience collect: прошлому сбору понадобился человек"),
        (["collect:VkRetry"], "vkaudience collect: прошлый сбор не удался"),
        (["collect:paused", "lemmatize", "topics", "report"], "vkaudience collect: прошлый сбор на паузе"),
        (["audiences baseline"], "vkaudience collect: соберёт стены контрольной"),
        (["audiences baseline", "collect"], "vkaudience topics"),
        (["forget"], "vkaudience topics"),
        (["forget", "topics"], "vkaudience report"),
        (["team merge"], "vkaudience topics"),
        (["topics apply"], "vkaudience report"),
        (["topics:interrupted"], "vkaudience topics"),
        (["report:failed"], "vkaudience report"),
        (["purge"], "всё сделано: данные удалены"),
    ],
)
def test_after_a_finished_study_each_event_leads_on(tmp_path: Path, after: list[str], step: str) -> None:
    study(tmp_path, *DONE, *after).close()
    assert told(tmp_path).startswith(step)


def test_a_killed_collection_goes_on(tmp_path: Path) -> None:
    with study(tmp_path, *DONE) as store:
        journal.start_run(store, "collect", {}, {}, 30)
    assert told(tmp_path).startswith("vkaudience collect: прошлый сбор оборвался")


def test_a_community_replaced_in_the_config_is_to_be_collected(tmp_path: Path) -> None:
    study(tmp_path, *DONE).close()
    file = tmp_path / "config.toml"
    file.write_text(file.read_text(encoding="utf-8") + '[report]\nlanguage = "en"\n', encoding="utf-8")
    assert told(tmp_path) == "всё сделано"
    file.write_text(file.read_text(encoding="utf-8").replace("club1", "club2"), encoding="utf-8")
    assert told(tmp_path).startswith("vkaudience collect: настройки сбора")


def test_other_settings_of_topics_ask_for_topics_again(tmp_path: Path) -> None:
    study(tmp_path, "collect", "lemmatize", "topics:MissingInput", "report", model=False).close()
    assert told(tmp_path).startswith("всё сделано: тем нет")
    file = tmp_path / "config.toml"
    file.write_text(file.read_text(encoding="utf-8") + "[topics]\nmin_people = 1\n", encoding="utf-8")
    assert told(tmp_path) == "vkaudience topics"


def test_members_alone_are_no_texts_and_the_way_to_texts_is_named(tmp_path: Path) -> None:
    study(tmp_path, "collect", "topics:MissingInput", what='["members"]', text="", model=False).close()
    assert '"walls" в [collect] what' in told(tmp_path)
    for command in ("topics", "lemmatize"):  # they used to send the person to one another
        answer = subprocess.run(
            [sys.executable, "-m", "vkaudience", command], cwd=tmp_path, capture_output=True, check=False
        )
        assert answer.returncode == 1 and 'Добавьте "walls"' in answer.stderr.decode()
        assert '"walls" в [collect] what' in told(tmp_path)


def test_walls_without_a_word_leave_a_report(tmp_path: Path) -> None:
    with study(tmp_path, "collect", text="", model=False) as store:
        assert told(tmp_path).startswith("vkaudience report")
        note(store, tmp_path, "report")
    assert told(tmp_path).startswith("всё сделано: тем нет")


def test_too_little_text_for_topics_is_told_once_and_more_text_asks_again(tmp_path: Path) -> None:
    with study(tmp_path, "collect", "lemmatize", "topics:MissingInput", model=False) as store:
        assert told(tmp_path).startswith("vkaudience report")
        note(store, tmp_path, "report")
        assert told(tmp_path).startswith("всё сделано: тем нет")
        walls.save_posts(store, [Post(1, 2, from_id=1, text="ещё")], 6)
        assert told(tmp_path) == "vkaudience lemmatize"
        store.many("DELETE FROM posts WHERE id = 2", [()])
        note(store, tmp_path, "lemmatize")
    assert told(tmp_path) == "vkaudience topics"
