"""Sentence frames: a small language in which Russian sentences with inflected slots are written down as data.

A frame is a sentence with these marks (examples in ``data/themes``):

``(a|b|)``          one of the variants, an empty one allowed; variants may hold slots, not other variants
``{dish:acc}``      a word of the list ``dish`` in a case: nom gen dat acc ins prep
``{cook:past}``     a verb of the list ``cook``: past (by the writer's sex), now (first person), inf
``{when}``          an entry of a list of unchanging phrases
``{=dish:gen}``     the word drawn last from ``dish`` once more
``{dish~м|ж|с|мн}`` the variant that agrees with the word of ``dish`` (drawn last, or the one that comes next)
``{g:сам|сама}``    by the writer's sex
``{#2-9}``          a whole number
``{#2-9:день|дня|дней}``  a whole number and the form of the noun that fits it: 1, 2-4, 5 and more

Word lists hold all their forms, so nothing here knows Russian morphology.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

CASES = ("nom", "gen", "dat", "acc", "ins", "prep")
VERB_FORMS = ("past", "now", "inf")
GENDERS = "mfnp"  # masculine, feminine, neuter, plural

_PIECE = r"(?:\{[^{}]*\}|[^(){}|])*"  # a variant: bars inside of slots do not part it
_VARIANTS = re.compile(rf"\(({_PIECE}(?:\|{_PIECE})+)\)")
_BAR = re.compile(r"\|(?![^{}]*\})")
_SLOT = re.compile(r"\{([^{}]+)\}")
_WORD_SLOT = re.compile(r"(=?)([a-z_]+)(?::([a-z]+))?")
_FIXED_SLOT = re.compile(r"#\d+-\d+(?::[^|]+\|[^|]+\|[^|]+)?|g:[^|]*\|[^|]*")
_SPACES = re.compile(r" {2,}")
_SPACE_BEFORE = re.compile(r" +([,.!?;:])")
_OPENING = re.compile(r"(?:^|[.!?] )[а-яё]")
_EUPHONY = (
    (re.compile(r"\b([Оо]) (?=[АаИиОоУуЭэ])"), r"\1б "),
    (re.compile(r"\b([Сс]) (?=[СсЗзШшЖж][бвгджзклмнпрстфхцчшщ])"), r"\1о "),
    (re.compile(r"\b([Вв]) (?=[ВвФф][бвгджзклмнпрстфхцчшщ])"), r"\1о "),
)


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a word list. ``forms``: 1 (unchanging), 4 (verb: he did, she did, I do, to do) or 6 (cases)."""

    forms: tuple[str, ...]
    gender: str = ""

    def form(self, name: str, female: bool) -> str:
        """The form of that name; raises ``ValueError`` when the word has none of that name."""
        if len(self.forms) == 1 and not name:
            return self.forms[0]
        if len(self.forms) == 6 and name in CASES:
            return self.forms[CASES.index(name)]
        if len(self.forms) == 4 and name in VERB_FORMS:
            return self.forms[int(female) if name == "past" else VERB_FORMS.index(name) + 1]
        raise ValueError(f"{self.forms[0]!r} has no form {name!r}")


Lexicon = Mapping[str, tuple[Word, ...]]


def parse_word(entry: str) -> Word:
    """A word from its line in a data file: forms parted by ``|``; a noun ends with its gender (m, f, n or p)."""
    parts = tuple(entry.split("|"))
    if len(parts) == 7 and parts[6] in GENDERS:
        return Word(parts[:6], parts[6])
    if len(parts) in (1, 4):
        return Word(parts)
    raise ValueError(f"a word needs 1, 4 or 6 forms and a gender: {entry!r}")


@dataclass(slots=True)
class _Writing:
    """The sentence being written: who writes, and which words have been drawn."""

    lexicon: Lexicon
    female: bool
    rng: Random
    last: dict[str, Word] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def slot(self, match: re.Match[str]) -> str:
        """The text that takes a slot's place."""
        body = match[1]
        if body.startswith("#"):
            return self._number(*body[1:].partition(":")[::2])
        if body.startswith("g:"):
            return body[2:].split("|")[int(self.female)]
        if "~" in body:
            name, variants = body.split("~")
            if name not in self.last:
                self.last[name] = self.rng.choice(self.lexicon[name])
                self.waiting.add(name)
            return variants.split("|")[GENDERS.index(self.last[name].gender)]
        return self._word(body)

    def _number(self, span: str, noun: str) -> str:
        low, high = span.split("-")
        number = self.rng.randint(int(low), int(high))
        return f"{number} {noun.split('|')[plural(number)]}" if noun else str(number)

    def _word(self, body: str) -> str:
        found = _WORD_SLOT.fullmatch(body)
        if found is None:
            raise ValueError(f"not a slot: {{{body}}}")
        again, name, form = found[1], found[2], found[3] or ""
        if name in self.waiting:
            self.waiting.discard(name)
        elif not again:
            self._draw(name)
        return self.last[name].form(form, self.female)

    def _draw(self, name: str) -> None:
        before = self.last.get(name)
        words = self.lexicon[name]
        # "борщ вкуснее борща" says nothing: another word, where there is one
        self.last[name] = self.rng.choice([word for word in words if word is not before] or words)


def plural(number: int) -> int:
    """Which form a Russian noun takes after a whole number: 0 as after 1, 1 as after 2-4, 2 as after 5 and more."""
    if 11 <= number % 100 <= 14 or number % 10 == 0 or number % 10 > 4:
        return 2
    return 0 if number % 10 == 1 else 1


def render(frame: str, lexicon: Lexicon, female: bool, rng: Random) -> str:
    """One sentence out of a frame: slots filled, prepositions made euphonic, capitals set.

    Raises ``KeyError`` for a list that is not there and ``ValueError`` for a form that a word lacks.
    """
    text = _VARIANTS.sub(lambda m: rng.choice(_BAR.split(m[1])), frame)
    text = _SLOT.sub(_Writing(lexicon, female, rng).slot, text)
    text = _SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", text)).strip()
    for pattern, new in _EUPHONY:
        text = pattern.sub(new, text)
    return _OPENING.sub(lambda m: m[0].upper(), text)


def faults(frames: Iterable[str], lexicon: Lexicon) -> list[str]:
    """What is wrong with frames: every variant and every word is tried, so that no seed can meet it first."""
    found = []
    for frame in frames:
        try:
            _check(frame, lexicon)
        except (KeyError, ValueError, IndexError) as fault:
            found.append(f"{frame}: {fault!r}")
    return found


def _check(frame: str, lexicon: Lexicon) -> None:
    flat = _VARIANTS.sub(lambda m: " ".join(_BAR.split(m[1])), frame)
    for slot in _SLOT.findall(flat):
        if slot.startswith(("#", "g:")):
            if not _FIXED_SLOT.fullmatch(slot):
                raise ValueError(f"not a number or a choice by sex: {slot}")
            continue
        name = slot.split("~")[0] if "~" in slot else slot.lstrip("=").split(":")[0]
        form = "" if "~" in slot else slot.partition(":")[2]
        for word in lexicon[name]:
            if "~" in slot:
                slot.split("~")[1].split("|")[GENDERS.index(word.gender)]
            else:
                word.form(form, True)
    if any(mark in _SLOT.sub("", flat) for mark in "{}|"):
        raise ValueError("an unclosed mark")
