"""Cleaning and words: the table of cases, what is kept apart, and that no text can hang or crash a rule."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import lemmatize_texts, lemmatize_tokens
from nlp.clean import RULES, clean
from nlp.words import LONGEST, words

TABLE = Path(__file__).parents[2] / "tables" / "cleaning.tsv"


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def unescaped(text: str) -> str:
    for name in sorted({text[i : i + 6] for i in range(len(text)) if text[i : i + 2] == "\\u"}):
        text = text.replace(name, chr(int(name[2:], 16)))
    return text.replace("\\n", "\n").replace("\\t", "\t")


def words_of(text: str) -> list[str]:
    return list(words(clean(text).text))


@pytest.mark.parametrize(("shown", "text", "expected"), rows(), ids=[row[0] for row in rows()])
def test_table(shown: str, text: str, expected: str) -> None:
    assert words_of(unescaped(text)) == expected.split()


def test_keeps_apart_what_it_takes_out() -> None:
    found = clean(
        "[id1|Иван] [club2|Клуб] @durov #Тег@group #а#б https://VK.com/x?y www.ya.ru site.ru/z [https://a.ru|б]"
    )
    assert found.mentions == ("id1", "club2", "durov")
    assert found.tags == ("тег", "а", "б")
    assert sorted(found.domains) == ["a.ru", "site.ru", "vk.com", "ya.ru"]
    assert clean("site[.]ru/a и vk . com / ivan и вк точка ком").domains == ("site.ru", "vk.com", "vk.com")


HOSTILE = {
    "letters": "а" * 100_000,
    "pairs": "аб" * 50_000,
    "brackets": "[" * 100_000,
    "mentions open": "[id1|" * 20_000,
    "mention with brackets open": "@id1 (" + "(а" * 50_000,
    "mention with brackets": "@id1 (" + "(а)" * 33_000,
    "mention with deep brackets": "@a (а(а(а" * 11_000,
    "names never closed": "@ivan (Иван " * 8_000,
    "capitals never closed": "@ivan (" + "И" * 100_000,
    "names with stars": "*ivan (Иван (" * 7_000,
    "pages": "vk.com/id1 (" * 8_000,
    "page never ended": "vk.com/id1" + "(" * 100_000,
    "square brackets in a mention": "[id1|" + "[а]" * 33_000,
    "square brackets in a label": "[club1|" + "[а[" * 33_000,
    "screen names": "@ab" * 33_000,
    "mail with gaps": "a @ mail" * 12_000,
    "mail never ended": "@ " + "a.b-c+d" * 14_000,
    "hosts never ended": "a@" + "b." * 50_000,
    "mention never closed": "[id1|" + "а" * 100_000,
    "nested": "[[club1|" * 12_000,
    "marks in wrong order": "a" + "\u0301\u0315" * 50_000,
    "foreign marks in wrong order": "\u0f71\u0f72" * 50_000,
    "composed": "и\u0306" * 50_000,
    "mail": "a.b@" * 25_000,
    "plus": "+" * 100_000,
    "dots": "a." * 50_000,
    "digits": "1" * 100_000,
    "spaced digits": "1 " * 50_000,
    "digits and hyphens": "1-" * 50_000,
    "digits glued": "1234567а" * 12_000,
    "phones glued": "89001234567 1а" * 7_000,
    "phones": "8 900 123-45-67 " * 6_000,
    "phones with odd signs": "8*900*123*45*6" * 7_000,
    "digits and letters for them": "1О" * 50_000,
    "digits and emoji": "8😀" * 50_000,
    "digits and commas": "8,900," * 16_000,
    "six digits": "тел123456" * 11_000,
    "years": "1990-" * 20_000,
    "times": "12.30 " * 16_000,
    "short dates": "12.05.24-" * 11_000,
    "other digits": "٨" * 100_000,
    "dates": "12.05.2024" * 10_000,
    "thousands": "1 000" * 20_000,
    "tags": "#a" * 50_000,
    "hashes": "#" * 100_000,
    "at": "@" * 100_000,
    "at open": "@id1 (" * 16_000,
    "hyphens": "а-" * 50_000,
    "masks": "а*" * 50_000,
    "entities": "&" * 100_000,
    "endless entity": "&#" + "9" * 100_000,
    "endless hexadecimal entity": "&#x" + "f" * 100_000,
    "entities escaped again": "&amp;" * 20_000,
    "entity escaped again": "&" + "amp;" * 25_000 + "nbsp;",
    "comments": "<!--" * 25_000,
    "comment never closed": "<!--" + "-" * 100_000,
    "vk in look-alikes": "вк.ком/" * 16_000,
    "links of html": "<a id1" * 16_000,
    "link of html": "<a " + "id1 " * 25_000,
    "forum tags": "[url=" * 20_000,
    "smiles": "ʕ" * 100_000,
    "graves": "и\u0300" * 50_000,
    "full width": "＠" * 100_000,
    "tags of html": "<a " * 33_000,
    "addresses": "http://" * 14_000,
    "latin dots": "ab.cd" * 20_000,
    "cyrillic dots": "аб." * 33_000,
    "hyphens and dots": "a-.b-" * 20_000,
    "slashes": "a.bc/" * 20_000,
    "dots in disguise": "a[.]" * 25_000,
    "dots with gaps": "a . " * 25_000,
    "dots with gaps and zones": "a . com" * 14_000,
    "dots spelt": "a точка " * 12_000,
    "dogs": "a собака " * 11_000,
    "dogs in brackets": "a(собака)" * 11_000,
    "paths with gaps": "vk.com / " * 11_000,
    "at in gaps": "a @ " * 25_000,
    "schemes": "://" + "ab+cd" * 20_000,
    "schemes without an end": ".a " + "http:/" * 16_000,
    "labels of digits": ".to " + "1_-" * 33_000,
    "lone surrogates": "\ud800" * 100_000,
    "emoji": "🙂" * 100_000,
    "zero width": "а\u200b" * 50_000,
    "spaced capitals": "А " * 50_000,
    "spaced letters and words": "а б в г кот " * 8_000,
    "networks": "тг: " * 25_000,
    "networks with gaps": "ник - канал " * 8_000,
    "handle without an end": "тг " + "a." * 50_000,
    "handles of underscores": "тг a" + "_" * 100_000,
    "handles not alone": "ник: abcde fg " * 7_000,
    "ids never closed": "id5 (Иван " * 10_000,
    "id with capitals": "id5 (" + "И" * 100_000,
    "vk without a period": "vk com/ " * 12_000,
    "digits before words": "12абвг" * 16_000,
    "digits and hyphens before words": "1-2-абвг" * 12_000,
    "phone letters": "8900б" * 20_000,
    "keys": "1\ufe0f\u20e3а" * 25_000,
    "english at": "a at " * 20_000 + "mail.ru",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_linear_time(name: str) -> None:
    text = HOSTILE[name]

    def cost(part: str) -> float:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            words_of(part)
            best = min(best, time.process_time() - start)
        return best

    whole, quarter = cost(text), cost(text[: len(text) // 4])
    # Four times the text: 4 when linear, 16 when quadratic. Milliseconds apart are noise.
    assert whole < max(9 * quarter, 0.05)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_words_without_space_or_control(text: str) -> None:
    for word in words_of(text):
        assert word
        assert len(word) <= LONGEST
        assert not any(char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in word)


@given(st.text(alphabet="[]|id1club@*() абв#&;<>./", max_size=60))
@settings(max_examples=300, deadline=None)
def test_markup_in_pieces_never_crashes(text: str) -> None:
    clean(text)


@given(st.text(alphabet="абвгд ёй-", max_size=40), st.integers(1, 10**9))
@settings(max_examples=200, deadline=None)
def test_a_name_in_a_mention_never_comes_out(name: str, number: int) -> None:
    assert "щука" not in words_of(f"[id{number}|{name}щука{name}] @id{number} ({name} щука) *id{number} (щука)")


PLACES = [
    "",
    " ",
    ".",
    ",",
    "\n",
    "…",
    "/",
    "'",
    "!",
    "—",
    "(",
    "«",
    "слово",
    "слово.",
    "https://vk.com/id1",
    "#тег",
    ")))",
]
NAMED = [
    f"{mention}{gap}({name}"
    for mention in ("@id12", "*id12", "@shuka_v", "*shuka_v", "https://vk.com/id12", "vk.com/shuka_v")
    for gap in ("", " ", "  ", "\u00a0", "&nbsp;")
    for name in ("Щука)", "Щука Щука)", "Щука (Щука) Щука)")
] + [f"[{target}|Щука]" for target in ("id1", "@id1", "*id1", "id1 ", " id1", "www.vk.com/id1", "//vk.com/id1")]


@pytest.mark.parametrize("place", PLACES)
def test_a_name_never_comes_out_wherever_the_mention_stands(place: str) -> None:
    for mention in NAMED:
        found = words_of(f"{place}{mention}{place}")
        assert not {word for word in found if "щука" in word or "shuka" in word}, mention


@pytest.mark.parametrize(
    "text",
    [
        "12.05.2024 18:30",
        "2024-05-12 18:30",
        "за 1 500 000 000 руб",
        "1-2.03.2024 в 10",
        "с 1990-2000 и 1990/2000, 2018 2019 2020 2021 гг",
        "12.05.24-15.05.24",
        "заказ 1234567 12.05.2024",
        "89 123 456 789 сум",
        "15.00-16.30 17.00-18.30",
        "350, 400, 1000 руб, 350/400/1000 р, 500, 300, 50, 20",
        "1.000.000 руб",
        "1 000 000 - 1 500 000 тенге",
        "пн-пт 8:30-17:30, 9:00, 10:00",
        "7 350, 12 500",
        "№1234567",
        "10000-15000 руб, 150000 - 200000р",
        "1 000 000 000 и 7 900 000 000 лет",
        "группы 8Б 9О 10О 11З 12",
    ],
)
def test_dates_and_prices_are_left_alone(text: str) -> None:
    assert clean(text).text == text


def gaps(*signs: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(signs), min_size=11, max_size=11)


CODES = st.sampled_from([73, 77, 79, 84, 88, 89])
PHONES = st.one_of(
    st.tuples(gaps("", " ", "-", "(", ")", ". ", "–"), st.integers(7 * 10**10, 9 * 10**10 - 1)),
    st.tuples(
        gaps("", "*", "_", "😀", "\ufe0f\u20e3", " • ", "~", "-", "\u200b"),
        st.builds(lambda code, rest: code * 10**9 + rest, CODES, st.integers(0, 10**9 - 1)),
    ),
)


@given(PHONES, st.sampled_from(["", "а", "тел", "т. ", "#", "@"]), st.sampled_from(["", "а", "да", " да", ","]))
@settings(max_examples=300, deadline=None)
def test_digits_of_a_phone_never_come_out(written: tuple[list[str], int], before: str, after: str) -> None:
    text = before + "".join(gap + digit for gap, digit in zip(written[0], str(written[1]), strict=True)) + after
    assert not re.search(r"\d", " ".join(words_of(text)))


def test_a_word_longer_than_any_word_is_left_out() -> None:
    assert words_of("кот " + "абв" * 40 + " кит") == ["кот", "кит"]
    assert words_of("-".join(["слово"] * 20))[:2] == ["слово", "слово"]


def test_every_rule_has_its_own_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def by_every_rule(text: str) -> str:
    """The text with every rule tried, whatever its signs."""
    from nlp.clean import _Found

    found = _Found()
    for rule in RULES:
        text = rule.pattern.sub(lambda match, rule=rule: rule.replace(match, found), text)
    return text.strip()


LETTERS = "ѝİ＠²<>&|@*#.:[]()/-+ \n\t\x00аяёйABz019_«»—"
PIECES = st.sampled_from([
    *LETTERS, "&amp;", "&#35;", "[id1|", "http://", "и\u0306", "😀", "www.", "wWw.", "\u200b", "vk.com", ".рф", ".Ru",
    ".сайт", ".to", "xn--", "ab", "https:/", "*Club1", "@id22", "@ivan (", "*ivan (", "Иван", "(Иван)", "vk.com/id1",
    "вк.ком/", "@_", "@ id5", "[url=vk.com/id1]", "[/url]",
    "@mail", "8 900 123-45-67", "(495) 12", "1234567", "٣", "8*900*", "9О", "тел123456", " точка ", "ком", "vk . com",
    " / a", "(собака)", "[.]", "{at}", " @ ", "dot", "com", "1990-2000",
    "id5 (", "\ufe0f\u20e3", "инста: a_b", "тг", "ник: ivanov", " at ", "mail.ru", "vk com/", " слэш ", "П Р И В Е Т",
    " а б в г д", "5минут", "89001б34567", "8900ххх45",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
@example("WWW..")
def test_signs_spare_work_only(text: str) -> None:
    assert clean(text).text == by_every_rule(text)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_any_text_goes_through_both_modes(text: str) -> None:
    for mode in ("fast", "context"):
        (lemmas,) = lemmatize_texts([text], mode=mode)
        assert all(lemma and "ё" not in lemma and not re.search(r"[\s\x00-\x1f]", lemma) for lemma in lemmas)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text()))
def test_any_tokens_come_back_aligned(tokens: list[str]) -> None:
    for mode in ("fast", "context"):
        (lemmas,) = lemmatize_tokens([tokens], mode=mode)
        assert len(lemmas) == len(tokens)
