"""Who is named in a text by VK's marks, in every spelling that shows a name to a reader."""

from __future__ import annotations

import time

import pytest

from storage.mentions import may_be_person, people, without_people

NAMED = [
    "[id77|Имя]", "[ID77|Имя]", "[@id77|Имя]", "[*id77|Имя]", "[id77:bp-1_2|Имя]", "[id77|Имя", "[ id77 |Имя]",
    "[https://vk.com/id77|Имя]", "[http://m.vk.com/id77/|Имя]", "[https://www.vk.com/id77|Имя]", "[vk.ru/id77|Имя]",
    "[//vk.com/id77|Имя]", "[https://vkontakte.ru/id77#a|Имя]", "[https://vk.com/id77?w=wall77_1|Имя]",
    "[https://vk.com/feed?w=wall77_1|Имя]", "[https://vk.com/club5?z=photo77_1%2Falbum77_0|Имя]", "[id77|И\x00мя]",
    "[id77|Имя [ник] Имя]", "[id77|И\nмя]", "[club5|Клуб [id77|Имя]]", "@id77 (Имя)", "*id77(Имя)", "@id77",
    "@id77 (Имя", "https://vk.com/id77?from=Имя"[:25], "vk.com/wall77_15", "vk.com/@id77", "vk.me/id77",
    "vk.com/friends?id=77", "vk.com/im?sel=77", "смотриvk.com/id77", "[https://site.ru/?to=https://vk.com/id77|Имя]",
]  # fmt: skip
OTHERS = [
    "[id771|Имя]", "[id7|Имя]", "[club77|Клуб]", "[id77a|Имя]", "[https://vk.com/id77_1|Имя]", "vk.com/id771",
    "vk.com/wall-77_77", "vk.com/club77", "[https://site.ru/id77|Имя]", "[http://id77.ru|Имя]", "@id771 (Имя)",
    "notvk.com/id77", "vk.com/wall5_77", "77", "[77|Имя]", "id 77",
]  # fmt: skip


@pytest.mark.parametrize("mention", NAMED)
def test_a_person_is_taken_out_and_the_words_around_stay(mention: str) -> None:
    found = without_people(f"раз\x00 {mention}\nдва", lambda person: person == 77)
    assert found.startswith("раз\x00 ") and found.endswith("\nдва")
    assert "мя" not in found and "77" not in found


@pytest.mark.parametrize("text", OTHERS)
def test_others_stay_as_they_were(text: str) -> None:
    assert without_people(f"раз {text}\nдва", lambda person: person == 77) == f"раз {text}\nдва"


def test_what_follows_an_address_stays() -> None:
    text = "vk.com/id77, https://vk.ru/id77. (vk.com/id77) vk.com/id77привет"
    assert without_people(text, lambda person: person == 77, "…") == "…, …. (…) …привет"


def test_a_short_name_may_be_anybodys() -> None:
    assert list(people("https://vk.com/id5?w=wall77_1")) == [5, 77]
    for target in ("durov", "@durov", "https://vk.com/durov", "id5", "vk.com/durov?z=photo5_1"):
        assert may_be_person(target), target
    for target in ("club5", "@club5", "https://m.vk.com/public5?w=1", "vk.com/wall-5_1", "https://site.ru/durov"):
        assert not may_be_person(target), target


def test_hostile_length_is_read_in_a_moment() -> None:
    started = time.process_time()
    for text in ("[" * 100_000, "[a|" * 30_000, "[id1|" + "[x" * 50_000, "[id1|[" + "x" * 100_000, "vk.com/" * 20_000,
                 "@id1 (" * 20_000, "a." * 50_000, "vk.com/?" + "id=" * 30_000):  # fmt: skip
        without_people(text, lambda _: False)
    assert time.process_time() - started < 5
