"""Both languages say everything."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import portraits
from portraits.captions_en import CAPTIONS as EN
from portraits.captions_ru import CAPTIONS as RU
from portraits.contrast import Index
from portraits.words import Words

TEMPLATES = Path(portraits.__file__).parent / "templates"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_two_languages_have_the_same_keys_and_places_for_values() -> None:
    assert RU.keys() == EN.keys()
    assert {key for key in RU if fields(RU[key]) != fields(EN[key])} == set()
    assert {key for key in RU if RU[key].count("|") != EN[key].count("|")} == set()


def test_every_caption_is_in_its_own_alphabet() -> None:
    assert [key for key, text in EN.items() if re.search("[а-яё]", text, re.IGNORECASE)] == []
    assert not re.search("потому что|because", " ".join([*RU.values(), *EN.values()]), re.IGNORECASE)


def test_every_caption_named_in_a_template_exists() -> None:
    named: set[str] = set()
    for file in TEMPLATES.glob("*.j2"):
        named |= set(re.findall(r"""say\(["']([\w.]+)["'][,)]""", file.read_text(encoding="utf-8")))
    assert len(named) > 60
    assert named - RU.keys() == set()


@pytest.mark.parametrize(
    ("n", "text"),
    [(1, "1 человек"), (3, "3 человека"), (11, "11 человек"), (22, "22 человека"), (1025, "1 025 человек")],
)
def test_russian_counts_people_correctly(n: int, text: str) -> None:
    assert Words("ru", "Europe/Moscow", 1).count(n).replace("\u00a0", " ") == text


def test_numbers_follow_the_language() -> None:
    ru, en = (Words(language, "Europe/Moscow", 10) for language in ("ru", "en"))
    assert ru.interval(0.384, 0.351, 0.412).replace("\u00a0", " ") == "38 % [35–41]"
    assert en.interval(0.0384, 0.0351, 0.0412).replace("\u00a0", " ") == "3.8% [3.5–4.1]"
    assert ru.people(4) == "меньше 10 человек"
    assert ru.people(0).replace("\u00a0", " ") == "0 человек"
    assert (ru.day(0), en.day(1_764_000_000), ru.day(None), ru.day(10**18)) == ("01.01.1970", "2025-11-24", "—", "—")


def test_a_lower_bound_is_told_as_one() -> None:
    index = Index("sex", "female", 1, "shown", 400, 260, 700, 0.01, 50, 100, at_least=True)
    words = Words("ru", "Europe/Moscow", 10)
    assert words.times(index) == "хотя бы в 2,6 раза чаще"
    assert words.index(index) == "индекс не меньше 260"
    index = Index("sex", "female", 1, "shown", 40, 30, 50, 0.01, 50, 100, at_most=True)
    assert words.times(index) == "хотя бы в 2,0 раза реже"
    assert words.index(index) == "индекс не больше 50"


def test_an_unknown_time_zone_falls_back_to_utc_and_says_so() -> None:
    assert Words("ru", "Nowhere/Land", 10).zone_name == "UTC"


def test_codes_of_the_tables_are_told_in_words() -> None:
    from nlp.vocabulary import REASONS

    for language in ("ru", "en"):
        words = Words(language, "Europe/Moscow", 10)
        assert not {words.code("dropped", reason) for reason in REASONS} & set(REASONS)
        assert words.code("dropped", "new_code") == "new_code"


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (102, "у 102 человек"), (162, "у 162 человек"), (71, "у 71 человека"), (11, "у 11 человек"),
        (9, "меньше чем у 10 человек"),
    ],
)  # fmt: skip
def test_what_somebody_has_takes_the_genitive(n: int, text: str) -> None:
    assert Words("ru", "Europe/Moscow", 10).people_have(n).replace("\u00a0", " ") == text


def test_topics_found_take_the_accusative() -> None:
    words = Words("ru", "Europe/Moscow", 10)
    found = [words.count(n, "topics_found").replace("\u00a0", " ") for n in (21, 2, 12)]
    assert found == ["21 тему", "2 темы", "12 тем"]
