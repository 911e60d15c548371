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


_rule: Callable[[tuple[int, str, int, int]], Rule] = functools.partial(tuple.__new__, Rule)


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


class Dictionary:
    """Readings of lower-cased Cyrillic forms."""

    def __init__(self, morph: MorphAnalyzer, common: Mapping[str, int]) -> None:
        self._common = common
        self._weights: dict[str, int] = {}
        words = morph.dictionary
        estimator = morph.prob_estimator
        self._holds = words.words.__contains__
        self._exact, self._similar, self._swaps = words.words.get, words.words.similar_items, morph.char_substitutes
        self._paradigms, self._suffixes = words.paradigms, words.suffixes
        self._prefixes = tuple(words.paradigm_prefixes)
        self._probability: Callable[[str, int], int] = getattr(estimator, "p_t_given_w", {}).get
        self._endings = words.prediction_suffixes_dawgs[0].similar_items
        self._steps: dict[tuple[int, int], Step] = {}
        self._rules: dict[str, tuple[Rule, ...]] = {}
        self._tags = _Tags(words.gramtab)

    def tag(self, number: int) -> str:
        """The OpenCorpora tag of this number, ``NOUN,anim,masc sing,nomn``."""
        return self._tags[number]

    def holds(self, form: str) -> bool:
        """Whether the dictionary has a form as it is spelt."""
        return bool(self._holds(form))

    def find(self, form: str) -> list[tuple[str, Any]]:
        """(spelling, places) of a form, ``ё`` found from ``е``; a place is a paradigm and an index in it."""
        if "е" not in form:
            places = self._exact(form)
            return [(form, places)] if places else []
        found: list[tuple[str, Any]] = self._similar(form, self._swaps)
        return found

    def step(self, place: tuple[int, int]) -> Step:
        """What a form with this place becomes; not remembered."""
        number, index = place
        suffixes, prefixes, paradigm = self._suffixes, self._prefixes, self._paradigms[number]
        count = len(paradigm) // 3
        plain = not (prefixes[paradigm[2 * count + index]] or prefixes[paradigm[2 * count]])
        return _step((suffixes[paradigm[index]], suffixes[paradigm[0]], paradigm[count + index], plain))

    def _remembered(self, place: tuple[int, int]) -> Step:
        step = self._steps[place] = self.step(place)
        return step

    def readings(self, form: str) -> list[Reading]:
        """Every reading of a form the dictionary knows, in its order; empty when it knows none."""
        return self.read(form, self.find(form))

    def read(self, form: str, places: list[tuple[str, Any]]) -> list[Reading]:
        """The readings of a form that was found at these places."""
        lemmas, numbers = [], []
        get = self._steps.get
        for spelling, where in places:
            for place in where:
                cut, add, tag, plain = get(place) or self._remembered(place)
                lemmas.append(spelling.removesuffix(cut) + add if plain else self._lemma(spelling, place))
                numbers.append(tag)
        scores = self._scores(form, lemmas, numbers) if len(lemmas) > 1 else [SCALE] * len(lemmas)
        return list(map(reading, zip(lemmas, numbers, scores, strict=True)))

    def _lemma(self, spelling: str, place: tuple[int, int]) -> str:
        """The lemma of a form with something to cut at its front."""
        paradigm, index = self._paradigms[place[0]], place[1]
        count = len(paradigm) // 3
        prefix = self._prefixes[paradigm[2 * count + index]]
        suffix = self._suffixes[paradigm[index]]
        stem = spelling[len(prefix) : len(spelling) - len(suffix)]
        return str(self._prefixes[paradigm[2 * count]]) + stem + str(self._suffixes[paradigm[0]])

    def _scores(self, form: str, lemmas: list[str], numbers: list[int]) -> list[int]:
        """P(tag | form) of the readings: the dictionary's counts, and by way of a few more as common as their lemmas
        are («держу» is rather ``держать`` than ``дерзить``); the same of all where there is nothing to choose.
        """
        size, lemma, count = len(lemmas), lemmas[0], lemmas.count
        if count(lemma) == size:
            names = self._tags
            part = names[numbers[0]][:4]
            if all(names[number][:4] == part for number in numbers):
                return [SCALE] * size
        weigh = self._weights.get
        # of a lemma with many readings each has a part: «веди» is a letter's name in all cases
        common = [SCALE * (weigh(lemma) or self._weigh(lemma)) // count(lemma) for lemma in lemmas]
        total = sum(common)
        counts = self._counts(form, numbers)
        if any(counts):
            shares = [seen * SCALE + _PRIOR * SCALE * own // total for seen, own in zip(counts, common, strict=True)]
        else:
            shares = [_PRIOR * SCALE * own // total for own in common]
        whole = sum(shares)
        return [share * SCALE // whole for share in shares]

    def _weigh(self, lemma: str) -> int:
        weight = self._weights[lemma] = 1 << self._common.get(lemma.replace("ё", "е"), 0)
        return weight

    def _counts(self, form: str, numbers: list[int]) -> list[int]:
        get, names = self._probability, self._tags
        return _seen([get(f"{form}:{names[number]}", 0) for number in numbers])

    def seen(self, form: str) -> list[tuple[str, int]]:
        """(lemma, times) of each reading of an ambiguous form in the texts that the dictionary was counted on."""
        found = self.readings(form)
        counts = self._counts(form, [one.tag for one in found]) if len(found) > 1 else []
        return [(reading.lemma, count) for reading, count in zip(found, counts, strict=False)]

    def guesses(self, form: str) -> list[Reading]:
        """Readings of a form the dictionary does not know, by the words that end like it, likeliest first."""
        ending = form[-LONGEST_ENDING:]
        rules = self._rules.get(ending)
        if rules is None:
            rules = self._rules[ending] = self.rules(ending)
        return [
            reading((form[: len(form) - cut] + add, tag, score)) for cut, add, tag, score in rules if cut < len(form)
        ]

    def rules(self, ending: str) -> tuple[Rule, ...]:
        """The rules for unknown words with this ending; not remembered."""
        get, similar, swaps = self._steps.get, self._endings, self._swaps
        for length in range(len(ending), 0, -1):
            found = similar(ending[-length:], swaps)
            if not found:
                continue
            counted: dict[tuple[int, str, int], int] = {}
            for _, places in found:
                for count, paradigm_id, index in places:
                    place = paradigm_id, index
                    cut, add, tag, _ = get(place) or self._remembered(place)
                    change = len(cut), add, tag
                    counted[change] = counted.get(change, 0) + count
            total = sum(counted.values())
            if total >= _FEWEST:
                often = [(-count, change) for change, count in counted.items() if count * _LEAST_SHARE >= total]
                often.sort()
                return tuple([_rule((*change, SCALE * -less // total)) for less, change in often])
        return ()


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
