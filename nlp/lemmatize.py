"""Texts to lemmas: the stage over the store, and the same for notebooks without one.

A document is made again only when its text, author or date changed (``input``) or when what shapes lemmas changed
(``recipe``). Batches are committed one by one, so an interrupted run goes on where it stopped; memory holds one
batch and the table of word forms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from nlp import copies, lexicon
from nlp.clean import clean
from nlp.language import language
from nlp.lemmatizer import Context, Fast, Lemmatized
from nlp.lexicon import Lexicon
from nlp.settings import LemmaSettings, check_mode
from nlp.tables import corrections
from nlp.weights import weights
from nlp.words import words
from storage import QUIET, Event, MissingInput, Outcome, Store, Watch
from storage import texts as stored
from storage.rows import Document, Text
from storage.stage import seldom_collected

NUMBER = 5
"""Raised when cleaning, tokens or this module's choices change; documents of another number are made again."""

Chooser = Callable[[str], Sequence[Lemmatized]]

BATCH = 1000


def lemmatize(store: Store, settings: LemmaSettings, *, watch: Watch = QUIET) -> Outcome:
    """Bring ``documents`` and ``forms`` up to date with the texts.

    Raises MissingInput when the study has no text and ConfigError when the corrections cannot be read.
    """
    total = stored.count_texts(store)
    dropped = stored.drop_orphan_documents(store)
    if not total:
        raise MissingInput(
            "Лемматизировать нечего: в исследовании нет ни одного текста.",
            "Сбор ещё не запускали, или у собранных людей и сообществ пустые стены.",
            "Запустите vkaudience collect или vkaudience import ФАЙЛ.",
        )
    table = corrections(settings.corrections)
    book = Lexicon(table, stored.forms(store, lexicon.recipe(table)))
    recipe = recipe_of(settings, book.recipe)
    choose = chooser(settings.mode, book)
    state, written = "done", 0
    with seldom_collected():
        for done, batch in _batches(store, recipe):
            if watch.stopping():
                state = "interrupted"
                break
            with store.write():
                rows = [document(text, mark, choose, settings.languages, recipe) for text, mark in batch]
                written += stored.save_documents(store, rows)
                stored.save_forms(store, book.take_new())
            watch.tell(Event("progress", "lemmatize", "тексты", done, total))
    counts = {"texts": total, "lemmatized": written, "dropped": dropped, "copies": copies.mark(store, watch=watch)}
    by_language = {f"lang_{name or 'none'}": n for name, n in stored.count_languages(store).items()}
    return Outcome(state, {**counts, **by_language})


def recipe_of(settings: LemmaSettings, lexicon_recipe: str) -> str:
    """What shapes a document's lemmas: this module, the mode with its weights, the lexicon, the languages kept."""
    version = weights(settings.mode).version
    parts = f"{NUMBER}|{settings.mode}|{version}|{lexicon_recipe}|{','.join(sorted(settings.languages))}"
    return "lemmas-" + hashlib.blake2b(parts.encode(), digest_size=8).hexdigest()


def input_of(text: Text) -> str:
    """A hash of what a document is made of: the text, who wrote it and when."""
    whole = f"{text.author_id}|{text.published_at}|{text.text}"
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _batches(store: Store, recipe: str) -> Iterator[tuple[int, list[tuple[Text, str]]]]:
    """(texts seen so far, the next texts to do with their inputs); a batch is small however little there is to do."""
    batch: list[tuple[Text, str]] = []
    seen = 0
    for seen, (text, done_recipe, done_input) in enumerate(stored.texts_with_marks(store), start=1):
        mark = input_of(text)
        if (done_recipe, done_input) != (recipe, mark):
            batch.append((text, mark))
        if len(batch) >= BATCH:
            yield seen, batch
            batch = []
    if batch:
        yield seen, batch


def document(text: Text, mark: str, choose: Chooser, languages: tuple[str, ...], recipe: str) -> Document:
    """One text's row: its lemmas and parts of speech, aligned, every word in order."""
    cleaned = clean(text.text).text
    lang = language(cleaned)
    found = _words(cleaned, lang, choose, languages)
    return Document(
        kind=text.kind,
        part=text.part,
        owner_id=text.owner_id,
        item_id=text.item_id,
        author_id=text.author_id,
        published_at=text.published_at,
        lang=lang,
        copy_of=None,
        lemmas=" ".join([word[0] for word in found]),
        pos=" ".join([word[1] for word in found]),
        n_lemmas=len(found),
        recipe=recipe,
        input=mark,
    )


def _words(cleaned: str, lang: str, choose: Chooser, languages: tuple[str, ...]) -> Sequence[Lemmatized]:
    if lang == "ru" and "ru" in languages:
        return choose(cleaned)
    # The Russian dictionary would invent readings for another language: its words pass as they are written.
    pos = "WORD" if lang in languages else "FRGN"
    return [(word.replace("ё", "е"), pos) for word in words(cleaned)]


def chooser(mode: str, book: Lexicon) -> Chooser:
    """A function from a cleaned text to its words, lemma and part of speech first."""
    return Fast(book).text if mode == "fast" else Context(book).text


def lemmatize_tokens(sentences: Iterable[list[str]], mode: str = "context") -> Iterator[list[str]]:
    """One lemma a token, aligned; a token that is no word is given back in lower case.

    A sentence is a list of words and punctuation marks as they are written: ``context`` looks at neighbours and
    capital letters. Nothing is read from or written to a study. Raises ConfigError for an unknown mode.
    """
    check_mode(mode)
    book = Lexicon(corrections(), keep=False)
    table = Fast(book) if mode == "fast" else Context(book)
    yield from map(table.lemmas, sentences)


def lemmatize_texts(texts: Iterable[str], mode: str = "context") -> Iterator[list[str]]:
    """The lemmas of the words of raw texts, in order, before any stop list; every text is taken for Russian.

    Nothing is read from or written to a study. Raises ConfigError for an unknown mode.
    """
    check_mode(mode)
    choose = chooser(mode, Lexicon(corrections(), keep=False))
    for text in texts:
        yield [word[0] for word in choose(clean(text).text)]
