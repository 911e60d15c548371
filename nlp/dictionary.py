"""The short way through pymorphy3's dictionary: the readings of a form without its parse objects.

``MorphAnalyzer.parse`` builds for every reading an object with a tag, a normal form and the units that found it. Here
only what chooses a lemma is computed: the lemma, a number of the tag and a score; three to four times as fast for
known words. A word that the dictionary does not know takes the rules of the known words with its ending, remembered
per ending. The tables are public attributes of pymorphy3 but undocumented: this module alone knows them, and a test
holds its readings against ``parse()``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from nlp.tables import common_lemmas

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

SCALE = 1_000_000
"""Scores are whole numbers, parts of a million: the same on every platform."""

LONGEST_ENDING = 5
"""Letters at the end of an unknown word by which it is guessed."""
_LEAST_SHARE = 30  # a rule seen in less than one of so many words with the ending is noise
_FEWEST = 2
_PRIOR = 2
"""Times a form counts as seen by how common its lemmas are."""


class Reading(NamedTuple):
    """A lemma, the number of a tag (see :meth:`Dictionary.tag`) and a score in millionths."""

    lemma: str
    tag: int
    score: int


reading: Callable[[tuple[str, int, int]], Reading] = functools.partial(tuple.__new__, Reading)
"""A reading, in a third of its constructor's time."""


class Rule(NamedTuple):
    """How an unknown word becomes a lemma: letters to cut at its end, letters to add, the tag, the score."""

    cut: int
    add: str
    tag: int
    score: int


class Step(NamedTuple):
    """How a known form becomes a lemma: ``cut`` is the form's ending; ``plain``: nothing is cut at its front."""

    cut: str
    add: str
    tag: int
    plain: bool


_step: Callable[[tuple[str, str, int, bool]], Step] = functools.partial(tuple.__new__, Step)


class _Tags(dict[int, str]):
    """number -> the OpenCorpora tag, ``NOUN,anim,masc sing,nomn``."""

    def __init__(self, gramtab: Any) -> None:
        super().__init__()
        self._gramtab = gramtab

    def __missing__(self, number: int) -> str:
        found = self[number] = str(self._gramtab[number])
        return found


@dataclass(frozen=True, slots=True)
class _Tables:
    holds: Any
    exact: Any
    similar: Any
    swaps: Any
    paradigms: Any
    suffixes: list[str]
    prefixes: tuple[str, ...]
    probability: Any
    endings: tuple[Any, ...]


