"""The stage ``topics``: documents of the store to a topic model and the profiles it gives.

Every finished fit is stored at once, so a killed run does not fit it again. The profiles are written under a model
that nobody reads yet; it becomes the current one in the last transaction, and everything older goes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nlp import choose, corpus, cvb0, describe, fitting, stability, telling, vocabulary, windows
from nlp.fitted import TopicModel, from_bytes, matrix_of, to_bytes
from nlp.profiles import Stopped, Writer
from nlp.settings import TopicSettings
from nlp.tables import stop_lemmas
from storage import QUIET, Event, Outcome, Store, Watch, models, people, rows, texts

NUMBER = 3
"""Raised when the same documents and settings start to give other rows."""

FEW_DOCUMENTS = 300
"""Posts or chunks of walls below which topics depend on chance more than on the texts; said, not forbidden."""


@dataclass(frozen=True, slots=True)
class _Corpus:
    words: vocabulary.Vocabulary
    matrix: Any
    reader: corpus.Reader
    input: str


def topics(store: Store, settings: TopicSettings, *, watch: Watch = QUIET) -> Outcome:
    """Fit topics to the study's documents and write what they say of people, communities and texts.

    Skipped when neither documents, members nor settings changed. Raises MissingInput when there is too little text.
    """
    mark = _stage_mark(store, settings)
    current = models.current_model(store)
    if current is not None and json.loads(current.settings).get("stage") == mark:
        watch.tell(Event("notice", "topics", text="Тексты и настройки не изменились: модель тем остаётся прежней."))
        return Outcome("done", json.loads(current.settings)["counts"])
    read = _read(store, settings)
    counts = choose.numbers(settings, read.matrix.shape[0])
    if not counts:
        raise telling.too_few(store, settings, read.matrix.shape[0])
    watch.tell(Event("notice", "topics", text=telling.vocabulary(settings, read.words)))
    _enough(settings, read, watch)
    _drop_strangers(store, settings, counts, read.input)
    try:
        fits = _fits(store, settings, counts, read, watch)
        return _write(store, settings, read, fits, mark, watch)
    except Stopped:
        return Outcome("interrupted")


def _enough(settings: TopicSettings, read: _Corpus, watch: Watch) -> None:
    """Raise MissingInput for fewer people than ``min_people``; warn of few documents of other kinds."""
    if settings.unit != "person":
        if read.matrix.shape[0] < FEW_DOCUMENTS:
            watch.tell(Event("warning", "topics", text=telling.FEW.format(n=read.matrix.shape[0], least=FEW_DOCUMENTS)))
        return
    people_with_words = read.reader.people(read.words.index, settings.min_words)
    if people_with_words < settings.min_people:
        raise telling.few_people(settings, people_with_words)


def _read(store: Store, settings: TopicSettings) -> _Corpus:
    reader = corpus.Reader(store, settings)
    words = vocabulary.build(reader.units(), settings)
    matrix = matrix_of(_lists(reader, settings), words.index)
    filled = matrix.indptr[1:] > matrix.indptr[:-1]
    return _Corpus(words, matrix[filled], reader, corpus.fingerprint(store))


def _lists(reader: corpus.Reader, settings: TopicSettings) -> Iterator[list[str]]:
    """The words of each unit that the filters let through, in order."""
    sieve = vocabulary.Filter(settings)
    return ([token[0] for token in unit if not sieve.reason(token)] for unit in reader.units())


def _c_v(model: TopicModel, read: _Corpus, settings: TopicSettings) -> list[float]:
    """C_v of each topic's ten most probable words over the units the model was fitted to, words of the model only."""
    texts = ([word for word in words if word in model.index] for words in _lists(read.reader, settings))
    return windows.c_v((words for words in texts if words), [model.top_words(k) for k in range(model.n_topics)])


