"""People of the audiences, counted for a report: temporary tables, then group-by queries. No row of a person leaves.

:func:`gather` makes two temporary tables (they die with the connection):

    report_people(audience_id, user_id, weight)     weight NULL: a member whom the sample left out
    report_persons(user_id, known, outcome, sex, age, city, occupation, platform, active)

Besides the audiences' own ids there are two groups: :data:`REFERENCE` (the baseline audiences, or, without
them, all studied ones) and :data:`EVERYONE` (all studied audiences, each person once).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from storage.audiences import Selection, audiences, selected
from storage.db import Store
from storage.models import own_signal

REFERENCE = 0
EVERYONE = -1
ACTIVE_SECONDS = 30 * 86_400
FIELDS = ("sex", "age", "city", "occupation", "platform")
# Where a member stops on the way into the model, in the order of the funnel.
OUTCOMES = ("unknown", "deleted", "closed", "not_asked", "refused", "blank", "few_words", "in_model")

_TABLES = """
DROP TABLE IF EXISTS temp.report_people;
DROP TABLE IF EXISTS temp.report_persons;
DROP TABLE IF EXISTS temp.report_authors;
CREATE TEMP TABLE report_people (
  audience_id INTEGER NOT NULL, user_id INTEGER NOT NULL, weight REAL, PRIMARY KEY (audience_id, user_id)
) WITHOUT ROWID;
CREATE TEMP TABLE report_authors (user_id INTEGER PRIMARY KEY, on_wall INTEGER NOT NULL);
CREATE TEMP TABLE report_persons (
  user_id INTEGER PRIMARY KEY, known INTEGER NOT NULL, outcome TEXT NOT NULL, sex TEXT, age TEXT, city TEXT,
  occupation TEXT, platform TEXT, active INTEGER
)
"""

# Only the year of birth is stored: who turns 18 in the year of collection may still be 17, so is put with minors.
_AGE = """
CASE WHEN u.birth_year IS NULL OR u.last_seen IS NULL THEN NULL ELSE (
  SELECT CASE WHEN a < 6 THEN NULL WHEN a <= 18 THEN '18-' WHEN a <= 24 THEN '19-24' WHEN a <= 34 THEN '25-34'
    WHEN a <= 44 THEN '35-44' WHEN a <= 54 THEN '45-54' WHEN a <= 100 THEN '55+' END
  FROM (SELECT CAST(strftime('%Y', u.last_seen, 'unixepoch') AS INTEGER) - u.birth_year AS a)) END
"""

# Evidence first: whoever has a profile or a text on the own wall got through, whatever VK says of the account today.
# What somebody wrote elsewhere says nothing of the own wall: it counts only where nothing is known of that. Nothing
# that is remembered of a deleted account describes it, so its traits are unknown.
_PERSONS = f"""
INSERT INTO report_persons
SELECT user_id, outcome NOT IN ('unknown', 'deleted'), outcome, sex, age, city, occupation, platform, active
FROM (SELECT p.user_id,
  CASE
    WHEN EXISTS (SELECT 1 FROM user_topics t WHERE t.model_id = :model AND t.user_id = p.user_id
                 AND t.signal = :signal) THEN 'in_model'
    WHEN a.on_wall THEN 'few_words'
    WHEN o.state IN ('deleted', 'banned') THEN 'deleted'
    WHEN w.state IN ('done', 'short') THEN 'blank'
    WHEN o.state = 'closed' THEN 'closed'
    WHEN g.subject IS NOT NULL THEN 'refused'
    WHEN a.user_id IS NOT NULL THEN 'few_words'
    WHEN o.id IS NULL OR (o.state = 'unknown' AND coalesce(o.sex, o.birth_year, o.city) IS NULL) THEN 'unknown'
    ELSE 'not_asked' END AS outcome,
  CASE u.sex WHEN 1 THEN 'female' WHEN 2 THEN 'male' END AS sex,
  {_AGE} AS age,
  nullif(trim(u.city), '') AS city, nullif(trim(u.occupation), '') AS occupation, CAST(u.platform AS TEXT) AS platform,
  CASE WHEN u.last_seen_at IS NULL OR u.last_seen IS NULL THEN NULL
       ELSE u.last_seen - u.last_seen_at <= {ACTIVE_SECONDS} END AS active
FROM (SELECT DISTINCT user_id FROM report_people) p
LEFT JOIN users o ON o.id = p.user_id
LEFT JOIN users u ON u.id = p.user_id AND u.state NOT IN ('deleted', 'banned')
LEFT JOIN report_authors a ON a.user_id = p.user_id
LEFT JOIN walks w ON w.kind = 'walls' AND w.subject = p.user_id
LEFT JOIN gaps g ON g.kind = 'walls' AND g.subject = p.user_id)
"""


def gather(store: Store, model_id: int | None) -> None:
    """Make the temporary tables for a report on ``model_id`` (None: no model yet, so nobody is in it)."""
    with store.write() as connection:
        # typeshed knows aggregates of whole numbers only
        connection.create_aggregate("joint_weight", 1, _JointWeight)  # type: ignore[arg-type]
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO report_authors SELECT author_id, max(owner_id = author_id) FROM v_texts "
            "WHERE author_id > 0 GROUP BY author_id"
        )
        kinds: dict[str, list[int]] = {"studied": [], "baseline": []}
        for audience in audiences(store):
            number = int(audience.id or 0)
            kinds[audience.kind].append(number)
            _add_members(connection, number, _definition(audience.definition))
            _add_active(store, connection, number, _definition(audience.definition))
            _add_panel(connection, number, drawn=_definition(audience.recipe).get("sample") is not None)
        _unite(connection, EVERYONE, kinds["studied"])
        _unite(connection, REFERENCE, kinds["baseline"] or kinds["studied"])
        connection.execute(_PERSONS, {"model": model_id, "signal": own_signal(store, model_id)})


def _definition(text: str) -> dict[str, Any]:
    """A JSON object kept with an audience: its definition or its recipe."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def community_ids(definition: str) -> list[int]:
    """The communities that an audience's people come from, in its definition's order, whatever rule joins them."""
    return _ids([value for key, value in _definition(definition).items() if key != "minus"])


