"""A question before something that cannot be undone."""

from __future__ import annotations

import sys

import click

from storage import ConfigError


def agreed(question: str, *, yes: bool) -> None:
    """Return if the person says yes. Raises ConfigError where nobody can be asked, click.Abort on a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError("Это действие нужно подтвердить.", "Спросить некого: ввод не с терминала.", "Добавьте --yes.")
    answer = click.prompt(f"{question} (да/нет)", default="нет", show_default=False, err=True)
    if answer.strip().lower() not in ("да", "д", "yes", "y"):
        raise click.Abort
