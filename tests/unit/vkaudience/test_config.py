"""The config file: all faults at once, nearest names, secrets refused, precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import ConfigError
from vkaudience.config import load_config
from vkaudience.rules import parse_rule


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
        ('[vk]\napi_url = "http://api.vk.ru/method"', "открытым текстом"),
        ('[vk]\napi_url = "https://api.vk.ru:порт/method"', "api.vk.ru"),
        ("[vk]\nrequests_per_second = inf", "requests_per_second = inf"),
        ("[vk]\nrequests_per_second = nan", "requests_per_second = nan"),
        ("[collect]\nrefresh_hours = inf", "refresh_hours = inf"),
        ("[collect]\nsample = 9223372036854775808", "не больше"),
        ("[collect]\nwhat = []", "хотя бы одно"),
        ('[collect]\nshare = "zzz"', "zzz"),
        ('[study]\ndatabase = "~nobodyxx/s.db"', "такого пользователя"),
        ('[study]\ndatabase = "a\\u0000b"', "нулевого"),
        ('[lemmas]\nlanguages = ["russian"]', "russian; допустимо: ru"),
        ("[topics]\nmax_share = 5", "max_share"),
        ('[topics]\npos = ["NOUNS"]', "NOUNS"),
        ("[report]\nformats = []", "formats"),
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


def test_what_the_rooms_refuse_is_told_together_with_all_the_rest(tmp_path: Path) -> None:
    text = '[collect]\nshare = "9/3"\n[topics]\nmax_share = 5\npos = ["NOUNS"]\n[report]\nformats = []\nnope = 1\n'
    with pytest.raises(ConfigError) as error:
        load_config(written(tmp_path, text), {})
    for part in ("9/3", "max_share", "NOUNS", "formats", "nope"):
        assert part in error.value.what


def test_a_bad_rule_hides_no_bad_address(tmp_path: Path) -> None:
    text = '[[audiences]]\nname = "а"\ncommunities = ["группа", "club0"]\ndefinition = "каждый"\n'
    with pytest.raises(ConfigError) as error:
        load_config(written(tmp_path, text), {})
    for part in ("'каждый'", "'группа'", "'club0'"):
        assert part in error.value.what


def test_the_languages_of_the_config_are_those_that_are_told_apart() -> None:
    from nlp.language import language
    from vkaudience.schema import LANGUAGES

    texts = ("Вчера играли", "Їхали в місто", "Ўся сям'я", "Қазақ тілі", "Only English")
    assert tuple(map(language, texts)) == LANGUAGES


def test_http_is_for_this_machine_only(tmp_path: Path) -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:80"):
        file = written(tmp_path, f'[vk]\napi_url = "http://{host}/method"\n')
        assert load_config(file, {})["vk"]["api_url"] == f"http://{host}/method"


def test_a_period_of_actions_holds_both_of_its_days() -> None:
    rule = parse_rule("Active 3 since 1970-01-02 until 1970-01-03 minus club7", 1)
    assert (rule.actions, rule.since, rule.until, rule.minus) == (3, 86_400, 3 * 86_400, ("club7",))
    assert parse_rule("active 1 until 1970-01-01", 2).until == 86_400
    for wrong in ("active 3 since 2026-03-02 until 2026-03-01", "active 3 until 2026-02-30", "active 3 until"):
        with pytest.raises(ValueError, match=r"кончается|нет такого дня|допустимо"):
            parse_rule(wrong, 1)
