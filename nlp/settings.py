"""The settings of this room's stages, with their defaults; the config's [lemmas] and [topics] fill them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from storage import ConfigError

Unit = Literal["person", "community", "post"]
Engine = Literal["cvb0", "cvb0-jit", "cvb0-numpy", "gensim"]

POS_NAMES = {
    "NOUN": "nouns",
    "PROPN": "names of places and organisations",
    "NAME": "names of people: first names, patronymics, surnames",
    "VERB": "verbs with their participles and converbs",
    "ADJ": "adjectives and comparatives",
    "ADV": "adverbs and predicatives (можно, жаль)",
    "NUM": "numerals and words with digits (90-х, 10к)",
    "PRON": "pronouns, also those that look like adjectives (мой, весь)",
    "FUNC": "prepositions, conjunctions, particles, interjections",
    "LATN": "words in Latin letters, as written",
    "WORD": "words of a language kept by `languages` for which there is no dictionary, as written",
    "FRGN": "words of a text in a language that is not kept",
    "OTHER": "abbreviated, masked or garbled words",
}
"""The parts of speech that ``documents.pos`` holds: close to Universal Dependencies, closed classes joined."""

CONTENT = ("NOUN", "PROPN", "VERB", "ADJ", "LATN", "WORD")


@dataclass(frozen=True, slots=True)
class LemmaSettings:
    """How texts become lemmas.

    ``mode``: ``context`` chooses among an ambiguous word's lemmas by its neighbours; ``fast`` does without them.
    ``corrections``: a study's own table, form TAB lemma TAB part of speech, before the shipped one.
    ``languages``: texts in other languages are counted, and their words are stored but never modelled.
    """

    mode: str = "context"
    corrections: Path | None = None
    languages: tuple[str, ...] = ("ru",)

    def __post_init__(self) -> None:
        check_mode(self.mode)


def check_mode(mode: str) -> None:
    """Raise ConfigError for a mode that does not exist."""
    if mode not in ("fast", "context"):
        raise ConfigError(
            f"[lemmas] mode = {mode!r}: такого режима нет.", "", 'Допустимо: mode = "fast" или mode = "context".'
        )


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """How lemmas become topics.

    ``n_topics``: a number, several to choose from, or ``"auto"``. ``seeds``: fits a number of topics is tried with,
    ``None``: one for a fixed number, three where there is a choice.
    ``passes``: sweeps over the corpus, ``None`` for the engine's own default. ``min_documents`` and
    ``max_share`` bound the document frequency of a word; ``min_words``: a person with fewer words in the
    vocabulary has no profile; with fewer than ``min_people`` who have one, no model of people is made.
    ``stopwords`` come on top of the shipped list (words, or a file, one a line).
    ``curation``: a file of people's names for topics and of words to leave out (:mod:`nlp.curation`).
    """

    n_topics: int | tuple[int, ...] | Literal["auto"] = 20
    unit: Unit = "person"
    engine: Engine = "cvb0"
    seed: int = 1
    seeds: int | None = None
    passes: int | None = None
    pos: tuple[str, ...] = CONTENT
    stopwords: tuple[str, ...] | Path = ()
    min_length: int = 3
    min_documents: int | Literal["auto"] = "auto"
    max_share: float = 0.5
    min_words: int = 20
    min_people: int = 300
    bigrams: bool = False
    curation: Path | None = None

    def __post_init__(self) -> None:
        faults = [f"[topics] {fault}" for fault in _faults(self)]
        if faults:
            raise ConfigError("Ошибки в настройках тем: " + "; ".join(faults), "", "Исправьте их в config.toml.")

    @property
    def fits_each(self) -> int:
        """How many fits each number of topics is tried with."""
        return self.seeds if self.seeds is not None else 1 if isinstance(self.n_topics, int) else 3


def _faults(settings: TopicSettings) -> list[str]:
    counts = settings.n_topics if isinstance(settings.n_topics, tuple) else (settings.n_topics,)
    unknown = [name for name in settings.pos if name not in POS_NAMES]
    checks = (
        (not counts or any(count != "auto" and int(count) < 2 for count in counts), "n_topics: тем не меньше двух"),
        (bool(unknown), f"pos: нет частей речи {', '.join(unknown)}; есть {', '.join(POS_NAMES)}"),
        (settings.unit not in ("person", "community", "post"), "unit: person, community или post"),
        (settings.engine not in get_args(Engine), f"engine: {', '.join(get_args(Engine))}"),
        (not 0 < settings.max_share <= 1, "max_share: доля больше 0 и не больше 1"),
        (
            min(settings.fits_each, settings.min_words, settings.min_people) < 1,
            "seeds, min_words и min_people: не меньше 1",
        ),
        (settings.passes is not None and settings.passes < 1, "passes: не меньше 1"),
    )
    return [text for wrong, text in checks if wrong]
