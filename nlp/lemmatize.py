"""Texts to lemmas: the stage over the store, and the same for notebooks without one.

A document is made again only when its text, author or date changed (``input``) or when what shapes lemmas changed
(``recipe``). Batches are committed one by one, so an interrupted run goes on where it stopped; memory holds one
batch and the table of word forms.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator

from nlp import lexicon
from nlp.clean import clean
from nlp.language import language
from nlp.lexicon import Lexicon
from nlp.settings import LemmaSettings, check_mode
from nlp.tables import corrections
from nlp.words import LONGEST, words
from storage import QUIET, Event, MissingInput, Outcome, Store, Watch
from storage import texts as stored
from storage.rows import Document, Text

NUMBER = 1
"""Raised when cleaning, tokens or this module's choices change; documents of another number are made again."""

BATCH = 1000
COPY_WORDS = 8
"""Repeats of shorter texts («с днём рождения!») are people saying the same, not copies of a text."""


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
    if settings.mode == "context":
        watch.tell(Event("notice", "lemmatize", text=CONTEXT_NOTICE))
    table = corrections(settings.corrections)
    book = Lexicon(table, stored.forms(store, lexicon.recipe(table)))
    recipe = recipe_of(settings, book.recipe)
    state, written = "done", 0
    for done, batch in _batches(store, recipe):
        if watch.stopping():
            state = "interrupted"
            break
        with store.write():
            rows = [document(text, mark, book, settings.languages, recipe) for text, mark in batch]
            written += stored.save_documents(store, rows)
            stored.save_forms(store, book.take_new())
        watch.tell(Event("progress", "lemmatize", "тексты", done, total))
    copies = stored.mark_copies(store, COPY_WORDS)
    counts = {"texts": total, "lemmatized": written, "dropped": dropped, "copies": copies}
    by_language = {f"lang_{name or 'none'}": n for name, n in stored.count_languages(store).items()}
    return Outcome(state, {**counts, **by_language})


CONTEXT_NOTICE = (
    'mode = "context" в этой версии работает как "fast": лемма выбирается без учёта соседних слов. '
    "Результат записан как сделанный в режиме fast."
)


def recipe_of(settings: LemmaSettings, lexicon_recipe: str) -> str:
    """What shapes a document's lemmas. The mode is always ``fast``: this version has no other."""
    parts = f"{NUMBER}|fast|{lexicon_recipe}|{','.join(sorted(settings.languages))}"
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


def document(text: Text, mark: str, book: Lexicon, languages: tuple[str, ...], recipe: str) -> Document:
    """One text's row: its lemmas and parts of speech, aligned, every word in order."""
    cleaned = clean(text.text).text
    lang = language(cleaned)
    pairs = list(_pairs(cleaned, lang, book, languages))
    return Document(
        kind=text.kind,
        part=text.part,
        owner_id=text.owner_id,
        item_id=text.item_id,
        author_id=text.author_id,
        published_at=text.published_at,
        lang=lang,
        copy_of=None,
        lemmas=" ".join(lemma for lemma, _ in pairs),
        pos=" ".join(pos for _, pos in pairs),
        n_lemmas=len(pairs),
        recipe=recipe,
        input=mark,
    )


def _pairs(cleaned: str, lang: str, book: Lexicon, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if lang == "ru" and "ru" in languages:
        for word in words(cleaned):
            yield book.best(word)
        return
    # The Russian dictionary would invent readings for another language: its words pass as they are written.
    pos = "WORD" if lang in languages else "FRGN"
    for word in words(cleaned):
        yield word.replace("ё", "е"), pos


def lemmatize_tokens(sentences: Iterable[list[str]], mode: str = "context") -> Iterator[list[str]]:
    """One lemma a token, aligned; a token that is no word is given back in lower case.

    ``context`` works as ``fast`` in this version. Nothing is read from or written to a study.
    """
    check_mode(mode)
    book = Lexicon(corrections())
    known: dict[str, str] = {}
    for sentence in sentences:
        for token in sentence:
            if token not in known:
                known[token] = _token_lemma(token.lower(), book)
        yield [known[token] for token in sentence]


def _token_lemma(token: str, book: Lexicon) -> str:
    token = unicodedata.normalize("NFC", token[:LONGEST]) + token[LONGEST:]
    found = list(words(token))
    if len(found) == 1 and len(found[0]) == len(token):
        return book.best(found[0])[0]
    return token.replace("ё", "е")


def lemmatize_texts(texts: Iterable[str], mode: str = "context") -> Iterator[list[str]]:
    """The lemmas of the words of raw texts, in order, before any stop list; every text is taken for Russian.

    ``context`` works as ``fast`` in this version. Nothing is read from or written to a study.
    """
    check_mode(mode)
    book = Lexicon(corrections())
    for text in texts:
        yield [book.best(word)[0] for word in words(clean(text).text)]
