"""Where words go: results to stdout, the rest to stderr; a reader that has left stops nothing."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from vkaudience.russian import as_called


def say(text: str, *, err: bool = False) -> None:
    """A line for a person, on stdout or stderr; commands that it names are as this person types them."""
    _write(as_called(text), err=err)


def _write(text: str, *, err: bool = False) -> None:
    """A closed pipe (``| head``) makes that stream deaf: the work itself goes on."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:
        deafen(sys.stderr if err else sys.stdout)


def murmur(text: str) -> None:
    """A line on stderr that may get lost: progress must not end a run, not even on a full disk."""
    with contextlib.suppress(OSError):
        say(text, err=True)


def deafen(stream: Any) -> None:
    """Let a stream that nobody reads write into nothing, also in Python's own flush at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def say_json(value: Mapping[str, Any]) -> None:
    """One JSON object as a line of stdout, in ASCII: a console or pipe of any encoding passes it on whole."""
    _write(json.dumps(value, default=str))
