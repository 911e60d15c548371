"""Hostile strings as a reader sees them."""

from __future__ import annotations

import time

import pytest

from portraits.display import quotable, shorten, visible


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("обычное имя", "обычное имя"),
        ("\u202eабв\u202c", "абв"),
        ("а\u2066б\u2069в\u200f", "абв"),
        ("нуль\x00внутри\x1b[31m", "нуль внутри [31m"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("семья 👨\u200d👩\u200d👧 и 🏳️\u200d🌈", "семья 👨\u200d👩\u200d👧 и 🏳️\u200d🌈"),
        ("одинокий \ud800 суррогат", "одинокий \ufffd суррогат"),
        ("й" + "\u0301" * 50, "й\u0301\u0301"),
    ],
)
def test_a_name_cannot_turn_or_cover_the_page(given: str, seen: str) -> None:
    assert visible(given) == seen


def test_a_long_name_is_cut_at_a_word_and_a_short_one_is_not() -> None:
    assert shorten("очень длинное название сообщества", 20) == "очень длинное…"
    assert len(shorten("а" * 5000, 70)) == 70
    assert shorten(" два\n\nслова ", 20) == "два слова"


@pytest.mark.parametrize(
    "secret",
    [
        "[id1|Анна Петрова]", "@anna_petrova", "@id15 (Анна)", "*anna.p (Анна)", "https://vk.com/id1?x=1",
        "vk.com/durov", "www.example.com/x", "anna@mail.ru", "+7 (999) 123-45-67", "8 999 1234567",
        "[https://vk.com/id1|Анна Петрова]", "[https://www.vk.com/id1|Анна]", "[http://m.vk.com/id1/|Анна]",
        "[vk.ru/id1|Анна]", "[https://vk.com/feed?w=wall1_5|Анна]", "[@id1|Анна]", "[https://vk.com/anna|Анна]",
        "[id1|Анна [она] Петрова]", "[id1|Анна\nПетрова]", "[anna|Анна\nПетрова]", "[id1|Анна Петрова\n",
        "[anna|Анна Петрова\n", "[id\u200b1|Анна]", "[club5|[id1|Анна]]", "@anna_p (Анна Петрова\n",
        "+7.999.345.67.89", "8.999.345.67.89", "999.345.67.89", "+7\u2011999\u2011345\u201167\u201189",
    ],
)  # fmt: skip
def test_a_quote_keeps_no_way_to_a_person(secret: str) -> None:
    found = quotable(f"Пишите {secret} сегодня")
    assert found.startswith("Пишите") and found.endswith("сегодня")
    assert not any(piece in found for piece in ("Анна", "Петр", "anna", "id1", "999", "http", "vk.com", "www", "mail"))


def test_a_quote_keeps_ordinary_words_and_a_clubs_name() -> None:
    assert quotable("В 2024 году [club5|Наш клуб] провёл 12 матчей, счёт 3:1.") == (
        "В 2024 году Наш клуб провёл 12 матчей, счёт 3:1."
    )
    kept = "С 01.05.2024 по 12.10.2025 роздали 10.000.000 листовок, pi = 3.1416"
    assert quotable(f"{kept} [https://vk.com/wall-5_1|Итоги] [https://site.ru/id1|Сайт]") == f"{kept} Итоги Сайт"


def test_hostile_length_is_read_in_a_moment() -> None:
    started = time.process_time()
    for text in (
        "[" * 100_000,
        "a@" * 50_000,
        "1 " * 50_000,
        "а" * 100_000,
        "\u0301" * 100_000,
        "www." * 30_000,
        "[a|" * 30_000,
        "[id1|" + "[x" * 50_000,
        "vk.com/" * 20_000,
        "@id1 (" * 20_000,
        "7." * 50_000,
    ):
        assert len(quotable(text)) <= 220
    assert time.process_time() - started < 5
