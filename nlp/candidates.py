"""A form's candidates: which lemmas it can have, what speaks for each, and what its neighbours may see of it.

Universal Dependencies' conventions for lemmas where they differ from the dictionary's: women keep their surnames and
patronymics (``Ивановой`` is ``Иванова``), patronymics are spelt as they are written (``Юрьевича`` is ``Юрьевич``), a
short neuter adjective and a comparative may be an adverb (``важно``, ``чаще`` - ``часто``), nouns keep ``-ье`` where
they are written so (``счастья`` - ``счастье``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nlp.dictionary import LONGEST_ENDING, SCALE, Dictionary, Reading, dictionary, reading
from nlp.tables import common_lemmas

POS = {
    "NOUN": "NOUN", "ADJF": "ADJ", "ADJS": "ADJ", "COMP": "ADJ", "VERB": "VERB", "INFN": "VERB", "PRTF": "VERB",
    "PRTS": "VERB", "GRND": "VERB", "NUMR": "NUM", "ADVB": "ADV", "PRED": "ADV", "NPRO": "PRON", "PREP": "FUNC",
    "CONJ": "FUNC", "PRCL": "FUNC", "INTJ": "FUNC", "NUMB": "NUM", "ROMN": "NUM", "LATN": "LATN",
}  # fmt: skip
_CASES = {
    "nomn": "n", "gent": "g", "gen2": "g", "datv": "d", "accs": "a", "acc2": "a", "ablt": "t", "loct": "l",
    "loc2": "l", "voct": "v",
}  # fmt: skip
_GENDERS = {"masc": "m", "femn": "f", "neut": "n"}
_NAMES = {mark: order for order, mark in enumerate(("Name", "Surn", "Patr", "Geox", "Orgn", "Abbr", "Init"))}
_OWN_WAY = ("COMP", "ADJS", "NOUN.Patr")
_FORMS = {mark: order for order, mark in enumerate(("impr", "past", "Apro", "Anum"))}
GUESSED = "?"
"""Before the kind of a candidate that was guessed by the word's ending."""
_LEAST_KNOWN_PART = 5
_USUAL = (5, 6)
"""Bits of how common the lemma of a usual given name is: those in ``common_by_hand.txt``, unless the texts have the
lemma often for another reason («тема», «Израиль»).
"""
_DECLINED = re.compile(  # «Туториалы», «Озвучку», «Дефолтная»; but Мулюков, Полански, Джеорджеску, Блиновская
    r"..(?:ы|[аяы]ми|[ая]х|[гжкхчшщ](?<!ск)и|[кцчш](?<!ск)у|[ую]ю|[ыи]е|[ое](?:го|му)|[ыи]х|[ое]вая|ная)$"
)
_CONJUGATED = re.compile(  # «Лайкните», «Зашеймили», «Регайтесь»; but Джули, Саакашвили, Скайнет
    r"...(?:с[яь]|(?<!ск)[аиуюеяь]й?те|[аяуюеи]м|[еи]шь|[аиуя]ют|[аиуыя](?<!шви)л[аои]?)$"
)
_UNDECLINED = "?SAME"
"""Of an unknown word with a capital: a name that is its own lemma."""
_GUESSED_NAMES = ("?NOUN.Name", "?NOUN.Surn", "?NOUN.Patr")


class Candidate(NamedTuple):
    """``kind``: a finer part of speech (``NOUN.Surn``, ``VERB.impr``); ``agree``: case, number and gender of its
    readings (``gsf dsf``); ``score``: what the dictionary gives it, in millionths of all readings.
    """

    lemma: str
    pos: str
    kind: str
    agree: str
    score: int


made: Callable[[Sequence[Any]], Candidate] = functools.partial(tuple.__new__, Candidate)
"""A candidate of its five cells, in a third of its constructor's time."""


class Tag(NamedTuple):
    """What is read of an OpenCorpora tag; ``woman``: of a woman's surname or patronymic; ``own_way``: its words may be
    adverbs too, or are not spelt as their lemma in the dictionary is.
    """

    pos: str
    kind: str
    agree: str
    woman: bool
    own_way: bool


