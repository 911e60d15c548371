"""Windowed coherence: by the definition, against gensim, and on awkward texts."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest

from nlp import windows

WORDS = [f"слово{number}" for number in range(30)]
TOPICS = [WORDS[:5], WORDS[3:9], WORDS[20:24]]


def texts(n: int = 60, longest: int = 40, seed: int = 1) -> list[list[str]]:
    rng = random.Random(seed)
    return [rng.choices(WORDS[: rng.choice((12, 30))], k=rng.randrange(longest)) for _ in range(n)]


def gensim_coherence(own: list[list[str]], topics: list[list[str]], measure: str, window: int) -> Any:
    gensim = pytest.importorskip("gensim")
    dictionary = gensim.corpora.Dictionary([*own, *topics])
    model = gensim.models.CoherenceModel(
        topics=topics, texts=own, dictionary=dictionary, coherence=measure, window_size=window, topn=10, processes=1
    )
    return model.get_coherence_per_topic()


@pytest.mark.parametrize("window", [1, 3, 10, 110])
@pytest.mark.parametrize("seed", [1, 2])
def test_both_agree_with_gensim(window: int, seed: int) -> None:
    own = texts(seed=seed)
    assert windows.c_v(own, TOPICS, window) == pytest.approx(gensim_coherence(own, TOPICS, "c_v", window), abs=1e-9)
    assert windows.npmi(own, TOPICS, window) == pytest.approx(gensim_coherence(own, TOPICS, "c_npmi", window), abs=1e-9)


def test_windows_are_those_of_the_definition() -> None:
    own = texts(20)
    counts = windows.count(own, TOPICS, 4, like_gensim=False)
    every = [set(text[at : at + 4]) for text in own for at in range(max(1, len(text) - 3))]
    assert counts.total == len(every)
    for one, other in itertools.product(counts.index, counts.index):
        held = sum(one in window and other in window for window in every)
        assert counts.pairs[counts.index[one], counts.index[other]] == held


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = windows.c_v(texts(), TOPICS)
    monkeypatch.setattr(windows, "_SHORT_BATCH", 7)
    assert windows.c_v(iter(texts()), TOPICS) == pytest.approx(whole)


def test_words_that_belong_together_score_higher() -> None:
    own = [["кот", "мышь", "сыр"], ["код", "баг", "тест"]] * 20
    good, bad = windows.c_v(own, [["кот", "мышь", "сыр"], ["кот", "баг", "сыр"]])
    assert good > bad
    good, bad = windows.npmi(own, [["кот", "мышь"], ["кот", "баг"]])
    assert good == pytest.approx(1) and bad < -0.9


def test_nothing_to_count_is_not_a_number() -> None:
    for measure in (windows.c_v, windows.npmi):
        assert measure([["кот"]], []) == []
        assert all(math.isnan(value) for value in measure([], [["кот", "мышь"]]))
        assert all(math.isnan(value) for value in measure([[], ["кот", "пёс"]], [["кот"], ["кот", "🐈"], []]))
