"""Two runs with one token: one pace and one ledger; without a usable file each keeps its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from collector.client import VkClient
from collector.limiter import SLACK, Limiter
from collector.reactions import FLOOD_PAUSE
from collector.settings import VkSettings
from collector.shared import HOUR, Shared
from collector.token import Token
from storage import SYSTEM_CLOCK, journal, open_store
from tests.unit.collector.clock import HandClock

Make = Callable[..., Shared]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Make]:
    with contextlib.ExitStack() as stack:

        def make(server: str = "https://api.vk.ru/method") -> Shared:
            found = Shared(tmp_path / "state", "0123456789abcdef", server)
            stack.callback(found.close)
            return found

        yield make


def test_two_limiters_of_one_token_never_exceed_the_rate_together(shared: Make) -> None:
    clock, starts = HandClock(1000.0), []
    both = [Limiter(3, clock, shared()) for _ in range(2)]
    for number in range(60):
        both[number % 2].wait()
        starts.append(clock.time)
    for first, fourth in zip(starts, starts[3:], strict=False):
        assert fourth - first >= SLACK - 1e-6
    assert starts[-1] - starts[0] == pytest.approx(19 * SLACK, abs=0.1), "and waste nothing of it"


def test_another_server_has_a_pace_of_its_own(shared: Make) -> None:
    clock = HandClock(1000.0)
    for server in ("https://api.vk.ru/method", "http://127.0.0.1:1/method"):
        limiter = Limiter(1, clock, shared(server))
        limiter.wait()
    assert clock.time == 1000


@pytest.mark.parametrize("seconds", [20, FLOOD_PAUSE])
def test_a_pause_that_vk_asks_for_is_for_all(shared: Make, seconds: float) -> None:
    clock = HandClock(1000.0)
    one, other = (Limiter(3, clock, shared()) for _ in range(2))
    one.hold(seconds)
    other.wait()
    assert clock.time == pytest.approx(1000 + seconds)


def test_a_pause_of_an_earlier_start_of_the_machine_is_over(shared: Make) -> None:
    clock = HandClock(100_000.0)
    Limiter(3, clock, shared()).hold(FLOOD_PAUSE)
    clock.time = 5.0
    Limiter(1, clock, shared()).wait()
    assert clock.time == 5.0


def test_what_lies_ahead_is_of_an_earlier_start_of_the_machine(shared: Make) -> None:
    clock = HandClock(1000.0)
    Limiter(1, clock, shared()).wait()
    clock.time = 5.0
    Limiter(1, clock, shared()).wait()
    assert clock.time == 5.0


def test_the_ledger_is_of_all_runs_and_a_study_takes_it_over(shared: Make) -> None:
    one, other = shared(), shared()
    one.add({"wall.get": 30, "users.get": 0}, 100 * HOUR)
    other.add({"wall.get": 12}, 100 * HOUR + 5)
    one.add({"wall.get": 1}, 101 * HOUR)
    assert list(other.ledger()) == [("wall.get", 100, 42), ("wall.get", 101, 1)]
    with open_store(":memory:") as store:
        journal.count_calls(store, "fp", {"wall.get": 30, "likes.getList": 3}, 100 * HOUR)
        for _ in range(2):
            journal.adopt_calls(store, "fp", other.ledger())
        assert journal.calls_of_last_day(store, "fp", 101 * HOUR) == {"wall.get": 43, "likes.getList": 3}
    one.add({"wall.get": 1}, 200 * HOUR)
    assert list(one.ledger()) == [("wall.get", 200, 1)], "older days are forgotten"


@pytest.mark.parametrize("harm", ["folder is a file", "damaged"])
def test_a_file_that_cannot_be_used_stops_nobody(shared: Make, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "state"
    if harm == "damaged":
        shared().close()
        (file,) = folder.glob("calls-*.db")
        file.write_bytes(b"no database, whatever it was " * 200)
    else:
        folder.write_text("x")
    clock = HandClock(1000.0)
    found = shared()
    limiter = Limiter(1, clock, found)
    for _ in range(3):
        limiter.wait()
    assert clock.time == pytest.approx(1000 + 2 * SLACK)
    found.add({"wall.get": 5}, HOUR)
    assert list(found.ledger()) == ([("wall.get", 1, 5)] if harm == "damaged" else [])


def test_threads_of_two_clients_share_it(shared: Make) -> None:
    settings = VkSettings(requests_per_second=500)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"response": 1}))
    files = [shared(), shared()]
    clients = [VkClient(Token("vk1.a"), settings, transport=transport, shared=file) for file in files]
    threads = [
        threading.Thread(target=lambda one=one: [one.call("users.get") for _ in range(20)]) for one in clients * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sum(one.calls.values()) for one in clients] == [40, 40]
    assert files[1].passing(SYSTEM_CLOCK.monotonic(), 60, 80)[0] > 0, "all eighty are noted, by whichever run"
    for client in clients:
        client.close()
