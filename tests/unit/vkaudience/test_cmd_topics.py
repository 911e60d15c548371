"""``topics`` and what belongs to it, as a person calls it."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage import open_store

WORDS = (
    "матч гол вратарь стадион тренер команда чемпионат пенальти защитник судья турнир болельщик",
    "рецепт тесто духовка мука сахар сковорода соус начинка бульон кастрюля специя пирог",
)
CONFIG = '[topics]\nunit = "post"\nn_topics = 2\ncuration = "topics.toml"\n'


def run(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "vkaudience", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False, env={**os.environ, **environ})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("темы")
    rng = random.Random(1)
    lines = [json.dumps({"text": " ".join(rng.sample(WORDS[n % 2].split(), 6)), "comm": "c"}) for n in range(200)]
    (folder / "texts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "config.toml").write_text(CONFIG.replace("curation", "# curation"), encoding="utf-8")
    assert run("import", "texts.jsonl", "--map", "text=text,community=comm", cwd=folder).returncode == 0
    assert run("lemmatize", cwd=folder).returncode == 0
    assert run("topics", cwd=folder).returncode == 0
    return folder


def test_names_in_the_curation_file_are_given_after_every_fit(study: Path) -> None:
    answer = run("topics", "name", cwd=study)
    assert answer.returncode == 0, answer.stderr.decode()
    file = study / "topics.toml"
    text = file.read_text(encoding="utf-8").replace('name = ""', 'name = "Первая"', 1)
    file.write_text(text.replace("stopwords = []", 'stopwords = ["пирог"]'), encoding="utf-8")
    answer = run("topics", "apply", cwd=study)
    assert answer.returncode == 0 and "→ «Первая»" in answer.stdout.decode()
    (study / "config.toml").write_text(CONFIG, encoding="utf-8")
    assert run("topics", "--seeds", "2", cwd=study).returncode == 0
    rows = [json.loads(line) for line in run("topics", "show", "--json", cwd=study).stdout.splitlines()]
    assert [row["named_by"] for row in rows].count("person") == 1
    assert not any("пирог" in row["words"] for row in rows)
    assert all(row["stability"] is not None for row in rows), "two seeds were fitted"


def test_names_given_without_a_file_in_the_config_follow_their_topics_too(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "без файла"
    shutil.copytree(study, folder)
    (folder / "config.toml").write_text(CONFIG.replace("curation", "# curation"), encoding="utf-8")
    file = folder / "имена.toml"
    assert run("topics", "name", "--file", file.name, cwd=folder).returncode == 0
    name = ""
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("# тема"):
            name = "Футбол" if any(word in line for word in WORDS[0].split()) else "Кухня"
        lines[number] = f'name = "{name}"' if line.startswith("name = ") else line
    file.write_text("\n".join(lines), encoding="utf-8")
    assert run("topics", "apply", file.name, cwd=folder).returncode == 0
    file.unlink()

    def labels() -> dict[str, bool]:
        rows = [json.loads(line) for line in run("topics", "show", "--json", cwd=folder).stdout.splitlines()]
        return {row["label"]: row["words"][0] in WORDS[0].split() for row in rows if row["named_by"] == "person"}

    assert labels() == {"Футбол": True, "Кухня": False}
    config = CONFIG.replace("curation", "# curation") + "seed = 5\n"
    (folder / "config.toml").write_text(config, encoding="utf-8")
    assert run("topics", cwd=folder).returncode == 0
    assert labels() == {"Футбол": True, "Кухня": False}
    # A name whose topic is gone is told, and what to do that the next one waits.
    with open_store(folder / "study.db") as store:
        store.many("UPDATE topics SET words = ? WHERE label = 'Кухня'", [('[["удочка", 1.0], ["карась", 0.5]]',)])
    (folder / "config.toml").write_text(config.replace("seed = 5", "seed = 6"), encoding="utf-8")
    answer = run("topics", cwd=folder)
    assert answer.returncode == 0 and "«Кухня» потеряно" in answer.stderr.decode()
    assert labels() == {"Футбол": True}


def test_the_names_lie_beside_the_config_and_hints_are_lines_to_paste(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "моя музыка")
    given = ("--config", str(Path("моя музыка", "config.toml")))
    (tmp_path / given[1]).write_text(CONFIG.replace("curation", "# curation"), encoding="utf-8")
    (tmp_path / "моя музыка" / "topics.toml").unlink(missing_ok=True)
    answer = run(*given, "topics", "name", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr.decode()
    file = tmp_path / "моя музыка" / "topics.toml"
    line = f'vkaudience --config "{given[1]}" topics apply'
    assert line in answer.stdout.decode() and line in file.read_text(encoding="utf-8")
    assert not (tmp_path / "topics.toml").exists()
    answer = run(*given, "topics", "apply", cwd=tmp_path)
    assert answer.returncode == 0 and f'vkaudience --config "{given[1]}" report' in answer.stdout.decode()
    answer = run(*given, "topics", "name", "--file", "другие имена.toml", cwd=tmp_path)
    assert f'{line} "другие имена.toml"' in answer.stdout.decode()
    text = (tmp_path / "другие имена.toml").read_text(encoding="utf-8")
    assert f'{line} "другие имена.toml"' in text and 'curation = "../другие имена.toml"' in text


def test_an_editor_that_fails_is_the_editors_fault_and_the_file_is_there(study: Path) -> None:
    answer = run("topics", "name", "--file", "имена.toml", "--edit", cwd=study, EDITOR="false", VISUAL="")
    told = answer.stderr.decode()
    assert answer.returncode == 1 and "имена.toml" in told and "EDITOR" in told and "наша ошибка" not in told
    assert (study / "имена.toml").is_file()


def test_options_of_the_group_hold_for_what_is_below_it(study: Path) -> None:
    for below in (["topics", "show"], ["lemmatize", "unknown"], ["topics", "stopwords"]):
        after = run(*below, "--json", cwd=study).stdout
        assert run(below[0], "--json", below[1], cwd=study).stdout == after
        assert [json.loads(line) for line in after.splitlines()] or below[1] != "show"
    assert run("topics", "-q", "show", cwd=study).stdout == run("topics", "show", "-q", cwd=study).stdout
    assert run("topics", "show", cwd=study).stdout != run("topics", "show", "-q", cwd=study).stdout


def test_a_study_in_another_folder_gives_the_same_bytes(study: Path, tmp_path: Path) -> None:
    made = []
    for name in ("здесь", "в другом месте"):
        folder = tmp_path / name
        shutil.copytree(study, folder)
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        (folder / "topics.toml").write_text('stopwords = ["пирог"]\n', encoding="utf-8")
        for command in ("topics", "report"):
            assert run("--config", str(folder / "config.toml"), command, cwd=tmp_path).returncode == 0
        with open_store(folder / "study.db", write=False) as store:
            model = [tuple(row) for row in store.rows("SELECT recipe, input, settings FROM topic_models")]
        made.append((model, (folder / "report" / "report.html").read_bytes()))
    assert made[0] == made[1]


def test_another_number_of_topics_is_an_option(study: Path) -> None:
    assert run("topics", "--n-topics", "3", cwd=study).returncode == 0
    assert len(run("topics", "show", "--json", cwd=study).stdout.splitlines()) == 3
    assert run("topics", "--n-topics", "1", cwd=study).returncode == 2
    assert run("topics", "--n-topics", "3", "show", cwd=study).returncode == 2, "show builds nothing"


def test_a_study_may_name_its_curation_before_it_has_topics(study: Path) -> None:
    (study / "config.toml").write_text(CONFIG.replace("topics.toml", "ещё нет.toml"), encoding="utf-8")
    answer = run("topics", cwd=study)
    assert answer.returncode == 0 and "ещё нет.toml" in answer.stderr.decode()


def test_export_says_what_it_wrote_and_what_it_could_not(study: Path) -> None:
    answer = run("topics", "export", "выгрузка", "--json", cwd=study)
    assert answer.returncode == 0, answer.stderr.decode()
    told = json.loads(answer.stdout)["files"]
    assert (study / "выгрузка" / "topic_words.csv").exists() and told["topic_words.csv"] == ""
    assert told["pyldavis.html"], "there are no people here, or no library"


@pytest.mark.parametrize("words", [("topics", "show"), ("topics", "name"), ("topics", "export", "x")])
def test_without_a_study_each_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = run(*words, cwd=tmp_path)
    assert answer.returncode == 1 and "Что делать" in answer.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_keep_applies_the_model_and_excludes_a_new_one(study: Path) -> None:
    before = run("topics", "show", "--json", cwd=study).stdout
    done = run("topics", "--keep", "--json", cwd=study)
    assert done.returncode == 0
    assert any("новых текстов нет" in str(json.loads(line)) for line in done.stdout.splitlines())
    assert run("topics", "show", "--json", cwd=study).stdout == before
    assert run("topics", "--keep", "--n-topics", "3", cwd=study).returncode == 2
    assert run("topics", "--keep", "show", cwd=study).returncode == 2
