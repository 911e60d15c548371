"""How a stage speaks while it works: bars on a terminal, a few plain lines elsewhere, JSON lines on request."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from storage import Event, Watch
from vkaudience.output import murmur, say_json
from vkaudience.russian import as_called

# A line for each quarter of the work: a log of a night's run stays readable.
QUARTERS = 4
# Where one kind of work has many subjects (the walls of fifty communities), so many lines and then ever fewer.
LINES = 5
STOPPING = "\nОстанавливаюсь, как только сохраню начатое; ещё раз Ctrl-C — сразу.\n"


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
        # Past Python's buffers: the signal may have come in the middle of a print, which must not be entered twice.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.write(sys.stderr.fileno(), STOPPING.encode(sys.stderr.encoding or "utf-8", "replace"))


class PlainWatch:
    """Lines on stderr: every notice, and progress by quarters, sparing where there are many subjects."""

    def __init__(self, stop: Stop, *, quiet: bool = False) -> None:
        self._stop = stop
        self._quiet = quiet
        self._quarters: dict[str, int] = {}
        self._lines: dict[str, int] = {}
        self._ended: dict[str, int] = {}

    def tell(self, event: Event) -> None:
        """Print the event if it is news."""
        if event.kind != "progress":
            if not (self._quiet and event.kind == "notice"):
                murmur(event.text)
        elif not self._quiet and event.done is not None and event.total:
            self._progress(event.label, event.done, event.total)

    def stopping(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.asked.is_set()

    def _progress(self, label: str, done: int, total: int) -> None:
        quarter = min(QUARTERS, QUARTERS * done // total)
        if quarter <= self._quarters.get(label, 0):
            return
        self._quarters[label] = quarter
        family = label.partition(" «")[0]
        ended = self._ended[family] = self._ended.get(family, 0) + (quarter == QUARTERS)
        lines = self._lines[family] = self._lines.get(family, 0) + 1
        if lines <= LINES:
            murmur(f"{label}: {done} из {total}")
        elif quarter == QUARTERS and ended.bit_count() == 1:
            murmur(f"{label}: {done} из {total} (закончено таких: {ended})")


class BarWatch(PlainWatch):
    """rich's bars: count, rate and time left."""

    def __init__(self, stop: Stop, progress: Any) -> None:
        super().__init__(stop)
        self._progress_bars = progress
        self._tasks: dict[str, Any] = {}

    def tell(self, event: Event) -> None:
        """Move the bar of the event's label; other events are lines above the bars."""
        if event.kind != "progress":
            self._progress_bars.console.print(as_called(event.text), markup=False, highlight=False)
            return
        if event.label not in self._tasks:
            self._tasks[event.label] = self._progress_bars.add_task(event.label, total=event.total)
        self._progress_bars.update(self._tasks[event.label], completed=event.done or 0, total=event.total)


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
