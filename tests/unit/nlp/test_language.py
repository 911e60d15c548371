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
    ("123 !!! 🙂", "none"),
    ("", "none"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_language(text: str, expected: str) -> None:
    assert language(text) == expected
