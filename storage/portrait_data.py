"""What a report says of the study itself: dates, communities, versions, the model, its words and typical texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.db import Store
from storage.portrait_people import EVERYONE

# Commands whose versions shape the numbers; ``report`` itself is left out, or no two reports would be equal.
_SHAPING = (
    "collect", "team merge", "import", "audiences baseline", "lemmatize", "entities", "topics", "topics apply",
    "segment",
)  # fmt: skip

TYPICAL = 0.5
"""The part of a text that a topic must take for the text to stand for it."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last moment, UTC seconds; None when nothing is dated."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """A community as a report names it; ``members`` is VK's own count, ``collected`` what the study holds."""

    id: int
    name: str
    from_vk: bool
    state: str
    members: int | None
    collected: int
    posts: int
    refused: str | None


@dataclass(frozen=True, slots=True)
class Quote:
    """One typical text of a topic, as written: the caller trims and strips it."""

    topic: int
    owner_id: int
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month ``2026-01`` of texts: how many, and topic -> its share in them."""

    month: str
    texts: int
    shares: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Words left out of the vocabulary for one reason: how many, and the most frequent of them."""

    reason: str
    words: int
    examples: tuple[str, ...]


def collected(store: Store) -> Span:
    """When the study's people, communities and posts were seen."""
    parts = " UNION ALL ".join(
        f"SELECT min(first_seen) AS a, max(last_seen) AS b FROM {table}"
        for table in ("users", "communities", "posts", "comments", "memberships")
    )
    return Span(*next(store.rows(f"SELECT min(a), max(b) FROM ({parts})")))


def unfinished(store: Store) -> bool:
    """Whether the last collection was stopped, paused or broke off: what is held is a part of what was asked for."""
    sql = "SELECT coalesce(outcome, '') NOT IN ('done', 'partial') FROM runs WHERE command = 'collect' ORDER BY id DESC"
    return bool(store.value(f"{sql} LIMIT 1"))


def written(store: Store) -> Span:
    """When the texts that became documents were published."""
    return Span(*next(store.rows("SELECT min(published_at), max(published_at) FROM documents")))


def sources(store: Store) -> list[Source]:
    """All communities by id with what is held of each."""
    sql = (
        "SELECT c.id, coalesce(c.name, c.screen_name, '') AS name, c.source, c.state, c.members_count, "
        "(SELECT count(*) FROM memberships m WHERE m.community_id = c.id AND m.left_seen IS NULL), "
        "(SELECT count(*) FROM posts p WHERE p.owner_id = -c.id), "
        "(SELECT min(g.state) FROM gaps g WHERE g.kind IN ('members', 'posts') AND g.subject IN (c.id, -c.id)) "
        "FROM communities c ORDER BY c.id"
    )
    return [Source(r[0], r[1], r[2] == "vk", r[3], r[4], r[5], r[6], r[7]) for r in store.rows(sql)]


def totals(store: Store) -> dict[str, int]:
    """Rows of the study by table, and texts."""
    names = ("communities", "users", "memberships", "posts", "comments", "documents")
    return {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in names}


def versions(store: Store) -> list[tuple[str, dict[str, str]]]:
    """(command, {package: version}) of the last finished run of every command that shapes the numbers."""
    marks = ", ".join("?" * len(_SHAPING))
    sql = (
        f"SELECT command, versions FROM runs WHERE id IN (SELECT max(id) FROM runs WHERE ended_at IS NOT NULL "
        f"AND command IN ({marks}) GROUP BY command) ORDER BY command"
    )
    found = {row[0]: _object(row[1]) for row in store.rows(sql, _SHAPING)}
    return [(name, {k: str(v) for k, v in found[name].items()}) for name in _SHAPING if name in found]


def refused_subjects(store: Store) -> dict[tuple[str, str], int]:
    """(kind of walk, state) -> subjects refused, walls of people left out (they are counted by audience)."""
    sql = "SELECT kind, state, count(*) FROM gaps WHERE kind <> 'walls' GROUP BY kind, state ORDER BY kind, state"
    return {(row[0], row[1]): row[2] for row in store.rows(sql)}


def vocabulary_size(store: Store, model_id: int) -> int:
    """Words that the model knows."""
    return int(store.value("SELECT count(*) FROM terms WHERE model_id = ?", (model_id,)))


def dropped(store: Store, model_id: int, *, least: int, examples: int = 12) -> list[Dropped]:
    """Words thrown away by reason. A word of fewer than ``least`` units is never shown: it may name somebody."""
    sql = "SELECT reason, count(*) FROM dropped_terms WHERE model_id = ? GROUP BY reason ORDER BY 2 DESC, 1"
    top = "SELECT term FROM dropped_terms WHERE model_id = ? AND reason = ? AND df >= ? ORDER BY df DESC, term LIMIT ?"
    return [
        Dropped(row[0], row[1], tuple(r[0] for r in store.rows(top, (model_id, row[0], least, examples))))
        for row in list(store.rows(sql, (model_id,)))
    ]


def show_topics(store: Store, shown: Mapping[int, int]) -> None:
    """Note which topic stands for each in this report (temporary): topics of one name are shown as one."""
    with store.write() as connection:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS report_topics (topic INTEGER PRIMARY KEY, shown INTEGER)")
        connection.execute("DELETE FROM report_topics")
        connection.executemany("INSERT INTO report_topics VALUES (?, ?)", shown.items())


