"""``vkaudience forget``: take people out of the study who asked for it, and keep them out."""

from __future__ import annotations

from typing import Any

import click

from storage import ConfigError, Outcome, erase, open_store, optouts
from storage.aliases import numbered_people
from vkaudience.agreed import agreed
from vkaudience.command import common
from vkaudience.output import say, say_json
from vkaudience.pipeline import journal_line
from vkaudience.show import counted


@click.command("forget")
@click.argument("people", nargs=-1, required=True, metavar="ЧЕЛОВЕК...")
@click.option("--source", metavar="ИМЯ", help="люди названы так, как в импортированном файле (источнике) ИМЯ")
@click.option("--yes", is_flag=True, help="не переспрашивать")
@common
def command(options: Any, as_json: bool, quiet: bool, people: tuple[str, ...], source: str | None, yes: bool) -> int:
    """Удалить людей из исследования и больше не собирать: 123, id123 или vk.com/id123."""
    ids = [] if source is not None else [_id(text) for text in people]
    database = options.load().database
    with open_store(database, write=False) as store:  # a study that is not there must not be made by this command
        ids = ids if source is None else numbered_people(store, source, people)
    agreed(f"Удалить людей из исследования: {len(ids)}? Вернуть их будет нельзя.", yes=yes)
    # The journal tells that topics and report are of more people now than there are; of whom, it does not.
    with open_store(database) as store, journal_line(store, "forget", {}) as line:
        taken = erase.forget(store, ids)
        line.outcome = Outcome(counts=taken)
    if as_json:
        say_json({"event": "forget", "people": len(ids), "taken": taken})
        return 0
    say(f"forget: готово. Удалено: {counted(taken)}.")
    if not quiet:
        say(
            f"В файле исследования остались только необратимые отметки, по которым этих людей больше не соберут; ключ "
            f"к ним — {optouts.key_file(database)}, храните его вместе с исследованием.\n"
            "Слова тем и доли групп — сводные и не меняются до следующего запуска. Пересчитайте: vkaudience run. "
            "Прежние отчёты и копии файла удалите сами.",
            err=True,
        )
    return 0


def _id(text: str) -> int:
    from collector.address import person_number

    number = person_number(text)
    if number is None:
        raise ConfigError(
            f"{text[:60]!r} — не человек.",
            "Забыть можно по номеру: имена страниц не хранятся.",
            "Пишите 123 или id123. Автора из своего файла назовите, как в нём: forget --source ИМЯ_ФАЙЛА АВТОР.",
        )
    return number
