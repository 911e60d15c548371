"""The clock of the collector's tests: time only moves when somebody sleeps."""

from __future__ import annotations


class HandClock:
    def __init__(self, time: float = 0.0) -> None:
        self.time = time

    def now(self) -> int:
        return int(self.time)

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
