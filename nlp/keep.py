"""The current model applied to what came since its fit: new people get profiles, topics and names stay.

How far the new texts have drifted from those of the fit is measured and told: the share of words that the model does
not know, and the perplexity of a word under each text's own profile. When they have, a new fit is due.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from nlp import fitting
from nlp.corpus import Reader, fingerprint
from nlp.fitted import TopicModel, from_bytes
from nlp.profiles import Bag, Stopped, Writer, counts_of, long_texts
from nlp.settings import TopicSettings
from storage import QUIET, Event, MissingInput, Outcome, Store, Watch, models

SAMPLE = 2000
"""Texts of each kind by which perplexity is measured."""
FAR_UNKNOWN, FAR_PERPLEXITY = 0.10, 1.25
"""From such a rise of the share of unknown words, or such a ratio of perplexities, a new fit is advised."""


@dataclass(slots=True)
class Texts:
    """What was read of old or new texts: how many, their words, how many of these the model knows, a sample."""

    n: int = 0
    words: int = 0
    known: int = 0
    sample: list[Bag] = field(default_factory=list)

    @property
    def unknown(self) -> float:
        """The share of words that the model does not know."""
        return 1 - self.known / self.words if self.words else 0.0


def keep(store: Store, settings: TopicSettings, *, watch: Watch = QUIET) -> Outcome:
    """Write the rows of people, communities and texts anew from the current model, without a fit.

    Raises MissingInput without a model.
    """
    current = models.current_model(store)
    if current is None or current.id is None:
        raise MissingInput("Модели тем ещё нет: сохранять нечего.", "", "Постройте её: vkaudience topics.")
    told = json.loads(current.settings)
    present = fingerprint(store)
    if present == told.get("applied", current.input):
        watch.tell(Event("notice", "topics", text="С последнего раза новых текстов нет: профили остаются прежними."))
        return Outcome("done", told["counts"])
    model = from_bytes(current.arrays)
    reader = Reader(store, settings)
    old, new = _read(store, current.id, model, reader, settings.seed)
    drift = {"texts": new.n, "unknown_words": new.unknown, "unknown_words_before": old.unknown}
    drift |= {"perplexity": _perplexity(model, new), "perplexity_before": _perplexity(model, old)}
    # Not the mark of a fit: a plain run fits anew as soon as there is anything new.
    told |= {"stage": "kept", "applied": present, "drift": drift}
    row = current._replace(id=None, current=0, settings='{"stage": ""}')
    try:
        writer = Writer(store, models.add_model(store, row), model, reader, settings.min_words, watch)
        counts = _write(writer, current.id, told)
    except Stopped:
        return Outcome("interrupted")
    _say(drift, watch)
    return Outcome("done", counts)


def _read(store: Store, model_id: int, model: TopicModel, reader: Reader, seed: int) -> tuple[Texts, Texts]:
    """(texts that the model's rows already speak of, texts that came later)."""
    before = {doc_id for doc_id, _, _ in models.doc_topics(store, model_id)}
    draws, old, new = random.Random(seed), Texts(), Texts()
    for document, bag in long_texts(store, reader, model):
        kind = old if document.doc_id in before else new
        kind.n, kind.words, kind.known = kind.n + 1, kind.words + reader.count_words(document), kind.known + bag.n_words
        if len(kind.sample) < SAMPLE:
            kind.sample.append(bag)
        elif (place := draws.randrange(kind.n)) < SAMPLE:
            kind.sample[place] = bag
    return old, new


def _perplexity(model: TopicModel, found: Texts) -> float:
    if not found.sample:
        return 0.0
    matrix = counts_of(found.sample, len(model.vocabulary))
    return fitting.perplexity(model, matrix, model.topic_words)


def _write(writer: Writer, source: int, told: dict[str, Any]) -> dict[str, int]:
    store, model_id = writer.store, writer.model_id
    found, written = writer.everything()
    counts: dict[str, int] = {**told["counts"], **written}
    shares = found.share()
    with store.write():
        models.copy_description(store, source, model_id)
        if shares is not None:
            models.save_shares(store, model_id, [float(share) for share in shares])
        whole = json.dumps({**told, "counts": counts}, ensure_ascii=False, sort_keys=True)
        models.save_settings(store, model_id, whole)
        models.make_current(store, model_id)
    return counts


def _say(drift: dict[str, float], watch: Watch) -> None:
    text = (
        f"Новых текстов {drift['texts']:.0f}: слов, которых модель не знает, {drift['unknown_words']:.0%} (в прежних "
        f"{drift['unknown_words_before']:.0%}), перплексия {drift['perplexity']:.0f} (в прежних "
        f"{drift['perplexity_before']:.0f})."
    )
    far = drift["unknown_words"] - drift["unknown_words_before"] > FAR_UNKNOWN or (
        drift["perplexity"] > FAR_PERPLEXITY * drift["perplexity_before"] > 0
    )
    if far:
        watch.tell(Event("warning", "topics", text=f"{text} Темы устарели: постройте их заново, vkaudience topics."))
    else:
        watch.tell(Event("notice", "topics", text=text))