class Dictionary:
    """Readings of lower-cased Cyrillic forms."""

    def __init__(self, morph: MorphAnalyzer, common: Mapping[str, int]) -> None:
        self._common = common
        self._weights: dict[str, int] = {}
        words = morph.dictionary
        estimator = morph.prob_estimator
        self._tables = _Tables(
            holds=words.words.__contains__,
            exact=words.words.get,
            similar=words.words.similar_items,
            swaps=morph.char_substitutes,
            paradigms=words.paradigms,
            suffixes=words.suffixes,
            prefixes=tuple(words.paradigm_prefixes),
            probability=getattr(estimator, "p_t_given_w", {}),
            endings=tuple(words.prediction_suffixes_dawgs),
        )
        self._steps: dict[tuple[int, int], Step] = {}
        self._rules: dict[str, tuple[Rule, ...]] = {}
        self._changes: dict[tuple[int, int], tuple[int, str, int]] = {}
        self._tags = _Tags(words.gramtab)

    def tag(self, number: int) -> str:
        """The OpenCorpora tag of this number, ``NOUN,anim,masc sing,nomn``."""
        return self._tags[number]

    def holds(self, form: str) -> bool:
        """Whether the dictionary has a form as it is spelt."""
        return bool(self._tables.holds(form))

    def find(self, form: str) -> list[tuple[str, Any]]:
        """(spelling, places) of a form, ``ё`` found from ``е``; a place is a paradigm and an index in it."""
        tables = self._tables
        if "е" not in form:
            places = tables.exact(form)
            return [(form, places)] if places else []
        found: list[tuple[str, Any]] = tables.similar(form, tables.swaps)
        return found

    def step(self, place: tuple[int, int]) -> Step:
        """What a form with this place becomes; not remembered."""
        tables, index = self._tables, place[1]
        paradigm = tables.paradigms[place[0]]
        count = len(paradigm) // 3
        plain = not tables.prefixes[paradigm[2 * count + index]] and not tables.prefixes[paradigm[2 * count]]
        return _step((tables.suffixes[paradigm[index]], tables.suffixes[paradigm[0]], paradigm[count + index], plain))

    def _remembered(self, place: tuple[int, int]) -> Step:
        step = self._steps[place] = self.step(place)
        return step

    def readings(self, form: str) -> list[Reading]:
        """Every reading of a form the dictionary knows, in its order; empty when it knows none."""
        return self.read(form, self.find(form))

    def read(self, form: str, places: list[tuple[str, Any]]) -> list[Reading]:
        """The readings of a form that was found at these places."""
        found = []
        get = self._steps.get
        for spelling, where in places:
            for place in where:
                cut, add, tag, plain = get(place) or self._remembered(place)
                lemma = spelling.removesuffix(cut) + add if plain else self._lemma(spelling, place)
                found.append(reading((lemma, tag, SCALE)))
        return self._scored(form, found) if len(found) > 1 else found

    def _lemma(self, spelling: str, place: tuple[int, int]) -> str:
        """The lemma of a form with something to cut at its front."""
        tables, index = self._tables, place[1]
        paradigm = tables.paradigms[place[0]]
        count = len(paradigm) // 3
        prefix = tables.prefixes[paradigm[2 * count + index]]
        suffix = tables.suffixes[paradigm[index]]
        stem = spelling[len(prefix) : len(spelling) - len(suffix)]
        return str(tables.prefixes[paradigm[2 * count]]) + stem + str(tables.suffixes[paradigm[0]])

    def _scored(self, form: str, found: list[Reading]) -> list[Reading]:
        """The readings with P(tag | form): the dictionary's counts, and by way of a few more as common as their lemmas
        are («держу» is rather ``держать`` than ``дерзить``); as they came where there is nothing to choose.
        """
        names = self._tags
        if len({(lemma, names[number][:4]) for lemma, number, _ in found}) == 1:
            return found
        lemmas = [lemma for lemma, _, _ in found]
        weigh, count = self._weights.get, lemmas.count
        # of a lemma with many readings each has a part: «веди» is a letter's name in all cases
        common = [SCALE * (weigh(lemma) or self._weigh(lemma)) // count(lemma) for lemma in lemmas]
        total = sum(common)
        shares = [
            seen * SCALE + _PRIOR * SCALE * own // total
            for seen, own in zip(self._counts(form, found), common, strict=True)
        ]
        whole = sum(shares)
        return [
            reading((lemma, number, share * SCALE // whole))
            for (lemma, number, _), share in zip(found, shares, strict=True)
        ]

    def _weigh(self, lemma: str) -> int:
        weight = self._weights[lemma] = 1 << self._common.get(lemma.replace("ё", "е"), 0)
        return weight

    def _counts(self, form: str, found: list[Reading]) -> list[int]:
        get, names = self._tables.probability.get, self._tags
        return _seen([get(f"{form}:{names[number]}", 0) for _, number, _ in found])

    def seen(self, form: str) -> list[tuple[str, int]]:
        """(lemma, times) of each reading of an ambiguous form in the texts that the dictionary was counted on."""
        found = self.readings(form)
        counts = self._counts(form, found) if len(found) > 1 else []
        return [(reading.lemma, count) for reading, count in zip(found, counts, strict=False)]

    def guesses(self, form: str) -> list[Reading]:
        """Readings of a form the dictionary does not know, by the words that end like it, likeliest first."""
        ending = form[-LONGEST_ENDING:]
        rules = self._rules.get(ending)
        if rules is None:
            rules = self._rules[ending] = self.rules(ending)
        return [Reading(form[: len(form) - cut] + add, tag, score) for cut, add, tag, score in rules if cut < len(form)]

    def rules(self, ending: str) -> tuple[Rule, ...]:
        """The rules for unknown words with this ending; not remembered."""
        tables, known = self._tables, self._changes
        for length in range(len(ending), 0, -1):
            counted: dict[tuple[int, str, int], int] = {}
            for spelling, places in tables.endings[0].similar_items(ending[-length:], tables.swaps):
                del spelling
                for count, paradigm_id, index in places:
                    key = known.get((paradigm_id, index)) or self._change(paradigm_id, index)
                    counted[key] = counted.get(key, 0) + count
            total = sum(counted.values())
            if total >= _FEWEST:
                ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
                return tuple(
                    Rule(*key, SCALE * count // total) for key, count in ranked if count * _LEAST_SHARE >= total
                )
        return ()

    def _change(self, paradigm_id: int, index: int) -> tuple[int, str, int]:
        """Letters to cut, letters to add and the tag of a form with this place; remembered."""
        cut, add, tag, _ = self.step((paradigm_id, index))
        change = self._changes[paradigm_id, index] = len(cut), add, tag
        return change


def _seen(shares: list[int]) -> list[int]:
    """How often each reading was seen, from the dictionary's millionths, which were smoothed by one for each reading:
    of many readings that nobody saw («веди», a letter's name in every case) none stands for much.
    """
    if not any(shares):
        return shares
    least = min([share for share in shares if share])
    return [max(0, (2 * share + least) // (2 * least) - 1) for share in shares]


@functools.cache
def dictionary() -> Dictionary:
    """pymorphy3's dictionary, read once a process: 0.15 s and 15 MB."""
    from pymorphy3 import MorphAnalyzer

    return Dictionary(MorphAnalyzer(lang="ru"), common_lemmas())
