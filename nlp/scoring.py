"""The re-ranker's sums, computed from groups of weights instead of single features, for speed.

``nlp.rerank`` says what the features are, and training uses it; a test holds the sums here against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nlp import rerank
from nlp.candidates import Candidate
from nlp.rerank import Neighbour
from nlp.weights import Weights

Scores = tuple[int, ...]


class Ask(NamedTuple):
    """What a candidate is called in the features of its neighbours."""

    kind: str
    cased: str
    pos_cased: str
    differs: str
    agrees: str
    agree: frozenset[str]


class Side(NamedTuple):
    """What a neighbour says on one side, by group; ``agree`` is what it agrees with."""

    kinds: dict[str, int]
    cased: dict[str, int]
    word: dict[str, int]
    word_cased: dict[str, int]
    agreeing: dict[str, int]
    agree: frozenset[str]


def ask(candidate: Candidate) -> Ask:
    """The names of a candidate."""
    kind, own = candidate.kind, rerank.cases(candidate)
    agree = rerank.bundles(candidate.agree)
    return Ask(kind, f"{kind}~{own}", f"{candidate.pos}~{own}", f"{kind}~0", f"{kind}~1", agree)


def side(offset: int, beside: Neighbour, learned: Weights) -> Side:
    """The groups of a neighbour at -1 or 1."""
    group, word = learned.group, beside.word
    return Side(
        group(f"{offset}~{beside.kinds}"),
        group(f"{offset}c~{beside.top}"),
        group(f"{offset}w~{word}") if word else {},
        group(f"{offset}wc~{word}") if word else {},
        group(f"{offset}a~{beside.top}"),
        beside.agree,
    )


def said(beside: Side, asks: Sequence[Ask]) -> Scores:
    """What a neighbour says to each candidate."""
    kinds, by_case, word, word_cased, agreeing, agree = beside
    scores = []
    if agree:
        for kind, cased, _, differs, agrees, own in asks:
            score = kinds.get(kind, 0) + by_case.get(cased, 0)
            scores.append(score + agreeing.get(differs if agree.isdisjoint(own) else agrees, 0) if own else score)
    else:
        scores = [kinds.get(one[0], 0) + by_case.get(one[1], 0) for one in asks]
    if word or word_cased:
        for number, one in enumerate(asks):
            scores[number] += word.get(one[0], 0) + word_cased.get(one[2], 0)
    return tuple(scores)


class Alone:
    """What speaks for candidates whatever their neighbours are."""

    def __init__(self, learned: Weights) -> None:
        self._group = learned.group
        self._base: dict[tuple[str, int, int, int], int] = {}
        self._ends: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
        self._pairs: dict[tuple[str, str], int] = {}
        self._same: dict[str, int] = {}
        self._shapes: dict[tuple[str, str, str], int] = {}

    def scores(self, form: str, found: Sequence[Candidate]) -> Scores:
        """The sums of ``rerank.static_features``."""
        many, end = len(found), form[-2:]
        own = self._group(f"l~{form}")
        three, two = self._ends.get(form[-3:]) or self._ending(form[-3:])
        base, pairs = self._base, self._pairs
        sums = []
        for rank, (lemma, pos, kind, _, score) in enumerate(found):
            key = (kind, rank, many, rerank.share(score))
            total = base.get(key)
            if total is None:
                total = base[key] = self._kind(*key)
            ends = (lemma[-2:], end)
            both = pairs.get(ends)
            if both is None:
                both = pairs[ends] = self._group(f"le~{ends[0]}").get(end, 0)
            total += three.get(kind, 0) + two.get(kind, 0) + both
            if own:
                total += own.get(f"{lemma}~{pos}", 0)
            if form == lemma:
                total += self._same.get(kind) or self._itself(kind)
            sums.append(total)
        return tuple(sums)

    def _kind(self, kind: str, rank: int, many: int, share: int) -> int:
        group = self._group
        total = group(f"k~{kind}").get("", 0) + group(f"r~{rank}").get(str(min(many, 4)), 0)
        return total + group(f"s~{share}").get("", 0) + group(f"ks~{kind}").get(str(share), 0)

    def _ending(self, three: str) -> tuple[dict[str, int], dict[str, int]]:
        found = self._ends[three] = self._group(f"e~{three}"), self._group(f"e~{three[-2:]}")
        return found

    def _itself(self, kind: str) -> int:
        score = self._same[kind] = self._group(f"same~{kind}").get("", 0)
        return score

    def shaped(self, static: Scores, shape: str, found: Sequence[Candidate]) -> Scores:
        """``static`` with what the capital letters say, the sums of ``rerank.shape_features``."""
        shapes = self._shapes
        sums = []
        for score, (_, pos, kind, _, _) in zip(static, found, strict=True):
            key = (shape, kind, pos)
            more = shapes.get(key)
            if more is None:
                more = self._group(f"c~{shape}").get(kind, 0) + self._group(f"cp~{shape}").get(pos, 0)
                shapes[key] = more
            sums.append(score + more)
        return tuple(sums)
