"""A study in numbers: what is there, what is unfinished, what VK refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from storage import journal, models, texts
from storage.aliases import FIRST_LOCAL_ID
from storage.db import Store
from storage.rows import TopicModel

_COUNTED = ("communities", "users", "memberships", "posts", "comments", "documents", "user_topics")
_AUDIENCES = (
    "SELECT name, kind, (SELECT count(*) FROM audience_members WHERE audience_id = audiences.id) "
    "FROM audiences ORDER BY id"
)
_NOT_LEMMATIZED = (
    "SELECT count(*) FROM v_texts AS t WHERE NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.kind = t.kind "
    "AND d.part = t.part AND d.owner_id = t.owner_id AND d.item_id = t.item_id)"
)
# SQLite gives the other columns of the row that holds the maximum.
_LATEST = "SELECT command, max(id) AS id, outcome, messages FROM runs GROUP BY command ORDER BY id"


# Open people of the audiences whose wall nobody has begun to read, once walls are read at all.
_WAITING = (
    f"SELECT DISTINCT a.user_id FROM audience_members AS a WHERE a.user_id < {FIRST_LOCAL_ID} "
    "AND NOT EXISTS (SELECT 1 FROM walks AS w WHERE w.kind = 'walls' AND w.subject = a.user_id) "
    "AND NOT EXISTS (SELECT 1 FROM gaps AS g WHERE g.kind = 'walls' AND g.subject = a.user_id) "
    "AND EXISTS (SELECT 1 FROM walks WHERE kind = 'walls')"
)


def _everybody(_: int) -> bool:
    return True


def summary(
    store: Store, now: int, noted: Iterable[tuple[str, str, int, int]] = (), mine: Callable[[int], bool] = _everybody
) -> dict[str, Any]:
    """The study in numbers, ready for JSON. ``noted``: calls of other studies, as ``journal.calls_of_everyone`` takes;
    ``mine``: whether a person's wall is read here or elsewhere in the team.

    ``audiences``: [name, kind, people]; ``unfinished``: [kind, subject, got, promised] of the walks that have a cursor
    to go on from; ``waiting``: people whose wall is still to be read; ``gaps``: [kind of walk, state, subjects];
    ``calls_of_last_day``: method -> calls; ``probes``: method whose daily limit VK said was met -> when it is worth
    calling it again, UTC seconds; ``runs``: the last five, newest first; ``latest``: command -> id, outcome and
    messages of its last run.
    """
    model = models.current_model(store)
    walks = [walk for walk in journal.walks(store) if walk.state in ("open", "parked")]
    return {
        "counts": {name: store.value(f"SELECT count(*) FROM {name}") for name in _COUNTED},
        "people": {
            row[0]: row[1] for row in store.rows("SELECT state, count(*) FROM users GROUP BY 1 ORDER BY 2 DESC")
        },
        "planned": bool(journal.walks(store, "pilot")),
        "audiences": [list(row) for row in store.rows(_AUDIENCES)],
        "texts": texts.count_texts(store),
        "not_lemmatized": store.value(_NOT_LEMMATIZED),
        "model": None if model is None else {"id": model.id, "n_topics": model.n_topics, "unit": model.unit},
        "profiles": _profiles(store, model),
        "unfinished": [[walk.kind, walk.subject, walk.got, walk.promised] for walk in walks],
        "waiting": sum(mine(row[0]) for row in store.rows(_WAITING)),
        "gaps": [[kind, state, number] for (kind, state), number in journal.gap_counts(store).items()],
        "calls_of_last_day": journal.calls_of_everyone(store, now, noted),
        "probes": journal.probes(store, now),
        "runs": journal.last_runs(store, 5),
        "latest": {
            row[0]: {"id": row[1], "outcome": row[2], "messages": json.loads(row[3])} for row in store.rows(_LATEST)
        },
    }


def _profiles(store: Store, model: TopicModel | None) -> int:
    """People with a profile of their own texts, as the report counts them: liking makes other people's a profile."""
    if model is None:
        return 0
    sql = "SELECT count(DISTINCT user_id) FROM user_topics WHERE model_id = ? AND signal = ?"
    return int(store.value(sql, (model.id, models.own_signal(store, model.id))))


def last_settings(store: Store, command: str) -> dict[str, Any] | None:
    """With which settings a command was run last."""
    found = store.value("SELECT settings FROM runs WHERE command = ? ORDER BY id DESC LIMIT 1", (command,))
    return None if found is None else dict(json.loads(found))
