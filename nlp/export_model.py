"""The current topic model as files for other programs: tables, gensim's own folder, a pyLDAvis page.

The page numbers topics as everything else here does, holds its scripts in itself and asks no server for anything.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import itertools
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from nlp import curation
from nlp.fitted import TopicModel, from_bytes
from storage import ConfigError, MissingInput, Store, models
from storage.rows import Topic

# As the README installs it: the package is on no index.
FOLDER = ".venv\\Scripts\\" if os.name == "nt" else ".venv/bin/"
INSTALL = f'{FOLDER}python -m pip install -c constraints.txt -e ".[export]"'
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(store: Store, folder: Path, *, raw_ids: bool = False) -> dict[str, str]:
    """Write the model into a folder; returns file -> "" or why it was left out.

    People are numbered by a hash with a key that is thrown away, so that no two exports can be joined; ``raw_ids``
    writes VK's ids. Raises MissingInput without a model and ConfigError for a folder that cannot be written.
    """
    topics = curation.current(store)
    row = models.current_model(store)
    if row is None or row.id is None:
        raise MissingInput("Тем ещё нет.", "", "Постройте их: vkaudience topics.")
    model = from_bytes(row.arrays)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _table(folder / "topics.csv", _topics(topics))
        _table(folder / "topic_words.csv", _topic_words(model))
        _table(folder / "people_topics.csv", _people(store, row.id, model, raw_ids))
        _table(folder / "text_topics.csv", _texts(store, row.id, model.n_topics))
        _table(folder / "community_topics.csv", _communities(store, row.id, model.n_topics))
        return {
            "topics.csv": "", "topic_words.csv": "", "people_topics.csv": "", "text_topics.csv": "",
            "community_topics.csv": "",
            "gensim": _gensim(model, folder / "gensim"), "pyldavis.html": _page(store, row.id, model, folder),
        }  # fmt: skip
    except OSError as error:
        raise ConfigError(f"В папку {folder} не записать.", str(error), "Выберите другую папку.") from error


def _topics(topics: list[Topic]) -> Iterator[list[Any]]:
    names = ("topic", "label", "named_by", "share", "npmi", "c_v", "exclusivity", "stability", "stable")
    yield [*names, "words"]
    for one in topics:
        yield [*(getattr(one, name) for name in names), " ".join(curation.typical(one))]


def _topic_words(model: TopicModel) -> Iterator[list[Any]]:
    """One row a word: its probability in each topic; a topic's column sums to 1."""
    yield ["word", *(f"topic_{number}" for number in range(model.n_topics))]
    for word, column in zip(model.vocabulary, model.topic_words.T, strict=True):
        yield [word, *(f"{value:.8g}" for value in column)]


def _people(store: Store, model_id: int, model: TopicModel, raw_ids: bool) -> Iterator[list[Any]]:
    """One row a person and signal; ``shrinkage``: the part of the profile that comes from words, not from the prior."""
    key = secrets.token_bytes(32)
    prior = float(model.alpha.sum())
    yield ["person", "signal", "texts", "words", "shrinkage", *(f"topic_{number}" for number in range(model.n_topics))]
    # What communities a person is in may tell who it is: without names it stays at home.
    for signal in ("wrote", "reposted", "commented", "liked", *(("member",) if raw_ids else ())):
        rows: dict[str, list[Any]] = {}
        for one in models.user_topics(store, model_id, signal):
            person = str(one.user_id)
            if not raw_ids:
                person = hashlib.blake2b(person.encode(), key=key, digest_size=8).hexdigest()
            shrinkage = f"{one.n_lemmas / (one.n_lemmas + prior):.4f}"
            cells = rows.setdefault(
                person, [person, signal, one.n_docs, one.n_lemmas, shrinkage, *[0.0] * model.n_topics]
            )
            cells[5 + one.topic] = f"{one.weight:.6g}"
        # Sorted by the pseudonym: the order of ids would tell who is who.
        yield from (rows[person] for person in sorted(rows, key=lambda one: (len(one), one)))


def _texts(store: Store, model_id: int, n_topics: int) -> Iterator[list[Any]]:
    """One row a text, by the study's own number of it; topics under 0.05 are left empty."""
    yield ["doc_id", *(f"topic_{number}" for number in range(n_topics))]
    for doc_id, weights in itertools.groupby(models.doc_topics(store, model_id), key=itemgetter(0)):
        cells: list[Any] = [""] * n_topics
        for _, topic, weight in weights:
            cells[topic] = f"{weight:.6g}"
        yield [doc_id, *cells]


