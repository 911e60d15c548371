"""``vkaudience collect``: from VK into the study file; the same command continues what was stopped."""

from __future__ import annotations

from typing import Any

import click

from vkaudience import pipeline
from vkaudience.command import common, run_stage


@click.command("collect")
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Собрать участников, стены сообществ и людей. Остановленный сбор продолжает та же команда."""
    return run_stage(options, "collect", pipeline.collect, as_json=as_json, quiet=quiet)
