"""Word forms to candidate lemmas: each distinct form is looked up once, in pymorphy3's dictionary, and remembered.

Corrections come before the dictionary; then look-alike letters and long runs are repaired if the result is known;
then an unknown word is guessed by its ending. A form's candidates come with what chooses among them (see
``nlp.candidates``); which one it is, is decided by ``nlp.rerank`` with the form's neighbours or without.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from importlib import metadata

from nlp.candidates import GUESSED, Candidate, analyser, folded, made
from nlp.dictionary import SCALE
from nlp.tables import Correction, common_version
from storage.rows import Form

NUMBER = 4
"""Raised when candidates change; stored forms of another number are made again."""

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z\u00c0-\u024f]")
_MASK = re.compile(r"[*@]")
_DIGIT = re.compile(r"\d")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_LOOKALIKES = str.maketrans("abcehikmoptuxy", "авсеникмортиху")
_LAUGHTER = re.compile("(?=.*х.*х)(?:[ах]{4,}|[хе]{4,}|[хи]{4,}|[хо]{4,}|[хэ]{4,})")
_decode = json.JSONDecoder().raw_decode
_HALVES = 5000  # of words with a hyphen, kept in mind: a few («онлайн-», «премьер-») stand in most of them
_PARTICLES = ("-то", "-ка", "-таки", "-де", "-с")


class Lexicon:
    """form -> candidates. ``stored``: (form, candidates as :meth:`take_new` gave them). What was learned since the
    last :meth:`take_new` can be stored, unless ``keep`` is false: then nothing is remembered, which saves memory where
    a form is asked for once.
    """

    def __init__(
        self, table: Mapping[str, Correction], stored: Iterable[tuple[str, str]] = (), *, keep: bool = True
    ) -> None:
        self._corrections = table
        self._without_dots = {folded(form): pair for form, pair in table.items() if "ё" in form}
        self._keep = keep
        self._analyser = analyser()
        self._stored = dict(stored)
        self._known: dict[str, list[Candidate]] = {}
        self._new: list[tuple[str, bool]] = []
        self._half = functools.lru_cache(maxsize=_HALVES)(self.candidates)
        self.recipe = recipe(table)

    def candidates(self, form: str) -> list[Candidate]:
        """The lemmas of a lower-cased form, most probable first by the dictionary alone; never empty."""
        found = self._known.get(form)
        if found is None:
            kept = self._stored.get(form)
            if kept is not None:  # a line of text takes a fifth of the candidates' memory, and few are asked for twice
                return list(map(made, _decode(kept)[0]))
            found, in_dictionary = self._analyse(form)
            if self._keep:
                self._known[form] = found
                self._new.append((form, in_dictionary))
        return found

    def shared(self, form: str) -> tuple[str, object] | None:
        """The likeliest lemma of a lower-cased word, and what it shares with thousands of other forms: forms that share
        have the same candidates but for the lemmas, and one of them where one of them has only one. None where nothing
        is shared, or where the candidates are still to be learned.
        """
        kept = self._stored.get(form)
        if kept is not None:
            head, _, rest = kept.partition('","')
            return None if "\\" in head else (head[3:], rest)  # a lemma that JSON had to escape
        if self._keep or form in self._corrections or ("х" in form and _laughs(form)):
            return None
        return self._analyser.sure(form)

    @property
    def corrected(self) -> Iterable[str]:
        """The forms that the corrections name."""
        return self._corrections.keys()

    def corrects(self, form: str) -> bool:
        """Whether a correction names this form."""
        return form in self._corrections

    def knows(self, form: str) -> bool:
        """Whether the dictionary or a correction has this lower-cased form, repaired if need be."""
        return self._analyse(form)[1]

    def take_new(self) -> list[Form]:
        """The rows learned since the last call, to be stored; from now on they are read as those of earlier runs."""
        learned, self._new = self._new, []
        rows = [
            Form(
                form, json.dumps(self._known[form], ensure_ascii=False, separators=(",", ":")), int(known), self.recipe
            )
            for form, known in learned
        ]
        self._stored.update({row.form: row.candidates for row in rows})
        self._known.clear()
        return rows

    def _analyse(self, form: str) -> tuple[list[Candidate], bool]:
        if form in self._corrections:
            return [_sure(*self._corrections[form])], True
        known = self._analyser.known
        plain = None if form.isalpha() else _plain(form)
        if plain:
            return [plain], False
        if _laughs(form):
            return [_sure(form, "FUNC")], True
        found = known(form)
        if found:
            return found, True
        if form in self._without_dots:  # «шлепокрыла» where a correction names «шлёпокрыла»
            return [_sure(*self._without_dots[form])], True
        plain = _plain(form)
        if plain:
            return [plain], False
        latin, long = _LATIN.search(form), _LONG_RUN.search(form)
        if latin or long:
            found = self._repaired(form)
            if found:
                return found, True
        if latin:
            return self._half_latin(form), False
        if "-" in form:
            return self._hyphenated(form), False
        return self._guessed(_LONG_RUN.sub(r"\1", form) if long else form), False

    def _repaired(self, form: str) -> list[Candidate]:
        """The candidates of the first repaired spelling that is known; none otherwise."""
        for spelling in _spellings(form):
            if spelling in self._corrections:
                return [_sure(*self._corrections[spelling])]
            found = self._analyser.known(spelling)
            if found:
                return found
        return []

    def _half_latin(self, form: str) -> list[Candidate]:
        """``telegram-каналов``: the dictionary knows the second half; any other mixture stays as it is."""
        head, hyphen, tail = form.rpartition("-")
        if hyphen and _CYRILLIC.search(tail) and not _LATIN.search(tail) and _LATIN.search(head):
            return _joined(head, self._half(tail))
        return [_sure(folded(form), "OTHER")]

    def _hyphenated(self, form: str) -> list[Candidate]:
        """``смотри-ка``: as without the particle; ``диван-кровати``: both halves; ``бизнес-леди``: the second."""
        head, _, tail = form.rpartition("-")
        if not head or not tail:
            return self._guessed(form)
        if f"-{tail}" in _PARTICLES:
            return self._half(head)
        first, last = self._half(head)[0], self._half(tail)
        if first.agree and first.agree == last[0].agree and first.pos == last[0].pos:
            head = first.lemma
        elif "-" in head and first.lemma != head and last[0].kind.startswith(GUESSED):
            return [_sure(folded(form), "OTHER")]
        return _joined(head, last)

    def _guessed(self, form: str) -> list[Candidate]:
        return self._analyser.guessed(form) or [_sure(folded(form), "OTHER")]


def _joined(head: str, found: Iterable[Candidate]) -> list[Candidate]:
    """The candidates of a word's second half, with the first before their lemmas."""
    before = f"{folded(head)}-"
    return [made((before + one[0], *one[1:])) for one in found]


