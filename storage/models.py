"""Topic models and what they say of documents, people and communities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from storage.db import Store
from storage.rows import CommunityTopic, Term, Topic, TopicModel, UserTopic
from storage.upsert import columns, load, upsert


def add_model(store: Store, row: TopicModel) -> int:
    """Store a fitted model (not yet current); returns its id."""
    names = tuple(name for name in columns(TopicModel) if name not in ("id", "current"))
    with store.write() as connection:
        cursor = connection.execute(
            f"INSERT INTO topic_models ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            tuple(getattr(row, name) for name in names),
        )
        return int(cursor.lastrowid or 0)


def find_model(store: Store, recipe: str, input_hash: str) -> TopicModel | None:
    """The model of this recipe and input, if one was fitted."""
    sql = "SELECT * FROM topic_models WHERE recipe = ? AND input = ? ORDER BY id DESC LIMIT 1"
    found = list(load(store, TopicModel, sql, (recipe, input_hash)))
    return found[0] if found else None


def current_model(store: Store) -> TopicModel | None:
    """The model that readers use, or None."""
    found = list(load(store, TopicModel, "SELECT * FROM topic_models WHERE current = 1"))
    return found[0] if found else None


def model_marks(store: Store) -> list[tuple[int, str, str, str, int]]:
    """(id, recipe, input, settings, current) of every model, without its arrays, by id."""
    sql = "SELECT id, recipe, input, settings, current FROM topic_models ORDER BY id"
    return [(row[0], row[1], row[2], row[3], row[4]) for row in store.rows(sql)]


def drop_models(store: Store, ids: Iterable[int]) -> None:
    """Drop models with all their rows; the current one stays whatever is asked."""
    store.many("DELETE FROM topic_models WHERE id = ? AND current = 0", ((model_id,) for model_id in ids))


def save_settings(store: Store, model_id: int, settings: str) -> None:
    """Write how a model was made (JSON), known in full once its profiles are."""
    with store.write() as connection:
        connection.execute("UPDATE topic_models SET settings = ? WHERE id = ?", (settings, model_id))


def copy_description(store: Store, source: int, target: int) -> None:
    """Give a model the words, topics and fits of another one."""
    for table in ("terms", "dropped_terms", "topics", "topic_fits"):
        names = [row["name"] for row in store.rows(f"SELECT name FROM pragma_table_info('{table}')")]
        others = ", ".join(name for name in names if name != "model_id")
        sql = f"INSERT INTO {table} (model_id, {others}) SELECT ?, {others} FROM {table} WHERE model_id = ?"
        store.many(sql, [(target, source)])


def save_shares(store: Store, model_id: int, shares: Iterable[float]) -> None:
    """Write each topic's mean share over people, by topic number."""
    rows = ((share, model_id, topic) for topic, share in enumerate(shares))
    store.many("UPDATE topics SET share = ? WHERE model_id = ? AND topic = ?", rows)


def make_current(store: Store, model_id: int) -> None:
    """Let readers see this model; unfinished and older models are dropped with their rows."""
    with store.write() as connection:
        connection.execute("UPDATE topic_models SET current = 0 WHERE current = 1")
        connection.execute("UPDATE topic_models SET current = 1 WHERE id = ?", (model_id,))
        connection.execute("DELETE FROM topic_models WHERE current = 0")


def save_terms(store: Store, rows: Iterable[Term]) -> None:
    """Write a model's vocabulary."""
    upsert(store, "terms", rows, key=("model_id", "term_id"))


def save_dropped_terms(store: Store, model_id: int, rows: Iterable[tuple[str, int, str]]) -> None:
    """Write (term, document frequency, reason) of what the vocabulary left out."""
    store.many("INSERT OR REPLACE INTO dropped_terms VALUES (?, ?, ?, ?)", ((model_id, *row) for row in rows))


