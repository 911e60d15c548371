"""Sentences to lemmas: the table of words as they are written, and the choice among an ambiguous word's lemmas.

``fast`` decides once for every word as it is written. ``context`` decides so for the words with one lemma and asks
the neighbours about the others, one token in six. What a kind of neighbour says to a kind of word is computed once.
A whole text is looked up token by token; where its sentences end is seen only beside an ambiguous word.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from nlp import rerank
from nlp.as_written import NO_WORD, candidates, found_in, open_to_choice, russian_in_latin, shape
from nlp.candidates import Candidate, common_word, hardly_a_name, plainest, same_in_capitals, usual_name
from nlp.frequent import Pair, frequent_words
from nlp.lexicon import Lexicon
from nlp.rerank import EDGE, Neighbour
from nlp.scoring import Alone, Ask, Scores, Side, ask, said, side
from nlp.weights import Weights, weights
from nlp.words import ENDS

W = TypeVar("W")

_MOST_REMEMBERED = 100_000
"""What neighbours say to ambiguous words: 15 MB at most."""
_CAPITAL_SAYS = 9000
"""What a capital inside a sentence takes, in thousandths, from a common word beside a given name spelt like it."""
_NO_NAME = 10**9


class _Heard(dict[int, Any]):
    """A neighbour's number -> what it says to one kind of ambiguous word from one place, computed once: the scores of
    its candidates; of two only the lead of the first.
    """

    __slots__ = ("_asks", "_count", "_neighbours", "_place")

    def __init__(
        self, neighbours: Sequence[tuple[Side, Side]], place: int, asks: tuple[Ask, ...], count: list[int]
    ) -> None:
        super().__init__()
        self._neighbours, self._place, self._asks, self._count = neighbours, place, asks, count

    def __missing__(self, number: int) -> Any:
        self._count[0] += 1
        lead = self[number] = _lead(said(self._neighbours[number][self._place], self._asks))
        return lead


class _Choice(NamedTuple):
    """An ambiguous word: its lemmas, their scores without neighbours by shape, and what the words beside add.

    ``heard``: from the words before and after, shared by all words with the same candidates' kinds; of words two off
    only ``kinds`` are asked. ``words``: what neighbours say to each lemma by their spelling. The scores of two
    candidates are one number, the lead of the first.
    """

    pairs: tuple[Pair, ...]
    inside: Any
    first: Any
    heard: tuple[_Heard, _Heard, tuple[str, ...]]
    words: tuple[tuple[dict[str, int], dict[str, int]], ...]


_Plain = tuple[bool, tuple[str, int, int, None, bool]]
"""Whether a capital changes nothing, and what follows the lemma of a word with one candidate."""
_Word = tuple[str, str, int, int, _Choice | None, bool]
"""A word as it is written: lemma and part of speech, its numbers as a near and a far neighbour, the choice if there is
one, whether a sentence ends with it. A plain tuple: the garbage collector does not follow those that hold only text and
numbers.
"""
Lemmatized = tuple[str, str, *tuple[Any, ...]]
"""Lemma and part of speech first; what follows is the table's own."""


class _Words(dict[str, W]):
    """Words as they are written, each learned once. Memory is bounded: a word is forgotten that was not met again while
    ``most`` others were, so that the words of ``context`` and of ``fast`` take 60 MB at most.
    """

    most: int

    def __init__(self, book: Lexicon) -> None:
        super().__init__()
        self._book = book
        self._older: dict[str, W] = {}

    def __missing__(self, token: str) -> W:
        word = self._older.get(token) if self._older else None
        if word is None:
            word = self._learn(token)
        self[token] = word
        return word

    def _learn(self, token: str) -> W:
        raise NotImplementedError

    def _make_room(self) -> None:
        if len(self) > self.most:
            self._older = dict(self)
            self.clear()


