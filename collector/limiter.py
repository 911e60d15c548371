"""How long to wait before the next call, so that VK never sees more calls in a window than it allows.

The arithmetic is apart from the waiting; a window is two per cent longer than VK's second, because calls
reach VK later than they start and not all equally late.
"""

from __future__ import annotations

import math
import threading
from collections import deque

from storage import SYSTEM_CLOCK, Clock

SLACK = 1.02

# Each refusal for speed makes the window a tenth longer; two hundred calls without one bring that back.
SLOWER = 0.1
RECOVERY = 0.0005
SLOWEST = 2.0


class Limiter:
    """At most ``floor(rate)`` starts in any ``SLACK * floor(rate) / rate`` seconds; shared by all threads of a token.

    ``rate``: calls per second, above 0; under 1 it is one call per ``1 / rate`` seconds.
    """

    def __init__(self, rate: float, clock: Clock = SYSTEM_CLOCK) -> None:
        if not rate > 0:
            raise ValueError(f"rate must be above 0, not {rate}")
        self._clock = clock
        self._capacity = max(1, math.floor(rate))
        self._window = SLACK * self._capacity / rate
        self._starts: deque[float] = deque(maxlen=self._capacity)
        self._not_before = -math.inf
        self._stretch = 1.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until this call may start. The start is reserved first, so that threads do not queue on the sleep."""
        with self._lock:
            now = self._clock.monotonic()
            start = self._next_start(now)
            self._starts.append(start)
            self._stretch = max(1.0, self._stretch - RECOVERY)
        if start > now:
            self._clock.sleep(start - now)

    def too_fast(self, seconds: float) -> None:
        """VK says the calls come too fast: hold all not yet reserved, and make them rarer for a while.

        The refusal is about the whole token. Threads refused by one and the same burst slow the rate down once.
        """
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._not_before:
                self._stretch = min(SLOWEST, self._stretch + SLOWER)
            self._not_before = max(self._not_before, now + seconds)

    def _next_start(self, now: float) -> float:
        full = len(self._starts) == self._capacity
        free = self._starts[0] + self._window * self._stretch if full else now
        latest = self._starts[-1] if self._starts else now
        return max(now, free, latest, self._not_before)
