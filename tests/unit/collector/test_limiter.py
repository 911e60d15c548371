"""The limiter against a clock of our own: never too many in a window, never slower than it must be."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.limiter import SLACK, Limiter
from tests.unit.collector.clock import HandClock


def starts(rate: float, busy: list[float]) -> list[float]:
    clock = HandClock()
    limiter = Limiter(rate, clock)
    found = []
    for seconds in busy:
        limiter.wait()
        found.append(clock.time)
        clock.time += seconds
    return found


@given(st.sampled_from([0.5, 1, 3, 3.5, 20]), st.lists(st.floats(0, 2), max_size=60))
def test_no_window_of_a_second_holds_more_than_allowed(rate: float, busy: list[float]) -> None:
    found = starts(rate, busy)
    capacity = max(1, int(rate))
    for first, later in zip(found, found[capacity:], strict=False):
        assert later - first >= capacity / rate


def test_a_busy_client_uses_nearly_all_of_the_rate() -> None:
    found = starts(3, [0.0] * 301)
    assert 300 / (found[-1] - found[0]) > 0.97 * 3


def test_a_refusal_for_speed_holds_the_next_call() -> None:
    clock = HandClock()
    limiter = Limiter(3, clock)
    limiter.too_fast(5)
    limiter.wait()
    assert clock.time == pytest.approx(5)
    assert pytest.approx(1.02) == SLACK


def rate_of(limiter: Limiter, clock: HandClock, calls: int) -> float:
    begun = clock.time
    for _ in range(calls):
        limiter.wait()
    return calls / (clock.time - begun)


def test_calls_that_come_too_fast_grow_rarer_and_slowly_recover() -> None:
    clock = HandClock()
    limiter = Limiter(3, clock)
    limiter.wait()
    limiter.too_fast(1)
    limiter.wait()
    assert clock.time >= 1
    assert 2.6 < rate_of(limiter, clock, 30) < 2.85
    rate_of(limiter, clock, 250)
    assert rate_of(limiter, clock, 300) > 0.97 * 3


def test_one_burst_of_refusals_slows_down_once_and_no_number_of_them_stops_the_calls() -> None:
    once, many = HandClock(), HandClock()
    first, second = Limiter(3, once), Limiter(3, many)
    first.too_fast(1)
    for _ in range(4):
        second.too_fast(1)
    assert rate_of(first, once, 30) == pytest.approx(rate_of(second, many, 30))
    for _ in range(100):
        second.too_fast(1)
        second.wait()
    assert rate_of(second, many, 30) > 3 / 2.1


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_senseless_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        Limiter(rate)


def test_a_call_sent_late_pushes_the_next_window_along() -> None:
    clock = HandClock()
    limiter = Limiter(3, clock)
    starts = [limiter.reserve() for _ in range(4)]
    clock.time += 0.5  # the machine was busy: three calls leave half a second late
    assert [limiter.gate() for _ in range(3)] == [0, 0, 0]
    clock.time = starts[3]
    late = limiter.gate()
    assert late == pytest.approx(0.5)
    clock.time += late
    assert limiter.gate() == 0


@pytest.mark.parametrize("allowed", [1.5, 2, 2.5])
def test_a_vk_that_allows_fewer_refuses_rarely(allowed: float) -> None:
    clock, answered, refused = HandClock(), deque[float](), 0
    limiter, seconds = Limiter(3, clock), int(allowed) / allowed
    for _ in range(400):
        limiter.wait()
        recent = [start for start in answered if clock.time - start < seconds]
        if len(recent) < int(allowed):
            answered.append(clock.time)
        else:
            refused += 1
            limiter.too_fast(1)
    assert refused < 0.05 * 400
    assert len(answered) / clock.time > 0.75 * allowed
