"""``vkaudience topics``: lemmas to topics and profiles; ``show``, ``name``, ``apply``, ``stopwords``, ``export``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storage import AudienceError, ConfigError, Outcome, Store, Watch, open_store, people
from vkaudience import pipeline
from vkaudience.command import common, run_stage
from vkaudience.config import Config
from vkaudience.output import say, say_json
from vkaudience.russian import as_called, typed

if TYPE_CHECKING:
    from nlp.curation import Applied

FILE = "topics.toml"


@click.group("topics", invoke_without_command=True)
@click.option("--n-topics", type=click.IntRange(min=2), help="число тем вместо n_topics из config.toml")
@click.option("--seeds", type=click.IntRange(min=1), help="сколько раз строить модель вместо seeds из config.toml")
@click.option("--keep", is_flag=True, help="не строить заново: применить нынешнюю модель к новым людям и текстам")
@common
def command(options: Any, as_json: bool, quiet: bool, n_topics: int | None, seeds: int | None, keep: bool) -> int:
    """Построить модель тем и профили людей и сообществ."""
    given = {"n_topics": n_topics, "seeds": seeds}
    below = click.get_current_context().invoked_subcommand
    if below and (keep or any(given.values())):
        raise ConfigError(f"--n-topics, --seeds и --keep не для topics {below}: они для самой команды topics.", "", "")
    if keep and any(given.values()):
        raise ConfigError(
            "--keep оставляет нынешнюю модель: --n-topics и --seeds для новой.", "", "Уберите одно из них."
        )
    if below:
        return 0
    instead = {name: value for name, value in given.items() if value is not None}

    def stage(store: Store, config: Config, watch: Watch) -> Outcome:
        return pipeline.topics(store, config, watch, instead, keep=keep)

    return run_stage(options, "topics", stage, as_json=as_json, quiet=quiet)


@command.command("show")
@common
def show(options: Any, as_json: bool, quiet: bool) -> int:
    """Темы нынешней модели: доля, качество, слова, сообщества."""
    from nlp.export_model import shown

    with open_store(options.load().database, write=False) as store:
        rows = shown(store)
        names = {row.id: row.name or str(row.id) for row in people.communities(store)}
    if as_json:
        for row in rows:
            say_json(row)
        return 0
    for row in rows:
        say(f"{row['topic']:>3}  {row['label'] or _nameless(row)}{'' if row['named_by'] == 'auto' else ' *'}")
        figures = (("доля", row["share"], "{:.1%}"), ("связность", row["npmi"], "{:.2f}"),
                   ("C_v", row["c_v"], "{:.2f}"), ("своих слов", row["exclusivity"], "{:.0%}"),
                   ("устойчивость", row["stability"], "{:.2f}"), ("текстов", row["texts"], "{}"))  # fmt: skip
        say("     " + ", ".join(f"{name} {form.format(value)}" for name, value, form in figures if value is not None))
        say("     " + " ".join(row["words"][: 8 if quiet else 15]))
        if row["communities"] and not quiet:
            shown_names = ", ".join(f"{names.get(number, number)} (×{lift})" for number, lift in row["communities"])
            say(f"     чаще среднего: {shown_names}")
    return 0


def _nameless(row: dict[str, Any]) -> str:
    return "неустойчивая, без имени" if row["stable"] == 0 else "без названия"


@command.command("name")
@click.option(
    "--file", type=click.Path(path_type=Path), help="файл имён (по умолчанию topics.toml рядом с config.toml)"
)
@click.option("--edit", is_flag=True, help="открыть в редакторе")
@common
def name(options: Any, as_json: bool, quiet: bool, file: Path | None, edit: bool) -> int:
    """Записать файл, в котором темам дают имена; прежние решения переносятся на нынешние темы."""
    from nlp import curation

    config = options.load()
    path = file or _names(config)
    # The file of the config is found without being named.
    line = f"vkaudience topics apply {typed(file)}" if file else "vkaudience topics apply"
    with open_store(config.database, write=False) as store:
        applied = curation.write(path, store, line=as_called(line), key=_from_config(path, config))
    if edit:
        _edit(path)
    if as_json:
        say_json({"event": "topics name", "file": str(path), **_told(applied)})
        return 0
    say(f"Файл имён: {path}. Впишите имена и запустите: {line}")
    _say_lost(applied)
    return 0


def _names(config: Config) -> Path:
    """The study's file of names: the config's, or one beside the config."""
    beside = config.path.parent if config.path else Path()
    return Path(config["topics"]["curation"] or beside / FILE)


def _from_config(file: Path, config: Config) -> str:
    """A path as config.toml has to name it."""
    folder = config.path.parent if config.path else Path()
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return file.resolve().as_posix()


def _edit(path: Path) -> None:
    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise AudienceError(
            f"Редактор не открыл файл имён {path}.", error.message,
            "Откройте файл сами: он записан. Другой редактор называет переменная среды EDITOR.",
        ) from error  # fmt: skip


@command.command("apply")
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="ФАЙЛ")
@common
def apply(options: Any, as_json: bool, quiet: bool, file: Path | None) -> int:
    """Дать темам имена из файла и показать, что изменилось."""
    from nlp import curation

    config = options.load()
    path = file or _names(config)
    decided = curation.read(path)
    with open_store(config.database, write=False):
        pass  # a study that is not there must not be made by this command
    with open_store(config.database) as store, pipeline.journal_line(store, "topics apply", {}):
        applied = curation.apply(store, decided)
    if as_json:
        say_json({"event": "topics apply", **_told(applied)})
        return 0
    for topic, before, label, share in applied.named:
        change = f"«{label}» (прежнее)" if before == label else f"«{before}» → «{label}»"
        say(f"{topic:>3}  {change}, общих слов {share:.0%}")
    _say_lost(applied)
    say(f"Имён: {len(applied.named)}. Отчёт с ними: vkaudience report")
    return 0


@command.command("export")
@click.argument("folder", type=click.Path(path_type=Path), metavar="ПАПКА")
@click.option("--raw-ids", is_flag=True, help="номера людей VK вместо псевдонимов: персональные данные")
@common
def export(options: Any, as_json: bool, quiet: bool, folder: Path, raw_ids: bool) -> int:
    """Выгрузить модель: таблицы CSV, папку gensim, страницу pyLDAvis."""
    from nlp.export_model import export as write

    with open_store(options.load().database, write=False) as store:
        made = write(store, folder, raw_ids=raw_ids)
    if as_json:
        say_json({"event": "topics export", "folder": str(folder), "files": made})
        return 0
    for file, why in made.items():
        say(f"{folder / file}" if not why else f"{file}: пропущено, {why}", err=bool(why))
    return 0


@command.command("stopwords")
@click.option("--most", type=click.IntRange(min=1), default=50, help="сколько слов показать (50)")
@common
def stopwords(options: Any, as_json: bool, quiet: bool, most: int) -> int:
    """Частые слова, которые ничего не говорят о темах: что можно добавить в stopwords."""
    from nlp.background import background

    with open_store(options.load().database, write=False) as store:
        found = background(store, most=most)
    for one in found if as_json else ():
        say_json({"word": one.word, "share": one.share, "bits": one.bits, "topics": one.topics})
    if as_json:
        return 0
    if not found:
        say("Лишних слов не видно: каждое частое слово что-то говорит о темах.")
        return 0
    for one in () if quiet else found:
        where = f", среди главных слов тем {', '.join(map(str, one.topics))}" if one.topics else ""
        say(f"{one.word}: в {one.share:.0%} документов, {one.bits:.2f} бита о теме{where}")
    say("Прочтите список и уберите из него нужное; остальное — в [topics] config.toml или в файл имён тем:")
    say(f"stopwords = [{', '.join(json.dumps(one.word, ensure_ascii=False) for one in found)}]")
    return 0


def _told(applied: Applied) -> dict[str, Any]:
    return {"named": [list(one) for one in applied.named], "lost": [one.name for one in applied.lost]}


def _say_lost(applied: Applied) -> None:
    for one in applied.lost:
        say(f"«{one.name}»: похожей темы в этой модели нет ({', '.join(one.words[:5])}); имя ждёт в файле.", err=True)