def excluded_ids(definition: str) -> list[int]:
    """The communities whose people an audience's definition leaves out."""
    return _ids([_definition(definition).get("minus")])


def _ids(lists: list[Any]) -> list[int]:
    named = [abs(item) for one in lists if isinstance(one, list) for item in one if isinstance(item, int)]
    return list(dict.fromkeys(named))


def _add_members(connection: sqlite3.Connection, audience_id: int, definition: Mapping[str, Any]) -> None:
    """Present members by rule (any, all, at_least n of ...); lists rest on ``audience_members`` alone."""
    ids = definition.get("any") or definition.get("all") or definition.get("of")
    if not isinstance(ids, list) or not ids:
        return
    least = len(ids) if "all" in definition else int(definition.get("at_least") or 1)
    minus = definition.get("minus") if isinstance(definition.get("minus"), list) else []
    connection.execute(
        "INSERT OR IGNORE INTO report_people SELECT ?1, m.user_id, NULL FROM memberships m "
        "WHERE m.left_seen IS NULL AND m.community_id IN (SELECT abs(value) FROM json_each(?2)) "
        "AND m.user_id NOT IN (SELECT user_id FROM memberships WHERE left_seen IS NULL "
        "AND community_id IN (SELECT abs(value) FROM json_each(?3))) "
        "GROUP BY m.user_id HAVING count(DISTINCT m.community_id) >= ?4",
        (audience_id, json.dumps(ids), json.dumps(minus), least),
    )


def _add_active(store: Store, connection: sqlite3.Connection, audience_id: int, definition: Mapping[str, Any]) -> None:
    """Who was active, so that whom the sample could not hold (closed, deleted) is counted as members are."""
    if not isinstance(definition.get("active"), int):
        return
    rule = Selection(
        tuple(_ids([definition.get("walls")])), 1, tuple(_ids([definition.get("minus")])), definition["active"],
        definition.get("since") or 0, definition.get("until") or 2**62,
    )  # fmt: skip
    acted = ((audience_id, user_id) for user_id in list(selected(store, rule)))
    connection.executemany("INSERT OR IGNORE INTO report_people VALUES (?, ?, NULL)", acted)


def _add_panel(connection: sqlite3.Connection, audience_id: int, *, drawn: bool) -> None:
    """Give the sample its weights; an audience of which none was drawn is its own sample, one drawn empty has none."""
    found = connection.execute(
        "INSERT INTO report_people SELECT audience_id, user_id, weight FROM audience_members WHERE audience_id = ? "
        "ON CONFLICT (audience_id, user_id) DO UPDATE SET weight = excluded.weight",
        (audience_id,),
    ).rowcount
    if not found and not drawn:
        connection.execute("UPDATE report_people SET weight = 1.0 WHERE audience_id = ?", (audience_id,))


def _unite(connection: sqlite3.Connection, group: int, members: list[int]) -> None:
    """One group of several, each person once; weights as if the samples were drawn independently."""
    marks = ", ".join("?" * len(members))
    connection.execute(
        f"INSERT INTO report_people SELECT ?, user_id, joint_weight(weight) FROM report_people "
        f"WHERE audience_id IN ({marks}) GROUP BY user_id",
        (group, *members),
    )


class _JointWeight:
    """The weight of a person in several samples; None who is in none."""

    def __init__(self) -> None:
        self._missed = 1.0

    def step(self, weight: float | None) -> None:
        """One sample more."""
        if weight is not None and weight > 0:
            self._missed *= 1.0 - min(1.0, 1.0 / weight)

    def finalize(self) -> float | None:
        """1 / the chance of being in any of them."""
        return None if self._missed >= 1.0 else 1.0 / (1.0 - self._missed)


