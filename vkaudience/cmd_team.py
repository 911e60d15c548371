"""``vkaudience team``: one study collected by several people, each with an own token; ``split`` and ``merge``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from storage import AudienceError, ConfigError, Store, erase, merging, open_store
from vkaudience import team
from vkaudience.command import common
from vkaudience.output import say, say_json
from vkaudience.pipeline import journal_line
from vkaudience.show import CAPTIONS


@click.group("team")
def command() -> None:
    """Собирать вместе: раздать доли и слить собранное; ключ у каждого свой."""


@command.command("split")
@click.option("--members", type=click.IntRange(2, 100), required=True, help="сколько человек в команде")
@click.option("--out", type=click.Path(path_type=Path), default=Path("team"), help="куда (по умолчанию team)")
@common
def split(options: Any, as_json: bool, quiet: bool, members: int, out: Path) -> int:
    """Записать каждому из команды папку: настройки с его долей и состав аудиторий."""
    config = options.load()
    file = (options.config or Path("config.toml")).resolve()
    if not file.is_file():
        raise ConfigError(f"Файла настроек нет: {file}", "", "Создайте исследование: vkaudience init ИМЯ.")
    with open_store(config.database) as store:
        made = team.split(store, file, members, out)
    if as_json:
        say_json({"event": "team split", "folders": [str(place) for place in made]})
        return 0
    for place in made:
        say(str(place))
    if not quiet:
        say(
            "Отдайте каждому его папку: свой ключ в VK_TOKEN, затем vkaudience --config work-1/config.toml collect "
            "прочтёт его долю стен ([collect] what в папках уже исправлен). Присланные study.db слейте: "
            "vkaudience team merge ФАЙЛ...", err=True,
        )  # fmt: skip
    return 0


@command.command("merge")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ФАЙЛ...")
@common
def merge(options: Any, as_json: bool, quiet: bool, files: tuple[Path, ...]) -> int:
    """Добавить в исследование собранное товарищами: что нового, что то же, что разошлось."""
    database = options.load().database
    with open_store(database) as store, journal_line(store, "team merge", {"files": len(files)}):
        gone = {user for file in files for user in merging.forgotten_there(store, file)}
        if gone:
            erase.forget(store, gone)
            say(f"Людей, которых просили забыть у товарищей, стёрто и здесь: {len(gone)}.", err=True)
        for file in files:
            merging.adopt_optouts(store, file)
        for number, file in enumerate(files):
            found = _one(store, file, before=number)
            if as_json:
                say_json({"event": "team merge", "file": str(file), "new": found.new, "same": found.same,
                          "conflicts": found.conflicts, "audiences": found.audiences})  # fmt: skip
                continue
            say(f"{file}: нового {_told(found.new) or 'нет'}")
            if not quiet:
                say(f"  то же: {_told(found.same) or 'ничего'}")
            if conflicts := _told(found.conflicts):
                say(f"  разошлось (взято увиденное позже): {conflicts}")
            if found.audiences:
                say(
                    f"  аудитории с тем же именем по другому правилу, их люди не взяты: {', '.join(found.audiences)}. "
                    "Дайте им одно правило в config.toml, соберите заново и слейте ещё раз."
                )  # fmt: skip
    return 0


def _one(store: Store, file: Path, *, before: int) -> merging.Merged:
    try:
        return merging.merge(store, file)
    except AudienceError as error:
        merged = f" Файлы до него слиты ({before})." if before else " Ничего не слито."
        raise type(error)(f"{error.what.rstrip('.')}.{merged}", error.why, error.todo) from error


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{CAPTIONS.get(name, name)} {n}" for name, n in counts.items() if n)
