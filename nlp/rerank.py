"""Choosing a lemma by its neighbours: a linear model over whole-number weights, learned by an averaged perceptron.

After Collins (2002), "Discriminative training methods for hidden Markov models", without the search over tags: each
ambiguous form is decided by itself, from what its neighbours may be rather than from what was chosen for them, so a
decision depends on four neighbours and costs a few look-ups. Weights are integers and sums of integers have no order:
the same lemma on every platform. The weights are data, made by ``python -m nlp.training``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.candidates import Candidate

OFFSETS = (-1, 1, -2, 2)
LOWER, TITLE, FIRST, UPPER = "l", "t", "f", "u"
"""Shapes of a token: lower case, a capital inside a sentence, a capital at its start, capitals only."""


class Neighbour(NamedTuple):
    """What a word shows to those beside it: itself if it is a frequent one, its kinds, what it agrees with."""

    word: str
    kinds: str
    top: str
    agree: frozenset[str]


EDGE = Neighbour("", "EDGE", "EDGE", frozenset())


def neighbour(form: str, found: Sequence[Candidate], vocabulary: frozenset[str]) -> Neighbour:
    """How a form with these candidates is seen by others."""
    first = found[0]
    kinds = "|".join(sorted({candidate.kind for candidate in found}))
    word = form if form in vocabulary else ""
    return Neighbour(word, kinds, first.kind, bundles(first.agree))


@functools.lru_cache(maxsize=4096)
def bundles(agree: str) -> frozenset[str]:
    """What a candidate agrees with, one by one: the same set for the same text."""
    return frozenset(agree.split())


def cases(candidate: Candidate) -> str:
    """The cases of a candidate with their number: ``gs ds``."""
    return "".join(sorted({bundle[:2] for bundle in candidate.agree.split()}))


def share(score: int) -> int:
    """A score in steps: by its length in bits, finer above a half."""
    return score.bit_length() if score < 500_000 else 20 + (score >= 700_000) + (score >= 900_000)


def static_features(form: str, found: Sequence[Candidate]) -> list[list[str]]:
    """For each candidate what speaks for it whatever its neighbours are."""
    return [list(_static(form, candidate, rank, len(found))) for rank, candidate in enumerate(found)]


def _static(form: str, candidate: Candidate, rank: int, of: int) -> Iterator[str]:
    lemma, _, kind, _, score = candidate
    step = share(score)
    yield f"k~{kind}"
    yield f"r~{rank}~{min(of, 4)}"
    yield f"s~{step}"
    yield f"ks~{kind}~{step}"
    yield f"l~{form}~{lemma}~{candidate.pos}"
    yield f"e~{form[-3:]}~{kind}"
    yield f"e~{form[-2:]}~{kind}"
    yield f"le~{lemma[-2:]}~{form[-2:]}"
    if form == lemma:
        yield f"same~{kind}"


def shape_features(shape: str, found: Sequence[Candidate]) -> list[list[str]]:
    """For each candidate what its capital letters say."""
    return [[f"c~{shape}~{candidate.kind}", f"cp~{shape}~{candidate.pos}"] for candidate in found]


def word_feature(offset: int, word: str, lemma: str) -> str:
    """What a frequent word beside says to one lemma; kept apart, as only some lemmas have such weights."""
    return f"{offset}l~{lemma}~{word}"


def context_features(offset: int, beside: Neighbour, found: Sequence[Candidate]) -> list[list[str]]:
    """For each candidate what the neighbour at ``offset`` says."""
    return [list(_context(offset, beside, candidate)) for candidate in found]


def _context(offset: int, beside: Neighbour, candidate: Candidate) -> Iterator[str]:
    kind = candidate.kind
    yield f"{offset}~{beside.kinds}~{kind}"
    if abs(offset) > 1:
        return
    own = cases(candidate)
    yield f"{offset}c~{beside.top}~{kind}~{own}"
    if beside.word:
        yield f"{offset}w~{beside.word}~{kind}"
        yield f"{offset}wc~{beside.word}~{candidate.pos}~{own}"
    if beside.agree and candidate.agree:
        agrees = not beside.agree.isdisjoint(candidate.agree.split())
        yield f"{offset}a~{beside.top}~{kind}~{int(agrees)}"
