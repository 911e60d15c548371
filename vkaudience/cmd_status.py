"""``vkaudience status``: what is in the study, what is unfinished, what VK refused, the last runs."""

from __future__ import annotations

import datetime
from typing import Any

import click

from storage import Store, journal, open_store
from vkaudience.command import common
from vkaudience.show import say_json

COUNTED = ("communities", "users", "memberships", "posts", "comments", "documents", "user_topics")


def summary(store: Store) -> dict[str, Any]:
    """The study in numbers, ready for JSON."""
    return {
        "counts": {name: store.value(f"SELECT count(*) FROM {name}") for name in COUNTED},
        "unfinished": [[walk.kind, walk.subject, walk.got, walk.promised] for walk in unfinished(store)],
        "gaps": [[kind, state, number] for (kind, state), number in journal.gap_counts(store).items()],
        "runs": journal.last_runs(store, 5),
    }


def unfinished(store: Store) -> list[Any]:
    """Walks that have a cursor to go on from."""
    return [walk for walk in journal.walks(store) if walk.state in ("open", "parked")]


@click.command("status")
@common
def command(options: Any, as_json: bool, quiet: bool) -> None:
    """Что собрано, что не закончено, что VK не отдал, последние запуски."""
    with open_store(options.load().database, write=False) as store:
        found = summary(store)
    if as_json:
        say_json(found)
        return
    for name, number in found["counts"].items():
        click.echo(f"{name:<14}{number:>10}")
    click.echo(f"Не закончено обходов: {len(found['unfinished'])}")
    for kind, state, number in found["gaps"]:
        click.echo(f"VK не отдал: {kind}, {state}: {number}")
    for run in found["runs"]:
        started = datetime.datetime.fromtimestamp(run["started_at"], datetime.UTC)
        outcome = run["outcome"] or "не закончен"
        click.echo(f"Запуск №{run['id']} {run['command']}: {outcome}, {started:%Y-%m-%d %H:%M} UTC")
