"""Documents of the store to the units a model is fitted to, streamed: a few passes over the store, never a list.

``person``      what one person wrote, what the person reposted and what the person commented are three units
``community``   a community's wall in chunks of consecutive posts (eight communities would be eight documents)
``post``        every text by itself

Of texts that repeat each other one is taken, so that contest spam does not make a topic of its own.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from nlp.settings import TopicSettings, Unit
from nlp.vocabulary import Filter, Token
from storage import Store, texts
from storage.rows import Document

if TYPE_CHECKING:
    from gensim.models.phrases import FrozenPhrases

CHUNK_WORDS = 60
"""Words of the model in a chunk of a community's wall: a person's week rather than a person's year."""

SIGNALS = ("wrote", "reposted", "commented")


def signal_of(document: Document) -> str:
    """Which signal of its author a document is."""
    if document.part == "reposted":
        return "reposted"
    return "commented" if document.kind == "comment" else "wrote"


def is_repeat(document: Document) -> bool:
    """Whether a text says nothing new of its author: a copied text. A repost is a choice, however many made it."""
    return document.copy_of is not None and document.part == "own"


def tokens_of(document: Document) -> list[Token]:
    """(lemma, part of speech) of a document, in order."""
    return list(zip(document.lemmas.split(" "), document.pos.split(" "), strict=True)) if document.lemmas else []


class Reader:
    """Reads units as lists of tokens; joins collocations when the settings ask for them."""

    def __init__(self, store: Store, settings: TopicSettings) -> None:
        self._store = store
        self._unit: Unit = settings.unit
        self._sieve = Filter(settings)
        self._phrases = _phrases(self._documents()) if settings.bigrams else None

    def units(self) -> Iterator[list[Token]]:
        """The training units, one after the other, in an order that depends on the store alone."""
        if self._unit == "post":
            yield from (self.tokens(document) for document in self._documents())
        elif self._unit == "community":
            for _, group in itertools.groupby(self._documents(), key=attrgetter("owner_id")):
                yield from self._chunks(group)
        else:
            for _, group in itertools.groupby(self._documents(), key=attrgetter("author_id")):
                yield from self._signals(group)

    def _documents(self) -> Iterator[Document]:
        """The unit's documents, of copies the one that comes first: it need not be the one all others point to."""
        copied, taken = texts.copied(self._store), set()
        for row in texts.documents(self._store, unit=self._unit):
            first = row.doc_id if row.copy_of is None else row.copy_of
            if first in copied:
                if first in taken:
                    continue
                taken.add(first)
            yield row

    def _signals(self, group: Iterator[Document]) -> Iterator[list[Token]]:
        parts: dict[str, list[Token]] = {signal: [] for signal in SIGNALS}
        for document in group:
            parts[signal_of(document)] += self.tokens(document)
        yield from (tokens for tokens in parts.values() if tokens)

    def _chunks(self, group: Iterator[Document]) -> Iterator[list[Token]]:
        chunk: list[Token] = []
        size = 0
        for document in group:
            tokens = self.tokens(document)
            chunk += tokens
            size += sum(not self._sieve.reason(token) for token in tokens)
            if size >= CHUNK_WORDS:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def tokens(self, document: Document) -> list[Token]:
        """A document's tokens, collocations joined by ``_``."""
        tokens = tokens_of(document)
        return _join(tokens, self._phrases, self._sieve.reason) if self._phrases is not None else tokens

    def places(self, document: Document, index: dict[str, int]) -> list[int]:
        """Places in a vocabulary of a document's words, one a token; words that no filter lets through are out."""
        return [
            index[token[0]] for token in self.tokens(document) if token[0] in index and not self._sieve.reason(token)
        ]

    def count_words(self, document: Document) -> int:
        """How many words of a document no filter leaves out, whatever a model knows."""
        return sum(not self._sieve.reason(token) for token in self.tokens(document))

    def people(self, index: dict[str, int], least: int) -> int:
        """How many people have so many words of a vocabulary in what they wrote, reposted or commented."""
        count = 0
        for _, group in itertools.groupby(texts.documents(self._store, unit="person"), key=attrgetter("author_id")):
            words = dict.fromkeys(SIGNALS, 0)
            for document in group:
                words[signal_of(document)] += 0 if is_repeat(document) else len(self.places(document, index))
            count += max(words.values()) >= least
        return count


def _phrases(documents: Iterator[Document]) -> FrozenPhrases:
    """Collocations of the corpus by NPMI (gensim Phrases); words at both ends are checked when joining."""
    from nlp.gensim_model import need

    need("[topics] bigrams = true")
    from gensim.models.phrases import Phrases

    sentences = (document.lemmas.split(" ") for document in documents if document.lemmas)
    return Phrases(sentences, min_count=10, threshold=0.6, scoring="npmi").freeze()


def _join(tokens: list[Token], phrases: Any, reason: Callable[[Token], str]) -> list[Token]:
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        pair = tokens[place : place + 2]
        joined = "_".join(lemma for lemma, _ in pair)
        if len(pair) == 2 and joined in phrases.phrasegrams and not any(reason(token) for token in pair):
            found.append((joined, pair[1][1]))
            place += 2
        else:
            found.append(tokens[place])
            place += 1
    return found


def fingerprint(store: Store) -> str:
    """A hash of every document that a model can depend on; changes when any text, lemma or copy does."""
    digest = hashlib.blake2b(digest_size=16)
    for row in texts.documents(store, unit="post"):
        cells = (row.kind, row.part, row.owner_id, row.item_id, row.recipe, row.input, row.copy_of is not None)
        digest.update(f"{cells}\n".encode())
    return digest.hexdigest()
