"""The language of a text by its letters."""

from __future__ import annotations

import pytest

from nlp.language import language

CASES = [
    ("Сегодня играли в футбол", "ru"),
    ("Люблю iPhone и Rock'n'Roll, но больше всё-таки гитару", "ru"),
    ("Добрий вечір, друзі! Сьогодні їдемо до Києва", "uk"),
    ("Прывітанне, сёння быў добры дзень у горадзе", "be"),
    ("Қазақстан — үлкен мемлекет, әдемі қалалар", "kk"),
    ("The quick brown fox", "other"),
    ("漢字かな", "other"),
    ("і это всё ещё русский текст, хотя в нём была чужая буква, поставленная в шутку", "ru"),
    ("Куплю iPhone 15 Pro Max 256 Gb", "ru"),
    ("куплю iphone 15 pro max 256 gb", "ru"),
    ("Продам Samsung Galaxy S21 Ultra", "ru"),
    ("Слушаю Linkin Park - Numb", "ru"),
    ("Linkin Park - Numb слушаю", "ru"),
    ("Продам Apple MacBook Pro M2 16 Gb", "ru"),
    ("Слушаю The Beatles - Let It Be", "ru"),
    ("ПРОДАМ TOYOTA CAMRY HYBRID", "ru"),
    ("My name is Иван", "other"),
    ("Hello, Иван! How are you?", "other"),
    ("Happy birthday, Маша", "other"),
    ("Маша, happy birthday", "other"),
    ("Иван is the best", "other"),
    ("I really love Москва", "other"),
    ("I love борщ", "other"),
    ("Good morning Россия good morning world", "other"),
    ("Слушаю Pink Floyd Shine On You Crazy Diamond Live Pulse", "other"),
    ("漢字かな слово漢字かな", "other"),
    ("Linkin Park - Numb", "other"),
    ("123 !!! 🙂", "none"),
    ("", "none"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_language(text: str, expected: str) -> None:
    assert language(text) == expected


def test_hostile_text_costs_linear_time() -> None:
    import time

    for piece in ("ab яя ", "a", "я a b c ", "I'", "漢"):
        start = time.process_time()
        language(piece * (100_000 // len(piece)))
        assert time.process_time() - start < 1
