"""Copies and near copies among the documents: contest spam, chain letters, the same text told twice.

Two texts of ``WORDS`` lemmas and more are copies when at least ``ALIKE`` of their runs of three lemmas are the same
(Jaccard). Candidates come from MinHash sketches in bands (Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive
Datasets", ch. 3), which are kept in the study: a later run sketches only what is new. Every candidate is compared
exactly. A copy points at the first text of its kind, so that later stages can leave it out.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator, Sequence

from storage import Event, Store, Watch, sketches

WORDS = 8
"""Repeats of shorter texts («с днём рождения!») are people saying the same, not copies of a text."""
RUN = 3
ALIKE = 0.7
BANDS, ROWS = 16, 4
"""A pair that is alike by 0.7 shares a band in 99 cases of 100, one alike by 0.3 in 12, one by 0.1 in 0.2."""
RECIPE = f"minhash-1-{RUN}-{BANDS}-{ROWS}"
BATCH = 2000


def mark(store: Store, *, watch: Watch) -> int:
    """Bring ``documents.copy_of`` up to date with the documents; returns how many copies the study holds.

    Does nothing when no document of ``WORDS`` lemmas has changed. Stopped, it goes on where it was the next time.
    """
    sketched = 0
    waiting = iter(sketches.unsketched(store, WORDS, RECIPE))
    while batch := list(itertools.islice(waiting, BATCH)):
        if watch.stopping():
            return sketches.count_copies(store)
        made = _sketches([lemmas for _, _, lemmas in batch])
        rows = ((doc, made_of, bands) for (doc, made_of, _), bands in zip(batch, made, strict=True))
        sketches.save_sketches(store, RECIPE, rows)
        sketched += len(batch)
        watch.tell(Event("progress", "lemmatize", "поиск копий", sketched))
    with store.write():
        gone = sketches.drop_stale(store, WORDS)
        if not gone and not sketches.unplaced(store):
            return sketches.count_copies(store)
        sketches.find_pairs(store, BANDS)
        return sketches.mark_copies(store, list(_copies(sketches.pairs(store))))


def _copies(pairs: Iterable[tuple[int, int, str, str]]) -> Iterator[tuple[int, int]]:
    """(doc_id, the first of its kind) for every pair that is alike enough; pairs come in the order of doc_id."""
    roots: dict[int, int] = {}
    for doc_id, first, own, other in pairs:
        if doc_id not in roots and (own == other or similarity(own, other) >= ALIKE):
            roots[doc_id] = roots.get(first, first)
            yield doc_id, roots[doc_id]


def similarity(one: str, other: str) -> float:
    """Jaccard similarity of the runs of three lemmas of two texts, given as lemmas joined by spaces."""
    first, second = set(_runs(one)), set(_runs(other))
    both = len(first & second)
    return both / max(1, len(first) + len(second) - both)


def _runs(lemmas: str) -> Iterator[str]:
    words = lemmas.split(" ")
    return (" ".join(words[place : place + RUN]) for place in range(max(1, len(words) - RUN + 1)))


def _sketches(texts: Sequence[str]) -> list[bytes]:
    """The bands of each text's MinHash sketch: equal rows give equal bands, and hardly any others do."""
    import numpy as np
    from datasketch import MinHash

    # crc32, not the built-in hash, which differs from process to process.
    runs = [[run.encode() for run in _runs(text)] for text in texts]
    made = MinHash.bulk(runs, num_perm=BANDS * ROWS, seed=1, hashfunc=zlib.crc32)
    rows = np.array([one.hashvalues for one in made], dtype=np.uint64).reshape(len(made), BANDS, ROWS)
    found = np.zeros((len(made), BANDS), dtype=np.uint64)
    for place in range(ROWS):
        found = found * np.uint64(0x9E3779B97F4A7C15) + rows[:, :, place]
    return [row.tobytes() for row in found.astype("<u8")]
