"""Stability: planted topics come back, a world without structure brings nothing back, and chance is taken off."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from nlp import cvb0, stability
from nlp.fitted import matrix_of

WORDS = [f"слово{number}" for number in range(60)]


def corpus(n: int = 200, *, structure: bool = True) -> Any:
    rng = random.Random(1)
    groups = [WORDS[0:20], WORDS[20:40], WORDS[40:60]] if structure else [WORDS]
    documents = [rng.choices(rng.choice(groups), k=20) for _ in range(n)]
    return matrix_of(documents, {word: place for place, word in enumerate(WORDS)})


def fit(matrix: Any, seed: int) -> Any:
    words = cvb0.fit(matrix, 3, seed, sweeps=40, starts=2).counts + 0.1
    return words / words.sum(axis=1, keepdims=True)


def test_planted_topics_are_stable() -> None:
    matrix = corpus()
    found = stability.measure(fit(matrix, 1), matrix, fit, 1)
    assert min(found.topics) > 0.8
    assert found.stable == (True, True, True)
    assert 0 < found.chance < 1


def test_topics_of_noise_are_below_the_bar() -> None:
    matrix = corpus(structure=False)
    found = stability.measure(fit(matrix, 1), matrix, fit, 1)
    assert not any(found.stable)
    assert np.mean(found.topics) < 0.2 < min(stability.measure(fit(corpus(), 1), corpus(), fit, 1).topics)


def test_the_same_seed_gives_the_same_numbers() -> None:
    matrix = corpus(60)
    words = fit(matrix, 1)
    once, twice = (stability.measure(words, matrix, fit, 3, repeats=2, shuffles=1) for _ in range(2))
    assert once == twice
    assert once != stability.measure(words, matrix, fit, 4, repeats=2, shuffles=1)


def test_topics_are_paired_whatever_their_order() -> None:
    words = np.array([[0.7, 0.3, 0.0], [0.0, 0.2, 0.8]])
    assert stability.matched(words, words[::-1]) == pytest.approx([1, 1])
    assert stability.matched(words, words[1:]) == pytest.approx([0, 1])


def test_shuffling_keeps_lengths_and_frequencies() -> None:
    matrix = corpus(50)
    noise = stability.shuffled(matrix, 1)
    assert (noise.sum(axis=1) == matrix.sum(axis=1)).all()
    assert (noise.sum(axis=0) == matrix.sum(axis=0)).all()
    assert (noise != matrix).nnz > 0
    empty = stability.shuffled(matrix_of([[], []], {"кот": 0}), 1)
    assert empty.shape == (2, 1) and empty.nnz == 0


def test_resampled_documents_are_those_of_the_corpus() -> None:
    matrix = corpus(30)
    rows = {tuple(row) for row in matrix.toarray()}
    again = stability.resampled(matrix, 1)
    assert again.shape == matrix.shape
    assert {tuple(row) for row in again.toarray()} < rows