def _fits(
    store: Store, settings: TopicSettings, counts: tuple[int, ...], read: _Corpus, watch: Watch
) -> dict[choose.Key, TopicModel]:
    keys = [(k, settings.seed + number) for k in counts for number in range(settings.fits_each)]
    found: dict[choose.Key, TopicModel] = {}
    for done, (k, seed) in enumerate(keys):
        recipe = _fit_recipe(settings, k, seed)
        stored = models.find_model(store, recipe, read.input)
        if stored is None:
            found[k, seed] = _fit(store, settings, (k, seed), read, recipe, watch)
        else:
            found[k, seed] = from_bytes(stored.arrays)
        watch.tell(Event("progress", "topics", "подгонка моделей", done + 1, len(keys)))
    return found


def _fit(
    store: Store, settings: TopicSettings, key: choose.Key, read: _Corpus, recipe: str, watch: Watch
) -> TopicModel:
    fitted = fitting.fit(
        read.matrix, read.words.terms, read.words.df, *key,
        engine=settings.engine, passes=settings.passes, stopping=_teller(watch),
    )  # fmt: skip
    if watch.stopping():
        raise Stopped
    arrays = to_bytes(fitted)
    models.add_model(store, _row(settings, key, read, recipe, arrays, "{}"))
    return from_bytes(arrays)


def _teller(watch: Watch) -> Callable[[int, int], bool]:
    def ask(done: int, total: int) -> bool:
        if done % 10 == 0:
            watch.tell(Event("progress", "topics", "проходы", done, total))
        return watch.stopping()

    return ask


def _row(
    settings: TopicSettings, key: choose.Key, read: _Corpus, recipe: str, arrays: bytes, told: str
) -> rows.TopicModel:
    return rows.TopicModel(
        unit=settings.unit, n_topics=key[0], seed=key[1], engine=settings.engine, settings=told, coherence=None,
        perplexity=None, stability=None, arrays=arrays, recipe=recipe, input=read.input,
        n_documents=read.matrix.shape[0], n_terms=len(read.words.terms),
        n_left_out=read.words.n_documents - read.matrix.shape[0],
    )  # fmt: skip


def _write(
    store: Store,
    settings: TopicSettings,
    read: _Corpus,
    fits: dict[choose.Key, TopicModel],
    mark: str,
    watch: Watch,
) -> Outcome:
    scores = {key: fitting.scores(model, read.matrix) for key, model in fits.items()}
    choice = choose.choose(fits, scores)
    model, own = fits[choice.key], scores[choice.key]
    row = _row(settings, choice.key, read, _fit_recipe(settings, *choice.key), to_bytes(model), '{"stage": ""}')
    steady = _stability(store, model, settings, read, row.recipe, watch)
    row = row._replace(
        coherence=own.mean_npmi, perplexity=own.perplexity, stability=sum(steady.topics) / len(steady.topics)
    )
    model_id = models.add_model(store, row)
    writer = Writer(store, model_id, model, read.reader, settings.min_words, watch)
    found, written = writer.everything()
    counts = {
        "documents": read.matrix.shape[0],
        "terms": len(read.words.terms),
        "topics": len(steady.topics),
        "stable": sum(steady.stable),
        **written,
    }
    telling.tell_choice(choice.ranking, watch)
    telling.tell_stability(steady, watch)
    c_v = _c_v(model, read, settings)
    with store.write():
        models.save_terms(store, describe.term_rows(model_id, read.words))
        models.save_dropped_terms(store, model_id, read.words.dropped)
        models.save_topics(store, describe.topic_rows(model_id, model, own.npmi, c_v, steady, _list(found.share())))
        for key, score in scores.items():
            told: dict[str, float | None] = {
                "npmi": score.mean_npmi,
                "diversity": score.diversity,
                "perplexity": score.perplexity,
            }
            kept = key == choice.key
            known = [value for value in c_v if not math.isnan(value)] if kept else []
            told |= {"stability": choice.agreement[key], "c_v": sum(known) / len(known) if known else None}
            models.save_fit(store, model_id, *key, told, kept)
        models.save_settings(store, model_id, _told(settings, read, mark, counts, steady, choice))
        models.make_current(store, model_id)
    return Outcome("done", counts)


