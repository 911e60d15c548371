"""The trainer, inference, coherence and the model for notebooks, on small planted corpora."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from scipy import sparse

import nlp
from nlp import choose, coherence, cvb0, fitting, infer
from nlp.fitted import best, exclusivity, from_bytes, matrix_of, relevance, to_bytes
from nlp.settings import TopicSettings
from storage import ConfigError, MissingInput

THEMES = """
кот мышь молоко лапа хвост усы миска клубок шерсть когти лоток птица
код баг тест сервер сборка ветка патч ревью релиз модуль поток кеш
мяч гол матч судья поле тренер пас сетка кубок лига тайм ворота
"""
GROUPS = [line.split() for line in THEMES.split("\n") if line]


def texts(n: int = 150, length: int = 15, seed: int = 1) -> list[list[str]]:
    rng = random.Random(seed)
    return [rng.choices(GROUPS[number % 3], k=length) for number in range(n)]


@pytest.fixture(scope="module")
def model() -> nlp.TopicModel:
    return nlp.fit_topics(texts(), n_topics=3)


def test_planted_topics_are_found(model: nlp.TopicModel) -> None:
    found = {frozenset(model.top_words(topic, 3)) for topic in range(3)}
    assert all(any(words <= set(group) for group in GROUPS) for words in found)
    assert len(found) == 3
    assert model.doc_topics.shape == (150, 3)
    assert (model.doc_topics.max(axis=1) > 0.7).all()


def test_shapes_and_sums(model: nlp.TopicModel) -> None:
    assert len(model.vocabulary) == 36
    assert model.topic_words.shape == (3, 36)
    assert model.topic_words.sum(axis=1) == pytest.approx(1)
    assert model.doc_topics.sum(axis=1) == pytest.approx(1)
    assert model.counts.sum() == pytest.approx(150 * 15, rel=1e-5)
    assert list(model.counts.sum(axis=1)) == sorted(model.counts.sum(axis=1), reverse=True)


def test_a_document_without_a_known_word_is_nan_and_never_flat() -> None:
    rows = [[], *texts(), ["абракадабра"]]
    model = nlp.fit_topics(rows, n_topics=3)
    assert np.isnan(model.doc_topics[[0, -1]]).all()
    assert not np.isnan(model.doc_topics[1:-1]).any()
    inferred = model.infer(rows)
    assert np.isnan(inferred[[0, -1]]).all()
    assert inferred[1:-1] == pytest.approx(model.doc_topics[1:-1], abs=0.02)


def test_same_seed_same_bits_another_seed_another_fit(model: nlp.TopicModel) -> None:
    again, other = nlp.fit_topics(texts(), n_topics=3), nlp.fit_topics(texts(), n_topics=3, seed=2)
    assert to_bytes(again) == to_bytes(model)
    assert (again.doc_topics == model.doc_topics).all()
    assert to_bytes(other) != to_bytes(model)


def test_arrays_come_back_to_the_bit(model: nlp.TopicModel) -> None:
    back = from_bytes(to_bytes(model))
    assert (back.counts == model.counts).all()
    assert (back.infer(texts(9)) == model.infer(texts(9))).all()
    assert back.vocabulary == model.vocabulary
    assert (back.engine, back.seed, back.df) == (model.engine, model.seed, model.df)


def test_gensim_gets_the_whole_model(model: nlp.TopicModel) -> None:
    pytest.importorskip("gensim")
    poured = model.to_gensim()
    assert poured.get_topics() == pytest.approx(model.topic_words, abs=1e-6)
    assert [word for word, _ in poured.show_topic(0, 3)] == model.top_words(0, 3)
    words = poured.id2word.doc2bow(texts(1)[0])
    theirs = dict(poured.get_document_topics(words, minimum_probability=0))
    ours = model.infer(texts(1))[0]
    assert max(theirs, key=lambda topic: theirs[topic]) == int(ours.argmax())
    from gensim.models import CoherenceModel

    corpus = [poured.id2word.doc2bow(text) for text in texts()]
    assert CoherenceModel(model=poured, corpus=corpus, coherence="u_mass").get_coherence() < 0


def test_stock_gensim_is_an_engine() -> None:
    pytest.importorskip("gensim")
    model = nlp.fit_topics(texts(), n_topics=3, engine="gensim", passes=10)
    assert (model.doc_topics.max(axis=1) > 0.6).mean() > 0.9
    assert model.alpha.sum() <= cvb0.MOST_ALPHA + 1e-9
    assert to_bytes(model) == to_bytes(nlp.fit_topics(texts(), n_topics=3, engine="gensim", passes=10))


def test_alpha_is_learned_and_bounded(model: nlp.TopicModel) -> None:
    assert 0 < model.alpha.sum() < 0.5  # each document is of one topic
    rng = random.Random(1)
    mixed = [[rng.choice(rng.choice(GROUPS)) for _ in range(12)] for _ in range(200)]
    assert nlp.fit_topics(mixed, n_topics=3).alpha.sum() <= cvb0.MOST_ALPHA + 1e-9


def test_minka_finds_the_prior_of_a_sample() -> None:
    rng = np.random.default_rng(1)
    counts = np.array([rng.multinomial(200, rng.dirichlet([0.2, 0.5, 1.0])) for _ in range(3000)], dtype=float)
    found = cvb0.minka(counts, counts.sum(axis=1), np.full(3, 0.1), steps=300)
    assert found == pytest.approx([0.2, 0.5, 1.0], rel=0.08)


def test_chunks_do_not_lose_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvb0, "CHUNK_DOCUMENTS", 7)
    matrix = matrix_of(texts(50), {word: place for place, word in enumerate(itertools.chain(*GROUPS))})
    fit = cvb0.fit(matrix, 3, 1, sweeps=30)
    assert fit.counts.sum(axis=0) == pytest.approx(np.asarray(matrix.sum(axis=0)).ravel(), rel=1e-4)
    assert fit.doc_counts.sum(axis=1) == pytest.approx(np.asarray(matrix.sum(axis=1)).ravel(), rel=1e-4)


def test_a_sample_is_fitted_when_all_would_not_fit_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "MOST_CELLS", 900)
    model = nlp.fit_topics(texts(300), n_topics=3)
    assert model.counts.sum() < 300 * 15 / 2
    assert model.doc_topics.shape == (300, 3)
    assert (model.doc_topics.max(axis=1) > 0.6).all()


def test_inference_in_parts_is_the_same(model: nlp.TopicModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = model.infer(texts(40))
    monkeypatch.setattr(infer, "_CELLS", 30)
    assert model.infer(texts(40)) == pytest.approx(whole, abs=1e-5)


def test_npmi_is_that_of_the_definition() -> None:
    documents = [["а", "б"], ["а", "б", "в"], ["в"], ["а"], [], ["г", "в"]]
    index = {"а": 0, "б": 1, "в": 2, "г": 3}
    found = coherence.npmi(matrix_of(documents, index), [[0, 1], [1, 2, 3]])

    def pair(x: str, y: str) -> float:
        both = sum(x in d and y in d for d in documents) / 5
        alone = [sum(w in d for d in documents) / 5 for w in (x, y)]
        return math.log((both + 1e-12) / (alone[0] * alone[1])) / -math.log(both + 1e-12)

    assert found[0] == pytest.approx(pair("а", "б"))
    assert found[1] == pytest.approx((pair("б", "в") + pair("б", "г") + pair("в", "г")) / 3)


def test_npmi_of_nothing_is_not_a_number() -> None:
    empty = sparse.csr_matrix((3, 2))
    assert math.isnan(coherence.npmi(empty, [[0, 1]])[0])
    everywhere = matrix_of([["а", "б"]] * 4, {"а": 0, "б": 1})
    assert coherence.npmi(everywhere, [[0, 1]]) == [0.0]


def test_diversity() -> None:
    assert coherence.diversity([[1, 2], [3, 4]]) == 1
    assert coherence.diversity([[1, 2], [1, 2]]) == 0.5
    assert coherence.diversity([]) == 0


def test_ties_are_broken_by_place() -> None:
    assert best(np.array([1.0, 2.0, 2.0, 0.0]), 3) == [1, 2, 0]


def test_relevance_prefers_a_topics_own_words() -> None:
    common = [[*words, "день", "день", "день"] for words in texts()]
    model = nlp.fit_topics(common, n_topics=3, max_share=1.0)
    place = model.index["день"]
    ranks = relevance(model)
    by_probability = [best(row, 37).index(place) for row in model.topic_words]
    by_relevance = [best(row, 37).index(place) for row in ranks]
    assert sum(by_relevance) > sum(by_probability)
    assert all(0 < value <= 1 for value in exclusivity(model))


def test_fits_of_one_corpus_match_and_score(model: nlp.TopicModel) -> None:
    matrix = matrix_of(texts(), model.index)
    scores = fitting.scores(model, matrix)
    assert scores.mean_npmi > 0.2
    assert 11 < scores.perplexity < 13
    assert fitting.matched(model, model) == [1.0] * 3
    two = nlp.fit_topics(texts(), n_topics=2)
    assert len(fitting.matched(two, model)) == 2
    assert fitting.matched(model, two).count(0.0) >= 1


def test_the_planted_number_of_topics_is_chosen() -> None:
    matrix = None
    fits, scores = {}, {}
    for k, seed in itertools.product((2, 3, 6), (1, 2)):
        fits[k, seed] = nlp.fit_topics(texts(), n_topics=k, seed=seed)
        matrix = matrix_of(texts(), fits[k, seed].index)
        scores[k, seed] = fitting.scores(fits[k, seed], matrix)
    choice = choose.choose(fits, scores)
    assert choice.key[0] == 3
    assert choice.agreement[choice.key] > 0.5


def test_numbers_that_the_documents_allow() -> None:
    assert choose.numbers(TopicSettings(n_topics="auto"), 120) == (5, 8, 10, 12)
    assert choose.numbers(TopicSettings(n_topics="auto"), 40) == ()
    assert choose.numbers(TopicSettings(n_topics=(20, 5, 5)), 30) == (5,)
    assert choose.numbers(TopicSettings(n_topics=20), 39) == ()


def test_nothing_to_fit() -> None:
    for rows in ([], [[]], [["кот"], ["кит"]]):
        with pytest.raises(MissingInput):
            nlp.fit_topics(rows, n_topics=2)
    with pytest.raises(ConfigError):
        nlp.fit_topics(texts(), n_topics=1)


def test_one_document_and_more_topics_than_words() -> None:
    model = nlp.fit_topics([["кот", "кит"]], n_topics=5, min_documents=1, max_share=1.0)
    assert model.doc_topics.sum() == pytest.approx(1)


def test_documents_may_be_any_iterable() -> None:
    model = nlp.fit_topics((row for row in texts(30)), n_topics=2)
    assert len(model.doc_topics) == 30