@functools.cache
def tag_of(name: str) -> Tag:
    """``NOUN,anim,femn,Surn sing,gent`` -> NAME, ``NOUN.Surnf``, ``gsf``; the dictionary has 5,500 tags at most."""
    marks = name.replace(" ", ",").split(",")
    special = min(_NAMES.keys() & marks, key=_NAMES.__getitem__, default="")
    case = next(filter(None, map(_CASES.get, marks)), "")
    number = "p" if "plur" in marks else "s" if "sing" in marks else ""
    gender = "" if number == "p" else next(filter(None, map(_GENDERS.get, marks)), "")
    form = min(_FORMS.keys() & marks, key=_FORMS.__getitem__, default="")
    woman = "femn" in marks and special in ("Surn", "Patr")
    kind = ".".join(part for part in (marks[0], special or form) if part) + "f" * woman
    return Tag(_pos(marks[0], special, form), kind, case + number + gender, woman, woman or kind in _OWN_WAY)


def _pos(name: str, special: str, form: str) -> str:
    if special in ("Name", "Surn", "Patr"):
        return "NAME"
    if special in ("Geox", "Orgn"):
        return "PROPN"
    return {"Apro": "PRON", "Anum": "NUM"}.get(form) or POS.get(name, "OTHER")


def folded(lemma: str) -> str:
    """``ё`` becomes ``е``: in the lemma only, last of all."""
    return lemma.replace("ё", "е")


@dataclass(frozen=True, slots=True, eq=False)
class _Sure:
    """The one candidate of many forms, but for their stems; there is one object for all that it says."""

    cut: int
    add: str
    pos: str
    kind: str
    agree: str


_Joined = list[Any]
"""Readings with the same lemma and part of speech: their score, that of the likeliest and its kind, what they agree
with. A list, as thousands are made of words that are met once.
"""


def _together(bundles: list[str]) -> str:
    """What the readings agree with, as one text."""
    return " ".join(sorted(bundles)) if len(bundles) > 1 else bundles[0]


def _likelier(candidate: Candidate) -> int:
    return -candidate.score


_NOT_SEEN = _Sure(0, "", "", "", "")


