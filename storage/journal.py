"""What was done and what was refused: runs, walks, gaps, capabilities and the ledger of calls."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from storage.db import Store
from storage.rows import Gap, Walk
from storage.upsert import load, upsert

HOUR = 3600
DAY = 24 * HOUR


def start_run(store: Store, command: str, settings: Mapping[str, Any], versions: Mapping[str, str], now: int) -> int:
    """Open a line in ``runs``; returns its id."""
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO runs (command, started_at, settings, versions) VALUES (?, ?, ?, ?)",
            (command, now, _json(settings), _json(versions)),
        )
        return int(cursor.lastrowid or 0)


def end_run(
    store: Store, run_id: int, outcome: str, counts: Mapping[str, int], messages: tuple[str, ...], now: int
) -> None:
    """Close a line in ``runs`` with its outcome and counts."""
    with store.write() as connection:
        connection.execute(
            "UPDATE runs SET ended_at = ?, outcome = ?, counts = ?, messages = ? WHERE id = ?",
            (now, outcome, _json(counts), _json(messages), run_id),
        )


def last_runs(store: Store, limit: int = 10) -> list[dict[str, Any]]:
    """The newest runs first, with ``settings`` left out."""
    sql = "SELECT id, command, started_at, ended_at, outcome, counts, messages FROM runs ORDER BY id DESC LIMIT ?"
    rows = map(dict, store.rows(sql, (limit,)))
    return [{**row, "counts": json.loads(row["counts"]), "messages": json.loads(row["messages"])} for row in rows]


def last_success(store: Store, command: str) -> int | None:
    """When the last run of a command ended that did its work: done, or in parts, or up to VK's daily limit where it got
    anything at all."""
    found = store.value(
        "SELECT max(ended_at) FROM runs WHERE command = ? AND (outcome = 'done' OR (outcome IN ('partial', 'paused') "
        "AND coalesce(json_extract(counts, '$.lists'), 1) > 0))",
        (command,),
    )
    return None if found is None else int(found)


def find_walk(store: Store, kind: str, subject: int) -> Walk | None:
    """The walk of this kind over this subject, or None when it was never begun."""
    found = list(load(store, Walk, "SELECT * FROM walks WHERE kind = ? AND subject = ?", (kind, subject)))
    return found[0] if found else None


def walks(store: Store, kind: str | None = None) -> list[Walk]:
    """All walks, or those of one kind, ordered by kind and subject."""
    where = "WHERE kind = ?" if kind else ""
    sql = f"SELECT * FROM walks {where} ORDER BY kind, subject"
    return list(load(store, Walk, sql, (kind,) if kind else ()))


def save_walk(store: Store, walk: Walk) -> None:
    """Write a walk's cursor and state; call it inside the transaction that writes its page."""
    upsert(store, "walks", [walk], key=("kind", "subject"))


def save_gap(store: Store, gap: Gap) -> None:
    """Note a refusal; a later refusal of the same subject replaces it."""
    upsert(store, "gaps", [gap], key=("kind", "subject"))


def clear_gap(store: Store, kind: str, subject: int) -> None:
    """Forget a refusal once the subject answered."""
    with store.write() as connection:
        connection.execute("DELETE FROM gaps WHERE kind = ? AND subject = ?", (kind, subject))


def find_gap(store: Store, kind: str, subject: int) -> Gap | None:
    """The refusal of this kind of walk over this subject, or None."""
    found = list(load(store, Gap, "SELECT * FROM gaps WHERE kind = ? AND subject = ?", (kind, subject)))
    return found[0] if found else None


def gaps(store: Store) -> list[Gap]:
    """All refusals, ordered by kind and subject."""
    return list(load(store, Gap, "SELECT * FROM gaps ORDER BY kind, subject"))


def gap_states(store: Store, kind: str) -> dict[int, str]:
    """subject -> state of every refusal of this kind."""
    return {row[0]: row[1] for row in store.rows("SELECT subject, state FROM gaps WHERE kind = ?", (kind,))}


