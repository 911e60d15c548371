"""``vkaudience run``: all stages, each skipping what is done."""

from __future__ import annotations

import functools
from typing import Any

import click

from vkaudience import pipeline
from vkaudience.command import common, run_stage


@click.command("run")
@click.option("--partial", is_flag=True, help="строить темы и отчёт, даже если сбор на паузе")
@common
def command(options: Any, partial: bool, as_json: bool, quiet: bool) -> int:
    """Всё по порядку: собрать, лемматизировать, построить темы, написать отчёт."""
    stage = functools.partial(pipeline.run, partial=partial)
    return run_stage(options, "run", stage, as_json=as_json, quiet=quiet)