def trend(store: Store, model_id: int, signal: str, least: int, texts: int) -> list[Month]:
    """Shares of topics by month, in order.

    ``signal``: the people's own words that are read (``wrote`` or ``commented``), of those who stand for the studied
    audiences; an empty one reads the communities' posts. Left out are months with fewer than ``texts`` texts or, of
    people, with fewer than ``least`` authors.
    """
    kind, own = ("comment" if signal == "commented" else "post"), "d.part = 'own'"
    who = "coalesce(d.author_id, d.owner_id) < 0 AND d.owner_id < 0"
    if signal:
        panel = f"SELECT user_id FROM report_people WHERE audience_id = {EVERYONE} AND weight IS NOT NULL"
        who = f"d.author_id IN ({panel})"
    sql = (
        "WITH dated AS (SELECT strftime('%Y-%m', d.published_at, 'unixepoch') AS month, d.author_id, t.* "
        "FROM doc_topics t JOIN documents d ON d.doc_id = t.doc_id "
        f"WHERE t.model_id = ?1 AND d.published_at > 0 AND d.kind = ?2 AND {own} AND {who}), "
        "months AS (SELECT month, sum(weight) AS whole, count(DISTINCT doc_id) AS n_texts, "
        "count(DISTINCT author_id) AS n_people FROM dated GROUP BY month) "
        "SELECT m.month, m.n_texts, r.shown, sum(d.weight) / m.whole FROM dated d JOIN months m ON m.month = d.month "
        "JOIN report_topics r ON r.topic = d.topic "
        "WHERE m.n_texts >= ?3 AND m.n_people >= ?4 GROUP BY 1, 3 ORDER BY 1, 3"
    )
    found: dict[str, tuple[int, dict[int, float]]] = {}
    for month, n_texts, topic, share in store.rows(sql, (model_id, kind, texts, least if signal else 0)):
        found.setdefault(month, (n_texts, {}))[1][topic] = share
    return [Month(month, n_texts, shares) for month, (n_texts, shares) in found.items()]


def fits(store: Store, model_id: int) -> list[dict[str, Any]]:
    """Every fit that was tried for a model, by number of topics and seed."""
    sql = "SELECT * FROM topic_fits WHERE model_id = ? ORDER BY k, seed"
    return [dict(row) for row in store.rows(sql, (model_id,))]


def document_recipes(store: Store) -> list[tuple[str, int]]:
    """(recipe of lemmatization, documents made by it)."""
    sql = "SELECT recipe, count(*) FROM documents GROUP BY recipe ORDER BY recipe"
    return [(row[0], row[1]) for row in store.rows(sql)]


def typical(store: Store, model_id: int, *, people: bool, per_topic: int) -> list[Quote]:
    """The texts that are of each topic for at least half, at most one an owner; very short ones left out.

    Best first: texts that nobody copied, then by weight. A text below a half is as much about something else: a topic
    without better ones has no typical text. Without ``people`` only what communities themselves published; with it,
    what people wrote too.
    """
    who = "1" if people else "d.owner_id < 0 AND coalesce(d.author_id, d.owner_id) < 0"
    sql = (
        "WITH repeated AS (SELECT DISTINCT copy_of AS doc_id FROM documents WHERE copy_of IS NOT NULL), "
        "full AS (SELECT r.shown AS topic, t.doc_id, sum(t.weight) AS weight FROM doc_topics t "
        "JOIN report_topics r ON r.topic = t.topic WHERE t.model_id = ? GROUP BY 1, 2 HAVING sum(t.weight) >= ?), "
        "ranked AS (SELECT f.topic, d.owner_id, d.item_id, d.kind, f.weight, d.n_lemmas, d.doc_id, "
        "d.doc_id IN repeated AS copied, row_number() OVER (PARTITION BY f.topic, d.owner_id "
        "ORDER BY d.doc_id IN repeated, f.weight DESC, d.n_lemmas DESC, d.doc_id) AS best "
        "FROM full f JOIN documents d USING (doc_id) "
        f"WHERE d.copy_of IS NULL AND d.part = 'own' AND d.n_lemmas >= 6 AND {who}) "
        "SELECT topic, owner_id, item_id, kind FROM ranked WHERE best = 1 "
        "ORDER BY topic, copied, weight DESC, n_lemmas DESC, doc_id"
    )
    taken: dict[int, int] = {}
    found = []
    for topic, owner_id, item_id, kind in store.rows(sql, (model_id, TYPICAL)):
        if taken.get(topic, 0) < per_topic:
            taken[topic] = taken.get(topic, 0) + 1
            found.append(Quote(topic, owner_id, _owner(store, owner_id), _text(store, kind, owner_id, item_id)))
    return found


def _text(store: Store, kind: str, owner_id: int, item_id: int) -> str:
    table = "comments" if kind == "comment" else "posts"
    return str(store.value(f"SELECT text FROM {table} WHERE owner_id = ? AND id = ?", (owner_id, item_id)) or "")


def _owner(store: Store, owner_id: int) -> str:
    """A community's name; a person has none."""
    if owner_id > 0:
        return ""
    return str(store.value("SELECT coalesce(name, screen_name, '') FROM communities WHERE id = ?", (-owner_id,)) or "")


def community_words(store: Store, model_id: int, ids: Sequence[int]) -> dict[int, tuple[int, dict[int, float]]]:
    """community -> (texts, {topic: share of its own wall}); communities without a profile are absent."""
    sql = (
        "SELECT r.shown, sum(c.weight), max(c.n_docs) FROM community_topics c "
        "JOIN report_topics r ON r.topic = c.topic "
        "WHERE c.model_id = ? AND c.community_id = ? AND c.signal = 'wrote' GROUP BY 1 ORDER BY 1"
    )
    found = {}
    for number in ids:
        rows = list(store.rows(sql, (model_id, number)))
        if rows:
            found[number] = (int(rows[0][2]), {row[0]: row[1] for row in rows})
    return found


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
