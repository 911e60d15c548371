"""``vkaudience import FILES``: own texts instead of VK's, so that the pipeline runs without a token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from storage import Outcome, Store, Watch
from vkaudience.command import common, run_stage
from vkaudience.config import Config
from vkaudience.pipeline import journaled


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="ФАЙЛ...", type=click.Path(path_type=Path))
@click.option("--map", "mapping", default="", help="поле=колонка через запятую: text=text,community=comm,author=user")
@click.option("--source", default=None, help="имя источника; повторный импорт с тем же именем не удваивает")
@click.option("--format", "kind", default="auto", type=click.Choice(["auto", "csv", "jsonl", "vk"]))
@common
def command(
    options: Any, files: tuple[Path, ...], mapping: str, source: str | None, kind: str, as_json: bool, quiet: bool
) -> int:
    """Взять тексты и людей из CSV, XLSX, JSONL, ответов VK, Telegram, 4CAT, списков; .zip и .gz тоже."""
    from collector.importing import ImportSettings, import_files, parse_mapping

    settings = ImportSettings(files=files, mapping=parse_mapping(mapping), source=source, format=kind)

    def stage(store: Store, config: Config, watch: Watch) -> Outcome:
        shown = {"files": [file.name for file in files], "mapping": mapping, "source": source}
        return journaled(store, "import", shown, lambda: import_files(store, settings, watch=watch))

    return run_stage(options, "import", stage, as_json=as_json, quiet=quiet)
