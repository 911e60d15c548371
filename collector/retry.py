"""How often a call is made again, and after how long: the one policy of retries.

Being too fast is no failure of the call, so it has a bound of its own and the limiter does its waiting.
"""

from __future__ import annotations

from collections.abc import Callable

import tenacity

from collector.errors import VkHeavy, VkRetry, VkSkip
from collector.reactions import FLOOD, TOO_FAST, UNKNOWN

ATTEMPTS = 6
TOO_FAST_ATTEMPTS = 30
# Flood control is provoked by the same call made again.
FLOOD_ATTEMPTS = 3
UNKNOWN_ATTEMPTS = 2
HEAVY_ATTEMPTS = 2

_BACKOFF = tenacity.wait_exponential_jitter(initial=1, max=30)


def failures(
    sleep: Callable[[float], None], attempts: int = ATTEMPTS, heavy: int = HEAVY_ATTEMPTS
) -> tenacity.Retrying:
    """Repeats what may pass by itself, and once what nobody knows; raises the last error. ``heavy``: tries of a page
    that VK breaks at."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(_worth_repeating),
        stop=lambda state: _enough(state, attempts, heavy),
        wait=_wait,
        sleep=sleep,
        reraise=True,
    )


def haste(sleep: Callable[[float], None]) -> tenacity.Retrying:
    """Repeats at once what VK refused for speed alone; raises the last error."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(_too_fast),
        stop=tenacity.stop_after_attempt(TOO_FAST_ATTEMPTS),
        sleep=sleep,
        reraise=True,
    )


def _too_fast(error: BaseException) -> bool:
    return isinstance(error, VkRetry) and error.code == TOO_FAST


def _worth_repeating(error: BaseException) -> bool:
    if isinstance(error, VkSkip):
        return error.state == UNKNOWN
    return isinstance(error, VkRetry) and not _too_fast(error)


def _failure(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _enough(state: tenacity.RetryCallState, attempts: int, heavy: int) -> bool:
    error = _failure(state)
    if isinstance(error, VkSkip):
        return state.attempt_number >= UNKNOWN_ATTEMPTS
    if isinstance(error, VkHeavy):
        return state.attempt_number >= min(heavy, attempts)
    flooded = isinstance(error, VkRetry) and error.code == FLOOD
    return state.attempt_number >= (min(FLOOD_ATTEMPTS, attempts) if flooded else attempts)


def _wait(state: tenacity.RetryCallState) -> float:
    return max(_BACKOFF(state), getattr(_failure(state), "pause", 0.0))
