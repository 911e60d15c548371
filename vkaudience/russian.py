"""click's own words in Russian: the headings of ``--help`` and what is wrong with a command that was typed."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from storage import ConfigError
from vkaudience.commands import COMMANDS

# start.py says how the person called the program; messages then name a line that works when it is pasted.
CALLED = "VKAUDIENCE_CALLED"
NAME = "vkaudience"

HEADINGS = {"Options": "Параметры", "Commands": "Команды"}
HELP = {"Show this message and exit.": "показать эту справку", "Show the version and exit.": "показать версию"}
PLACES = {"[OPTIONS]": "[ПАРАМЕТРЫ]", "COMMAND [ARGS]...": "КОМАНДА ..."}
VALUES = {"INTEGER RANGE": "ЧИСЛО", "FLOAT RANGE": "ЧИСЛО", "INTEGER": "ЧИСЛО", "TEXT": "ТЕКСТ", "PATH": "ПУТЬ"}
NOTES = {"[default: ": "[по умолчанию: ", "[required]": "[обязательно]"}
BEFORE = ("--config", "--db")
SECRETS = ("token", "key", "password", "login")


class Formatter(click.HelpFormatter):
    """click's formatter of ``--help`` with Russian headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _replaced(args, PLACES), "Как вызвать: ")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(HEADINGS.get(name, name)):
            yield

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(_replaced(name, VALUES), _help(text)) for name, text in rows], col_max, col_spacing)


def _help(text: str) -> str:
    return _replaced(HELP.get(text, text), NOTES).replace("; x>=", "; от ").replace("[x>=", "[от ")


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for english, russian in words.items():
        text = text.replace(english, russian)
    return text


class Context(click.Context):
    """A context whose help is Russian."""

    formatter_class = Formatter


def in_russian(command: click.Command) -> click.Command:
    """Let a command, and all below it, speak by :class:`Context`."""
    command.context_class = Context
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        in_russian(below)
    return command


def program() -> str:
    """How the person calls the program: ``vkaudience`` or ``python3 start.py``."""
    return os.environ.get(CALLED) or NAME


# A command line in a message; not a folder of that name, and not `python -m vkaudience`.
_LINE = re.compile(rf"(?<![\w./\\-])(?<!-m ){NAME} (?=--[a-z]|({'|'.join(COMMANDS)})(?![\w/\\-]))")
# They have no use for the options before the command, and `--config` of one study is no part of making another.
ALONE = ("init", "demo", "simulate")
_given: list[str] = []


def remember(config: Path | None, db: Path | None) -> None:
    """Which study the person named before the command: lines in messages have to name it too."""
    named = (("--config", config), ("--db", db))
    _given[:] = [f"{option} {typed(file)} " for option, file in named if file is not None]


def typed(file: Path) -> str:
    """A path for a command line; double quotes hold in every shell, on Windows too."""
    return f'"{file}"' if any(letter in str(file) for letter in " ()&'") else str(file)


def as_called(text: str) -> str:
    """A message with its command lines as this person has to type them, options before the command included."""

    def line(found: re.Match[str]) -> str:
        options = "" if found[1] is None or found[1] in ALONE else "".join(_given)
        return f"{program()} {options}"

    return _LINE.sub(line, text)


def usage_fault(error: click.UsageError) -> ConfigError:
    """A typing error as one of ours. A value is never repeated where it may be a secret."""
    path = error.ctx.command_path if error.ctx else NAME
    look = f"Справка: {path} --help"
    if isinstance(error, click.NoSuchOption):
        return _no_option(error.option_name, error.possibilities or (), look)
    if isinstance(error, click.BadOptionUsage):
        return ConfigError(f"Параметру {error.option_name} нужно значение.", "", look)
    if isinstance(error, click.MissingParameter):
        return ConfigError(f"В команде не хватает: {_named(error.param, error.ctx)}", "", look)
    if isinstance(error, click.BadParameter):
        shown = f" {error.param_hint or _named(error.param, error.ctx)}"
        # Messages of our own are Russian already; click's English ones are replaced.
        own = error.message if re.search("[а-я]", error.message) else ""
        return ConfigError(f"Неверное значение{shown}.", own, f"{_allowed(error.param)}{look}")
    if unknown := re.match(r"No such command '(.*?)'", error.message):
        return _no_command(unknown[1], error.ctx, look)
    extra = re.search(r"extra arguments? \((.*)\)", error.message)
    return ConfigError(f"Лишнее в команде: {extra[1]}." if extra else error.format_message(), "", look)


def _no_command(name: str, ctx: click.Context | None, look: str) -> ConfigError:
    group = ctx.command if ctx else None
    there = group.list_commands(ctx) if ctx and isinstance(group, click.Group) else []
    near = difflib.get_close_matches(name, there, n=1)
    return ConfigError(f"Команды {name!r} нет.", "", f"{f'Похоже на {near[0]!r}. ' if near else ''}{look}")


def _no_option(name: str, near: Any, look: str) -> ConfigError:
    if any(word in name.lower() for word in SECRETS):
        return ConfigError(
            f"Параметра {name} нет, и ключ доступа в командной строке не пишут.",
            "Командную строку видят другие программы, и она остаётся в истории терминала.",
            "Положите ключ в переменную среды VK_TOKEN или в файл с правами 0600 (token_file в config.toml).",
        )
    if name in BEFORE:
        todo = f"Он пишется до команды: {program()} {name} ФАЙЛ КОМАНДА"
        return ConfigError(f"Параметр {name} стоит не на месте.", "", todo)
    todo = f"Похоже на {', '.join(near)}. " if near else ""
    return ConfigError(f"Параметра {name} нет.", "", f"{todo}{look}")


def _named(parameter: Any, ctx: click.Context | None) -> str:
    """An option by its names, an argument as ``--help`` shows it."""
    if isinstance(parameter, click.Argument) and ctx is not None:
        return parameter.make_metavar(ctx)
    return "/".join(parameter.opts) if parameter is not None else "параметр"


def _allowed(parameter: Any) -> str:
    kind = getattr(parameter, "type", None)
    if isinstance(kind, click.Choice):
        return f"Допустимо: {', '.join(str(choice) for choice in kind.choices)}. "
    if isinstance(kind, click.IntRange | click.FloatRange):
        least = f" от {kind.min}" if kind.min is not None else ""
        most = f" до {kind.max}" if kind.max is not None else ""
        return f"Нужно число{least}{most}. "
    return ""