class Fast(_Words[Pair]):
    """token -> (lemma, part of speech), without context; frequent words are known from the start unless other weights
    than the shipped ones are given.
    """

    most = 90_000

    def __init__(self, book: Lexicon, learned: Weights | None = None) -> None:
        super().__init__(book)
        if learned is None:
            self._older = frequent_words(book.corrected)
        self._alone = Alone(learned or weights("fast"))
        self._plain: dict[object, tuple[str, bool]] = {}

    def _learn(self, token: str) -> Pair:
        form = token.lower()
        if token.isascii() and (russian := russian_in_latin(token, self._book)):
            return self[russian]
        shared = self._book.shared(form) if form.isalpha() else None
        if shared is not None:
            plain = self._plain.get(shared[1])
            if plain is not None and (plain[1] or token == form):
                lemma = shared[0]
                return token if lemma == token else lemma, plain[0]  # one text instead of two equal ones
        found = candidates(token, self._book)
        best = plainest(token, found)
        if shared is not None and len(found) == 1:
            same = same_in_capitals(best)
            if same or token == form:
                self._plain[shared[1]] = best.pos, same
        elif len(found) > 1 and open_to_choice(token, found):
            form_of = shape(token)
            scores = self._alone.shaped(self._alone.scores(form, found), form_of, found)
            scores = _capital_of_any_word(_capital_inside(scores, form_of, found), form, found)
            best = found[scores.index(max(scores))]
        return best[:2]

    def lemmas(self, tokens: Iterable[str]) -> list[str]:
        """The lemma of each token."""
        self._make_room()
        return [lemma for lemma, _ in map(self.__getitem__, tokens)]

    def sentence(self, tokens: Iterable[str]) -> list[Pair]:
        """The pair of each token."""
        self._make_room()
        return list(map(self.__getitem__, tokens))

    def text(self, text: str) -> list[Pair]:
        """The pairs of a cleaned text's words."""
        self._make_room()
        return [pair for pair in map(self.__getitem__, found_in(text)) if pair[1]]


