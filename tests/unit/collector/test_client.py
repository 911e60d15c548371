"""The client against answers VK really gives, good and bad."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest

from collector.client import ATTEMPTS, VkClient
from collector.errors import VkRetry, VkSkip, VkStop
from collector.settings import VkSettings
from collector.token import Token

SECRET = "vk1.sim.secret"


class HandClock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> int:
        return int(self.time)

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def client(answer: Callable[[httpx.Request], httpx.Response], clock: HandClock | None = None) -> VkClient:
    settings = VkSettings(contact="я a@b.example")
    return VkClient(Token(SECRET), settings, clock=clock or HandClock(), transport=httpx.MockTransport(answer))


def test_a_call_is_a_post_with_the_token_in_the_header_alone() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"response": [1]})

    with client(answer) as vk:
        assert vk.call("users.get", user_ids=(1, 2), extended=True, offset=None) == [1]
    request = seen[0]
    assert request.method == "POST" and str(request.url) == "https://api.vk.ru/method/users.get"
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert request.headers["User-Agent"].startswith("vkaudience/") and "a@b.example" in request.headers["User-Agent"]
    assert parse_qs(request.content.decode()) == {
        "user_ids": ["1,2"], "extended": ["1"], "v": ["5.199"], "lang": ["ru"]
    }  # fmt: skip


BAD = [
    httpx.Response(502, html="<h1>Bad gateway</h1>"),
    httpx.Response(200, html="<html>"),
    httpx.Response(200, content=b'{"response": {"count": 3, "ite'),
    httpx.Response(200, json=[]),
    httpx.Response(200, json={"error": {"error_code": 6, "error_msg": "Too many requests per second"}}),
    httpx.Response(200, json={"error": {"error_code": 10, "error_msg": "Internal server error"}}),
]


@pytest.mark.parametrize("bad", BAD)
def test_a_passing_fault_is_survived(bad: httpx.Response) -> None:
    answers = iter([bad, httpx.Response(200, json={"response": 7})])
    with client(lambda _: next(answers)) as vk:
        assert vk.call("utils.getServerTime") == 7
        assert vk.calls == {"utils.getServerTime": 2}


def test_a_lasting_fault_ends_after_bounded_tries() -> None:
    with client(lambda _: httpx.Response(500)) as vk:
        with pytest.raises(VkRetry, match="500"):
            vk.call("wall.get")
        assert vk.calls["wall.get"] == ATTEMPTS


def test_too_fast_holds_the_whole_token_for_a_second() -> None:
    clock = HandClock()
    answers = iter([httpx.Response(200, json={"error": {"error_code": 6, "error_msg": "x"}})])
    with client(lambda _: next(answers, httpx.Response(200, json={"response": 1})), clock) as vk:
        vk.call("m")
    assert clock.time >= 1


@pytest.mark.parametrize(("code", "kind"), [(30, VkSkip), (5, VkStop)])
def test_a_refusal_is_not_repeated(code: int, kind: type[Exception]) -> None:
    with client(lambda _: httpx.Response(200, json={"error": {"error_code": code, "error_msg": "x"}})) as vk:
        with pytest.raises(kind):
            vk.call("wall.get")
        assert vk.calls["wall.get"] == 1


def test_no_traceback_shows_the_token() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with client(refuse) as vk:
        try:
            vk.call("wall.get")
        except VkRetry as error:
            shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
            assert SECRET not in shown and "ConnectError" in shown
        else:
            pytest.fail("a refused connection went unnoticed")
