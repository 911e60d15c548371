"""Calls a second and calls a day, counted for each key."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping

from simulator.envelope import VkRefusal

DAY = 24 * 3600.0
_Taken = defaultdict[tuple[str, str], deque[float]]


class Limits:
    """Refuses what comes too fast (6) or too often in a day (29). ``clock`` gives monotonic seconds.

    A refused call uses nothing up. ``quotas``: method -> calls in any 24 hours.
    """

    def __init__(self, quotas: Mapping[str, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._quotas = dict(quotas)
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: _Taken = defaultdict(deque)
        self._spent: _Taken = defaultdict(deque)

    def per_second(self, token: str, rate: float) -> None:
        """Take a place in the sliding second of a key; with a rate below one the window is longer than a second."""
        most = max(1, int(rate))
        if not self._take(self._recent, (token, ""), most, most / rate):
            raise VkRefusal(6, "Too many requests per second")

    def per_day(self, token: str, method: str) -> None:
        """Count a call of a method that has a daily allowance."""
        most = self._quotas.get(method)
        if most is not None and not self._take(self._spent, (token, method), most, DAY):
            raise VkRefusal(29, "Rate limit reached")

    def forget(self) -> None:
        """Start the day anew."""
        with self._lock:
            self._spent.clear()

    def _take(self, places: _Taken, key: tuple[str, str], most: int, window: float) -> bool:
        with self._lock:
            taken, now = places[key], self._clock()
            while taken and taken[0] <= now - window:
                taken.popleft()
            if len(taken) >= most:
                return False
            taken.append(now)
            return True
