"""The table of abilities over a VK that refuses some methods."""

from __future__ import annotations

import httpx
import pytest

from collector.check import PROBES, check
from collector.client import VkClient
from collector.errors import VkStop
from collector.settings import VkSettings
from collector.token import Token
from storage import journal, open_store

REFUSED = {"execute": 28, "wall.get": 30, "wall.getComments": 15}


class StillClock:
    def now(self) -> int:
        return 1

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        return


def client(codes: dict[str, int]) -> VkClient:
    def answer(request: httpx.Request) -> httpx.Response:
        code = codes.get(request.url.path.rpartition("/")[2], codes.get("*"))
        return httpx.Response(200, json={"error": {"error_code": code, "error_msg": "x"}} if code else {"response": 1})

    settings = VkSettings(requests_per_second=1000)
    return VkClient(Token("vk1.sim"), settings, clock=StillClock(), transport=httpx.MockTransport(answer))


def test_a_refused_method_is_told_from_a_refused_subject() -> None:
    with open_store(":memory:") as store, client(REFUSED) as vk:
        able = {row.method: row.able for row in check(vk, store, clock=StillClock())}
        assert able == {method: method != "execute" for method, _ in PROBES}
        assert journal.capabilities(store, vk.fingerprint) == able


def test_a_dead_token_needs_a_person() -> None:
    with client({"*": 5}) as vk, pytest.raises(VkStop):
        check(vk)


def test_an_answer_without_a_reason_tells_nothing_about_the_token() -> None:
    with open_store(":memory:") as store, client({"likes.getList": 1, "wall.getById": 77777}) as vk:
        able = {row.method: row.able for row in check(vk, store, clock=StillClock())}
        assert able["likes.getList"] is None and able["wall.getById"] is None
        assert "likes.getList" not in journal.capabilities(store, vk.fingerprint)
