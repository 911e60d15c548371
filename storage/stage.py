"""What every stage shares: how it speaks (Watch), how it tells time (Clock) and what it returns (Outcome)."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

_SELDOM = 200_000  # objects made between two searches; Python's own number is about 700


@dataclass(frozen=True, slots=True)
class Event:
    """One thing worth telling. ``kind`` is ``progress``, ``notice``, ``warning``, ``wait`` or ``gap``.

    ``done`` and ``total`` count units of ``label``; ``text`` is for people, in Russian; ``data`` is for machines.
    """

    kind: str
    stage: str
    label: str = ""
    done: int | None = None
    total: int | None = None
    text: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


class Watch(Protocol):
    """The one listener of a stage: progress bars, JSON lines and logs hang on it."""

    def tell(self, event: Event) -> None:
        """Take one event; must not raise."""

    def stopping(self) -> bool:
        """True once a person asked to stop; stages ask between units of work."""


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """With few searches for cycles, for work that makes many objects and hardly a cycle: each search walks all that was
    made lately, a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Quiet:
    def tell(self, event: Event) -> None:
        return

    def stopping(self) -> bool:
        return False


QUIET: Watch = _Quiet()


class Clock(Protocol):
    """Time as an argument, so that tests need not wait."""

    def now(self) -> int:
        """UTC seconds since the epoch."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class _SystemClock:
    def now(self) -> int:
        return int(time.time())

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


SYSTEM_CLOCK: Clock = _SystemClock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stage ended. ``state``: ``done``, ``paused`` (quota; run the same line later), ``partial``
    (something that was named is missing) or ``interrupted`` (a person stopped it; nothing is lost)."""

    state: str = "done"
    counts: Mapping[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
