"""A study collected by a team: work orders for each member's own machine and token, and what they brought joined again.

An order is a folder: a config with the member's share and a copy of the study that holds who is in it, but no text yet
and nothing of one machine. No token is in it: every member has an own one.
"""

from __future__ import annotations

import shutil
import sqlite3
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storage import AudienceError, ConfigError, MissingInput, Store, audiences, optouts, tables, toml
from vkaudience.schema import ALL_WHAT, WHAT

# Each member collects texts anew, in an own share; what is made from them would tell names out of them.
_LEFT_OUT = (*tables.DERIVED, *tables.MACHINE, *tables.OF_TEXTS, "subscriptions", "followed_people")
_WALKS = "('posts', 'walls', 'comments', 'likes', 'subscriptions')"
_SECTIONS = ("study", "vk", "collect", "lemmas")
_NOT_FOR_OTHERS = {("study", "database"), ("vk", "token_file"), ("collect", "share"), ("lemmas", "corrections")}


def split(store: Store, config: Path, members: int, folder: Path) -> list[Path]:
    """Write one order a member; returns their folders.

    Raises MissingInput before the people of the study are known, ConfigError for a folder that is taken.
    """
    if next(audiences.panel(store), None) is None:
        raise MissingInput(
            "Делить ещё нечего: состав аудиторий не собран.", "Доли — это люди, чьи стены читает каждый из команды.",
            'Соберите участников: [collect] what = ["members"], vkaudience collect; потом team split.',
        )  # fmt: skip
    raw = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    made = [folder / f"work-{number}" for number in range(1, members + 1)]
    for place in made:
        if place.exists():
            raise ConfigError(f"Папка {place} уже есть.", "", "Укажите другую: team split --out ПАПКА.")
    for number, place in enumerate(made, start=1):
        try:
            place.mkdir(parents=True)
            (place / "config.toml").write_text(_order(raw, config.parent, place, number, members), encoding="utf-8")
            _copy(store, place / "study.db")
        except OSError as error:
            raise AudienceError(f"Не удаётся писать в {place}", str(error), "Укажите другую: --out ПАПКА.") from error
    return made


def _order(raw: dict[str, Any], here: Path, place: Path, number: int, members: int) -> str:
    """The config of one member: the study's own without what is of one machine, and with walls and the share."""
    lines = [f"# Доля {number} из {members}. Ключ у каждого свой: его здесь нет и быть не должно."]
    for name in _SECTIONS:
        table = {key: value for key, value in raw.get(name, {}).items() if (name, key) not in _NOT_FOR_OTHERS}
        if name == "collect":
            table["what"] = _what(table.get("what", WHAT))
            table["share"] = f"{number}/{members}"
        if table:
            lines += [f"\n[{name}]", *(f"{key} = {toml.written(value)}" for key, value in table.items())]
    files: dict[str, Path] = {}
    for audience in raw.get("audiences", []):
        table = dict(audience)
        if "people" in table:  # a file of ids travels along, under its own name where no other has it
            source = here / Path(table["people"]).expanduser()
            name = source.name if files.setdefault(source.name, source) == source else f"{len(files)}-{source.name}"
            files[name], table["people"] = source, name
            shutil.copyfile(source, place / name)
        lines += ["\n[[audiences]]", *(f"{key} = {toml.written(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _what(asked: Sequence[str]) -> list[str]:
    """What a member collects: walls, for which the orders are made, and what else is asked but who is in it.

    A leader who has just collected the members asks for nothing but them; an order that did too would collect nothing.
    """
    return [one for one in ALL_WHAT if one == "walls" or (one in asked and one != "members")]


def _copy(store: Store, file: Path) -> None:
    """The study without texts and without what is of one machine; the key of opt-outs goes along."""
    copy = sqlite3.connect(file, isolation_level=None)
    try:
        store.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA foreign_keys = ON")
        for table in _LEFT_OUT:
            copy.execute(f"DELETE FROM {table}")
        copy.execute(f"DELETE FROM walks WHERE substr(kind, 1, instr(kind || ':', ':') - 1) IN {_WALKS}")
        copy.execute(f"DELETE FROM gaps WHERE substr(kind, 1, instr(kind || ':', ':') - 1) IN {_WALKS}")
        copy.execute("VACUUM")
    finally:
        copy.close()
    # One key for all: whom one of the team forgets, the others then know when they merge.
    optouts.make_key(store.path)
    shutil.copy2(optouts.key_file(store.path), optouts.key_file(file))


def share(text: str) -> tuple[int, int]:
    """``2/3`` to (2, 3). Raises ConfigError for what is no share."""
    part, slash, of = text.partition("/")
    if slash and part.isdecimal() and of.isdecimal() and 1 <= int(part) <= int(of) <= 100:
        return int(part), int(of)
    raise ConfigError(f"[collect] share: {text!r} — не доля.", "", 'Пишите часть и число частей: share = "2/3".')