class Context(_Words[_Word]):
    """Words as they are written, and :meth:`sentence` and :meth:`text`, which look at neighbours."""

    most = 60_000

    def __init__(self, book: Lexicon, learned: Weights | None = None) -> None:
        super().__init__(book)
        self._weights = learned or weights("context")
        self._alone = Alone(self._weights)
        self._sides: list[tuple[Side, Side]] = []
        self._spellings: list[str] = []
        self._far: list[tuple[dict[str, int], dict[str, int]]] = []
        self._numbers: dict[tuple[str, ...], tuple[int, int]] = {}
        self._far_numbers: dict[str, int] = {}
        self._heard: dict[tuple[Ask, ...], tuple[_Heard, _Heard, tuple[str, ...]]] = {}
        self._asks: dict[tuple[str, str, str], Ask] = {}
        self._plain: dict[object, _Plain] = {}
        self._tails: dict[_Plain, _Plain] = {}
        self._remembered = [0]
        near, far = self._number(EDGE)
        self._edge: _Word = ("", NO_WORD, near, far, None, True)

    def _learn(self, token: str) -> _Word:
        if token[:1] == "\n":
            return (token, *self._edge[1:])
        form = token.lower()
        if token.isascii() and (russian := russian_in_latin(token, self._book)):
            return self[russian]
        spelt = form if form in self._weights.vocabulary else ""
        shared = self._book.shared(form) if not spelt and form.isalpha() else None
        if shared is not None:
            plain = self._plain.get(shared[1])
            if plain is not None and (plain[0] or token == form):
                lemma = shared[0]
                return (token if lemma == token else lemma, *plain[1])  # one text instead of two equal ones
        found = candidates(token, self._book)
        first = found[0]
        key = (spelt, first.agree, *[candidate.kind for candidate in found])
        numbers = self._numbers.get(key)
        if numbers is None:
            seen = rerank.neighbour(form, found, self._weights.vocabulary)
            numbers = self._numbers[key] = self._number(seen)
        choice = self._choice(token, form, found) if len(found) > 1 and open_to_choice(token, found) else None
        if shared is not None and len(found) == 1:
            same = same_in_capitals(first)
            if same or token == form:
                plain = same, (first.pos, *numbers, None, False)
                self._plain[shared[1]] = self._tails.setdefault(plain, plain)
        return (*plainest(token, found)[:2], *numbers, choice, token[:1] in ENDS)

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
        asks = tuple([self._asks.get(one[1:4]) or self._ask(one) for one in found])
        heard = self._heard.get(asks)
        if heard is None:
            near, count, kinds = self._sides, self._remembered, tuple([one.kind for one in asks])
            heard = self._heard[asks] = _Heard(near, 0, asks, count), _Heard(near, 1, asks, count), kinds
        static, form_of = self._alone.scores(form, found), shape(token)
        inside = first = _capital_inside(self._alone.shaped(static, form_of, found), form_of, found)
        if form_of == rerank.TITLE:
            first = _capital_of_any_word(self._alone.shaped(static, rerank.FIRST, found), form, found)
        elif form_of == rerank.UPPER:
            inside = first = _capital_of_any_word(inside, form, found)
        words: tuple[tuple[dict[str, int], dict[str, int]], ...] = ()
        if not self._weights.lemmas.isdisjoint([candidate.lemma for candidate in found]):
            get = self._weights.group
            words = tuple((get(f"-1l~{candidate.lemma}"), get(f"1l~{candidate.lemma}")) for candidate in found)
            if not any(itertools.chain(*words)):
                words = ()
        pairs = tuple([candidate[:2] for candidate in found])
        return _Choice(pairs, _lead(inside), _lead(first), heard, words)

    def _ask(self, candidate: Candidate) -> Ask:
        one = self._asks[candidate[1:4]] = ask(candidate)
        return one

    def _make_room(self) -> None:
        super()._make_room()
        if self._remembered[0] <= _MOST_REMEMBERED:
            return
        for before, after, _ in self._heard.values():
            before.clear()
            after.clear()
        self._remembered[0] = 0

    def lemmas(self, tokens: Iterable[str]) -> list[str]:
        """The lemma of each token of one sentence, punctuation marks being tokens too."""
        return [word[0] for word in self._sentence(tokens)]

    def sentence(self, tokens: Iterable[str]) -> list[Pair]:
        """The pair of each token of one sentence, punctuation marks being tokens too."""
        return [word[:2] for word in self._sentence(tokens)]

    def _sentence(self, tokens: Iterable[str]) -> list[Lemmatized]:
        self._make_room()
        edge = self._edge
        words = [edge, edge, *map(self.__getitem__, tokens), edge, edge]
        chosen: list[Lemmatized] = words[2:-2]
        first = True
        for at, (_, pos, _, _, choice, _) in enumerate(words[2:-2]):
            if choice is not None:
                left2, left, _, right, right2 = words[at : at + 5]
                static = choice.first if first else choice.inside
                chosen[at] = self._chosen(choice, static, left[2], right[2], left2[3], right2[3])
            if first and pos != NO_WORD:
                first = False
        return chosen

    def text(self, text: str) -> list[Lemmatized]:
        """A cleaned text's words, each chosen within its sentence."""
        self._make_room()
        edge = self._edge
        words = [edge, edge, *map(self.__getitem__, found_in(text)), edge, edge]
        chosen: list[Lemmatized] = [*words]
        for at in [at for at, word in enumerate(words) if word[4] is not None]:
            left2, left, word, right, right2 = words[at - 2 : at + 3]
            choice = word[4]
            assert choice is not None
            if left[5]:
                left = left2 = edge
            elif left2[5]:
                left2 = edge
            if right[5]:
                right2 = edge
            static = choice.inside
            if static is not choice.first and _opens(words, at):
                static = choice.first
            chosen[at] = self._chosen(choice, static, left[2], right[2], left2[3], right2[3])
        return [word for word in chosen if word[1]]

    def _chosen(self, choice: _Choice, static: Any, left: int, right: int, left2: int, right2: int) -> Pair:
        pairs, _, _, (before, after, kinds), words = choice
        far_before, far_after = self._far[left2][0], self._far[right2][1]
        if len(pairs) == 2:
            lead = static + before[left] + after[right]
            one, other = kinds
            if one != other:
                lead += far_before.get(one, 0) + far_after.get(one, 0)
                lead -= far_before.get(other, 0) + far_after.get(other, 0)
            if words:
                last, following = self._spellings[left], self._spellings[right]
                (ahead, behind), (ahead2, behind2) = words
                lead += ahead.get(last, 0) + behind.get(following, 0)
                lead -= ahead2.get(last, 0) + behind2.get(following, 0)
            return pairs[lead < 0]
        scores = [
            alone + said_before + said_after + far_before.get(kind, 0) + far_after.get(kind, 0)
            for alone, said_before, said_after, kind in zip(static, before[left], after[right], kinds, strict=True)
        ]
        for number, (ahead, behind) in enumerate(words):
            scores[number] += ahead.get(self._spellings[left], 0) + behind.get(self._spellings[right], 0)
        return pairs[scores.index(max(scores))]


def _capital_inside(scores: Scores, form_of: str, found: Sequence[Candidate]) -> Scores:
    """The scores with what a capital inside a sentence takes from a common word that is a usual given name too."""
    if form_of != rerank.TITLE or not any(map(usual_name, found)):
        return scores
    return tuple([score - _CAPITAL_SAYS * common_word(one) for score, one in zip(scores, found, strict=True)])


def _capital_of_any_word(scores: Scores, form: str, found: Sequence[Candidate]) -> Scores:
    """The scores where a capital says nothing, at the beginning of a sentence and among capitals: an unknown word is
    no name there if it hardly looks like one.
    """
    return (*scores[:-1], scores[-1] - _NO_NAME) if hardly_a_name(form, found) else scores


def _lead(scores: Scores) -> Any:
    """The scores; of two, what the first is ahead by, for that decides."""
    return scores[0] - scores[1] if len(scores) == 2 else scores


def _opens(words: list[_Word], at: int) -> bool:
    """Whether no word stands before this one in its sentence."""
    while True:
        at -= 1
        word = words[at]
        if word[5]:
            return True
        if word[1] != NO_WORD:
            return False
