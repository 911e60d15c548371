"""What they talk about: every topic with its words, its share among people, and the people it leads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portraits.contrast import Trait
from portraits.course import Course, courses
from portraits.display import quotable
from portraits.funnel import enter_share
from portraits.profiles import Cloud, Means, Profiles, cloud, load_profiles, means, strongest
from portraits.shares import Share, Table, shares
from portraits.study import Study
from portraits.suppress import hidden_cells
from storage import portrait_data as data
from storage import portrait_people as people
from storage.rows import PortraitNumber, Topic

QUOTES_PER_TOPIC = 3
NEAREST = 2
WORDS = 12


@dataclass(frozen=True, slots=True)
class TopicCard:
    """One topic as the report shows it; ``nearest``: topics that share most words, by weight."""

    id: int
    label: str
    automatic: bool
    words: tuple[str, ...]
    npmi: float | None
    stability: float | None
    stable: bool | None
    nearest: tuple[int, ...]
    quotes: tuple[tuple[str, str], ...]
    course: Course | None = None


@dataclass(frozen=True, slots=True)
class Interests:
    """Profiles of one signal read as groups: audience id (or EVERYONE) -> means, share led by each topic.

    ``ceiling``: how many are everyone is not told, as those in two audiences are a small group; they are at most this.
    """

    signal: str
    topics: tuple[int, ...]
    means: Mapping[int, Means | None]
    led: Mapping[int, Mapping[str, Share]]
    clouds: Mapping[int, Cloud]
    trait: Trait
    ceiling: int = 0

    def place(self, topic: int) -> int:
        """The column of a topic."""
        return self.topics.index(topic)


def interests(study: Study, signal: str) -> Interests | None:
    """Read one signal's profiles; None without a model or without anybody who has a profile."""
    if study.model is None or study.model.id is None:
        return None
    numbers = [topic.topic for topic in study.topics]
    profiles = load_profiles(study.store, study.model.id, signal, numbers)
    if not profiles.row:
        return None
    groups = [group.id for group in study.peopled]
    clouds = {g: cloud(profiles, people.weights(study.store, g)) for g in (*groups, people.EVERYONE)}
    tables = {g: strongest(one, numbers) for g, one in clouds.items()}
    ceiling = _ceiling(study, clouds)
    found = Interests(
        signal,
        tuple(numbers),
        {g: _means(study, one, g) for g, one in clouds.items()},
        _led(study, tables, ceiling),
        clouds,
        _trait(study, profiles, signal),
        ceiling,
    )
    _enter(study, found)
    return found


def _means(study: Study, group: Cloud, number: int) -> Means | None:
    """Means of a group that is large enough to be spoken of."""
    return means(group, (study.settings.seed, number + 1)) if group.n >= study.least else None


def _ceiling(study: Study, clouds: Mapping[int, Cloud]) -> int:
    """The people of the studied audiences in sum, where that less everyone is a small group; else 0."""
    total = sum(clouds[group.id].n for group in study.peopled if group.kind == "studied")
    return total if 0 < total - clouds[people.EVERYONE].n < study.least else 0


def _led(study: Study, tables: Mapping[int, Table], ceiling: int) -> dict[int, dict[str, Share]]:
    """Shares led by each topic, by audience and for everyone.

    Everyone less the audiences shown is the one hidden, and the audiences less everyone are the people in two of
    them: where either is a small group, everyone's share is blurred.
    """
    led = {g: shares(table, study.least) for g, table in tables.items()}
    everyone = led[people.EVERYONE]
    studied = [group.id for group in study.peopled if group.kind == "studied"]
    twice = {
        topic: sum(tables[g].counts.get(topic, 0) for g in studied) - count
        for topic, count in tables[people.EVERYONE].counts.items()
    }
    telling = set(hidden_cells(twice, study.least))
    telling |= {
        t
        for t, share in everyone.items()
        if share.hidden or any(t in led[g] and (led[g][t].hidden or led[g][t].coarse) for g in studied)
    }
    if len(telling) == 1 and len(everyone) > 1:
        # The last one would be the total less the others.
        telling.add(min(set(everyone) - telling, key=lambda topic: (everyone[topic].n, topic)))
    if ceiling:
        telling = set(everyone)
    blurred = {t: share.blurred() if t in telling else share for t, share in everyone.items()}
    led[people.EVERYONE] = {
        t: replace(share, base=ceiling) if ceiling and not share.hidden else share for t, share in blurred.items()
    }
    return led


