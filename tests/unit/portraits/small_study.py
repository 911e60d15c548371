"""A small made-up study for the report's tests: three communities with planted differences, nobody real in it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage import Store, audiences, journal, models, open_store, people, texts, walls
from storage.rows import (
    Audience,
    Community,
    CommunityTopic,
    Document,
    Gap,
    Post,
    Term,
    Topic,
    TopicModel,
    User,
    UserTopic,
    Walk,
)

SEEN = 1_764_000_000  # 24 November 2025
DAY = 86_400
HOSTILE = '<script>alert("x")</script>{{ 7*7 }}\u202eимя\x00 =HYPERLINK("http://evil.example","x")'
LABELS = (
    ("гитара, концерт, альбом", ("гитара", "концерт", "альбом", "группа", "рок", "песня", "сцена", "звук")),
    ("ребёнок, садик, прогулка", ("ребенок", "садик", "прогулка", "мама", "сон", "игрушка", "каша", "сказка")),
    ("матч, гол, тренер", ("матч", "гол", "тренер", "команда", "лига", "защитник", "стадион", "пас")),
    ("экзамен, сессия, лекция", ("экзамен", "сессия", "лекция", "преподаватель", "зачет", "курс", "диплом", "пара")),
    ("рецепт, тесто, духовка", ("рецепт", "тесто", "духовка", "соус", "сыр", "каша", "сметана", "пирог")),
    ("кот, щенок, корм", ("кот", "щенок", "корм", "приют", "лапа", "ветеринар", "шерсть", "хозяин")),
)


@dataclass(frozen=True)
class Kind:
    """What one community's people are like."""

    name: str
    people: int
    female: float
    age: int
    city: str
    interests: tuple[float, ...]
    blank: float


KINDS = (
    Kind("Рок-клуб «Подвал»", 380, 0.30, 27, "Санкт-Петербург", (8, 0.4, 2, 2, 0.5, 0.7), 0.15),
    Kind("Мамы района", 340, 0.88, 34, "Казань", (0.3, 8, 0.4, 0.3, 4, 2), 0.10),
    Kind("Подслушано в вузе 🎓", 420, 0.55, 20, "Москва", (2, 0.3, 2, 8, 0.5, 1), 0.35),
)


