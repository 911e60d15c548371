"""What is left out of the vocabulary is counted once, wherever it is told."""

from __future__ import annotations

import collections

from nlp.settings import TopicSettings
from nlp.vocabulary import build


def test_a_word_left_out_as_two_parts_of_speech_is_one_word() -> None:
    texts = [[("что", "CONJ"), ("что", "NPRO"), ("кот", "NOUN")]] * 5 + [[("редкость", "NOUN")]]
    found = build(texts, TopicSettings(max_share=1.0))
    assert found.terms == ("кот",)
    assert found.dropped_counts == {"part_of_speech": 1, "rare": 1}
    assert found.dropped_counts == collections.Counter(reason for _, _, reason in found.dropped)
