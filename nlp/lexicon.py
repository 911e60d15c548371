"""Word forms to lemmas: each distinct form is looked up once, by pymorphy3, and remembered.

A form's candidates are its lemmas with their parts of speech, most probable first: the scores of all readings of a
lemma are added up, which chooses slightly better than the single best reading (social text +0.1, news +0.2 points).
Corrections come before the dictionary. ``ё`` becomes ``е`` in the lemma, last of all.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

from nlp.tables import Correction
from storage.rows import Form

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

NUMBER = 1
"""Raised when this module starts to give other lemmas; stored forms of another number are made again."""

Candidate = tuple[str, str]

_POS = {
    "NOUN": "NOUN", "ADJF": "ADJ", "ADJS": "ADJ", "COMP": "ADJ", "VERB": "VERB", "INFN": "VERB", "PRTF": "VERB",
    "PRTS": "VERB", "GRND": "VERB", "NUMR": "NUM", "ADVB": "ADV", "PRED": "ADV", "NPRO": "PRON", "PREP": "FUNC",
    "CONJ": "FUNC", "PRCL": "FUNC", "INTJ": "FUNC", "NUMB": "NUM", "ROMN": "NUM", "LATN": "LATN",
}  # fmt: skip
_PROPER_WEIGHT = {"NAME": 0.5, "PROPN": 0.5}
"""Forms are looked up in lower case, so a reading as a name is less likely than the dictionary thinks (+0.1 points)."""
_GUESSED_NAME = 0.2

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z\u00c0-\u024f]")
_MASK = re.compile(r"[*@]")
_DIGIT = re.compile(r"\d")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_LOOKALIKES = str.maketrans("abcehikmoptuxy", "авсеникмортиху")


class Lexicon:
    """form -> candidates. ``new`` holds what was learned since the last :meth:`take_new`."""

    def __init__(self, table: Mapping[str, Correction], stored: Iterable[Form] = ()) -> None:
        self._corrections = table
        self._known: dict[str, tuple[Candidate, ...]] = {
            row.form: tuple((lemma, pos) for lemma, pos in json.loads(row.candidates)) for row in stored
        }
        self._new: dict[str, Form] = {}
        self.recipe = recipe(table)

    def candidates(self, form: str) -> tuple[Candidate, ...]:
        """The lemmas of a lower-cased form with their parts of speech, most probable first; never empty."""
        found = self._known.get(form)
        if found is None:
            found, in_dictionary = self._analyse(form)
            self._known[form] = found
            cells = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
            self._new[form] = Form(form, cells, int(in_dictionary), self.recipe)
        return found

    def best(self, form: str) -> Candidate:
        """The most probable lemma of a lower-cased form, without looking at its neighbours."""
        return self.candidates(form)[0]

    def take_new(self) -> list[Form]:
        """The rows learned since the last call, to be stored."""
        rows, self._new = list(self._new.values()), {}
        return rows

    def _analyse(self, form: str) -> tuple[tuple[Candidate, ...], bool]:
        if form in self._corrections:
            return (self._corrections[form],), True
        if not _CYRILLIC.search(form):
            return ((form, "LATN" if _LATIN.search(form) and form.isascii() else "OTHER"),), False
        if _MASK.search(form):
            return ((_folded(form), "OTHER"),), False
        if _DIGIT.search(form):
            return ((_folded(form), "NUM"),), False
        head, hyphen, tail = form.rpartition("-")
        if hyphen and _CYRILLIC.search(tail) and not _LATIN.search(tail) and _LATIN.search(head):
            # «telegram-каналов»: the dictionary knows the second half
            lemma, pos = self.best(tail)
            return ((f"{head}-{lemma}", pos),), False
        for spelling in _spellings(form):
            if spelling in self._corrections:
                return (self._corrections[spelling],), True
            if _morphology().word_is_known(spelling):
                return self._parse(spelling), True
        if _LATIN.search(form):
            return ((form, "OTHER"),), False
        return self._parse(_LONG_RUN.sub(r"\1", form), guessed=True), False

    def _parse(self, form: str, *, guessed: bool = False) -> tuple[Candidate, ...]:
        scores: dict[str, float] = {}
        kinds: dict[str, str] = {}
        for reading in _morphology().parse(form):
            lemma, kind = _folded(reading.normal_form), _kind(reading.tag)
            weight = _GUESSED_NAME if guessed and kind == "NAME" else _PROPER_WEIGHT.get(kind, 1.0)
            scores[lemma] = scores.get(lemma, 0.0) + reading.score * weight
            # Guessed by its ending, slang is taken for a surname («мемасик», «лайкать»).
            kinds.setdefault(lemma, "NOUN" if guessed and kind == "NAME" else kind)
        # sorted is stable: among equal sums the order of the dictionary stays
        ranked = sorted(scores, key=lambda lemma: -round(scores[lemma], 9))
        return tuple((lemma, kinds[lemma]) for lemma in ranked) or ((_folded(form), "OTHER"),)


@functools.cache
def _morphology() -> MorphAnalyzer:
    """The dictionary, read once a process: 0.15 s and 15 MB."""
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer(lang="ru")


def recipe(table: Mapping[str, Correction]) -> str:
    """What shapes a form's candidates: this module, the dictionary's version, the corrections."""
    versions = [metadata.version(name) for name in ("pymorphy3", "pymorphy3-dicts-ru")]
    rows = json.dumps([NUMBER, versions, sorted(table.items())], ensure_ascii=False)
    return "lexicon-" + hashlib.blake2b(rows.encode(), digest_size=8).hexdigest()


def _folded(lemma: str) -> str:
    return lemma.replace("ё", "е")


def _spellings(form: str) -> Iterable[str]:
    """The form as it stands, then repaired: Latin look-alikes made Cyrillic, long runs squeezed to two, then one."""
    if _LATIN.search(form):
        form = form.translate(_LOOKALIKES)
    yield form
    runs = [match[1] for match in _LONG_RUN.finditer(form)]
    if not runs:
        return
    lengths: Iterable[tuple[int, ...]] = (
        itertools.product((2, 1), repeat=len(runs)) if len(runs) <= 3 else [(1,) * len(runs)]
    )
    for chosen in lengths:
        left = iter(chosen)
        yield _LONG_RUN.sub(lambda match, left=left: match[1] * next(left), form)  # type: ignore[misc]


def _kind(tag: Any) -> str:
    if {"Name", "Surn", "Patr"} & tag.grammemes:
        return "NAME"
    if {"Geox", "Orgn"} & tag.grammemes:
        return "PROPN"
    if "Apro" in tag.grammemes:
        return "PRON"
    if "Anum" in tag.grammemes:
        return "NUM"
    return _POS.get(str(tag.POS or ""), "OTHER")
