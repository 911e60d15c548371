"""Which words a model sees, and what was left out for which reason.

First by the word itself: its part of speech, the stop list, its length. Then by the number of documents it is in.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from dataclasses import dataclass, field

from nlp.settings import TopicSettings
from nlp.tables import stop_lemmas

REASONS = ("part_of_speech", "stop_list", "short", "rare", "frequent")
"""Why a word is not in the vocabulary, as ``dropped_terms.reason`` says it."""

MOST_DROPPED = 200_000
"""Rows of ``dropped_terms`` a reason, the most frequent words first: a bound for corpora of many millions of posts."""

Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``terms`` by frequency, each with ``pos``, document frequency ``df`` and count ``n``; ``index`` term -> place.

    ``dropped``: (term, document frequency, reason); ``dropped_counts`` says how many words each reason took.
    """

    terms: tuple[str, ...]
    pos: tuple[str, ...]
    df: tuple[int, ...]
    n: tuple[int, ...]
    n_documents: int
    least: int
    dropped: tuple[tuple[str, int, str], ...]
    dropped_counts: dict[str, int]
    index: dict[str, int] = field(repr=False)


class Filter:
    """What a single word must be, whatever the corpus: the first three reasons."""

    def __init__(self, settings: TopicSettings) -> None:
        self._pos = frozenset(settings.pos)
        self._stop = stop_lemmas(settings.stopwords)
        self._least = settings.min_length
        self._known: dict[Token, str] = {}

    def reason(self, token: Token) -> str:
        """Why the word is left out, or an empty string."""
        found = self._known.get(token)
        if found is None:
            found = self._known[token] = self._decide(*token)
        return found

    def _decide(self, lemma: str, pos: str) -> str:
        if pos not in self._pos:
            return "part_of_speech"
        if lemma in self._stop:
            return "stop_list"
        return "short" if len(lemma) < self._least else ""


def least_documents(settings: TopicSettings, n_documents: int) -> int:
    """The bound below which a word is rare; ``auto`` is one document in a thousand, 3 at least."""
    if settings.min_documents == "auto":
        return max(3, round(n_documents / 1000))
    return settings.min_documents


def build(documents: Iterable[list[Token]], settings: TopicSettings) -> Vocabulary:
    """Count the words of all documents, given one after the other, and choose the vocabulary."""
    sieve = Filter(settings)
    df: collections.Counter[Token] = collections.Counter()
    totals: collections.Counter[Token] = collections.Counter()
    n_documents = 0
    for tokens in documents:
        counts = collections.Counter(tokens)
        totals.update(counts)
        df.update(counts.keys())
        n_documents += any(not sieve.reason(token) for token in counts)
    return _choose(df, totals, n_documents, sieve, settings)


def _choose(
    df: collections.Counter[Token],
    totals: collections.Counter[Token],
    n_documents: int,
    sieve: Filter,
    settings: TopicSettings,
) -> Vocabulary:
    least, most = least_documents(settings, n_documents), settings.max_share * n_documents
    words: dict[str, tuple[int, int, str]] = {}
    dropped: list[tuple[str, int, str]] = []
    # A lemma with two parts of speech («печь») is one word of the model: the commoner one names it.
    for (lemma, pos), count in sorted(totals.items(), key=lambda item: (-item[1], item[0])):
        reason = sieve.reason((lemma, pos))
        if reason:
            dropped.append((lemma, df[lemma, pos], reason))
        elif lemma in words:
            before = words[lemma]
            words[lemma] = (min(before[0] + df[lemma, pos], n_documents), before[1] + count, before[2])
        else:
            words[lemma] = (df[lemma, pos], count, pos)
    kept = []
    for lemma, (documents, count, pos) in words.items():
        if documents < least:
            dropped.append((lemma, documents, "rare"))
        elif documents > most:
            dropped.append((lemma, documents, "frequent"))
        else:
            kept.append((lemma, documents, count, pos))
    kept.sort(key=lambda row: (-row[2], row[0]))
    words_dropped = _merged(dropped)
    return Vocabulary(
        terms=tuple(row[0] for row in kept),
        pos=tuple(row[3] for row in kept),
        df=tuple(row[1] for row in kept),
        n=tuple(row[2] for row in kept),
        n_documents=n_documents,
        least=least,
        dropped=_most_frequent(words_dropped),
        dropped_counts=dict(collections.Counter(reason for _, reason in words_dropped)),
        index={row[0]: place for place, row in enumerate(kept)},
    )


def _merged(dropped: list[tuple[str, int, str]]) -> dict[tuple[str, str], int]:
    """(word, reason) -> documents; a word left out as two parts of speech is one, in the counts and in the rows."""
    merged: dict[tuple[str, str], int] = collections.defaultdict(int)
    for term, documents, reason in dropped:
        merged[term, reason] += documents
    return merged


def _most_frequent(merged: dict[tuple[str, str], int]) -> tuple[tuple[str, int, str], ...]:
    taken: collections.Counter[str] = collections.Counter()
    rows = []
    for (term, reason), documents in sorted(merged.items(), key=lambda item: (-item[1], item[0])):
        if taken[reason] < MOST_DROPPED:
            taken[reason] += 1
            rows.append((term, documents, reason))
    return tuple(rows)