# A refused post is a gap of the walk "comments:<wall>"; here it counts among the comments.
_KIND = "substr(kind, 1, instr(kind || ':', ':') - 1)"


def gap_counts(store: Store) -> dict[tuple[str, str], int]:
    """(kind of walk, state) -> how many subjects."""
    sql = f"SELECT {_KIND} AS walk, state, count(*) FROM gaps GROUP BY walk, state ORDER BY walk, state"
    return {(row[0], row[1]): row[2] for row in store.rows(sql)}


def refusals(store: Store, kind: str) -> dict[str, int]:
    """state -> how many subjects VK itself refused, for good; what their profile told before is left out."""
    sql = (
        f"SELECT state, count(*) FROM gaps WHERE {_KIND} = ? AND code IS NOT NULL AND state <> 'failed' "
        "GROUP BY state ORDER BY state"
    )
    return {row[0]: row[1] for row in store.rows(sql, (kind,))}


def count_read(store: Store, kind: str) -> int:
    """How many walks of a kind came to their end."""
    return int(store.value("SELECT count(*) FROM walks WHERE kind = ? AND state IN ('done', 'short')", (kind,)))


def short_walks(store: Store, kind: str) -> tuple[int, int, int]:
    """Of the walks that VK showed less than it promised: how many, what they got, and what was promised."""
    sql = "SELECT count(*), coalesce(sum(got), 0), coalesce(sum(promised), 0) FROM walks WHERE kind = ? AND state = ?"
    number, got, promised = next(iter(store.rows(sql, (kind, "short"))))
    return number, got, promised


def save_capability(store: Store, token_fp: str, method: str, able: bool, code: int | None, now: int) -> None:
    """Note what this token can or cannot call; ``token_fp`` is a keyed fingerprint, never the token."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO capabilities (token_fp, method, able, code, seen) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (token_fp, method) DO UPDATE "
            "SET able = excluded.able, code = excluded.code, seen = excluded.seen",
            (token_fp, method, int(able), code, now),
        )


def limited(store: Store, token_fp: str, now: int) -> set[str]:
    """Methods whose daily limit this token met in the last day, and that have not answered again."""
    sql = "SELECT method FROM capabilities WHERE token_fp = ? AND able = 1 AND code IS NOT NULL AND seen > ?"
    return {row[0] for row in store.rows(sql, (token_fp, now - DAY))}


def capabilities(store: Store, token_fp: str) -> dict[str, bool]:
    """method -> whether this token can call it, as far as it was seen."""
    sql = "SELECT method, able FROM capabilities WHERE token_fp = ?"
    return {row[0]: bool(row[1]) for row in store.rows(sql, (token_fp,))}


def save_batch_sizes(store: Store, token_fp: str, sizes: Mapping[str, int], now: int) -> None:
    """Keep for each method how many calls of it in one ``execute`` worked."""
    store.many(
        "INSERT INTO capabilities (token_fp, method, able, seen, batch) VALUES (?, ?, 1, ?, ?) "
        "ON CONFLICT (token_fp, method) DO UPDATE SET batch = excluded.batch",
        [(token_fp, method, now, size) for method, size in sorted(sizes.items())],
    )


def batch_sizes(store: Store, token_fp: str) -> dict[str, int]:
    """method -> how many calls of it in one ``execute`` worked."""
    sql = "SELECT method, batch FROM capabilities WHERE token_fp = ? AND batch IS NOT NULL"
    return {row[0]: row[1] for row in store.rows(sql, (token_fp,))}


def count_calls(store: Store, token_fp: str, calls: Mapping[str, int], now: int) -> None:
    """Add calls made in the present hour to the ledger."""
    rows = [(token_fp, method, now // HOUR, number) for method, number in sorted(calls.items()) if number]
    if not rows:
        return
    store.many(
        "INSERT INTO quotas VALUES (?, ?, ?, ?) ON CONFLICT (token_fp, method, hour) "
        "DO UPDATE SET calls = calls + excluded.calls",
        rows,
    )


def adopt_calls(store: Store, token_fp: str, calls: Iterable[tuple[str, int, int]]) -> None:
    """Take (method, hour, calls) of all runs with a token into the study's ledger where they are more than its own."""
    store.many(
        "INSERT INTO quotas VALUES (?, ?, ?, ?) ON CONFLICT (token_fp, method, hour) "
        "DO UPDATE SET calls = max(calls, excluded.calls)",
        ((token_fp, *row) for row in calls),
    )


