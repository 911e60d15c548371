"""``vkaudience demo``: the whole study on the simulated VK; no token, no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from storage import Outcome, open_store
from vkaudience import demo, pipeline
from vkaudience.command import EXIT_OF_STATE, common
from vkaudience.output import say, say_json
from vkaudience.show import say_outcome
from vkaudience.watches import watching


@click.command("demo")
@click.option("--out", default="vkaudience-demo", type=click.Path(path_type=Path), help="папка демонстрации")
@common
def command(options: Any, out: Path, as_json: bool, quiet: bool) -> int:
    """Всё исследование на игрушечном VK: сбор, леммы, темы, отчёт. Без ключа и без сети."""
    from simulator.server import start_server
    from simulator.settings import ServerSettings
    from simulator.world import build_world

    world = build_world("demo", now=demo.noon())
    with start_server(world, ServerSettings(requests_per_second=demo.DEMO_RATE)) as server:
        file = demo.write_study(out, world, demo.shown_communities(world), server.api_url)
        with demo.environment(server.tokens["service"], out / "state"):
            outcome = _study(demo.demo_config(file), world.truth(), as_json=as_json, quiet=quiet)
    return EXIT_OF_STATE[outcome.state]


def _study(config: Any, truth: Any, *, as_json: bool, quiet: bool) -> Outcome:
    with open_store(config.database) as store, watching(as_json=as_json, quiet=quiet) as watch:
        outcome = pipeline.run(store, config, watch)
        if outcome.state == "interrupted":
            say_outcome("demo", outcome, as_json=as_json)
            return outcome
        found = demo.recovered(store, truth)
    report = Path(config["report"]["out"]).resolve() / "report.html"
    if as_json:
        told = {"state": outcome.state, "report": str(report), "recovered": found.right, "people": found.people}
        say_json({"event": "demo", **told, "correlation": found.correlation})
        return outcome
    # The last line of the demo says where the report is, with its whole path.
    for message in outcome.messages[:-1]:
        say(message, err=True)
    close = "" if found.correlation is None else f"; корреляция задуманных и найденных долей {found.correlation:.2f}"
    say(f"Главный интерес угадан у {found.right} из {found.people} человек с профилем{close}.")
    say(f"Отчёт: {report}")
    return outcome
