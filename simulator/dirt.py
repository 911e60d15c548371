"""What makes a tidy sentence look like a post: tags, mentions, emoji, typos, stretched letters, broken spacing.

Every kind has its own small chance and touches a post at most once, so that texts stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

EMOJI = ("🙂", "😂", "❤️", "🔥", "👍", "😍", "🥲", "🙈", "✨", "🎉", "👨‍👩‍👧", "🤔")
ENGLISH = ("by the way", "lol", "omg", "love it", "best day ever", "new", "it's ok", "mood", "top")
PAYLOADS = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid/x","выплата")',
    "нуль\x00внутри",
    "\u202eтекст задом наперёд\u202c",
    "a" * 400,
    "З̸͓̑а̷̪͝л̴̰̏г̵̞̆о̶͈̉",
    "<img src=x onerror=alert(2)>",
    "{{7*7}} ${7*7} %s",
)
_LOOK_ALIKE = str.maketrans("аеорсх", "aeopcx")
_VOWEL = re.compile(r"([аоуеи])(?=[а-я])")
_WORD = re.compile(r"[а-яё]{5,}")

Change = Callable[[Random, str], str]


def dirty(rng: Random, text: str, tags: Sequence[str], club: str, people: Sequence[int]) -> str:
    """The text with the habits of its place: ``tags`` of its theme, ``club`` a community's screen name."""
    for chance, change in _SMALL:
        if rng.random() < chance:
            text = change(rng, text)
    if tags and rng.random() < 0.12:
        text += " " + _tag(rng, tags, club)
    if people and rng.random() < 0.04:
        text = _mention(rng, rng.choice(people)) + text
    if rng.random() < 0.03:
        text += f"\nhttps://example.com/{rng.randint(1, 9999)}"
    return text


def _tag(rng: Random, tags: Sequence[str], club: str) -> str:
    chosen = rng.choice(tags)
    if rng.random() < 0.3:
        return f"#{chosen}#{rng.choice(tags)}"
    return f"#{chosen}@{club}" if rng.random() < 0.5 else f"#{chosen}"


def _mention(rng: Random, person_id: int) -> str:
    kind = rng.random()
    if kind < 0.6:
        return f"[id{person_id}|{rng.choice(('Аня', 'Дима', 'Катюша', 'Серёга', 'Лена'))}], "
    return f"@id{person_id} (Саша) " if kind < 0.8 else f"[club{person_id}|наша группа] "


def _emoji(rng: Random, text: str) -> str:
    return text + rng.choice(("", " ")) + rng.choice(EMOJI) * rng.choice((1, 1, 1, 3))


def _brackets(rng: Random, text: str) -> str:
    return text.rstrip(".!") + ")" * rng.randint(1, 4)


def _stretch(rng: Random, text: str) -> str:
    found = [match.start() for match in _VOWEL.finditer(text)]
    if not found:
        return text
    place = rng.choice(found)
    return text[:place] + text[place] * rng.randint(3, 6) + text[place + 1 :]


def _typo(rng: Random, text: str) -> str:
    found = list(_WORD.finditer(text))
    if not found:
        return text
    place = rng.choice(found).start() + rng.randint(1, 3)
    if rng.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _look_alike(rng: Random, text: str) -> str:
    found = list(_WORD.finditer(text))
    if not found:
        return text
    word = rng.choice(found)
    return text[: word.start()] + word[0].translate(_LOOK_ALIKE) + text[word.end() :]


def _english(rng: Random, text: str) -> str:
    return f"{text} {rng.choice(ENGLISH)}"


def _glued(rng: Random, text: str) -> str:
    return text.replace(". ", ".", 1)


def _lower(rng: Random, text: str) -> str:
    return text.lower()


def _yo(rng: Random, text: str) -> str:
    return text.replace("ё", "е")


def _break(rng: Random, text: str) -> str:
    return text.replace(". ", ".<br>", 1)


def _contact(rng: Random, text: str) -> str:
    contacts = (f"+7 900 {rng.randint(100, 999)}-00-{rng.randint(10, 99)}", f"pishi{rng.randint(1, 99)}@example.org")
    return f"{text} {rng.choice(contacts)}"


_SMALL: tuple[tuple[float, Change], ...] = (
    (0.5, _yo),
    (0.15, _lower),
    (0.05, _typo),
    (0.03, _stretch),
    (0.01, _look_alike),
    (0.05, _glued),
    (0.01, _break),
    (0.04, _english),
    (0.12, _brackets),
    (0.15, _emoji),
    (0.01, _contact),
)
