"""All parts of one report, in the order they are computed; nothing here knows markup."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from portraits.communities import Walls, walls
from portraits.compare import Distance, Overlap, distances, overlaps
from portraits.contrast import Indices, indices
from portraits.demography import Variable, variables
from portraits.funnel import Funnel, funnel
from portraits.interests import Interests, TopicCard, interests, topic_cards
from portraits.passport import Passport, passport
from portraits.study import Study
from portraits.summary import Card, card
from storage import portrait_data as data


@dataclass(frozen=True, slots=True)
class Method:
    """How the topics came about: the vocabulary before and after, what was dropped, which models were tried.

    ``choice``: (number of topics, score), best first, where there was a choice.
    """

    words: int
    dropped: tuple[data.Dropped, ...]
    fits: tuple[dict[str, object], ...]
    recipes: tuple[tuple[str, int], ...]
    choice: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a template may show. ``own``: profiles of people's own words (see ``Study.signal``); ``further``: of
    the other signals.
    """

    passport: Passport
    funnels: dict[int, Funnel]
    variables: list[Variable]
    topics: list[TopicCard]
    own: Interests | None
    further: tuple[Interests, ...]
    walls: Walls
    indices: Indices
    distances: list[Distance]
    overlaps: list[Overlap]
    cards: list[Card]
    method: Method


def build(study: Study, tell: Callable[[int], bool]) -> Parts | None:
    """Compute a report. ``tell(step)`` is told of each of :data:`STEPS` steps; its True stops the work (None)."""
    found = passport(study)
    funnels = {group.id: funnel(study, group) for group in study.peopled}
    if tell(1):
        return None
    who = variables(study, funnels)
    if tell(2):
        return None
    own = interests(study, study.signal)
    topics = topic_cards(study, own)
    others = [signal for signal in FURTHER if signal != study.signal]
    further = tuple(one for one in (interests(study, signal) for signal in others) if one is not None)
    if tell(3):
        return None
    # Other signals are left out of the tests: they would double every topic and say nearly the same again.
    traits = [one.trait for one in who] + ([own.trait] if own else [])
    tested = indices(traits, study.book, least=study.least)
    far = distances(study, own) if own else []
    if tell(4):
        return None
    cards = [card(study, group, funnels[group.id], who, own, tested) for group in study.peopled]
    return Parts(
        found, funnels, who, topics, own, further, walls(study, found), tested, far, overlaps(study), cards,
        _method(study),
    )  # fmt: skip


STEPS = 5
FURTHER = ("commented", "reposted", "liked")
"""Signals shown beside people's own words."""


def _method(study: Study) -> Method:
    recipes = tuple(data.document_recipes(study.store))
    if study.model is None or study.model.id is None:
        return Method(0, (), (), recipes)
    number = study.model.id
    words = data.vocabulary_size(study.store, number)
    dropped = tuple(data.dropped(study.store, number, least=study.least))
    for name, n in (("words.kept", words), ("words.dropped", sum(one.words for one in dropped))):
        study.book.count("method", name, 0, n, view="terms, dropped_terms")
    for name, n in (("documents", study.model.n_documents), ("documents.left_out", study.model.n_left_out)):
        study.book.count("method", name, 0, n, view="topic_models")
    return Method(
        words,
        dropped,
        tuple(data.fits(study.store, number)),
        recipes,
        _choice(study.model.settings),
    )


def _choice(settings: str) -> tuple[tuple[int, float], ...]:
    """The numbers of topics that the model's settings say were compared; none where they say nothing readable."""
    try:
        rows = json.loads(settings)["choice"]
        return tuple((int(k), float(score)) for k, score in rows)
    except (ValueError, KeyError, TypeError):
        return ()