def size(store: Store, group: int) -> int:
    """How many people a group has."""
    return int(store.value("SELECT count(*) FROM report_people WHERE audience_id = ?", (group,)))


def anybody(store: Store) -> int:
    """How many people are in an audience, each counted once."""
    return int(store.value("SELECT count(DISTINCT user_id) FROM report_people WHERE audience_id > 0"))


def outside(store: Store) -> int:
    """How many people of the study are in no audience."""
    return int(store.value("SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM report_people)"))


def sample_size(store: Store, group: int) -> int:
    """How many people of a group stand for it in the topics: the drawn sample, or all without one."""
    sql = "SELECT count(*) FROM report_people WHERE audience_id = ? AND weight IS NOT NULL"
    return int(store.value(sql, (group,)))


def outcomes(store: Store, group: int) -> dict[str, int]:
    """outcome -> people. Somebody outside the sample was not asked, whatever else is known of the texts."""
    sql = (
        "SELECT CASE WHEN p.weight IS NULL AND s.outcome NOT IN ('unknown', 'deleted', 'closed') THEN 'not_asked' "
        "ELSE s.outcome END AS place, count(*) FROM report_people p JOIN report_persons s USING (user_id) "
        "WHERE p.audience_id = ? GROUP BY place"
    )
    found = dict.fromkeys(OUTCOMES, 0)
    found.update({row[0]: row[1] for row in store.rows(sql, (group,))})
    return found


def active(store: Store, group: int) -> tuple[int, int]:
    """(people seen within 30 days of the collection, people whose last visit is known), among known profiles."""
    sql = (
        "SELECT coalesce(sum(s.active), 0), count(s.active) FROM report_people p "
        "JOIN report_persons s USING (user_id) WHERE p.audience_id = ? AND s.known"
    )
    row = next(store.rows(sql, (group,)))
    return int(row[0]), int(row[1])


def counts(store: Store, group: int, field: str, *, without: int | None = None) -> dict[str | None, int]:
    """value (None: not known) of ``field`` (one of FIELDS) -> people with a known profile.

    ``without``: leave out the people who are in this other group too.
    """
    if field not in FIELDS:
        raise ValueError(f"no such field: {field}")
    sql = (
        f"SELECT s.{field}, count(*) FROM report_people p JOIN report_persons s USING (user_id) "
        "WHERE p.audience_id = ?1 AND s.known AND (?2 IS NULL OR p.user_id NOT IN "
        f"(SELECT user_id FROM report_people WHERE audience_id = ?2)) GROUP BY s.{field} ORDER BY 1"
    )
    return {row[0]: row[1] for row in store.rows(sql, (group, without))}


def common(store: Store, one: int, other: int) -> int:
    """People who are in both groups."""
    sql = (
        "SELECT count(*) FROM report_people a JOIN report_people b ON b.user_id = a.user_id "
        "WHERE a.audience_id = ? AND b.audience_id = ?"
    )
    return int(store.value(sql, (one, other)))


def weights(store: Store, group: int, *, without: int | None = None) -> dict[int, float]:
    """user id -> weight of the people who stand for a group; only for sums over the group.

    ``without``: leave out the people who are in this other group too.
    """
    sql = (
        "SELECT user_id, weight FROM report_people WHERE audience_id = ?1 AND weight IS NOT NULL "
        "AND (?2 IS NULL OR user_id NOT IN (SELECT user_id FROM report_people WHERE audience_id = ?2)) "
        "ORDER BY user_id"
    )
    return {row[0]: row[1] for row in store.rows(sql, (group, without))}


def profiles(store: Store, model_id: int, signal: str) -> Iterator[tuple[int, int, float]]:
    """(user id, topic, weight) of everybody in a group, by user; only for sums over groups."""
    sql = (
        "SELECT t.user_id, r.shown, sum(t.weight) FROM user_topics t JOIN report_persons s ON s.user_id = t.user_id "
        "JOIN report_topics r ON r.topic = t.topic WHERE t.model_id = ? AND t.signal = ? GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for row in store.rows(sql, (model_id, signal)):
        yield row[0], row[1], row[2]


def refusals(store: Store, group: int) -> dict[str, int]:
    """reason -> people whose wall VK refused though nothing else stopped them: the outcome ``refused`` in parts."""
    sql = (
        "SELECT g.state, count(*) FROM report_people p JOIN report_persons s USING (user_id) "
        "JOIN gaps g ON g.kind = 'walls' AND g.subject = p.user_id "
        "WHERE p.audience_id = ? AND p.weight IS NOT NULL AND s.outcome = 'refused' GROUP BY g.state ORDER BY g.state"
    )
    return {row[0]: row[1] for row in store.rows(sql, (group,))}