class Analyser:
    """The candidates of forms; what forms of one paradigm or one ending share is computed once."""

    def __init__(self, words: Dictionary) -> None:
        self._words = words
        self._sure: dict[tuple[Any, ...], _Sure | None] = {}
        self._kinds: dict[tuple[int, str, str, str, str], _Sure] = {}
        self._tags: dict[int, Tag] = {}
        self._endings: dict[str, list[Candidate] | None] = {}
        # What was found of the form asked for last: who asks :meth:`sure` in vain asks :meth:`known` next.
        self._last: tuple[str, list[tuple[str, Any]]] = ("", [])

    def known(self, form: str) -> list[Candidate]:
        """The candidates of a form the dictionary knows; none otherwise."""
        last, found = self._last
        if last != form:
            found = self._words.find(form)
        if not found:
            return []
        if one := self._one(found):
            lemma, sure = one
            return [made((lemma, sure.pos, sure.kind, sure.agree, SCALE))]
        return self._merged(form, self._words.read(form, found))

    def sure(self, form: str) -> tuple[str, _Sure] | None:
        """The lemma of a known form where :meth:`known` has one candidate, and what that shares with other forms: what
        most forms are, in half the time. None for all others.
        """
        found = self._words.find(form)
        self._last = (form, found)
        return self._one(found)

    def _one(self, found: Sequence[tuple[str, Any]]) -> tuple[str, _Sure] | None:
        """The lemma of a form that was found so and what it shares with others, where it has one candidate."""
        if len(found) != 1:
            return None
        spelling, places = found[0]
        key = places[0] if len(places) == 1 else tuple(places)
        sure = self._sure.get(key, _NOT_SEEN)
        if sure is _NOT_SEEN:
            sure = self._sure[key] = self._only(places)
        if sure is None:
            return None
        lemma = spelling[: -sure.cut] + sure.add if sure.cut else spelling + sure.add
        return lemma.replace("ё", "е") if "ё" in lemma else lemma, sure

    def _only(self, places: Sequence[tuple[int, int]]) -> _Sure | None:
        """What all the readings agree on, unless more than the ending decides (see :func:`_lemmas`)."""
        step = self._words.step
        cut, add, number, plain = step(places[0])
        pos, kind, agree, woman, _ = self._tag(number)
        part = kind[:4]
        if not plain or woman or part == "COMP" or kind == "NOUN.Patr":
            return None
        if add.endswith("ие") and cut.startswith(add[:-2] + "ь"):
            return None
        if part == "ADJS" and not cut.endswith(("а", "ы", "и")):
            return None
        if len(places) > 1:
            bundles = {agree}
            for place in places[1:]:
                other_cut, other_add, number, plain = step(place)
                if other_cut != cut or other_add != add or not plain:
                    return None
                other = self._tag(number)
                if other[1][:4] != part or other[0] != pos or other[3]:
                    return None
                bundles.add(other[2])
            agree = " ".join(sorted(bundles)) if len(bundles) > 1 else agree
        same = len(cut), add, pos, kind, agree
        return self._kinds.get(same) or self._kinds.setdefault(same, _Sure(*same))

    def _merged(self, form: str, readings: Sequence[Reading], *, guessed: bool = False) -> list[Candidate]:
        """The readings of a form joined by lemma and part of speech, likeliest first; equals keep their order."""
        tag_at, mark = self._tags.get, GUESSED if guessed else ""
        joined: dict[tuple[str, str], _Joined] = {}
        for lemma, number, score in readings:
            tag = tag_at(number) or self._tag(number)
            pos, kind, agree, _, own_way = tag
            if own_way or lemma.endswith("ие"):
                lemmas: Iterable[tuple[str, str, str, int]] = _lemmas(form, lemma, tag, score, self._words)
            else:
                lemmas = ((lemma, pos, kind, score),)
            for lemma, pos, kind, score in lemmas:
                if guessed and pos == "NAME":
                    pos = "NOUN"  # slang is taken for a surname («мемасик»); only a capital makes it one
                key = folded(lemma), pos
                one = joined.get(key)
                if one is None:
                    joined[key] = [score, score, kind, [agree]]
                    continue
                one[0] += score
                if score > one[1]:
                    one[1:3] = score, kind
                if agree not in one[3]:
                    one[3].append(agree)
        if len(joined) == 1:
            (((lemma, pos), one),) = joined.items()
            return [made((lemma, pos, mark + one[2], _together(one[3]), SCALE if one[0] else 0))]
        total = sum([one[0] for one in joined.values()]) or 1
        found = [
            made((lemma, pos, mark + kind, _together(agree), score * SCALE // total))
            for (lemma, pos), (score, _, kind, agree) in joined.items()
        ]
        found.sort(key=_likelier)
        return found

    def _tag(self, number: int) -> Tag:
        found = self._tags.get(number)
        if found is None:
            found = self._tags[number] = tag_of(self._words.tag(number))
        return found

    def guessed(self, form: str) -> list[Candidate]:
        """By the longest known word at its end (``нано|роботы``), else by the words that end like it."""
        words = self._words
        for cut in range(1, min(5, len(form) - _LEAST_KNOWN_PART) + 1):
            if words.holds(form[cut:]):
                found = self._merged(form[cut:], words.readings(form[cut:]), guessed=True)
                head = folded(form[:cut])
                return [made((head + one[0], *one[1:])) for one in found]
        ending = form[-LONGEST_ENDING:]
        try:
            shared = self._endings[ending]
        except KeyError:
            shared = self._endings[ending] = self._by_ending(ending)
        if shared is None or len(form) <= LONGEST_ENDING:
            return self._merged(form, words.guesses(form), guessed=True)
        stem = folded(form[:-LONGEST_ENDING])
        return [made((stem + lemma, pos, kind, agree, score)) for lemma, pos, kind, agree, score in shared]

    def _by_ending(self, ending: str) -> list[Candidate] | None:
        """The candidates of the ending alone; None where letters before it matter."""
        length, readings = len(ending), []
        for cut, add, number, score in self._words.rules(ending):
            if cut > length or self._tag(number).kind == "COMP":
                return None
            readings.append(reading((ending[: length - cut] + add, number, score)))
        return self._merged(ending, readings, guessed=True)


def _lemmas(form: str, lemma: str, tag: Tag, score: int, words: Dictionary) -> Iterator[tuple[str, str, str, int]]:
    """(lemma, part of speech, kind, score) of one reading; two where the conventions allow another."""
    if tag.woman:
        yield _woman(form, lemma), "NAME", tag.kind, score
        return
    if tag.kind == "NOUN.Patr" and lemma.endswith("вич") and "вич" in form:  # «Юрьевича» is no «Юриевич»
        lemma = form[: form.rindex("вич")] + "вич"
    if tag.pos == "NOUN" and lemma.endswith("ие") and form.startswith(lemma[:-2] + "ь"):
        yield lemma[:-2] + "ье", tag.pos, tag.kind, score
        return
    yield lemma, tag.pos, tag.kind, score
    if tag.kind == "COMP" and lemma.endswith(("ый", "ий", "ой")):
        adverb = lemma[:-2] + "о"
        if any(tag_of(words.tag(other.tag)).kind == "ADVB" for other in words.readings(adverb)):
            yield adverb, "ADV", "COMP.adv", score // 4
    elif tag.kind == "ADJS" and form.endswith("о") and lemma != form:
        yield form, "ADV", "ADVB.made", score // 8


def _woman(form: str, lemma: str) -> str:
    """A woman's surname or patronymic in the nominative, from one of its forms and the man's."""
    if lemma.endswith(("ов", "ев", "ёв", "ин", "ын")):
        return lemma + "а"
    if lemma.endswith(("ий", "ый", "ой")):
        return lemma[:-2] + ("яя" if lemma.endswith("ний") else "ая")
    if lemma.endswith("ич"):
        for ending in ("вн", "ичн"):
            if ending in form:
                return form[: form.rindex(ending)] + ending + "а"
    return lemma


def same_in_capitals(candidate: Candidate) -> bool:
    """Whether :func:`capitalised` surely adds nothing to this one candidate."""
    return candidate.kind != "ADJF" and not candidate.kind.startswith(GUESSED)


def capitalised(form: str, found: list[Candidate]) -> list[Candidate]:
    """What a capital letter adds: a place or a woman named like an adjective, a name that is not declined."""
    more = [made((one[0], "NAME", *one[2:])) if one.kind.startswith(_GUESSED_NAMES) else one for one in found]
    for candidate in found:
        if candidate.kind == "ADJF" and candidate.lemma.endswith("ий") and "sf" in candidate.agree:
            bundles = " ".join(bundle for bundle in candidate.agree.split() if bundle.endswith("sf"))
            more.append(Candidate(candidate.lemma[:-2] + "ая", "PROPN", "ADJF.name", bundles, candidate.score // 8))
            break
    lemma = folded(form)
    if found[0].kind.startswith(GUESSED) and all(candidate.lemma != lemma for candidate in found):
        more.append(Candidate(lemma, "NAME", f"{_UNDECLINED}.{found[0].kind[1:5]}", "", 0))
    return more


def usual_name(candidate: Candidate) -> bool:
    """Whether a candidate is a given name that many people bear, of one person: «Света», but no «Рай» of Рая."""
    if candidate.kind != "NOUN.Name" or not re.search(r"\b[^v]s", candidate.agree):
        return False
    return common_lemmas().get(candidate.lemma, 0) in _USUAL


def common_word(candidate: Candidate) -> bool:
    """Whether a candidate names nobody and no place."""
    return candidate.pos not in ("NAME", "PROPN")


def plainest(token: str, found: Sequence[Candidate]) -> Candidate:
    """The first candidate; of those with its lemma rather one that is no name: «любовь» is a noun until a capital
    says otherwise.
    """
    first = found[0]
    if first.pos != "NAME" or len(found) == 1 or token[:1].isupper():
        return first
    others = [one for one in found if one.lemma == first.lemma and one.pos != "NAME"]
    return next((one for one in others if one.pos == "NOUN"), others[0] if others else first)


def hardly_a_name(form: str, found: Sequence[Candidate]) -> bool:
    """Whether the last candidate takes an unknown word for a name that is not declined though it ends as hardly any
    such name does: «Туториалы», «Лайкните».
    """
    if not found[-1].kind.startswith(_UNDECLINED):
        return False
    return bool(_DECLINED.search(form) or (found[0].kind.startswith("?VERB") and _CONJUGATED.search(form)))


@functools.cache
def analyser() -> Analyser:
    """Over pymorphy3's dictionary, one a process."""
    return Analyser(dictionary())