def _communities(store: Store, model_id: int, n_topics: int) -> Iterator[list[Any]]:
    yield ["community", "signal", "people", "texts", "words", *(f"topic_{number}" for number in range(n_topics))]
    for signal in ("wrote", "member"):
        rows: dict[int, list[Any]] = {}
        for one in models.community_topics(store, model_id, signal):
            cells = rows.setdefault(
                one.community_id, [one.community_id, signal, one.n_people, one.n_docs, one.n_lemmas, *[0.0] * n_topics]
            )
            cells[5 + one.topic] = f"{one.weight:.6g}"
        yield from rows.values()


def _table(file: Path, rows: Iterable[list[Any]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    """A name that a spreadsheet would run as a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _gensim(model: TopicModel, folder: Path) -> str:
    try:
        made = model.to_gensim()
    except ConfigError as error:
        return f"{error.what} {error.why}"
    folder.mkdir(exist_ok=True)
    made.save(str(folder / "lda.model"))
    made.id2word.save(str(folder / "dictionary.gensim"))
    return ""


def _page(store: Store, model_id: int, model: TopicModel, folder: Path) -> str:
    import numpy as np

    try:
        import pyLDAvis
    except ImportError:  # pyLDAvis itself wants gensim and scikit-learn
        return f"нет библиотеки pyLDAvis; поставьте её в папке программы: {INSTALL}"

    people: dict[int, Any] = {}
    lengths: dict[int, int] = {}
    for one in models.user_topics(store, model_id, models.own_signal(store, model_id)):
        people.setdefault(one.user_id, np.zeros(model.n_topics))[one.topic] = one.weight
        lengths[one.user_id] = one.n_lemmas
    if len(people) < 2:
        return "людей с профилем меньше двух: показывать нечего"
    profiles = np.array(list(people.values()))
    counts = model.counts.sum(axis=0)
    prepared = pyLDAvis.prepare(
        model.topic_words, profiles / profiles.sum(axis=1, keepdims=True), list(lengths.values()), model.vocabulary,
        counts, sort_topics=False, start_index=0, n_jobs=1, mds=_plane,
    )  # fmt: skip
    scripts = Path(pyLDAvis.__file__).parent / "js"
    html = pyLDAvis.prepared_data_to_html(
        prepared, d3_url=_inside(scripts / "d3.v5.min.js", "text/javascript"),
        ldavis_url=_inside(scripts / "ldavis.v3.0.0.js", "text/javascript"),
        ldavis_css_url=_inside(scripts / "ldavis.v1.0.0.css", "text/css"),
    )  # fmt: skip
    whole = (
        f'<!doctype html>\n<html lang="ru"><meta charset="utf-8"><title>pyLDAvis</title>\n<body>{html}</body></html>\n'
    )
    (folder / "pyldavis.html").write_text(whole, encoding="utf-8", newline="\n")
    return ""


def _plane(topic_words: Any) -> Any:
    """Classical scaling (Torgerson 1952) of Jensen-Shannon distances; pyLDAvis's own may give complex numbers."""
    import numpy as np
    from scipy.spatial.distance import pdist, squareform

    squares = squareform(pdist(np.asarray(topic_words, dtype=np.float64), "jensenshannon")) ** 2
    centred = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    values, vectors = np.linalg.eigh(centred)
    return vectors[:, -2:][:, ::-1] * np.sqrt(np.maximum(values[-2:][::-1], 0.0))


def _inside(file: Path, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def shown(store: Store) -> list[dict[str, Any]]:
    """The current model's topics for a table: label, measures, words, texts, and the communities most above average.

    Raises MissingInput without a model.
    """
    topics = curation.current(store)
    model_id = topics[0].model_id if topics else 0
    texts = models.doc_topic_counts(store, model_id)
    communities = curation.communities_above(store, model_id)
    found = []
    for one in topics:
        found.append(
            {
                "topic": one.topic, "label": one.label, "named_by": one.named_by, "share": one.share, "npmi": one.npmi,
                "c_v": one.c_v, "exclusivity": one.exclusivity, "stability": one.stability, "stable": one.stable,
                "texts": texts.get(one.topic, 0), "words": [word for word, _ in json.loads(one.words)],
                "communities": communities.get(one.topic, []),
            }
        )  # fmt: skip
    return found
