"""The stage ``entities``: who and what is named in the texts, found by natasha, in the nominative.

People (PER), places (LOC) and organisations (ORG). A woman stays a woman: «Марию Петрову» is «Мария Петрова». Names
from mentions never get here, as texts are cleaned first. Resumable: a document is looked at once for each text.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from typing import Any

from nlp import persons
from nlp.clean import clean
from nlp.morphology import vocabulary
from storage import QUIET, Event, MissingInput, Outcome, Store, Watch, texts
from storage import entities as stored

NUMBER = 4
"""Raised when names change; documents of another number are looked at again."""

BATCH = 200
LONGEST = 20_000
"""Letters of a text that are looked at: the tagger's memory grows with the length."""
LONGEST_NAME = 200

_INFLECTED = {"NOUN": ("NOUN",), "PROPN": ("NOUN", "ADJ"), "ADJ": ("ADJ", "VERB"), "VERB": ("VERB", "ADJ")}
"""The tagger's parts of speech that are inflected, and the dictionary's that fit each."""

Names = Counter[tuple[str, str]]
Finder = Callable[[str], Names]


def entities(store: Store, *, watch: Watch = QUIET, finder: Finder | None = None) -> Outcome:
    """Find names in every Russian document that is new or changed. Raises MissingInput without documents."""
    if not texts.count_languages(store):
        raise MissingInput(
            "Имена искать негде.", "Тексты ещё не приведены к леммам.", "Запустите vkaudience lemmatize."
        )
    find, mark = finder or names, recipe()
    stored.drop_orphan_names(store)
    total, done, state = stored.count_unnamed(store, mark), 0, "done"
    for batch in _batches(stored.unnamed(store, mark)):
        if watch.stopping():
            state = "interrupted"
            break
        found = [stored.Named(doc_id, find(text), mark, source) for doc_id, source, text in batch]
        with store.write():
            stored.save_names(store, found)
        done += len(batch)
        watch.tell(Event("progress", "entities", "тексты", done, total))
    kinds = {f"names_{kind.lower()}": n for kind, n in stored.count_names(store).items()}
    return Outcome(state, {"texts": done, **kinds})


def _batches(rows: Iterator[tuple[int, str, str]]) -> Iterator[list[tuple[int, str, str]]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def recipe() -> str:
    """What shapes the names: this module and the versions of what finds and inflects them."""
    versions = [f"{name} {metadata.version(name)}" for name in ("natasha", "slovnet", "pymorphy3-dicts-ru")]
    return f"names-{NUMBER}|" + "|".join(versions)


def names(text: str) -> Names:
    """(type, name) -> how often a raw text names it."""
    from natasha import Doc

    tools = _tools()
    document = Doc(clean(text[:LONGEST]).text)
    if not document.text:
        return Counter()
    document.segment(tools.segmenter)
    document.tag_morph(tools.morph)
    document.tag_ner(tools.ner)
    found: Names = Counter()
    for kind, name in _named(document):
        if name and len(name) <= LONGEST_NAME:
            found[kind, name] += 1
    return found


def _named(document: Any) -> Iterator[tuple[str, str]]:
    for span in document.spans:
        if span.type != "PER":
            yield span.type, normal(span.tokens, whole=span.type != "ORG")
    spans = [span.tokens for span in document.spans if span.type == "PER"]
    for parts in persons.people(document.tokens, spans, document.text) if spans else ():
        yield "PER", person(parts)


def person(parts: Sequence[persons.Part]) -> str:
    """A name in the nominative: «Ивановой Анне Юрьевне» is «Анна Юрьевна Иванова», «Петрову И.И.» is «И. И. Петров»."""
    tokens, ordered = [one.token for one in parts], persons.in_order(parts)
    gender = persons.gender(parts) or _gender(tokens)
    if ordered is None:
        return normal(tokens, whole=True, gender=gender)
    words = [normal([one.token], whole=True, gender=gender) for one in ordered if one.role != persons.DOT]
    return " ".join(f"{word}." if len(word) == 1 else word for word in words)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text as they are written, cut by natasha's rules: initials and abbreviations do not cut."""
    from natasha import Doc

    document = Doc(text)
    document.segment(_tools().segmenter)
    for sentence in document.sents:
        yield sentence.text


def normal(tokens: Sequence[Any], *, whole: bool, gender: str | None = None) -> str:
    """The tokens of a name in the nominative; of an organisation only its head: «Министерство обороны».

    The head is the first noun with the adjectives before it. The parts of a person's name have one gender, the given
    one or what the tagger gives most of them.
    """
    from natasha.norm import recover_shapes, recover_spaces

    if whole and gender is None:
        gender = _gender(tokens)
    words, inflecting = [], True
    for token in tokens:
        words.append(nominative(token, gender) if inflecting else token.text)
        if not whole and token.pos not in ("ADJ", "PUNCT"):
            inflecting = False
    shaped = recover_shapes(words, tokens)
    return " ".join(recover_spaces(shaped, tokens).split()).strip(" «»\"'.,")


def _gender(tokens: Sequence[Any]) -> str | None:
    """What the tagger gives most of the tokens."""
    genders = [token.feats["Gender"] for token in tokens if "Gender" in token.feats]
    return max(genders, key=genders.count) if genders else None


def nominative(token: Any, gender: str | None) -> str:
    """A tagged word in the nominative, lower-cased; as it is where no reading fits its tag."""
    word, case = token.text.lower(), token.feats.get("Case")
    if token.pos not in _INFLECTED:
        return str(word)
    number = token.feats.get("Number", "Sing")
    forms = [
        form for form in vocabulary()(word) if form.pos in _INFLECTED[token.pos] and form.feats.get("Number") == number
    ]
    # The tagger often errs about a surname's case or gender: the first name's gender says more.
    sex = gender or token.feats.get("Gender")
    fits = [((form.feats.get("Gender") == sex) + (form.feats.get("Case") == case), form) for form in forms]
    nominatives = any(form.feats.get("Case") == "Nom" for form in forms)
    if not fits or (case == "Nom" and nominatives):
        return str(word)
    best = max(fit for fit, _ in fits)
    nominals = [form.inflect({"Nom"}) for fit, form in fits if fit == best and best]
    # Some names are in the dictionary twice, once as one that is not declined: «Анне».
    changed = [form.word for form in nominals if form and form.word != word]
    return changed[0] if changed else str(word)


class _Tools:
    def __init__(self) -> None:
        from natasha import NewsEmbedding, NewsMorphTagger, NewsNERTagger, Segmenter

        embedding = NewsEmbedding()
        self.segmenter = Segmenter()
        self.morph = NewsMorphTagger(embedding)
        self.ner = NewsNERTagger(embedding)


@functools.cache
def _tools() -> _Tools:
    """natasha's models, loaded once: 1 s and 100 MB."""
    return _Tools()
