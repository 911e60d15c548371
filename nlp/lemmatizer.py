"""Sentences to lemmas: the table of words as they are written, and the choice among an ambiguous word's lemmas.

``fast`` decides once for every word as it is written. ``context`` decides so for the words with one lemma and asks
the neighbours about the others, one token in six. What a kind of neighbour says to a kind of word is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp import rerank
from nlp.candidates import Candidate, capitalised, folded
from nlp.lexicon import Lexicon
from nlp.rerank import EDGE, Neighbour
from nlp.scoring import Alone, Ask, Scores, Side, ask, said, side
from nlp.weights import Weights, weights
from nlp.words import LONGEST, word_in

Pair = tuple[str, str]

NO_WORD = ""
"""The part of speech of numbers and punctuation marks."""
_MOST_REMEMBERED = 200_000


class _Group(NamedTuple):
    """What ambiguous words with the same kinds of candidates have in common: what neighbours said to them, by place."""

    asks: tuple[Ask, ...]
    before: dict[int, Scores]
    after: dict[int, Scores]
    far_before: dict[int, Scores]
    far_after: dict[int, Scores]


class _Choice(NamedTuple):
    """An ambiguous word: its lemmas, their scores without neighbours by shape, and what the words beside add."""

    pairs: tuple[Pair, ...]
    inside: Scores
    first: Scores
    group: _Group
    words: tuple[tuple[dict[str, int], dict[str, int]], ...]


_Word = tuple[Pair, int, int, _Choice | None]
"""A word as it is written: its pair, its numbers as a near and a far neighbour, the choice if there is one. A plain
tuple: the garbage collector does not follow those that hold nothing but text and numbers.
"""


def shape(token: str) -> str:
    """The shape of a token inside a sentence."""
    if not token[:1].isupper():
        return rerank.LOWER
    return rerank.UPPER if len(token) > 1 and token.isupper() else rerank.TITLE


def candidates(token: str, book: Lexicon) -> list[Candidate]:
    """The candidates of a token as it is written; one that is no word has itself alone, without part of speech."""
    form = token.lower()
    if form.isalpha() and len(form) <= LONGEST:
        found = book.candidates(form)
        return capitalised(form, found) if token[0].isupper() else found
    word = word_in(token)
    if word is None:
        lemma = folded(token.lower())
        if book.corrects(lemma):
            return book.candidates(lemma)
        return [Candidate(lemma, NO_WORD, "NUMB" if lemma[:1].isalnum() else f"PNCT{lemma[:1].strip('~')}", "", 0)]
    found = book.candidates(word)
    return capitalised(word, found) if token[:1].isupper() else found


def ambiguous(found: Sequence[Candidate]) -> bool:
    """Whether there is anything to choose."""
    if len(found) == 1:
        return False
    lemma = found[0].lemma
    return any(candidate.lemma != lemma for candidate in found)


class Fast(dict[str, Pair]):
    """token -> (lemma, part of speech), without context."""

    def __init__(self, book: Lexicon, learned: Weights | None = None) -> None:
        super().__init__()
        self._book = book
        self._alone = Alone(learned or weights("fast"))
        self._pairs: dict[Pair, Pair] = {}

    def __missing__(self, token: str) -> Pair:
        found = candidates(token, self._book)
        best = found[0]
        if len(found) > 1 and ambiguous(found):
            static = self._alone.scores(token.lower(), found)
            scores = self._alone.shaped(static, shape(token), found)
            best = found[scores.index(max(scores))]
        pair = best[:2]
        pair = self[token] = self._pairs.setdefault(pair, pair)
        return pair

    def sentence(self, tokens: Iterable[str]) -> list[Pair]:
        """The pair of each token."""
        return [self[token] for token in tokens]


class Context(dict[str, _Word]):
    """Words as they are written, and :meth:`sentence`, which looks at neighbours."""

    def __init__(self, book: Lexicon, learned: Weights | None = None) -> None:
        super().__init__()
        self._book = book
        self._weights = learned or weights("context")
        self._alone = Alone(self._weights)
        self._sides: list[tuple[Side, Side]] = []
        self._spellings: list[str] = []
        self._far: list[tuple[dict[str, int], dict[str, int]]] = []
        self._numbers: dict[tuple[str, ...], tuple[int, int]] = {}
        self._far_numbers: dict[str, int] = {}
        self._groups: dict[tuple[tuple[str, str, str], ...], _Group] = {}
        self._pairs: dict[Pair, Pair] = {}
        self._remembered = 0
        self._edge: _Word = (("", ""), *self._number(EDGE), None)

    def __missing__(self, token: str) -> _Word:
        form = token.lower()
        found = candidates(token, self._book)
        first = found[0]
        spelt = form if form in self._weights.vocabulary else ""
        key = (spelt, first.agree, *[candidate.kind for candidate in found])
        numbers = self._numbers.get(key)
        if numbers is None:
            seen = rerank.neighbour(form, found, self._weights.vocabulary)
            numbers = self._numbers[key] = self._number(seen)
        choice = self._choice(token, form, found) if len(found) > 1 and ambiguous(found) else None
        pair = first[:2]
        word = self[token] = (self._pairs.setdefault(pair, pair), numbers[0], numbers[1], choice)
        return word

    def _number(self, seen: Neighbour) -> tuple[int, int]:
        """Numbers of a neighbour: as one beside, with all it shows, and as one farther off, by its kinds alone."""
        learned = self._weights
        far = self._far_numbers.get(seen.kinds)
        if far is None:
            far = self._far_numbers[seen.kinds] = len(self._far)
            self._far.append((learned.group(f"-2~{seen.kinds}"), learned.group(f"2~{seen.kinds}")))
        self._sides.append((side(-1, seen, learned), side(1, seen, learned)))
        self._spellings.append(seen.word)
        return len(self._sides) - 1, far

    def _choice(self, token: str, form: str, found: list[Candidate]) -> _Choice:
        key = tuple((candidate.kind, candidate.pos, candidate.agree) for candidate in found)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(tuple(ask(candidate) for candidate in found), {}, {}, {}, {})
        static, form_of = self._alone.scores(form, found), shape(token)
        inside = first = self._alone.shaped(static, form_of, found)
        if form_of == rerank.TITLE:
            first = self._alone.shaped(static, rerank.FIRST, found)
        words: tuple[tuple[dict[str, int], dict[str, int]], ...] = ()
        if any(candidate.lemma in self._weights.lemmas for candidate in found):
            get = self._weights.group
            words = tuple((get(f"-1l~{candidate.lemma}"), get(f"1l~{candidate.lemma}")) for candidate in found)
        return _Choice(tuple(candidate[:2] for candidate in found), inside, first, group, words)

    def sentence(self, tokens: Iterable[str]) -> list[Pair]:
        """The pair of each token of one sentence, punctuation marks being tokens too."""
        words = [self[token] for token in tokens]
        pairs = [word[0] for word in words]
        edge, padded, first = self._edge, None, True
        for at, word in enumerate(words):
            choice = word[3]
            if choice is not None:
                if padded is None:
                    padded = [edge, edge, *words, edge, edge]
                pairs[at] = self._chosen(choice, padded, at, choice[2] if first else choice[1])
            if first and word[0][1] != NO_WORD:
                first = False
        return pairs

    def _chosen(self, choice: _Choice, padded: list[_Word], at: int, static: Scores) -> Pair:
        group = choice[3]
        _, before, after, far_before, far_after = group
        left, right, left2, right2 = padded[at + 1][1], padded[at + 3][1], padded[at][2], padded[at + 4][2]
        beside = before.get(left) or self._said(group, 0, left)
        beyond = after.get(right) or self._said(group, 1, right)
        far = far_before.get(left2) or self._said_far(group, 0, left2)
        farther = far_after.get(right2) or self._said_far(group, 1, right2)
        scores = [sum(parts) for parts in zip(static, beside, beyond, far, farther, strict=True)]
        if choice[4]:
            one, other = self._spellings[left], self._spellings[right]
            for number, (ahead, behind) in enumerate(choice[4]):
                scores[number] += ahead.get(one, 0) + behind.get(other, 0)
        return choice[0][scores.index(max(scores))]

    def _said(self, group: _Group, place: int, number: int) -> Scores:
        """What a word beside says to words of this kind, remembered up to a bound."""
        self._make_room()
        scores = said(self._sides[number][place], group.asks)
        (group.before, group.after)[place][number] = scores
        return scores

    def _said_far(self, group: _Group, place: int, number: int) -> Scores:
        self._make_room()
        kinds = self._far[number][place]
        scores = tuple(kinds.get(one.kind, 0) for one in group.asks)
        (group.far_before, group.far_after)[place][number] = scores
        return scores

    def _make_room(self) -> None:
        if self._remembered >= _MOST_REMEMBERED:
            for group in self._groups.values():
                for table in group[1:]:
                    table.clear()
            self._remembered = 0
        self._remembered += 1
