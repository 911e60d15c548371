"""``vkaudience topics``: lemmas to topics and profiles."""

from __future__ import annotations

from typing import Any

import click

from vkaudience import pipeline
from vkaudience.command import common, run_stage


@click.command("topics")
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Построить модель тем и профили людей и сообществ."""
    return run_stage(options, "topics", pipeline.topics, as_json=as_json, quiet=quiet)
