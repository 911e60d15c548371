"""pymorphy3 as the vocabulary that natasha asks for. Its own wants pymorphy2, which needs ``pkg_resources`` and breaks
on Python 3.12 and newer.

natasha calls ``vocabulary(word)`` for the readings of a word, with part of speech and features named as in Universal
Dependencies, ``reading.inflect({"Nom"})`` and ``vocabulary.lemmatize(text, pos, feats)``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

_POS = {
    "NOUN": "NOUN", "ADJF": "ADJ", "ADJS": "ADJ", "COMP": "ADJ", "VERB": "VERB", "INFN": "VERB", "PRTF": "VERB",
    "PRTS": "VERB", "GRND": "VERB", "ADVB": "ADV", "PRED": "ADV", "NUMR": "NUM", "NPRO": "PRON", "PREP": "ADP",
    "CONJ": "CCONJ", "PRCL": "PART", "INTJ": "INTJ",
}  # fmt: skip
_FEATS = {
    "Case": {
        "nomn": "Nom", "gent": "Gen", "gen1": "Gen", "gen2": "Gen", "datv": "Dat", "accs": "Acc", "acc2": "Acc",
        "ablt": "Ins", "loct": "Loc", "loc1": "Loc", "loc2": "Loc", "voct": "Nom",
    },
    "Number": {"sing": "Sing", "plur": "Plur"},
    "Gender": {"masc": "Masc", "femn": "Fem", "neut": "Neut"},
}  # fmt: skip
_GRAMMEMES = {"Nom": "nomn", "Gen": "gent", "Dat": "datv", "Acc": "accs", "Ins": "ablt", "Loc": "loct"} | {
    "Sing": "sing", "Plur": "plur", "Masc": "masc", "Fem": "femn", "Neut": "neut"
}  # fmt: skip
_SAME = {"PROPN": "NOUN", "AUX": "VERB", "DET": "ADJ", "SCONJ": "CCONJ"}


class Form:
    """One reading of a word."""

    __slots__ = ("_parse", "feats", "pos", "word")

    def __init__(self, parse: Any) -> None:
        self._parse = parse
        self.word: str = parse.word
        self.pos = _POS.get(str(parse.tag.POS), "X")
        self.feats = _feats(parse.tag.grammemes)

    @property
    def normal(self) -> str:
        """The dictionary's lemma."""
        return str(self._parse.normal_form)

    def inflect(self, grams: Iterable[str]) -> Form | None:
        """The word in this case and number; None if it has no such form."""
        parse = self._parse.inflect({_GRAMMEMES[gram] for gram in grams if gram in _GRAMMEMES})
        return Form(parse) if parse is not None else None


def _feats(grammemes: Iterable[str]) -> dict[str, str]:
    marks = set(grammemes)
    feats = {name: values[mark] for name, values in _FEATS.items() for mark in sorted(marks & set(values))}
    if feats.get("Number") == "Plur":
        # In the plural the tagger gives no gender, the dictionary does: they would never match.
        feats.pop("Gender", None)
    return feats


class Vocabulary:
    """The readings and lemmas of words, remembered up to a bound."""

    def __init__(self, morph: MorphAnalyzer) -> None:
        self._forms = functools.lru_cache(maxsize=20_000)(lambda word: [Form(parse) for parse in morph.parse(word)])

    def __call__(self, word: str) -> list[Form]:
        """Every reading of a word, likeliest first."""
        return self._forms(word.lower())

    def lemmatize(self, text: str, pos: str, feats: Mapping[str, str]) -> str:
        """The lemma of the reading that fits a tag best, the likelier one of equals."""
        wanted = _SAME.get(pos, pos)
        forms = self(text)
        fits = [
            (form.pos == wanted, sum(form.feats.get(name) == value for name, value in feats.items())) for form in forms
        ]
        return forms[fits.index(max(fits))].normal if forms else text.lower()


@functools.cache
def vocabulary() -> Vocabulary:
    """Over pymorphy3's Russian dictionary, one a process."""
    from pymorphy3 import MorphAnalyzer

    return Vocabulary(MorphAnalyzer(lang="ru"))
