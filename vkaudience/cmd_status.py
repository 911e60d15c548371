"""``vkaudience status``: what is in the study, what is unfinished, what VK refused, and what comes next."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import Any

import click

from storage import SYSTEM_CLOCK, journal, open_store
from storage.summary import last_settings, summary
from vkaudience.command import common
from vkaudience.doors import noted_calls
from vkaudience.next_step import changed, next_step, refit
from vkaudience.output import say, say_json
from vkaudience.rooms import collect_share

STATES = {
    "ok": "открыты",
    "closed": "закрыты",
    "deleted": "удалены",
    "banned": "заблокированы",
    "unknown": "ещё неизвестны",
}

OUTCOMES = {
    "done": "готово",
    "partial": "готово, но не всё названное удалось получить",
    "paused": "пауза: дневной лимит VK",
    "interrupted": "остановлен",
    "KeyboardInterrupt": "остановлен",
    "VkStop": "нужен человек",
    "MissingInput": "не хватило данных",
    "ConfigError": "ошибка в настройках",
    None: "не закончен",
}
FAILED = "не удался"

SECONDS = {"m": 60, "h": 3600, "d": 86_400}


def _span(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """A span of time such as ``36h``, in seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,6})\s*([mhd])", value.strip().lower())
    if found is None:
        raise click.BadParameter(
            f"{value!r} не срок: нужны число и буква m (минуты), h (часы) или d (дни), например 36h"
        )
    return int(found[1]) * SECONDS[found[2]]


@click.command("status")
@click.option(
    "--max-age",
    callback=_span,
    metavar="СРОК",
    help="код 1, если последний удачный сбор кончился раньше: 36h, 2d; для планировщика",
)
@common
def command(options: Any, as_json: bool, quiet: bool, max_age: int | None) -> int:
    """Что собрано, что не закончено, что VK не отдал, последние запуски."""
    from collector.settings import CollectSettings

    config = options.load()
    database = config.database
    with open_store(database, write=False) as store:
        share = CollectSettings((), share=collect_share(config))
        found = summary(store, SYSTEM_CLOCK.now(), noted_calls(config, journal.tokens(store)), share.mine)
        found |= {
            "shared": share.share[1] > 1,
            "asked": config["collect"]["what"],
            "changed": changed(config, last_settings(store, "collect")),
            "refit": refit(config, last_settings(store, "topics")),
        }
        found["last_collected_at"] = journal.last_success(store, "collect")
    found["limits"] = _limits(found["calls_of_last_day"], found.pop("probes"))
    found["next"] = next_step(found)
    if as_json:
        say_json({"event": "status", **found})
    else:
        _show(found, database, quiet=quiet)
    return _stale(found["last_collected_at"], max_age)


def _stale(collected_at: int | None, max_age: int | None) -> int:
    """The exit code for the age of the last collection that did its work; a reason on stderr when it is too old."""
    if max_age is None:
        return 0
    if collected_at is None:
        say("Удачного сбора ещё не было. Запустите vkaudience collect и посмотрите, чем он кончится.", err=True)
        return 1
    age = SYSTEM_CLOCK.now() - collected_at
    if age <= max_age:
        return 0
    say(
        f"Последний удачный сбор кончился {age / 3600:.1f} ч назад, это больше {max_age / 3600:g} ч. "
        "Запустите vkaudience collect и посмотрите, чем он кончится; проверьте расписание и ключ (vkaudience check).",
        err=True,
    )
    return 1


def _show(found: dict[str, Any], database: Any, *, quiet: bool) -> None:
    say(f"Файл исследования: {database}")
    for line in _lines(found):
        say(line)
    if not quiet:
        for line in _runs(found["runs"]):
            say(line)
    say(f"Дальше: {found['next']}")


def _lines(found: dict[str, Any]) -> list[str]:
    counts = found["counts"]
    people = ", ".join(f"{STATES.get(state, state)} {number}" for state, number in found["people"].items())
    model = found["model"]
    shown = f"{model['n_topics']}, люди с профилем: {found['profiles']}" if model else "ещё не построены"
    return [
        f"Сообщества: {counts['communities']}",
        *(f"Аудитория «{name}»: {number} чел." for name, _, number in found["audiences"]),
        f"Люди: {counts['users']}" + (f" ({people})" if people else ""),
        f"Посты: {counts['posts']}, комментарии: {counts['comments']}",
        f"Тексты с леммами: {counts['documents']}, ещё без лемм: {found['not_lemmatized']}",
        f"Темы: {shown}",
        f"Не закончено обходов: {len(found['unfinished'])}{_begun(found['unfinished'])}"
        + (f", не начато стен людей: {found['waiting']}" if found["waiting"] else ""),
        *_gaps(found["gaps"]),
        *_said(found["latest"].get("collect")),
        *_quota(found["limits"]),
    ]


def _begun(walks: list[list[Any]]) -> str:
    """Of which kinds the walks are that have to go on."""
    from collector.reasons import KINDS

    kinds = Counter(kind.partition(":")[0] for kind, *_ in walks)
    shown = ", ".join(f"{KINDS.get(kind, kind)} {number}" for kind, number in kinds.items())
    return f" ({shown})" if shown else ""


def _gaps(gaps: list[list[Any]]) -> list[str]:
    """What VK refused, by kind and reason; states of one reason together."""
    from collector.reasons import KINDS, reason

    counts: Counter[tuple[str, str]] = Counter()
    for kind, state, number in gaps:
        counts[KINDS.get(kind, kind), reason(state)] += number
    return [f"VK не отдал: {kind}, {why}: {number}" for (kind, why), number in counts.items()]


def _said(run: dict[str, Any] | None) -> list[str]:
    """What the last collection said: which communities are missing and why; however long ago it was."""
    messages = [message for message in run["messages"] if message] if run else []
    return ["Последний сбор сообщил:", *(f"   {message}" for message in messages)] if messages else []


def _limits(calls: dict[str, int], probes: dict[str, int]) -> dict[str, dict[str, int | None]]:
    """method -> what VK allows a day (None: it does not say), what is left of it, and when to try again once VK has
    said that it is used up, UTC seconds: its word counts for more than this study's ledger."""
    from collector.settings import DAILY

    return {
        method: {
            "daily": (most := DAILY.get(method)),
            "left": 0 if method in probes else max(0, (most or 0) - calls.get(method, 0)),
            "next_probe_at": probes.get(method),
        }
        for method in sorted({*probes, *(DAILY.keys() & calls.keys())})
    }


def _quota(limits: dict[str, dict[str, int | None]]) -> list[str]:
    lines = []
    for method, limit in limits.items():
        of = f" из {limit['daily']}" if limit["daily"] else ""
        lines.append(f"Лимит VK: {method} — осталось {limit['left']}{of} за 24 часа")
        if (moment := limit["next_probe_at"]) is not None:
            lines[-1] += f": VK ответил, что он исчерпан; следующая проба не раньше {_moment(moment)}"
    return lines


def _moment(seconds: int) -> str:
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%d %H:%M} UTC"


def _runs(runs: list[dict[str, Any]]) -> list[str]:
    """The last runs; under the newest of each command what it said, but of the collection, which is told above."""
    lines: list[str] = []
    told = {"collect"}
    for run in runs:
        lines.append(_run_line(run))
        if run["command"] not in told:
            lines += [f"   {message}" for message in run["messages"] if message]
        told.add(run["command"])
    return lines


def _run_line(run: dict[str, Any]) -> str:
    outcome = OUTCOMES.get(run["outcome"], FAILED)
    return f"Запуск №{run['id']} {run['command']}: {outcome}, {_moment(run['started_at'])}"
