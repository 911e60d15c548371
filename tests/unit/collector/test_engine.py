"""Walks side by side: calls in flight, order kept, nothing sent in vain, and a clean stop."""

from __future__ import annotations

import json
import re
import threading
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from collector.ask import Ask, Reading, ask
from collector.batch import Batches
from collector.client import VkClient
from collector.engine import Engine
from collector.errors import VkQuota, VkSkip, VkStop
from collector.settings import VkSettings
from collector.token import Token
from storage import SYSTEM_CLOCK


def client(answer: Any, rate: float = 1000) -> VkClient:
    transport = httpx.MockTransport(lambda request: _answered(answer, request))
    return VkClient(Token("vk1.sim"), VkSettings(requests_per_second=rate), clock=SYSTEM_CLOCK, transport=transport)


def _answered(answer: Any, request: httpx.Request) -> httpx.Response:
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    return httpx.Response(200, content=json.dumps(answer(int(form["n"]))).encode())


def page(number: int, ahead: int = 0) -> Ask:
    return ask("wall.get", n=number, ahead=tuple(page(number + step) for step in range(1, ahead + 1)))


def walk(numbers: list[int], seen: list[Any], ahead: int = 0) -> Reading:
    for number in numbers:
        try:
            seen.append((yield page(number, ahead)))
        except VkSkip as error:
            seen.append(error.state)


def test_walks_overlap_in_time_but_each_keeps_its_order() -> None:
    meeting = threading.Barrier(4, timeout=20)

    def answer(number: int) -> Any:
        if number % 10 == 0:
            meeting.wait()
        return {"response": number}

    seen: list[list[Any]] = [[], [], [], []]
    with client(answer) as vk, closing(Engine(vk)) as engine:
        engine.run(walk([100 * one, 100 * one + 1, 100 * one + 2], seen[one]) for one in range(4))
    assert seen == [[100 * one, 100 * one + 1, 100 * one + 2] for one in range(4)]


def test_a_lone_walk_reads_ahead_and_gets_its_pages_in_order() -> None:
    meeting = threading.Barrier(3, timeout=20)

    def answer(number: int) -> Any:
        if number in (1, 2, 3):
            meeting.wait()
        return {"response": number}

    seen: list[Any] = []
    with client(answer) as vk, closing(Engine(vk)) as engine:
        engine.run([walk(list(range(20)), seen, ahead=4)])
        assert seen == list(range(20))
        assert vk.calls["wall.get"] <= 24  # the last pages expected more that never came


def test_what_was_expected_but_not_needed_costs_nothing_more() -> None:
    seen: list[Any] = []
    with client(lambda number: {"response": number}) as vk, closing(Engine(vk)) as engine:
        engine.run([walk([0, 50, 100, 150], seen, ahead=2)])
        assert seen == [0, 50, 100, 150] and 4 <= vk.calls["wall.get"] <= 12


def test_a_refusal_reaches_the_walk_that_asked_and_no_other() -> None:
    def answer(number: int) -> Any:
        return {"error": {"error_code": 30, "error_msg": "private"}} if number == 2 else {"response": number}

    first: list[Any] = []
    second: list[Any] = []
    with client(answer) as vk, closing(Engine(vk)) as engine:
        engine.run([walk([1, 2, 3], first, ahead=2), walk([4, 5], second)])
    assert first == [1, "private", 3] and second == [4, 5]


def test_a_barred_method_is_not_called_at_all() -> None:
    quota = VkQuota("wall.get", 29, "limit")
    with client(lambda number: {"response": number}) as vk, closing(Engine(vk, barred=lambda method: quota)) as engine:
        with pytest.raises(VkQuota):
            engine.run([walk([1], [])])
        assert not vk.calls


def test_a_stop_ends_all_walks_and_the_client_still_works() -> None:
    def answer(number: int) -> Any:
        return {"error": {"error_code": 5, "error_msg": "no"}} if number == 3 else {"response": number}

    ended: list[int] = []

    def polite(number: int) -> Reading:
        try:
            for step in range(100):
                yield page(1000 * number + step)
        finally:
            ended.append(number)

    with client(answer) as vk:
        with closing(Engine(vk)) as engine, pytest.raises(VkStop):
            engine.run([polite(1), walk([3], []), polite(2)])
        assert sorted(ended) == [1, 2] and vk.call("wall.get", n=7) == 7


