"""``vkaudience purge``: the work is done, the people's data go; what is left is said."""

from __future__ import annotations

from typing import Any

import click

from storage import Outcome, erase, open_store
from vkaudience.agreed import agreed
from vkaudience.command import common
from vkaudience.output import say, say_json
from vkaudience.pipeline import journal_line
from vkaudience.show import counted

LEFT = {
    "communities": "сообщества",
    "topics": "темы",
    "community_topics": "профили сообществ (строки)",
    "portrait_numbers": "числа отчётов",
    "runs": "запуски",
}


@click.command("purge")
@click.option("--texts", is_flag=True, help="только тексты и всё сделанное из них; люди и участие остаются")
@click.option("--yes", is_flag=True, help="не переспрашивать")
@common
def command(options: Any, as_json: bool, quiet: bool, texts: bool, yes: bool) -> int:
    """Удалить данные людей, когда работа сделана. Сводное (темы, доли групп, журнал) остаётся."""
    database = options.load().database
    what = "тексты" if texts else "все данные людей: профили, участие, стены, тексты"
    with open_store(database, write=False):
        pass  # a study that is not there must not be made by this command
    agreed(f"Удалить из {database} {what}? Вернуть их будет нельзя.", yes=yes)
    with open_store(database) as store:
        with journal_line(store, "purge", {"texts": texts}) as line:
            taken = erase.purge(store, texts_only=texts)
            line.outcome = Outcome(counts=taken)
        left = erase.left(store)
    if as_json:
        say_json({"event": "purge", "taken": taken, "left": left})
        return 0
    say(f"purge: готово. Удалено: {counted(taken)}.")
    say("Осталось: " + ", ".join(f"{LEFT[name]} {number}" for name, number in left.items()) + ".")
    if not quiet:
        say("Отчёты, выгрузки и копии файла удалите сами; стоит расписание — vkaudience schedule --remove.", err=True)
    return 0
