"""``vkaudience lemmatize``: texts to lemmas."""

from __future__ import annotations

from typing import Any

import click

from vkaudience import pipeline
from vkaudience.command import common, run_stage


@click.command("lemmatize")
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Привести русские слова к начальной форме. Повторный запуск берёт только новое."""
    return run_stage(options, "lemmatize", pipeline.lemmatize, as_json=as_json, quiet=quiet)