def calls_of_last_day(store: Store, token_fp: str, now: int) -> dict[str, int]:
    """method -> calls in the last 24 hours by our own ledger."""
    sql = "SELECT method, sum(calls) FROM quotas WHERE token_fp = ? AND hour > ? GROUP BY method"
    return {row[0]: row[1] for row in store.rows(sql, (token_fp, now // HOUR - 24))}


def tokens(store: Store) -> list[str]:
    """Fingerprints of the tokens that this study was collected with."""
    return [row[0] for row in store.rows("SELECT DISTINCT token_fp FROM quotas ORDER BY 1")]


def calls_of_everyone(store: Store, now: int, noted: Iterable[tuple[str, str, int, int]] = ()) -> dict[str, int]:
    """method -> calls in the last 24 hours, whatever the token: the most that one token made.

    ``noted``: (token_fp, method, hour, calls) of all studies with these tokens, where they are more than this one's.
    """
    hours: dict[tuple[str, str, int], int] = {}
    own = (tuple(row) for row in store.rows("SELECT token_fp, method, hour, calls FROM quotas"))
    for token_fp, method, hour, calls in itertools.chain(own, noted):
        if hour > now // HOUR - 24:
            key = token_fp, method, hour
            hours[key] = max(calls, hours.get(key, 0))
    totals: Counter[tuple[str, str]] = Counter()
    for (token_fp, method, _), calls in hours.items():
        totals[method, token_fp] += calls
    return {method: max(n for (name, _), n in totals.items() if name == method) for method, _ in sorted(totals)}


def next_free(store: Store, token_fp: str, method: str, now: int) -> int | None:
    """When the first calls of the last 24 hours will be a day old (UTC seconds); None without any."""
    sql = "SELECT min(hour) FROM quotas WHERE token_fp = ? AND method = ? AND hour > ? AND calls > 0"
    hour = store.value(sql, (token_fp, method, now // HOUR - 24))
    return None if hour is None else (int(hour) + 25) * HOUR


def next_probe(store: Store, token_fp: str, method: str, now: int) -> int:
    """When it is worth calling a method again whose daily limit was met (UTC seconds): as the first calls of the last
    day become a day old, or a day after the refusal where the ledger has none of them."""
    sql = "SELECT seen FROM capabilities WHERE token_fp = ? AND method = ? AND code IS NOT NULL"
    refused = store.value(sql, (token_fp, method))
    return next_free(store, token_fp, method, now) or (now if refused is None else int(refused)) + DAY


_MET = "able = 1 AND code IS NOT NULL AND seen > :since"


def probes(store: Store, now: int) -> dict[str, int]:
    """Methods whose daily limit was met, by every token that called them in the last day: method -> when it is worth
    calling one again (UTC seconds)."""
    sql = (
        f"WITH met AS (SELECT method, token_fp FROM capabilities WHERE {_MET}) SELECT method, token_fp FROM met "
        "WHERE NOT EXISTS (SELECT 1 FROM quotas AS q WHERE q.method = met.method AND q.hour > :hour "
        "AND (q.method, q.token_fp) NOT IN (SELECT method, token_fp FROM met)) ORDER BY method, token_fp"
    )
    found: dict[str, int] = {}
    for method, token_fp in store.rows(sql, {"since": now - DAY, "hour": now // HOUR - 24}):
        moment = next_probe(store, token_fp, method, now)
        found[method] = min(moment, found.get(method, moment))
    return found


def _json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    # A file's name may hold bytes that are no text, a damaged file half a character: neither keeps a run from its line.
    return written.encode("utf-8", "replace").decode("utf-8")
