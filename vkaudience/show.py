"""How a stage speaks to people and schedulers: bars on a terminal, plain lines elsewhere, JSON lines on request."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from storage import Event, Outcome, Watch

# A line for each quarter of the work: a log of a night's run stays readable.
QUARTERS = 4
# What our rooms log under: each call to VK, at the level DEBUG.
LOGGER = "vkaudience"


def silence() -> None:
    """Forget an earlier ``-v``: a notebook may run several commands in one process."""
    logging.getLogger(LOGGER).setLevel(logging.NOTSET)


def talk(*, verbose: bool) -> None:
    """With ``-v``: our log goes to stderr, each call to VK in a line. No token is ever in it."""
    if not verbose:
        return
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        logger.addHandler(handler)
        logger.propagate = False


def verbose() -> bool:
    """Whether ``-v`` was given."""
    return logging.getLogger(LOGGER).level == logging.DEBUG


class Stop:
    """The first Ctrl-C asks the stage to end after its unit of work; the second ends at once."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen while a stage runs; only the main thread may set handlers."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._heard)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _heard(self, number: int, frame: Any) -> None:
        if self.asked.is_set():
            raise KeyboardInterrupt
        self.asked.set()
        click.echo("\nОстанавливаюсь после текущей страницы; ещё раз Ctrl-C — сразу.", err=True)


class PlainWatch:
    """Lines on stderr: every notice, and progress by quarters."""

    def __init__(self, stop: Stop, *, quiet: bool = False) -> None:
        self._stop = stop
        self._quiet = quiet
        self._said: dict[str, int] = {}

    def tell(self, event: Event) -> None:
        """Print the event unless it repeats the last quarter."""
        if event.kind != "progress":
            click.echo(event.text, err=True)
        elif not self._quiet and event.done is not None and event.total:
            quarter = QUARTERS * event.done // event.total
            if quarter > self._said.get(event.label, 0):
                self._said[event.label] = quarter
                click.echo(f"{event.label}: {event.done} из {event.total}", err=True)

    def stopping(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.asked.is_set()


class BarWatch(PlainWatch):
    """rich's bars: count, rate and time left."""

    def __init__(self, stop: Stop, progress: Any) -> None:
        super().__init__(stop)
        self._progress = progress
        self._tasks: dict[str, Any] = {}

    def tell(self, event: Event) -> None:
        """Move the bar of the event's label; other events are lines above the bars."""
        if event.kind != "progress":
            self._progress.console.print(event.text, markup=False, highlight=False)
            return
        if event.label not in self._tasks:
            self._tasks[event.label] = self._progress.add_task(event.label, total=event.total)
        self._progress.update(self._tasks[event.label], completed=event.done or 0, total=event.total)


class JsonWatch(PlainWatch):
    """One JSON object a line on stdout."""

    def tell(self, event: Event) -> None:
        """Print the event with the fields that it has."""
        fields = {"done": event.done, "total": event.total, "label": event.label, "text": event.text}
        say_json({"event": event.kind, "stage": event.stage, **{k: v for k, v in fields.items() if v}, **event.data})


@contextmanager
def watching(*, as_json: bool, quiet: bool) -> Iterator[Watch]:
    """The right watch for this output, listening to Ctrl-C."""
    stop = Stop()
    with stop.listening():
        if as_json:
            yield JsonWatch(stop)
        elif quiet or not sys.stderr.isatty():
            yield PlainWatch(stop, quiet=quiet)
        else:
            with _bars() as progress:
                yield BarWatch(stop, progress)


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def say_json(value: Mapping[str, Any]) -> None:
    """One JSON object as a line of stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def say_outcome(command: str, outcome: Outcome, *, as_json: bool) -> None:
    """How a stage ended: counts on stdout, what a person should know on stderr."""
    if as_json:
        say_json({"event": "end", "stage": command, "state": outcome.state, "counts": outcome.counts,
                  "messages": outcome.messages})  # fmt: skip
        return
    for message in outcome.messages:
        click.echo(message, err=True)
    counts = ", ".join(f"{name} {number}" for name, number in outcome.counts.items())
    click.echo(f"{command}: {STATES[outcome.state]}. {counts}")


STATES = {
    "done": "готово",
    "paused": "пауза: дневной лимит VK, запустите ту же команду позже",
    "partial": "готово, но не всё названное удалось получить",
    "interrupted": "остановлено, та же команда продолжит",
}