def save_fit(store: Store, model_id: int, k: int, seed: int, scores: dict[str, float | None], kept: bool) -> None:
    """Write one fit's scores: npmi, c_v, diversity, stability, perplexity."""
    names = ("npmi", "c_v", "diversity", "stability", "perplexity")
    store.many(
        "INSERT OR REPLACE INTO topic_fits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(model_id, k, seed, *(scores.get(name) for name in names), int(kept))],
    )


def save_topics(store: Store, rows: Iterable[Topic]) -> None:
    """Write a model's topics."""
    upsert(store, "topics", rows, key=("model_id", "topic"))


def topics(store: Store, model_id: int) -> list[Topic]:
    """A model's topics by number."""
    return list(load(store, Topic, "SELECT * FROM topics WHERE model_id = ? ORDER BY topic", (model_id,)))


def name_topic(store: Store, model_id: int, topic: int, label: str, named_by: str) -> None:
    """Give a topic another name; ``named_by``: ``auto`` or ``person``."""
    with store.write() as connection:
        connection.execute(
            "UPDATE topics SET label = ?, named_by = ? WHERE model_id = ? AND topic = ?",
            (label, named_by, model_id, topic),
        )


def save_doc_topics(store: Store, model_id: int, rows: Iterable[tuple[int, int, float]]) -> None:
    """Write (doc_id, topic, weight); weights under 0.05 are not kept by the caller."""
    store.many("INSERT OR REPLACE INTO doc_topics VALUES (?, ?, ?, ?)", ((model_id, *row) for row in rows))


def save_user_topics(store: Store, rows: Iterable[UserTopic]) -> None:
    """Write people's profiles. A person under the word floor has no row."""
    upsert(store, "user_topics", rows, key=("model_id", "user_id", "signal", "topic"))


def save_community_topics(store: Store, rows: Iterable[CommunityTopic]) -> None:
    """Write communities' profiles."""
    upsert(store, "community_topics", rows, key=("model_id", "community_id", "signal", "topic"))


def doc_topics(store: Store, model_id: int) -> Iterator[tuple[int, int, float]]:
    """(doc_id, topic, weight) of single texts by text and topic; weights under 0.05 are not kept."""
    sql = "SELECT doc_id, topic, weight FROM doc_topics WHERE model_id = ? ORDER BY doc_id, topic"
    for row in store.rows(sql, (model_id,)):
        yield row[0], row[1], row[2]


def doc_topic_counts(store: Store, model_id: int) -> dict[int, int]:
    """topic -> texts in which it is the strongest."""
    sql = (
        "SELECT topic, count(*) FROM (SELECT doc_id, topic, row_number() OVER (PARTITION BY doc_id ORDER BY weight "
        "DESC, topic) AS place FROM doc_topics WHERE model_id = ?) WHERE place = 1 GROUP BY topic"
    )
    return {row[0]: row[1] for row in store.rows(sql, (model_id,))}


def own_signal(store: Store, model_id: int | None) -> str:
    """The signal that people's own words stand in: ``wrote``, or ``commented`` where nobody has a profile of posts."""
    found = store.value(
        "SELECT max(signal) FROM user_topics WHERE model_id = ? AND signal IN ('wrote', 'commented')", (model_id,)
    )
    return str(found or "wrote")


def user_topics(store: Store, model_id: int, signal: str) -> Iterable[UserTopic]:
    """People's profiles of one signal by user and topic."""
    sql = "SELECT * FROM user_topics WHERE model_id = ? AND signal = ? ORDER BY user_id, topic"
    yield from load(store, UserTopic, sql, (model_id, signal))


def community_topics(store: Store, model_id: int, signal: str) -> list[CommunityTopic]:
    """Communities' profiles by community and topic."""
    sql = "SELECT * FROM community_topics WHERE model_id = ? AND signal = ? ORDER BY community_id, topic"
    return list(load(store, CommunityTopic, sql, (model_id, signal)))
