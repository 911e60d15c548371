"""A fitted model in words: each topic's typical words, its suggested name, its measures."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from nlp.fitted import TopicModel, best, exclusivity, relevance
from nlp.stability import Stability
from nlp.vocabulary import Vocabulary
from storage.rows import Term, Topic

WORDS = 20
LABEL_WORDS = 3


def topic_rows(
    model_id: int,
    model: TopicModel,
    npmi: Sequence[float],
    c_v: Sequence[float],
    stability: Stability,
    share: Sequence[float] | None,
) -> list[Topic]:
    """One row a topic; words by relevance, each with its probability in the topic. An unstable topic has no name."""
    words, ranks, own = model.topic_words, relevance(model), exclusivity(model)
    rows = []
    for topic in range(model.n_topics):
        typical = best(ranks[topic], WORDS)
        listed = [[model.vocabulary[place], round(float(words[topic, place]), 6)] for place in typical]
        rows.append(
            Topic(
                model_id=model_id,
                topic=topic,
                label=", ".join(model.vocabulary[place] for place in typical[: LABEL_WORDS * stability.stable[topic]]),
                named_by="auto",
                share=None if share is None else float(share[topic]),
                npmi=float(npmi[topic]),
                c_v=None if math.isnan(c_v[topic]) else float(c_v[topic]),
                exclusivity=own[topic],
                stability=stability.topics[topic],
                words=json.dumps(listed, ensure_ascii=False),
                stable=int(stability.stable[topic]),
            )
        )
    return rows


def term_rows(model_id: int, vocabulary: Vocabulary) -> list[Term]:
    """One row a word of the vocabulary."""
    cells = zip(vocabulary.terms, vocabulary.pos, vocabulary.df, vocabulary.n, strict=True)
    return [Term(model_id, place, *row) for place, row in enumerate(cells)]