def build(
    path: Path | str = ":memory:",
    *,
    kinds: tuple[Kind, ...] = KINDS,
    seed: int = 7,
    hostile: bool = False,
    baseline: bool = False,
    model: bool = True,
    sampled: bool = False,
) -> Store:
    """A store as the stages before ``report`` leave it."""
    store = open_store(path)
    rng = random.Random(seed)
    everyone: list[int] = []
    model_id = _model(store, hostile) if model else None
    for number, kind in enumerate(kinds, start=1):
        name = HOSTILE if hostile and number == 1 else kind.name
        ids = _people(store, rng, number, kind, everyone, hostile)
        _community(store, number, name, kind, ids)
        kept = sorted(rng.sample(ids, len(ids) // 2)) if sampled else ids
        role = "baseline" if baseline and number == len(kinds) else "studied"
        row = Audience(name, json.dumps({"any": [number]}), role)
        audience_id = audiences.save_audience(store, row)
        weight = len(ids) / len(kept) if kept else 1.0
        audiences.save_sample(store, audience_id, dict.fromkeys(kept, weight), SEEN)
        _texts(store, rng, number, kind, kept, model_id, hostile)
        everyone += ids
    return store


def _people(store: Store, rng: random.Random, number: int, kind: Kind, earlier: list[int], hostile: bool) -> list[int]:
    shared = rng.sample(earlier, min(len(earlier), kind.people // 12))
    new = [number * 10_000 + i for i in range(kind.people - len(shared))]
    people.save_users(store, [_person(rng, user_id, kind, hostile) for user_id in new], SEEN)
    return sorted(new + shared)


def _person(rng: random.Random, user_id: int, kind: Kind, hostile: bool) -> User:
    state = rng.choices(("ok", "closed", "deleted", "banned", "unknown"), (70, 20, 5, 3, 2))[0]
    if state in ("deleted", "banned", "unknown"):
        return User(user_id, state)
    shows_age = rng.random() < 0.5
    city = rng.choices((kind.city, "Москва", "Пермь", f"Село {user_id}", None), (45, 15, 8, 5, 27))[0]
    if hostile and rng.random() < 0.2:
        city = HOSTILE
    return User(
        user_id,
        state,
        sex=1 if rng.random() < kind.female else 2,
        birth_year=2025 - max(14, round(rng.gauss(kind.age, 6))) if shows_age else None,
        city=city,
        occupation=rng.choice(("work", "university", "school", None)),
        platform=rng.choice((2, 4, 4, 7)),
        last_seen_at=SEEN - rng.randrange(60) * DAY,
    )


def _community(store: Store, number: int, name: str, kind: Kind, ids: list[int]) -> None:
    row = Community(number, f"club{number}", name, "group", 0, kind.people + 500)
    people.save_communities(store, [row], SEEN)
    people.save_members(store, number, ids, SEEN)
    journal.save_walk(store, Walk("members", number, promised=len(ids), got=len(ids), state="done", finished_seen=SEEN))


def _texts(
    store: Store, rng: random.Random, number: int, kind: Kind, ids: list[int], model_id: int | None, hostile: bool
) -> None:
    for user in list(people.users(store, ids)):
        if user.state != "ok":
            if user.state != "unknown":
                journal.save_gap(store, Gap("walls", user.id, user.state, 30, seen=SEEN))
            continue
        if rng.random() < 0.04:
            journal.save_gap(store, Gap("walls", user.id, "private", 15, seen=SEEN))
            continue
        journal.save_walk(store, Walk("walls", user.id, got=3, state="done", finished_seen=SEEN))
        if rng.random() < kind.blank:
            continue
        _write(store, user.id, user.id, "сегодня хороший день для прогулки", 12)
        if model_id is not None and rng.random() > 0.12:
            _profile(store, rng, model_id, user.id, kind, "wrote")
            if rng.random() < 0.4:
                _profile(store, rng, model_id, user.id, kind, "reposted")
    _wall(store, number, kind, model_id, hostile)


def _write(store: Store, owner: int, author: int, text: str, n: int, item: int = 1) -> int:
    walls.save_posts(store, [Post(owner, item, from_id=author, published_at=SEEN - DAY, text=text)], SEEN)
    row = Document("post", "own", owner, item, author, SEEN - DAY, "ru", None, "день", "NOUN", n, "fast-1", "x")
    texts.save_documents(store, [row])
    return int(store.value("SELECT doc_id FROM documents WHERE owner_id = ? AND item_id = ?", (owner, item)))


def _profile(store: Store, rng: random.Random, model_id: int, user_id: int, kind: Kind, signal: str) -> None:
    raw = [rng.gammavariate(0.35 * weight, 1.0) + 1e-6 for weight in kind.interests]
    models.save_user_topics(
        store,
        [UserTopic(model_id, user_id, signal, topic, value / sum(raw), 3, 40, "x") for topic, value in enumerate(raw)],
    )


def _wall(store: Store, number: int, kind: Kind, model_id: int | None, hostile: bool) -> None:
    total = sum(kind.interests)
    for topic in range(len(LABELS)):
        text = f"Друзья! {LABELS[topic][1][0].capitalize()} и {LABELS[topic][1][1]}: всё, что вы спрашивали, "
        text += f"пишите [id55|Анне Петровой] или +7 999 123-45-67, http://example.com/{topic} и @some_person. " * 2
        if hostile:
            text = HOSTILE + text + "<img src=x onerror=alert(1)>"
        doc_id = _write(store, -number, -number, text, 14, item=topic + 1)
        if model_id is not None:
            models.save_doc_topics(store, model_id, [(doc_id, topic, 0.9 - number / 100)])
    if model_id is not None:
        rows = [
            CommunityTopic(model_id, number, "wrote", topic, weight / total, 6, 84, 0, "x")
            for topic, weight in enumerate(kind.interests)
        ]
        models.save_community_topics(store, rows)


def _model(store: Store, hostile: bool) -> int:
    row = TopicModel(
        "person", len(LABELS), 1, "cvb0", json.dumps({"passes": 30, "min_words": 20}), 0.11, 900.0, None, b"x",
        n_documents=800, n_terms=48, n_left_out=120,
    )  # fmt: skip
    model_id = models.add_model(store, row)
    terms = [(w, topic) for topic, (_, words) in enumerate(LABELS) for w in words]
    models.save_terms(store, [Term(model_id, i, w, "NOUN", 40, 90) for i, (w, _) in enumerate(terms)])
    models.save_dropped_terms(store, model_id, [("который", 600, "stop_word"), ("Фамильев", 2, "rare")])
    models.save_topics(store, [_topic(model_id, topic, hostile) for topic in range(len(LABELS))])
    models.save_fit(store, model_id, len(LABELS), 1, {"npmi": 0.11, "diversity": 0.9}, True)
    models.make_current(store, model_id)
    return model_id


def _topic(model_id: int, topic: int, hostile: bool) -> Topic:
    label, words = LABELS[topic]
    row: dict[str, Any] = {
        "words": json.dumps([[word, 0.05 - i * 0.004] for i, word in enumerate(words)], ensure_ascii=False)
    }
    found = Topic(model_id, topic, label, "auto", 1 / 6, 0.12, 0.4, 0.5, None, row["words"])
    if hostile and topic == 0:
        found = found._replace(label=HOSTILE, words=json.dumps([[HOSTILE, 0.1], ["</style><b>", 0.05]]))
    return found
