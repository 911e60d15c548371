"""Packing calls into execute, and taking the answer apart when VK mixes answers with refusals."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ask import Reading, ask
from collector.batch import MOST, Again, Batches, script, unpack
from collector.client import Answer, VkClient
from collector.engine import Engine
from collector.errors import VkQuota, VkRetry, VkSkip
from collector.settings import VkSettings
from collector.token import Token
from tests.unit.collector.clock import HandClock

WALLS = [ask("wall.get", owner_id=number, count=100) for number in range(1, 11)]


def client(answer: Any) -> VkClient:
    settings = VkSettings(requests_per_second=1000)
    return VkClient(Token("vk1.sim"), settings, clock=HandClock(1_000_000.0), transport=httpx.MockTransport(answer))


def ok(body: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(body).encode())


def test_the_script_only_collects() -> None:
    assert script(WALLS[:2]) == (
        'return [API.wall.get({"count":100,"owner_id":1}),API.wall.get({"count":100,"owner_id":2})];'
    )


@given(st.text())
def test_no_text_can_leave_its_literal(text: str) -> None:
    code = script([ask("wall.get", domain=text)])
    inside = code.removeprefix("return [API.wall.get(").removesuffix(")];")
    assert json.loads(inside) == {"domain": text} and inside.isascii()


def test_the_nth_false_belongs_to_the_nth_refusal() -> None:
    refusals = ({"error_code": 30, "error_msg": "private"}, {"error_code": 29, "error_msg": "limit"})
    parts = unpack(WALLS[:4], Answer([False, {"count": 0, "items": []}, False, 5], refusals))
    assert isinstance(parts[0], VkSkip) and parts[0].state == "private" and parts[0].method == "wall.get"
    assert isinstance(parts[2], VkQuota) and parts[1] == {"count": 0, "items": []} and parts[3] == 5


@pytest.mark.parametrize("code", [1, 6, 9, 10, 13, 36, 77777])
def test_what_may_pass_by_itself_is_asked_alone(code: int) -> None:
    refusal = {"error_code": code, "error_msg": "response size is too big"}
    assert unpack(WALLS[:1], Answer([False], (refusal,))) == [Again.ALONE]


@pytest.mark.parametrize("answer", [Answer([False, 1]), Answer([False, 1], ({}, {})), Answer(None), Answer([1])])
def test_what_cannot_be_paired_is_asked_alone_and_never_taken_for_empty(answer: Answer) -> None:
    parts = unpack(WALLS[:2], answer)
    assert parts[0] is Again.ALONE and parts[1] in (1, Again.ALONE)


def test_a_batch_that_is_too_big_is_halved_until_it_fits_and_the_size_is_kept() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        packed = request.content.decode().count("API.wall.get")
        if packed > 3:
            return httpx.Response(500, content=b"<html>too big</html>")
        return ok({"response": [{"count": 0, "items": []}] * packed})

    batches = Batches()
    with client(answer) as vk:
        tried = []
        for _ in range(12):
            tried.append(batches.size("wall.get"))
            batches.send(vk, (WALLS * 3)[: tried[-1]], vk.reserve())
    assert tried[:4] == [25, 12, 6, 3] and set(tried[4:]) <= {2, 3, 4, 5} and batches.sizes == {"wall.get": tried[-1]}


def test_small_answers_let_the_batch_grow_but_never_beyond_vks_bound() -> None:
    batches = Batches({"groups.getMembers": 3})
    with client(lambda request: ok({"response": [1] * request.content.decode().count("API.")})) as vk:
        sizes = []
        for _ in range(6):
            sizes.append(batches.size("groups.getMembers"))
            batches.send(vk, [ask("groups.getMembers", group_id=1, offset=n) for n in range(sizes[-1])], vk.reserve())
    assert sizes == [3, 6, 12, 24, 25, 25] and MOST == 25


@pytest.mark.parametrize("code", [3, 12, 15, 27, 28, 29])
def test_a_token_that_may_not_execute_goes_on_with_single_calls(code: int) -> None:
    batches = Batches()
    with client(lambda request: ok({"error": {"error_code": code, "error_msg": "no"}})) as vk:
        assert batches.send(vk, WALLS[:3], vk.reserve()) == [Again.ALONE] * 3
    assert not batches.able


def test_inner_calls_are_counted_for_the_quota() -> None:
    with client(lambda request: ok({"response": [1, 1, 1]})) as vk:
        Batches().send(vk, WALLS[:3], vk.reserve())
        assert vk.calls == {"execute": 1, "wall.get": 3}


def hoped(*offsets: int) -> list[Any]:
    first = ask("wall.get", owner_id=-1, offset=0)
    return [first, *(replace(ask("wall.get", owner_id=-1, offset=one), if_more=one + 2) for one in offsets)]


def test_pages_that_may_not_be_there_are_asked_only_inside_the_script() -> None:
    code = script(hoped(98, 196))
    assert code == (
        'var r=[API.wall.get({"offset":0,"owner_id":-1})];if(r[0]){if(r[0].count>100){r.push(API.wall.get('
        '{"offset":98,"owner_id":-1}));if(r[0].count>198){r.push(API.wall.get('
        '{"offset":196,"owner_id":-1}));}}}return r;'
    )


def test_pages_that_were_not_there_are_neither_answers_nor_refusals() -> None:
    asks = hoped(98, 196)
    page = {"count": 150, "items": [1]}
    assert unpack(asks, Answer([page, page])) == [page, page, Again.NEVER]
    refused = unpack(asks, Answer([False], ({"error_code": 15, "error_msg": "Access denied"},)))
    assert isinstance(refused[0], VkSkip) and refused[1:] == [Again.NEVER] * 2
    assert unpack(asks, Answer([])) == [Again.ALONE, Again.NEVER, Again.NEVER]


BREAKS = {70, 700, 1400}


def test_one_call_that_breaks_every_batch_does_not_make_the_others_go_alone() -> None:
    """VK's broken page says nothing of size; where as many in one have worked, the culprit is parted from the rest."""
    sent: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        code = form.get("code", "")
        owners = [int(one) for one in re.findall(r'"owner_id":(\d+)', code)] or [int(form["owner_id"])]
        sent.append(len(owners))
        if not BREAKS.isdisjoint(owners):
            return httpx.Response(500, html="<h1>500</h1>")
        return httpx.Response(200, json={"response": owners if code else owners[0]})

    seen: list[int] = []

    def walk(number: int) -> Reading:
        try:
            seen.append((yield ask("likes.getList", owner_id=number)))
        except VkRetry:
            seen.append(-number)

    settings = VkSettings(requests_per_second=1000)
    transport = httpx.MockTransport(answer)
    with (
        VkClient(Token("vk1.sim"), settings, clock=HandClock(), transport=transport) as vk,
        closing(Engine(vk, batches=Batches(able=True))) as engine,
    ):
        engine.run(walk(number) for number in range(2000))
    assert sorted(seen) == sorted({*range(2000)} - BREAKS | {-number for number in BREAKS})
    assert len(sent) < 150, "eighty full batches, and some sixteen calls for each of the three"