def _laughs(form: str) -> bool:
    """«ахаха», «хехе»: whatever the dictionary has under these letters."""
    return "х" in form and _LAUGHTER.fullmatch(form) is not None


def _sure(lemma: str, pos: str) -> Candidate:
    return Candidate(lemma, pos, pos, "", SCALE)


def _plain(form: str) -> Candidate | None:
    """The candidate of a form that is no Russian word: Latin, masked, with digits."""
    if form.isalpha() and _CYRILLIC.match(form):
        return None
    if not _CYRILLIC.search(form):
        return _sure(form, "LATN" if _LATIN.search(form) and form.isascii() else "OTHER")
    if _MASK.search(form):
        return _sure(folded(form), "OTHER")
    if _DIGIT.search(form):
        return _sure(folded(form), "NUM")
    return None


def _spellings(form: str) -> Iterable[str]:
    """The form repaired: Latin look-alikes made Cyrillic, long runs squeezed to two letters, then one."""
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


def recipe(table: Mapping[str, Correction]) -> str:
    """What shapes a form's candidates: this module, the dictionary's version, common lemmas, the corrections."""
    versions = [metadata.version(name) for name in ("pymorphy3", "pymorphy3-dicts-ru")]
    rows = json.dumps([NUMBER, versions, common_version(), sorted(table.items())], ensure_ascii=False)
    return "lexicon-" + hashlib.blake2b(rows.encode(), digest_size=8).hexdigest()
