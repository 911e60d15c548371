"""What every section of a report needs: the audiences, the model, the settings and the book of numbers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portraits.book import Book
from portraits.settings import ReportSettings
from storage import Store, audiences, models, portrait_data, portrait_people
from storage.rows import Topic, TopicModel


@dataclass(frozen=True, slots=True)
class Group:
    """An audience in the report; ``size`` people, ``sample`` of them stand for it in the topics.

    ``communities`` are those its people come from, ``excluded`` those whose members it leaves out; ``version``: how
    often its rule was changed, or its people drawn.
    """

    id: int
    name: str
    kind: str
    definition: str
    communities: tuple[int, ...]
    size: int
    sample: int
    excluded: tuple[int, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Study:
    """One report's surroundings. ``groups``: audiences with people in the order of their ids; ``signal``: where the
    people's own words stand, ``wrote`` or (a study of comments alone) ``commented``.
    """

    store: Store
    settings: ReportSettings
    book: Book
    groups: tuple[Group, ...]
    model: TopicModel | None
    topics: tuple[Topic, ...]
    signal: str = "wrote"

    @property
    def least(self) -> int:
        """The smallest group that is spoken of."""
        return self.settings.min_group

    @property
    def unstable(self) -> frozenset[int]:
        """Topics that do not come back when the fit is repeated: shown, but never named or drawn conclusions from."""
        return frozenset(topic.topic for topic in self.topics if topic.stable == 0)

    @property
    def studied(self) -> tuple[Group, ...]:
        """The audiences that the study is about."""
        return tuple(group for group in self.groups if group.kind == "studied")

    @property
    def peopled(self) -> tuple[Group, ...]:
        """Audiences with at least one person, baseline ones last."""
        return tuple(sorted((group for group in self.groups if group.size), key=lambda g: (g.kind != "studied", g.id)))

    @property
    def has_baseline(self) -> bool:
        """Whether a baseline audience with people is what the others are compared with."""
        return any(group.kind == "baseline" and group.size for group in self.groups)

    def compared(self, group: Group) -> bool:
        """Whether there is somebody to compare this audience with."""
        return group.kind == "studied" and (self.has_baseline or sum(1 for g in self.studied if g.size) > 1)


def open_study(store: Store, settings: ReportSettings) -> Study:
    """Gather the people of all audiences and find the current model."""
    model = models.current_model(store)
    model_id = model.id if model else None
    portrait_people.gather(store, model_id)
    groups = tuple(
        Group(
            int(row.id or 0), row.name, row.kind, row.definition,
            tuple(portrait_people.community_ids(row.definition)),
            portrait_people.size(store, int(row.id or 0)),
            portrait_people.sample_size(store, int(row.id or 0)),
            tuple(portrait_people.excluded_ids(row.definition)),
            row.version,
        )
        for row in audiences.audiences(store)
    )  # fmt: skip
    topics, shown = merged(models.topics(store, model_id) if model_id is not None else [])
    portrait_data.show_topics(store, shown)
    return Study(store, settings, Book(), groups, model, topics, models.own_signal(store, model_id))


def merged(topics: Sequence[Topic]) -> tuple[tuple[Topic, ...], dict[int, int]]:
    """Topics that people gave one name as one, the largest of them; topic -> the one that stands for it."""
    named: dict[str, list[Topic]] = {}
    for topic in topics:
        key = topic.label.casefold() if topic.named_by == "person" and topic.label else f"\0{topic.topic}"
        named.setdefault(key, []).append(topic)
    found, shown = [], {}
    for same in named.values():
        best = max(same, key=lambda one: (one.share or 0.0, -one.topic))
        shown.update(dict.fromkeys((one.topic for one in same), best.topic))
        found.append(best if len(same) == 1 else _joined(best, same))
    return tuple(sorted(found, key=lambda one: one.topic)), shown


def _joined(best: Topic, same: Sequence[Topic]) -> Topic:
    """One topic for several: words in turns, the share in sum, stable if one of them is; no measure is of the whole."""
    lists = [json.loads(topic.words) for topic in [best, *(one for one in same if one is not best)]]
    words: dict[str, list[Any]] = {}
    for row in itertools.chain.from_iterable(itertools.zip_longest(*lists)):
        if isinstance(row, list) and row:
            words.setdefault(str(row[0]), row)
    shares = [one.share for one in same if one.share is not None]
    known = [one.stable for one in same if one.stable is not None]
    return best._replace(
        words=json.dumps(list(words.values()), ensure_ascii=False), share=sum(shares) if shares else None,
        npmi=None, c_v=None, exclusivity=None, stability=None, stable=max(known) if known else None,
    )  # fmt: skip