def _trait(study: Study, profiles: Profiles, signal: str) -> Trait:
    here, there = {}, {}
    for group in study.peopled:
        if study.compared(group):
            here[group.id] = strongest(cloud(profiles, people.weights(study.store, group.id)), profiles.topics)
            others = people.weights(study.store, people.REFERENCE, without=group.id)
            there[group.id] = strongest(cloud(profiles, others), profiles.topics)
    return Trait(f"topic.{signal}", "topics", tuple(str(topic) for topic in profiles.topics), here, there)


def _enter(study: Study, found: Interests) -> None:
    for group, one in found.means.items():
        audience = 0 if group == people.EVERYONE else group
        for topic, share in found.led[group].items():
            enter_share(study, "topics", f"led.{found.signal}.{topic}", audience, share, "user_topics")
        if one is None:
            continue
        n = None if found.ceiling and not audience else one.n
        for place, topic_id in enumerate(found.topics):
            study.book.enter(
                PortraitNumber(
                    "topics", f"mean.{found.signal}.{topic_id}", audience, float(one.value[place]),
                    float(one.lo[place]), float(one.hi[place]), n, n,
                    method=f"mean over people, bootstrap 95 % ({len(one.draws)} resamples)", base_view="user_topics",
                )
            )  # fmt: skip


def topic_cards(study: Study, own: Interests | None) -> list[TopicCard]:
    """All topics of the current model, by number, with typical texts; ``own``: the people's own words, if any."""
    if study.model is None or study.model.id is None:
        return []
    quotes: dict[int, list[tuple[str, str]]] = {}
    if study.settings.quotes != "none":
        everyone = study.settings.quotes == "people"
        for quote in data.typical(study.store, study.model.id, people=everyone, per_topic=QUOTES_PER_TOPIC):
            if text := quotable(quote.text):
                quotes.setdefault(quote.topic, []).append((quote.source, text))
    for topic in study.topics:
        for name in ("npmi", "stability"):
            if (score := getattr(topic, name)) is not None:
                row = PortraitNumber("topics", f"{name}.{topic.topic}", 0, score, method=name, base_view="topics")
                study.book.enter(row)
    over_months = courses(study, people=own is not None)
    vectors = {topic.topic: word_weights(topic) for topic in study.topics}
    if study.topics and all(topic.stable is not None for topic in study.topics):
        n = sum(1 for topic in study.topics if topic.stable)
        study.book.enter(PortraitNumber("topics", "stable", 0, float(n), method="stability", base_view="topics"))
    return [
        TopicCard(
            topic.topic, topic.label, topic.named_by == "auto", tuple(vectors[topic.topic])[:WORDS],
            topic.npmi, topic.stability, None if topic.stable is None else bool(topic.stable),
            nearest(topic.topic, vectors), tuple(quotes.get(topic.topic, ())),
            over_months.get(topic.topic),
        )
        for topic in study.topics
    ]  # fmt: skip


def word_weights(topic: Topic) -> dict[str, float]:
    """word -> probability, best first; what cannot be read is left out."""
    try:
        rows = json.loads(topic.words)
    except ValueError:
        return {}
    found: dict[str, float] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, str):
            found[row] = 1.0
        elif isinstance(row, list) and row and isinstance(row[0], str):
            found[row[0]] = float(row[1]) if len(row) > 1 and isinstance(row[1], int | float) else 1.0
    return found


def nearest(topic: int, vectors: Mapping[int, Mapping[str, float]], most: int = NEAREST) -> tuple[int, ...]:
    """The topics whose top words overlap most with this one's (sum of the smaller probabilities); maybe none."""
    own = vectors[topic]
    scored: Sequence[tuple[float, int]] = [
        (sum(min(own[word], weight) for word, weight in other.items() if word in own), number)
        for number, other in vectors.items()
        if number != topic
    ]
    return tuple(number for score, number in sorted(scored, key=lambda item: (-item[0], item[1]))[:most] if score > 0)
