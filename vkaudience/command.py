"""What the commands that write share: the options after the command, the open study, the outcome's exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from storage import AudienceError, Event, Outcome, Store, Watch, open_store
from vkaudience.config import Config
from vkaudience.failures import exit_code
from vkaudience.output import say_json
from vkaudience.show import say_outcome, talk
from vkaudience.synced import warning
from vkaudience.unused import unused
from vkaudience.watches import watching

EXIT_OF_STATE = {"done": 0, "paused": 4, "partial": 5, "interrupted": 130}

Stage = Callable[[Store, Config, Watch], Outcome]


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``, ``-q`` and ``-v`` after the command too; the command gets ``as_json`` and ``quiet``."""

    def wrapped(**arguments: Any) -> Any:
        options = click.get_current_context().obj
        # Kept for a command below a group too: `topics --json show` is as good as `topics show --json`.
        options.json = arguments["as_json"] = arguments["as_json"] or options.json
        options.quiet = arguments["quiet"] = arguments["quiet"] or options.quiet
        talk(verbose=arguments.pop("verbose"))
        try:
            return function(options, **arguments)
        except AudienceError as error:
            if arguments["as_json"]:  # the last line that a scheduler reads says how it ended, as after a good run
                say_json({"event": "error", "code": exit_code(error), "what": error.what, "why": error.why,
                          "todo": error.todo})  # fmt: skip
            raise

    functools.update_wrapper(wrapped, function)
    wrapped = click.option("--json", "as_json", is_flag=True, help="события и итог — JSON в строках")(wrapped)
    wrapped = click.option("-v", "--verbose", is_flag=True, help="каждый вызов VK и подробности ошибок")(wrapped)
    return click.option("-q", "--quiet", is_flag=True, help="только итог и предупреждения")(wrapped)


def run_stage(options: Any, name: str, stage: Stage, *, as_json: bool, quiet: bool) -> int:
    """Open the study for writing, run one stage, tell how it ended; returns the exit code."""
    config = options.load()
    with open_store(config.database) as store, watching(as_json=as_json, quiet=quiet) as watch:
        warn(config, name, watch)
        outcome = stage(store, config, watch)
    say_outcome(name, outcome, as_json=as_json)
    return EXIT_OF_STATE[outcome.state]


def warn(config: Config, name: str, watch: Watch) -> None:
    """Say which keys were set in vain, and that a study lies where it may be spoiled, once a command."""
    for text in (*unused(config), warning(config.database)):
        if text:
            watch.tell(Event("warning", name, text=text))
