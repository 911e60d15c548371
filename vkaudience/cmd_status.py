"""``vkaudience status``: what is in the study, what is unfinished, what VK refused, and what comes next."""

from __future__ import annotations

import datetime
from typing import Any

import click

from storage import open_store
from storage.summary import summary
from vkaudience.command import common
from vkaudience.output import say, say_json

STATES = {
    "ok": "открыты",
    "closed": "закрыты",
    "deleted": "удалены",
    "banned": "заблокированы",
    "unknown": "ещё неизвестны",
}


def next_step(found: dict[str, Any]) -> str:
    """The command that the study waits for."""
    if not found["counts"]["posts"] and not found["counts"]["users"]:
        return "collect (с ключом VK) или import (свои тексты)"
    if found["unfinished"]:
        return "collect: продолжит с места остановки"
    if found["not_lemmatized"]:
        return "lemmatize"
    if found["model"] is None:
        return "topics"
    last = found["runs"][0] if found["runs"] else {}
    return "всё сделано" if last.get("command") == "report" and last.get("outcome") == "done" else "report"


@click.command("status")
@common
def command(options: Any, as_json: bool, quiet: bool) -> None:
    """Что собрано, что не закончено, что VK не отдал, последние запуски."""
    database = options.load().database
    with open_store(database, write=False) as store:
        found = summary(store)
    found["next"] = next_step(found)
    if as_json:
        say_json(found)
        return
    say(f"Файл исследования: {database}")
    for line in _lines(found):
        say(line)
    if not quiet:
        for run in found["runs"]:
            say(_run_line(run))
    say(f"Дальше: {found['next']}")


def _lines(found: dict[str, Any]) -> list[str]:
    counts = found["counts"]
    people = ", ".join(f"{STATES.get(state, state)} {number}" for state, number in found["people"].items())
    model = found["model"]
    shown = f"{model['n_topics']} тем, люди с профилем: {found['profiles']}" if model else "ещё не построены"
    gaps = [f"VK не отдал: {kind}, {state}: {number}" for kind, state, number in found["gaps"]]
    return [
        f"Сообщества: {counts['communities']}",
        *(f"Аудитория «{name}»: {number} чел." for name, _, number in found["audiences"]),
        f"Люди: {counts['users']}" + (f" ({people})" if people else ""),
        f"Посты: {counts['posts']}, комментарии: {counts['comments']}",
        f"Тексты с леммами: {counts['documents']}, ещё без лемм: {found['not_lemmatized']}",
        f"Темы: {shown}",
        f"Не закончено обходов: {len(found['unfinished'])}",
        *gaps,
    ]


def _run_line(run: dict[str, Any]) -> str:
    started = datetime.datetime.fromtimestamp(run["started_at"], datetime.UTC)
    return f"Запуск №{run['id']} {run['command']}: {run['outcome'] or 'не закончен'}, {started:%Y-%m-%d %H:%M} UTC"
