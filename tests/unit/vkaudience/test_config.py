"""The config file: all faults at once, nearest names, secrets refused, precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import ConfigError
from vkaudience.config import load_config


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_all_faults_are_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    file = written(tmp_path, '[topics]\nn_topic = 3\n[vk]\nrequests_per_second = 0\n[[audiences]]\nname = "x"\n')
    with pytest.raises(ConfigError) as error:
        load_config(file, {})
    for part in ("n_topic", "похоже на 'n_topics'", "requests_per_second", "communities"):
        assert part in error.value.what


def test_a_token_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(written(tmp_path, '[vk]\ntoken = "vk1.secret"\n'), {})
    assert "token_env" in str(error.value) and "vk1.secret" not in str(error.value)


def test_option_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    file = written(tmp_path, '[study]\ndatabase = "from file.db"\n')
    environ = {"VKAUDIENCE_STUDY_DATABASE": "from env.db"}
    assert load_config(None, {}).database == Path("study.db")
    assert load_config(file, {}).database == tmp_path / "from file.db"
    assert load_config(file, environ).database == Path("from env.db")
    assert load_config(file, environ, {"study.database": Path("x.db")}).database == Path("x.db")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[study\n", "не TOML"),
        ('[report]\nlanguage = "fr"', "ru, en"),
        ('[report]\nmin_group = 3', "не меньше 5"),
        ('[collect]\nsince = "вчера"', "2026-01-31"),
        ('[topics]\nn_topics = 1', "от 2 до 500"),
        ('[vk]\napi_url = "ftp://x"', "api.vk.ru"),
        ('[[audiences]]\nname="a"\ncommunities=["x"]\n[[audiences]]\nname="a"\ncommunities=["y"]', "уже занято"),
    ],
)  # fmt: skip
def test_bad_values_name_what_is_allowed(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(written(tmp_path, text), {})
    assert says in str(error.value)


def test_a_file_that_is_not_there_and_one_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="нет"):
        load_config(tmp_path / "none.toml", {})
    (tmp_path / "w.toml").write_bytes('[study]\nname = "опрос"'.encode("cp1251"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path / "w.toml", {})