def test_a_person_who_stops_the_run_gets_it_stopped() -> None:
    stop = threading.Event()

    def answer(number: int) -> Any:
        if number == 5:
            stop.set()
        return {"response": number}

    seen: list[Any] = []
    with client(answer) as vk, closing(Engine(vk, stopping=stop.is_set)) as engine:
        engine.run([walk(list(range(100_000)), seen)])
    assert seen[:5] == [0, 1, 2, 3, 4] and len(seen) < 100


@pytest.mark.parametrize(("ahead", "orderly"), [(0, [True, True, True]), (2, [True, False, False])])
def test_it_is_told_whether_vk_surely_read_the_pages_in_their_order(ahead: int, orderly: list[bool]) -> None:
    told: list[bool] = []
    together = threading.Barrier(1 + ahead, timeout=20)

    def answer(number: int) -> Any:
        together.wait()
        return {"response": number}

    with client(answer) as vk, closing(Engine(vk)) as engine:

        def reading() -> Reading:
            for number in range(3):
                yield ask("wall.get", n=number, ahead=tuple(page(after) for after in range(number + 1, 3) if ahead))
                told.append(engine.orderly())

        engine.run([reading()])
    assert told == orderly


def test_a_page_that_was_hoped_for_in_vain_is_asked_for_when_it_is_wanted() -> None:
    """The batch ends where its first page tells that there is no more; the walk may still want the next one."""

    def answer(request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        found: Any = {"count": 5, "items": []}
        return httpx.Response(200, content=json.dumps({"response": [found] if "code" in form else found}).encode())

    seen: list[Any] = []

    def reading() -> Reading:
        seen.append((yield ask("wall.get", n=0, ahead=(replace(page(1), if_more=9),))))
        seen.append((yield page(1)))

    transport = httpx.MockTransport(answer)
    settings = VkSettings(requests_per_second=1000)
    with VkClient(Token("vk1.sim"), settings, transport=transport) as vk, closing(Engine(vk, batches=Batches())) as one:
        one.run([reading()])
    assert [one["count"] for one in seen] == [5, 5]


def test_a_page_given_up_and_wanted_anew_is_not_taken_for_the_one_that_was_hoped_for() -> None:
    """The batch holds pages 0 and 1; the walk gives page 2 up and, still reading the batch, asks for it again."""

    def answer(request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        found = {"count": 5, "items": []}
        return httpx.Response(
            200, content=json.dumps({"response": [found, found] if "code" in form else found}).encode()
        )

    seen: list[Any] = []

    def reading() -> Reading:
        hoped = tuple(replace(page(number), if_more=number) for number in (1, 2))
        seen.append((yield ask("wall.get", n=0, ahead=hoped)))
        seen.append((yield page(1)))
        seen.append((yield page(2)))

    transport = httpx.MockTransport(answer)
    settings = VkSettings(requests_per_second=1000)
    with VkClient(Token("vk1.sim"), settings, transport=transport) as vk, closing(Engine(vk, batches=Batches())) as one:
        one.run([reading()])
    assert [one["count"] for one in seen] == [5, 5, 5]


def test_a_lone_walk_keeps_as_many_full_batches_on_their_way_as_the_rate_needs() -> None:
    """At three calls a second and an answer after a second and a half: five at once, or the rate is wasted. At a
    thousand a second eight are enough for a machine's memory."""
    meeting, sizes = threading.Barrier(8, timeout=20), []

    def answer(request: httpx.Request) -> httpx.Response:
        numbers = [int(one) for one in re.findall(r'"n":(\d+)', parse_qs(request.content.decode())["code"][0])]
        sizes.append(len(numbers))
        if len(sizes) <= 8:
            meeting.wait()
        return httpx.Response(200, json={"response": numbers})

    seen: list[int] = []

    def reading(engine: Engine) -> Reading:
        for number in range(80):
            last = min(80, number + 1 + engine.ahead("wall.get"))
            seen.append((yield ask("wall.get", n=number, ahead=tuple(map(page, range(number + 1, last))))))

    transport, batches = httpx.MockTransport(answer), Batches({"wall.get": 8}, able=True)
    for rate, most in ((3, 39), (1000, 63)):
        settings = VkSettings(requests_per_second=rate)
        with (
            VkClient(Token("vk1.sim"), settings, transport=transport) as vk,
            closing(Engine(vk, batches=batches)) as engine,
        ):
            assert engine.ahead("wall.get") == most
            if rate == 1000:
                engine.run([reading(engine)])
    assert seen == list(range(80)) and sizes[:8] == [8] * 8