def _stability(
    store: Store, model: TopicModel, settings: TopicSettings, read: _Corpus, recipe: str, watch: Watch
) -> stability.Stability:
    """How far each topic comes back from other seeds and resampled documents, by fits like the model's own.

    Where only members changed, the fit and its documents are the current model's, and so is its stability.
    """
    current = models.current_model(store)
    if current is not None and (current.recipe, current.input) == (recipe, read.input):
        told = json.loads(current.settings)
        each = tuple(topic.stability or 0.0 for topic in models.topics(store, current.id or 0))
        return stability.Stability(each, told["stability_bar"], told["stability_by_chance"])
    done = 0

    def again(matrix: Any, seed: int) -> Any:
        nonlocal done
        fitted = fitting.fit(
            matrix, read.words.terms, read.words.df, model.n_topics, seed,
            engine=settings.engine, passes=settings.passes, stopping=lambda _, __: watch.stopping(),
        )  # fmt: skip
        if watch.stopping():
            raise Stopped
        done += 1
        watch.tell(Event("progress", "topics", "устойчивость тем", done, stability.fits()))
        return fitted.topic_words

    return stability.measure(model.topic_words, read.matrix, again, settings.seed)


def _told(
    settings: TopicSettings,
    read: _Corpus,
    mark: str,
    counts: dict[str, int],
    steady: stability.Stability,
    choice: choose.Choice,
) -> str:
    """What the model's row says of how it was made."""
    whole = {
        **dataclasses.asdict(settings),
        "stage": mark,
        "counts": counts,
        "min_documents_used": read.words.least,
        "dropped": read.words.dropped_counts,
        "stability_bar": steady.bar,
        "stability_by_chance": steady.chance,
        "choice": choice.ranking if len(choice.ranking) > 1 else (),
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, default=str)


def _list(values: Any) -> list[float] | None:
    return None if values is None else [float(value) for value in values]


def _drop_strangers(store: Store, settings: TopicSettings, counts: tuple[int, ...], mark: str) -> None:
    """Drop unfinished models and fits of other documents or settings, so that a resumed run ends in the same rows."""
    recipes = {_fit_recipe(settings, k, settings.seed + number) for k in counts for number in range(settings.fits_each)}
    strangers = [
        model_id
        for model_id, recipe, made_of, told, _ in models.model_marks(store)
        if told != "{}" or recipe not in recipes or made_of != mark
    ]
    models.drop_models(store, strangers)


def _fit_recipe(settings: TopicSettings, k: int, seed: int) -> str:
    shaping = {
        "unit": settings.unit, "engine": settings.engine, "passes": settings.passes, "pos": sorted(settings.pos),
        "stop": sorted(stop_lemmas(settings.stopwords)), "min_length": settings.min_length,
        "min_documents": settings.min_documents, "max_share": settings.max_share, "bigrams": settings.bigrams,
    }  # fmt: skip
    return "topics-" + _hash([NUMBER, cvb0.NUMBER, k, seed, shaping])


def _stage_mark(store: Store, settings: TopicSettings) -> str:
    """Changes whenever any row of this stage would: settings, stop list, documents, members."""
    members = hashlib.blake2b(digest_size=16)
    for community in people.communities(store):
        members.update(f"{community.id}:{people.member_ids(store, community.id)}\n".encode())
    whole = dataclasses.asdict(settings)
    return _hash(
        [_fit_recipe(settings, 0, 0), sorted((key, str(value)) for key, value in whole.items()),
         corpus.fingerprint(store), texts.likes_mark(store), members.hexdigest()]
    )  # fmt: skip


def _hash(value: object) -> str:
    return hashlib.blake2b(json.dumps(value, ensure_ascii=False).encode(), digest_size=8).hexdigest()
