"""Which of a text's words are one person's name: «Анне Юрьевне Ивановой» is one person, «Анне Ивану» are two.

The tagger finds the words and often cuts a name between patronymic and surname. Here the words that stand side by side
are joined again where they can be one name: a given name, a patronymic, a surname or initials, each at most once, in
some case and gender that all of them share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from nlp.candidates import GUESSED, analyser
from nlp.tables import common_lemmas

GIVEN, PATRONYMIC, SURNAME, INITIAL, DOT, OTHER = "given", "patronymic", "surname", "initial", ".", ""
_ROLES = {
    "NOUN.Patr": PATRONYMIC,
    "NOUN.Patrf": PATRONYMIC,
    "NOUN.Name": GIVEN,
    "NOUN.Surn": SURNAME,
    "NOUN.Surnf": SURNAME,
}
_PREFERRED = (PATRONYMIC, GIVEN, SURNAME)
_GENDERS = {"m": "Masc", "f": "Fem"}
_LONGEST = 12
"""Parts of a name, initials' periods too; what goes on longer is no name."""
_USUAL = 5
"""Bits of how common a given name is: «Анне Ивану» are two people, «Имран Хан» is one."""
_CAPITAL = re.compile("[А-ЯЁ][А-ЯЁа-яё-]*")


class Part(NamedTuple):
    """A token of a name; ``bundles``: case, number and gender of its readings in this role (``dsf``), none if unknown;
    ``usual``: the dictionary has it, and a given name is a common one; ``span``: the number of the tagger's span, none
    for a word beside it.
    """

    token: Any
    role: str
    bundles: frozenset[str]
    usual: bool
    span: int | None


def part(token: Any, span: int | None) -> Part:
    """A token with the role that it can play in a name."""
    text = str(token.text)
    if len(text) == 1:
        return Part(token, INITIAL if text.isalpha() else DOT if text == "." else OTHER, frozenset(), False, span)
    form, words = text.lower(), analyser()
    readings = words.known(form) or words.guessed(form)
    bundles: dict[str, set[str]] = {}
    for reading in readings:
        singular = {bundle for bundle in reading.agree.split() if bundle[1:2] == "s"}
        if singular:  # «Петров» is no given name in the plural
            bundles.setdefault(_role(reading.kind), set()).update(singular)
    role = next((role for role in _PREFERRED if role in bundles), OTHER)
    usual = any(
        _role(reading.kind) == role and (role != GIVEN or common_lemmas().get(reading.lemma, 0) >= _USUAL)
        for reading in readings
        if not reading.kind.startswith(GUESSED)
    )
    return Part(token, role, frozenset(bundles.get(role, ())), usual, span)


def _role(kind: str) -> str:
    """The role of a reading; a word is not taken for a given name by its ending alone."""
    return OTHER if kind == GUESSED + "NOUN.Name" else _ROLES.get(kind.lstrip(GUESSED), OTHER)


def people(tokens: Sequence[Any], spans: Sequence[Sequence[Any]], text: str) -> Iterator[list[Part]]:
    """The names among a text's tokens, given the tagger's spans of persons; each is a list of its parts in order."""
    for run in _runs(tokens, spans, text):
        name: list[Part] = []
        for one in run:
            if name and (len(name) >= _LONGEST or not _goes_on(name, one)):
                yield from _whole(name)
                name = []
            name.append(one)
        yield from _whole(name)


def _whole(name: list[Part]) -> Iterator[list[Part]]:
    """The name, unless it is a word beside a span that joined nothing."""
    if any(one.span is not None for one in name):
        yield name


def _runs(tokens: Sequence[Any], spans: Sequence[Sequence[Any]], text: str) -> Iterator[list[Part]]:
    """The parts that only blanks divide: of neighbouring spans, with the dictionary's surname before or after them."""
    places = {token.start: number for number, span in enumerate(spans) for token in span}
    run: list[Part] = []
    for at, token in enumerate(tokens):
        span = places.get(token.start)
        if run and text[run[-1].token.stop : token.start].strip(" \u00a0"):
            yield run
            run = []
        beside = span is None and _beside(tokens, at, places)
        if span is None and not beside:
            if run:
                yield run
            run = []
            continue
        run.append(part(token, span))
    if run:
        yield run


def _beside(tokens: Sequence[Any], at: int, places: dict[int, int]) -> bool:
    """Whether a token next to a span is a surname that the tagger missed."""
    near = [*tokens[max(at - 1, 0) : at], *tokens[at + 1 : at + 2]]
    if not _CAPITAL.fullmatch(tokens[at].text) or not any(token.start in places for token in near):
        return False
    found = part(tokens[at], None)
    return found.role == SURNAME and found.usual


def _goes_on(name: Sequence[Part], one: Part) -> bool:
    """Whether a word belongs to the name before it."""
    last = name[-1]
    roles = [before.role for before in name]
    if one.role == DOT:
        return last.role == INITIAL
    if one.role == INITIAL:
        complete = roles[0] == INITIAL and SURNAME in roles  # «И. И. Иванов А. А. Петров»
        return not complete and (GIVEN not in roles or (one.span is not None and one.span == last.span))
    if one.span is not None and one.span == last.span:
        return not _parted(name, one)
    if (one.role in roles and one.role != OTHER) or not all(_agree(before, one) for before in name):
        return False
    both = {*roles, one.role}
    return PATRONYMIC in both or INITIAL in both or {GIVEN, SURNAME} <= both


def _parted(name: Sequence[Part], one: Part) -> bool:
    """Whether the tagger took two people for one: another gender, or a second name where the first was complete."""
    roles = [before.role for before in name]
    if PATRONYMIC in roles and (one.role == PATRONYMIC or (one.role == GIVEN and GIVEN in roles)):
        return True
    if one.role not in (GIVEN, PATRONYMIC) or not one.usual:
        return False
    others = [_sexes(before) for before in name if before.role in (GIVEN, PATRONYMIC) and before.usual]
    own = _sexes(one)
    return any(own and other and own.isdisjoint(other) for other in others)


def _sexes(one: Part) -> set[str]:
    """The genders of a part; none where a reading leaves it open («Саша»)."""
    sexes = {bundle[2:] for bundle in one.bundles}
    return set() if "" in sexes else sexes


def _agree(one: Part, other: Part) -> bool:
    """Whether two parts share a case and a gender, as far as the dictionary tells."""
    if not one.bundles or not other.bundles:
        return True
    return any(
        a[:2] == b[:2] and (a[2:] == b[2:] or not a[2:] or not b[2:]) for a in one.bundles for b in other.bundles
    )


def gender(name: Sequence[Part]) -> str | None:
    """The gender that the patronymic has for sure."""
    sexes = {sex for one in name if one.role == PATRONYMIC for sex in _sexes(one)}
    return _GENDERS.get(sexes.pop()) if len(sexes) == 1 else None


def in_order(name: Sequence[Part]) -> list[Part] | None:
    """Given name, patronymic, surname, or initials and surname; None for another kind of name, which stays as it is."""
    surnames = [one for one in name if one.role == SURNAME or (one.role == OTHER and one.token.text[:1].isupper())]
    others = [one for one in name if one.role in (GIVEN, PATRONYMIC, INITIAL, DOT)]
    roles = [one.role for one in others]
    if len(surnames) != 1 or not others or len(surnames) + len(others) < len(name):
        return None
    full = PATRONYMIC in roles or INITIAL in roles or surnames[0].role == SURNAME
    return others + surnames if full else None
