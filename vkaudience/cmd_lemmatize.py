"""``vkaudience lemmatize``: texts to lemmas. ``lemmatize unknown``: the words that the dictionary does not know."""

from __future__ import annotations

from typing import Any

import click

from storage import open_store
from vkaudience import pipeline
from vkaudience.command import common, run_stage
from vkaudience.output import say, say_json
from vkaudience.rooms import lemma_settings

UNKNOWN_HEAD = (
    "# Слова, которых нет в словаре: форма, лемма по догадке, часть речи, в скольких текстах.\n"
    "# Исправьте и сохраните файлом, путь к нему — [lemmas] corrections в config.toml."
)


@click.group("lemmatize", invoke_without_command=True)
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Привести русские слова к начальной форме. Повторный запуск берёт только новое."""
    if click.get_current_context().invoked_subcommand:
        return 0
    return run_stage(options, "lemmatize", pipeline.lemmatize, as_json=as_json, quiet=quiet)


@command.command("unknown")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="сколько слов показать")
@click.option(
    "--least", type=click.IntRange(min=1), default=2, show_default=True, help="не реже, чем в стольких текстах"
)
@common
def unknown(options: Any, as_json: bool, quiet: bool, limit: int, least: int) -> int:
    """Частые слова, которых нет в словаре, с догадкой: готовые строки для файла поправок."""
    from nlp.unknown import unknown as find

    config = options.load()
    with open_store(config.database, write=False) as store:
        found = find(store, lemma_settings(config), limit=limit, least=least)
    if as_json:
        for one in found:
            say_json({"form": one.form, "lemma": one.lemma, "pos": one.pos, "texts": one.texts})
        return 0
    if not quiet:
        say(UNKNOWN_HEAD)
    for one in found:
        say(f"{one.form}\t{one.lemma}\t{one.pos}\t# {one.texts}")
    return 0
