"""``vkaudience entities``: people, places and organisations named in the texts."""

from __future__ import annotations

from typing import Any

import click

from storage import Outcome, Store, Watch
from vkaudience.command import common, run_stage
from vkaudience.config import Config
from vkaudience.pipeline import journaled


def stage(store: Store, config: Config, watch: Watch) -> Outcome:
    """The stage ``entities``; it has no settings."""
    from nlp.entities import entities

    return journaled(store, "entities", {}, lambda: entities(store, watch=watch))


@click.command("entities")
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Найти в текстах имена людей, места и организации. Повторный запуск берёт только новое."""
    return run_stage(options, "entities", stage, as_json=as_json, quiet=quiet)
