"""``vkaudience report``: the portraits as one HTML file."""

from __future__ import annotations

from typing import Any

import click

from vkaudience import pipeline
from vkaudience.command import common, run_stage


@click.command("report")
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Написать отчёт: один файл HTML, открывается без сети."""
    return run_stage(options, "report", pipeline.report, as_json=as_json, quiet=quiet)
