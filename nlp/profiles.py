"""What a fitted model says of people, communities and single texts, written in batches.

Signals stay apart: what a person wrote, reposted, commented, liked, and what the communities of the person write.
A person or community with fewer than ``min_words`` words of the vocabulary in a signal has no profile of it: no row,
no part in any mean.
"""

from __future__ import annotations

import collections
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from nlp.corpus import SIGNALS, Reader, is_repeat, signal_of
from nlp.fitted import TopicModel
from storage import Event, Store, Watch, models, people, texts
from storage.rows import CommunityTopic, Document, UserTopic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Row = TypeVar("Row")
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
            self.take(places, f"{document.recipe}{document.input}")

    def take(self, places: list[int], mark: str) -> None:
        """Take in the words of one text that has some."""
        self.words.update(places)
        self.n_docs += 1
        self.digest.update(mark.encode())

    @property
    def n_words(self) -> int:
        """How many words of the vocabulary there are."""
        return self.words.total()


@dataclass(slots=True)
class People:
    """Profiles of what people wrote and commented, for the means of communities: user -> (profile, n_docs, n_words);
    ``known``: who has a profile of any signal; ``seen``: authors of texts.
    """

    wrote: dict[int, tuple[Any, int, int]] = field(default_factory=dict)
    commented: dict[int, tuple[Any, int, int]] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    seen: int = 0

    @property
    def own(self) -> dict[int, tuple[Any, int, int]]:
        """The profiles of people's own words: of posts, or of comments where nobody has one of posts."""
        return self.wrote or self.commented

    def share(self) -> Floats | None:
        """The mean profile, each person alike; None without people."""
        import numpy as np

        if not self.own:
            return None
        found: Floats = np.mean([row[0] for row in self.own.values()], axis=0, dtype=np.float64)
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

    def everything(self) -> tuple[People, dict[str, int]]:
        """Write the rows of people, communities and texts; returns the people's profiles and the counts to be told."""
        found = self.people()
        communities, texts_ = self.communities(found), self.texts()
        below = found.seen - len(found.own)
        counts = {"people": len(found.own), "people_below_floor": below, "communities": communities, "texts": texts_}
        return found, counts

    def people(self) -> People:
        """Write ``user_topics``; streams people one after the other."""
        found = People()
        groups = itertools.groupby(texts.documents(self.store, unit="person"), key=attrgetter("author_id"))
        for bags in _batched(self._bags(groups, found), BATCH):
            self._ask()
            self._people_rows(bags, found)
            self.watch.tell(Event("progress", "topics", "профили людей", found.seen))
        for bags in _batched(self._liked(), BATCH):
            self._ask()
            self._people_rows(bags, found)
        return found

    def _people_rows(self, bags: list[Bag], found: People) -> None:
        full = [bag for bag in bags if bag.n_words >= self.min_words]
        rows = []
        for bag, weights in zip(full, self._profiles(full), strict=True):
            found.known.add(bag.owner)
            if bag.signal in ("wrote", "commented"):
                kept = found.wrote if bag.signal == "wrote" else found.commented
                kept[bag.owner] = (weights, bag.n_docs, bag.n_words)
            rows += self._user_rows(bag.owner, bag.signal, weights, bag.n_docs, bag.n_words, bag.digest.hexdigest())
        models.save_user_topics(self.store, rows)

    def _user_rows(self, user: int, signal: str, weights: Any, n_docs: int, n_words: int, mark: str) -> list[UserTopic]:
        return [
            UserTopic(self.model_id, user, signal, topic, float(weight), n_docs, n_words, mark)
            for topic, weight in enumerate(weights)
        ]

    def _liked(self) -> Iterator[Bag]:
        """What each person liked; a text is read once, however many liked it."""
        read: dict[int, tuple[list[int], str]] = {}
        for document in texts.liked_documents(self.store):
            if places := self._places(document):
                read[document.doc_id or 0] = (places, f"{document.recipe}{document.input}")
        for user, group in itertools.groupby(texts.likes_of_people(self.store), key=itemgetter(0)):
            bag = Bag(user, "liked")
            for _, doc_id in group:
                if doc_id in read:
                    bag.take(*read[doc_id])
            if bag.n_docs:
                yield bag

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
        walls = {bag.owner: (bag, self._profiles([bag])[0]) for bag in self._walls()}
        rows = [row for bag, weights in walls.values() for row in self._wall_rows(bag, weights)]
        near: dict[int, list[tuple[int, Any, int]]] = {}
        for community in people.communities(self.store):
            ids = people.member_ids(self.store, community.id)
            rows += self._member_rows(community.id, [user for user in ids if user in found.own], found)
            if community.id in walls:
                bag, weights = walls[community.id]
                for user in found.known.intersection(ids):
                    near.setdefault(user, []).append((community.id, weights, bag.n_words))
        self._members(near)
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

    def _members(self, near: dict[int, list[tuple[int, Any, int]]]) -> None:
        """``member`` rows of people who have another profile: the mean of what their communities write.

        ``near``: user -> (community, profile of its wall, words of the wall).

        Others have it in ``community_topics`` and ``memberships`` all the same; rows for a million of them would
        be the largest table of the study.
        """
        for batch in _batched(sorted(near), BATCH):
            self._ask()
            rows = []
            for user in batch:
                own = near[user]
                mean = sum(weights for _, weights, _ in own) / len(own)
                mark = hashlib.blake2b(",".join(str(one[0]) for one in own).encode(), digest_size=8).hexdigest()
                rows += self._user_rows(user, "member", mean, len(own), sum(one[2] for one in own), mark)
            models.save_user_topics(self.store, rows)

    def _wall_rows(self, bag: Bag, weights: Any) -> list[CommunityTopic]:
        mark = bag.digest.hexdigest()
        return [
            CommunityTopic(self.model_id, bag.owner, "wrote", topic, float(weight), bag.n_docs, bag.n_words, 0, mark)
            for topic, weight in enumerate(weights)
        ]

    def _member_rows(self, community_id: int, ids: list[int], found: People) -> list[CommunityTopic]:
        import numpy as np

        if not ids:
            return []
        rows = [found.own[user] for user in ids]
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
        for batch in _batched((bag for _, bag in long_texts(self.store, self.reader, self.model)), 4 * BATCH):
            self._ask()
            rows = [
                (bag.owner, topic, float(weight))
                for bag, weights in zip(batch, self._profiles(batch), strict=True)
                for topic, weight in enumerate(weights)
                if weight >= DOC_WEIGHT
            ]
            models.save_doc_topics(self.store, self.model_id, rows)
            written += len(batch)
            self.watch.tell(Event("progress", "topics", "темы текстов", written))
        return written

    def _places(self, document: Document) -> list[int]:
        return self.reader.places(document, self.model.index)

    def _profiles(self, bags: list[Bag]) -> Floats:
        return self.model.profiles(counts_of(bags, len(self.model.vocabulary)))

    def _ask(self) -> None:
        if self.watch.stopping():
            raise Stopped


def long_texts(store: Store, reader: Reader, model: TopicModel) -> Iterator[tuple[Document, Bag]]:
    """The texts with enough words of a model for topics of their own; of copies the first."""
    for document in texts.documents(store, unit="post"):
        if document.copy_of is None and document.doc_id is not None:
            bag = Bag(document.doc_id, "wrote")
            bag.add(document, reader.places(document, model.index))
            if bag.n_words >= DOC_WORDS:
                yield document, bag


def counts_of(bags: list[Bag], n_words: int) -> Any:
    """The bags as a CSR matrix of counts over a vocabulary of so many words."""
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


def _batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    rest = iter(rows)
    while batch := list(itertools.islice(rest, size)):
        yield batch
