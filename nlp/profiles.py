"""What a fitted model says of people, communities and single texts, written in batches.

Signals stay apart: what a person wrote, reposted, commented. A person or community with fewer than ``min_words``
words of the vocabulary in a signal has no profile of it: no row, no part in any mean.
"""

from __future__ import annotations

import collections
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from nlp.corpus import SIGNALS, Reader, is_repeat, signal_of
from nlp.fitted import TopicModel
from storage import Event, Store, Watch, models, people, texts
from storage.rows import CommunityTopic, Document, UserTopic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BATCH = 500
DOC_WORDS = 5
"""Words of the vocabulary that a single text needs for topics of its own."""
DOC_WEIGHT = 0.05


class Stopped(Exception):
    """The watch asked to stop between two batches: no error, the stage turns it into an Outcome."""


@dataclass(slots=True)
class Bag:
    """The words of the vocabulary in one owner's texts of one signal."""

    owner: int
    signal: str
    words: collections.Counter[int] = field(default_factory=collections.Counter)
    n_docs: int = 0
    digest: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=8))

    def add(self, document: Document, places: list[int]) -> None:
        """Take in one text; a text without a known word is not one of those behind the profile."""
        if places:
            self.words.update(places)
            self.n_docs += 1
            self.digest.update(f"{document.recipe}{document.input}".encode())

    @property
    def n_words(self) -> int:
        """How many words of the vocabulary there are."""
        return self.words.total()


@dataclass(slots=True)
class People:
    """Profiles of what people wrote, for the means of communities: user -> (profile, n_docs, n_words)."""

    wrote: dict[int, tuple[Any, int, int]] = field(default_factory=dict)
    seen: int = 0

    def share(self) -> Floats | None:
        """The mean profile, each person alike; None without people."""
        import numpy as np

        if not self.wrote:
            return None
        found: Floats = np.mean([row[0] for row in self.wrote.values()], axis=0, dtype=np.float64)
        return found


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the profiles of one model into the store."""

    store: Store
    model_id: int
    model: TopicModel
    reader: Reader
    min_words: int
    watch: Watch

    def people(self) -> People:
        """Write ``user_topics``; streams people one after the other."""
        found = People()
        groups = itertools.groupby(texts.documents(self.store, unit="person"), key=attrgetter("author_id"))
        for bags in _batched(self._bags(groups, found), BATCH):
            self._ask()
            full = [bag for bag in bags if bag.n_words >= self.min_words]
            rows = []
            for bag, weights in zip(full, self._profiles(full), strict=True):
                if bag.signal == "wrote":
                    found.wrote[bag.owner] = (weights, bag.n_docs, bag.n_words)
                mark = bag.digest.hexdigest()
                rows += [
                    UserTopic(self.model_id, bag.owner, bag.signal, topic, float(weight), bag.n_docs, bag.n_words, mark)
                    for topic, weight in enumerate(weights)
                ]
            models.save_user_topics(self.store, rows)
            self.watch.tell(Event("progress", "topics", "люди", found.seen))
        return found

    def _bags(self, groups: Iterable[tuple[int, Iterator[Document]]], found: People) -> Iterator[Bag]:
        for author, group in groups:
            found.seen += 1
            bags = {signal: Bag(author, signal) for signal in SIGNALS}
            for document in group:
                if not is_repeat(document):
                    bags[signal_of(document)].add(document, self._places(document))
            yield from (bag for bag in bags.values() if bag.n_docs)

    def communities(self, found: People) -> int:
        """Write ``community_topics``: each wall's own text, and the mean of its members' profiles."""
        self._ask()
        rows = [row for bag in self._walls() for row in self._wall_rows(bag)]
        for community in people.communities(self.store):
            rows += self._member_rows(community.id, found)
        models.save_community_topics(self.store, rows)
        return len({row.community_id for row in rows})

    def _walls(self) -> Iterator[Bag]:
        groups = itertools.groupby(texts.documents(self.store, unit="community"), key=attrgetter("owner_id"))
        for owner, group in groups:
            bag = Bag(-owner, "wrote")
            for document in group:
                if document.kind == "post" and not is_repeat(document):
                    bag.add(document, self._places(document))
            if bag.n_words >= self.min_words:
                yield bag

    def _wall_rows(self, bag: Bag) -> list[CommunityTopic]:
        weights, mark = self._profiles([bag])[0], bag.digest.hexdigest()
        return [
            CommunityTopic(self.model_id, bag.owner, "wrote", topic, float(weight), bag.n_docs, bag.n_words, 0, mark)
            for topic, weight in enumerate(weights)
        ]

    def _member_rows(self, community_id: int, found: People) -> list[CommunityTopic]:
        import numpy as np

        ids = [user for user in people.member_ids(self.store, community_id) if user in found.wrote]
        if not ids:
            return []
        rows = [found.wrote[user] for user in ids]
        mean = np.mean([row[0] for row in rows], axis=0, dtype=np.float64)
        n_docs, n_words = sum(row[1] for row in rows), sum(row[2] for row in rows)
        mark = hashlib.blake2b(",".join(map(str, ids)).encode(), digest_size=8).hexdigest()
        return [
            CommunityTopic(self.model_id, community_id, "member", topic, float(weight), n_docs, n_words, len(ids), mark)
            for topic, weight in enumerate(mean)
        ]

    def texts(self) -> int:
        """Write ``doc_topics`` of single texts with enough words; copies are left to their first."""
        written = 0
        for batch in _batched(self._long_texts(), 4 * BATCH):
            self._ask()
            rows = [
                (bag.owner, topic, float(weight))
                for bag, weights in zip(batch, self._profiles(batch), strict=True)
                for topic, weight in enumerate(weights)
                if weight >= DOC_WEIGHT
            ]
            models.save_doc_topics(self.store, self.model_id, rows)
            written += len(batch)
            self.watch.tell(Event("progress", "topics", "тексты", written))
        return written

    def _long_texts(self) -> Iterator[Bag]:
        for document in texts.documents(self.store, unit="post"):
            if document.copy_of is None and document.doc_id is not None:
                bag = Bag(document.doc_id, "wrote")
                bag.add(document, self._places(document))
                if bag.n_words >= DOC_WORDS:
                    yield bag

    def _places(self, document: Document) -> list[int]:
        return self.reader.places(document, self.model.index)

    def _profiles(self, bags: list[Bag]) -> Floats:
        return self.model.profiles(_matrix(bags, len(self.model.vocabulary)))

    def _ask(self) -> None:
        if self.watch.stopping():
            raise Stopped


def _matrix(bags: list[Bag], n_words: int) -> Any:
    import numpy as np
    from scipy import sparse

    cells = [sorted(bag.words.items()) for bag in bags]
    return sparse.csr_matrix(
        (
            np.array([count for row in cells for _, count in row], dtype=np.float64),
            np.array([place for row in cells for place, _ in row], dtype=np.int32),
            np.cumsum([0, *(len(row) for row in cells)]),
        ),
        shape=(len(bags), n_words),
    )


def _batched(rows: Iterable[Bag], size: int) -> Iterator[list[Bag]]:
    rest = iter(rows)
    while batch := list(itertools.islice(rest, size)):
        yield batch
