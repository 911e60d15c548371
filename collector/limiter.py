"""How long to wait before the next call, so that VK never sees more calls in a window than it allows.

The arithmetic is apart from the waiting; a window is two per cent longer than VK's second, because calls
reach VK later than they start and not all equally late.
"""

from __future__ import annotations

import math
import threading
from collections import deque

from collector.shared import Shared
from storage import SYSTEM_CLOCK, Clock

SLACK = 1.02

# Each refusal for speed makes the window a tenth longer; two hundred calls without one bring that back. Until then
# calls go one by one: as many at once as the rate says would be too many for a VK that allows fewer, however rare.
SLOWER = 0.1
RECOVERY = 0.0005
SLOWEST = 2.0


class Limiter:
    """At most ``floor(rate)`` starts in any ``SLACK * floor(rate) / rate`` seconds; shared by all threads of a token.

    ``rate``: calls per second, above 0; under 1 it is one call per ``1 / rate`` seconds. ``shared``: what other
    processes with the token have called.
    """

    def __init__(self, rate: float, clock: Clock = SYSTEM_CLOCK, shared: Shared | None = None) -> None:
        if not rate > 0:
            raise ValueError(f"rate must be above 0, not {rate}")
        self._clock = clock
        self._shared = shared
        self._capacity = max(1, math.floor(rate))
        self._window = SLACK * self._capacity / rate
        self._starts: deque[float] = deque(maxlen=self._capacity)
        self._passed: deque[list[float]] = deque(maxlen=self._capacity)
        self._not_before = -math.inf
        self._stretch = 1.0
        self._mine = threading.local()
        self._lock = threading.Lock()

    def _pace(self) -> tuple[int, float]:
        """(calls, seconds): so many calls in so long a window."""
        if self._stretch > 1.0:
            return 1, self._window * self._stretch / self._capacity
        return self._capacity, self._window

    def wait(self) -> None:
        """Sleep until this call may start. The start is reserved first, so that threads do not queue on the sleep."""
        start, now = self.reserve(), self._clock.monotonic()
        if start > now:
            self._clock.sleep(start - now)
        while (late := self.gate()) > 0:
            self._clock.sleep(late)

    def reserve(self) -> float:
        """Take the next start; returns when it is, by the clock's ``monotonic``."""
        with self._lock:
            start = self._next_start(self._clock.monotonic())
            self._starts.append(start)
            self._stretch = max(1.0, self._stretch - RECOVERY)
            return start

    def gate(self) -> float:
        """Pass, right before the call is really sent: 0, or the seconds after which to try again.

        A busy machine sends late what was reserved for earlier; a window is counted from what was really sent.
        """
        with self._lock:
            now = self._clock.monotonic()
            most, window = self._pace()
            free = self._passed[-most][0] + window if len(self._passed) >= most else now
            late, number = max(free, self._not_before) - now, None
            if late <= 0 and self._shared is not None:
                late, number = self._shared.passing(now, window, most)
            if late <= 0:
                self._passed.append([now])
                self._mine.ticket, self._mine.number = self._passed[-1], number
            return max(0.0, late)

    def sent(self) -> None:
        """The call that this thread passed the gate with has left the machine only now."""
        with self._lock:
            ticket = getattr(self._mine, "ticket", None)
            if ticket is not None:
                ticket[0] = self._clock.monotonic()
                if self._shared is not None and self._mine.number is not None:
                    self._shared.moved(self._mine.number, ticket[0])

    def delay(self) -> float:
        """Seconds until the next start that could be reserved."""
        with self._lock:
            now = self._clock.monotonic()
            return self._next_start(now) - now

    def hold(self, seconds: float) -> None:
        """Let nobody start for so long: VK has asked the whole token to be quiet."""
        with self._lock:
            self._quiet(self._clock.monotonic() + seconds)

    def too_fast(self, seconds: float) -> None:
        """VK says the calls come too fast: hold all not yet reserved, and make them rarer for a while.

        The refusal is about the whole token. Threads refused by one and the same burst slow the rate down once.
        """
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._not_before:
                self._stretch = min(SLOWEST, self._stretch + SLOWER)
            self._quiet(now + seconds)

    def _quiet(self, until: float) -> None:
        self._not_before = max(self._not_before, until)
        if self._shared is not None:
            self._shared.hold(until)

    def _next_start(self, now: float) -> float:
        most, window = self._pace()
        free = self._starts[-most] + window if len(self._starts) >= most else now
        latest = self._starts[-1] if self._starts else now
        return max(now, free, latest, self._not_before)
