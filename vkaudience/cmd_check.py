"""``vkaudience check``: is the config right, is there a token, and what can it call."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from storage import open_store
from vkaudience.command import common
from vkaudience.doors import open_client
from vkaudience.output import say, say_json

MARKS = {True: "да", False: "нет", None: "?"}
NEEDED = ("groups.getById", "groups.getMembers", "wall.get")


@click.command("check")
@common
def command(options: Any, as_json: bool, quiet: bool) -> int:
    """Проверить настройки и ключ: что он может. Около десяти вызовов."""
    from collector.check import check

    config = options.load()
    with open_client(config) as client, open_store(config.database) as store:
        found = check(client, store)
    for row in found:
        if as_json:
            say_json({"event": "ability", **asdict(row)})
        else:
            # What VK said of the probe's own subject is no news about a method that works.
            note = "" if row.able else row.note[:90]
            say(f"{row.method:<24}{MARKS[row.able]:<5}{note}".rstrip())
    missing = [row.method for row in found if row.method in NEEDED and row.able is False]
    if missing:
        names = ", ".join(missing)
        say(f"Без этих методов исследование не собрать: {names}. Возьмите сервисный ключ.", err=True)
    return 5 if missing else 0
