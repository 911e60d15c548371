"""``vkaudience audiences``: what the study compares, and ``baseline``, with whom."""

from __future__ import annotations

from typing import Any

import click

from storage import ConfigError, Outcome, audiences, open_store, people
from vkaudience.command import common
from vkaudience.doors import open_client
from vkaudience.output import say, say_json
from vkaudience.pipeline import journal_line
from vkaudience.rules import told
from vkaudience.watches import watching

KINDS = {"studied": "изучаемая", "baseline": "контрольная"}


@click.group("audiences", invoke_without_command=True)
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Аудитории исследования: имя, вид, сколько людей, по какому правилу."""
    if click.get_current_context().invoked_subcommand:
        return 0
    with open_store(options.load().database, write=False) as store:
        rows, sizes = audiences.audiences(store), audiences.sizes(store)
        names = {row.id: row.name or "" for row in people.communities(store)}
    for row in rows:
        size = sizes.get(row.id or 0, 0)
        if as_json:
            say_json({"name": row.name, "kind": row.kind, "people": size, "version": row.version,
                      "definition": row.definition})  # fmt: skip
        else:
            say(f"«{row.name}»: {KINDS[row.kind]}, людей {size}, версия {row.version}")
            if not quiet:
                say(f"   {told(row.definition, names)}")
    if not rows and not as_json:
        say("Аудиторий ещё нет: их составляет vkaudience collect.")
    return 0


@command.command("baseline")
@click.argument("kind", type=click.Choice(("random", "city", "pool")), metavar="random|city|pool")
@click.option("--n", "n", type=click.IntRange(min=1), default=1000, show_default=True, help="сколько людей")
@click.option("--seed", type=int, default=1, show_default=True, help="с тем же зерном те же люди")
@click.option("--city", default="", help="для city: название, как его пишет VK, или номер")
@click.option("--community", multiple=True, help="для pool: vk.com/имя; можно несколько раз")
@click.option("--name", default="", help="имя аудитории")
@common
def baseline(
    options: Any, as_json: bool, quiet: bool, kind: str, n: int, seed: int, city: str, community: tuple[str, ...],
    name: str,
) -> int:  # fmt: skip
    """Набрать контрольную аудиторию: случайных людей VK, жителей города или участников других сообществ."""
    from collector.baseline import Baseline, draw_baseline

    if bool(city) != (kind == "city") or bool(community) != (kind == "pool"):
        raise ConfigError(
            f"Для {kind} лишнее или не хватает.", "--city нужен для city, --community — для pool.",
            "Примеры: baseline random --n 1000; baseline city --city Казань; baseline pool --community vk.com/имя.",
        )  # fmt: skip
    config = options.load()
    wanted = Baseline(kind, n, seed, city, community, name)
    with (
        open_client(config) as client,
        open_store(config.database) as store,
        watching(as_json=as_json, quiet=quiet) as watch,
        journal_line(store, "audiences baseline", {"kind": kind, "n": n, "seed": seed}) as line,
    ):
        drawn = draw_baseline(store, wanted, client=client, watch=watch)
        line.outcome = Outcome(counts={"people": drawn.people})
    if as_json:
        say_json({"event": "baseline", "name": drawn.name, "people": drawn.people, "asked": drawn.asked,
                  "gone": drawn.gone, "version": drawn.version})  # fmt: skip
        return 0
    gone = f", из них удалённых и пустых {drawn.gone}" if kind != "pool" else ""
    say(f"«{drawn.name}», версия {drawn.version}: людей {drawn.people}; просмотрено {drawn.asked}{gone}.")
    if drawn.people < n:
        say(f"Просили {n}: больше не нашлось.", err=True)
    if not quiet:
        say("Их стены соберёт vkaudience collect (вызов на человека), отчёт сравнит аудитории с ними.", err=True)
    return 0
