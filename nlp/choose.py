"""Several fits of one corpus: which numbers of topics are tried, and which fit is kept.

A number of topics scores coherence x diversity, with several seeds times their agreement; of its fits the one
nearest to the others is kept (the prototype of Rieger, Rahnenführer, Jentsch, NLDB 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.fitted import TopicModel
from nlp.fitting import Scores, matched
from nlp.settings import TopicSettings

GRID = (5, 8, 10, 12, 15, 20, 25, 30, 40)
"""What ``auto`` tries, as far as there are ten documents a topic."""

DOCUMENTS_PER_TOPIC = 2

Key = tuple[int, int]


def numbers(settings: TopicSettings, n_documents: int) -> tuple[int, ...]:
    """The numbers of topics to try with so many documents; empty when there are too few for any."""
    if settings.n_topics == "auto":
        return tuple(k for k in GRID if 10 * k <= n_documents)
    asked = settings.n_topics if isinstance(settings.n_topics, tuple) else (settings.n_topics,)
    return tuple(k for k in sorted(set(asked)) if DOCUMENTS_PER_TOPIC * k <= n_documents)


def fewest(settings: TopicSettings) -> int:
    """How many documents the smallest asked number of topics needs."""
    if settings.n_topics == "auto":
        return 10 * GRID[0]
    asked = settings.n_topics if isinstance(settings.n_topics, tuple) else (settings.n_topics,)
    return DOCUMENTS_PER_TOPIC * min(asked)


@dataclass(frozen=True, slots=True)
class Choice:
    """The kept fit (number of topics, seed); agreement of each fit with the others of its number; (number of topics,
    score) with the best first.
    """

    key: Key
    agreement: Mapping[Key, float | None]
    ranking: tuple[tuple[int, float], ...]


def choose(fits: Mapping[Key, TopicModel], scores: Mapping[Key, Scores]) -> Choice:
    """Choose among fits by (number of topics, seed)."""
    by_number: dict[int, list[Key]] = {}
    for key in fits:
        by_number.setdefault(key[0], []).append(key)
    agreement: dict[Key, float | None] = {}
    for keys in by_number.values():
        for key in keys:
            agreement[key] = _agreement(fits[key], [fits[other] for other in keys if other != key])
    # Ties go to fewer topics and to the first seed.
    found = {number: _score(keys, scores, agreement) for number, keys in by_number.items()}
    ranking = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    k = ranking[0][0]
    key = max(by_number[k], key=lambda one: (agreement[one] or 0.0, -one[1]))
    return Choice(key, agreement, tuple(ranking))


def _agreement(one: TopicModel, others: Sequence[TopicModel]) -> float | None:
    """The mean overlap of the topics' top words with their partners in the other fits; None without others."""
    overlaps = [value for other in others for value in matched(one, other)]
    return sum(overlaps) / len(overlaps) if overlaps else None


def _score(keys: Sequence[Key], scores: Mapping[Key, Scores], agreement: Mapping[Key, float | None]) -> float:
    values = []
    for key in keys:
        agreed = agreement[key]
        values.append(scores[key].product * (1.0 if agreed is None else agreed))
    return sum(values) / len(values)
