"""Faults by name: each is met where it was planned, and what comes after it is sound."""

from __future__ import annotations

import gzip
import http.client
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from simulator.faults import NAMES, Fault, FaultPlan, parse_fault
from simulator.server import ServerSettings


def server(start: Any, *faults: str | Fault, **other: Any) -> Any:
    return start(ServerSettings(requests_per_second=100_000, faults=faults, **other))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("error_") or name == "unknown_code"])
def test_an_error_comes_at_its_call_and_only_there(start: Any, name: str) -> None:
    vk = server(start, f"{name}@wall.get:2,times=1")
    assert vk("wall.get", owner_id=-10)
    assert vk("groups.getMembers", group_id=10)
    error = vk.whole("wall.get", owner_id=-10)["error"]
    digits = "".join(letter for letter in name.split("_")[1] if letter.isdigit())
    assert error["error_code"] == (int(digits) if digits else 987654)
    assert vk("wall.get", owner_id=-10)


def test_the_two_forms_of_the_captcha_differ(start: Any) -> None:
    vk = server(start, "error_14_old@users.get:1", "error_14_new@users.get:2")
    assert "captcha_sid" in vk.whole("users.get", user_ids=1)["error"]
    new = vk.whole("users.get", user_ids=1)["error"]
    assert "redirect_uri" in new and "captcha_sid" not in new


def test_a_burst_lasts_five_calls(start: Any) -> None:
    vk = server(start, "error_6_burst:2")
    codes = [vk.whole("utils.getServerTime").get("error", {}).get("error_code") for _ in range(8)]
    assert codes == [None, 6, 6, 6, 6, 6, None, None]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_front_server_answers_with_a_page(start: Any, status: int) -> None:
    vk = server(start, f"http_{status}:1")
    with pytest.raises(urllib.error.HTTPError) as failed:
        vk("users.get", user_ids=1)
    assert failed.value.code == status and b"<html>" in failed.value.read()
    failed.value.close()
    assert vk("users.get", user_ids=1) and vk.server.plan.hits(f"http_{status}") == 1


def test_bodies_may_be_html_cut_or_packed(start: Any) -> None:
    vk = server(start, "html_200:1", "truncated_json:2", "gzip:3")
    assert vk.raw("users.get", {"user_ids": 1}).startswith(b"<!DOCTYPE html>")
    with pytest.raises(ValueError):
        json.loads(vk.raw("users.get", {"user_ids": 1}))
    assert json.loads(gzip.decompress(vk.raw("users.get", {"user_ids": 1})))["response"][0]["id"] == 1


def test_a_connection_may_break_inside_the_body(start: Any) -> None:
    vk = server(start, "reset_in_body:1")
    with pytest.raises((OSError, http.client.IncompleteRead)):
        vk("wall.get", owner_id=-10)
    assert vk("wall.get", owner_id=-10)


def test_an_answer_may_never_come(start: Any) -> None:
    vk = server(start, "no_answer@users.get:1")
    request = urllib.request.Request(f"{vk.server.api_url}/users.get?v=5.199&user_ids=1")
    with pytest.raises(OSError):
        urllib.request.urlopen(request, timeout=0.2)
    assert vk("users.get", user_ids=1)


def test_answers_may_be_bent(start: Any) -> None:
    vk = server(
        start,
        "short_pages@groups.getMembers:1",
        "count_larger@groups.getMembers:2",
        "repeated_cursor@groups.getMembers:3",
        "lone_surrogate@wall.get:1",
        "unknown_attachment@wall.get:2",
        "personal_list@users.get:1",
    )
    assert vk("groups.getMembers", group_id=10, count=10) == {"count": 2500, "items": [1, 2, 3, 4, 5]}
    assert vk("groups.getMembers", group_id=10)["count"] == 2507
    assert vk("groups.getMembers", group_id=10, offset=50, count=1)["items"] == [1]
    assert vk("wall.get", owner_id=-10)["items"][0]["text"].endswith("\ud83d")
    assert vk("wall.get", owner_id=-10)["items"][0]["attachments"][-1]["type"] == "hologram"
    assert vk("users.get", user_ids=1)[0]["personal"] == []


def test_a_false_may_come_without_its_error(start: Any) -> None:
    vk = server(start, "false_without_errors@users.get:2")
    whole = vk.whole("execute", code="return [API.users.get({user_ids:1}), API.users.get({user_ids:1})];")
    assert whole["response"][1] is False and "execute_errors" not in whole


def test_the_key_may_be_echoed(start: Any) -> None:
    vk = server(start, "echo_token")
    echo = vk.whole("wall.get", owner_id=4)["error"]["request_params"]
    assert {"key": "access_token", "value": vk.server.tokens["user"]} in echo


def test_a_fault_may_keep_to_one_subject(start: Any) -> None:
    vk = server(start, "error_10@wall.get/-10")
    assert vk("wall.get", owner_id=3)
    assert vk.code("wall.get", owner_id=-10) == 10 and vk.code("wall.get", domain="kukhnya") == 10


def test_a_seeded_fault_is_the_same_every_time() -> None:
    plans = [FaultPlan(["error_1:p=0.3,seed=5,times=4"]) for _ in range(2)]
    drawn = [[bool(plan.draw("wall.get", None)) for _ in range(60)] for plan in plans]
    assert drawn[0] == drawn[1] and sum(drawn[0]) == 4


def test_the_notation_is_read_and_a_slip_is_explained() -> None:
    assert parse_fault("slow@wall.get/-5:every=3,times=2,seconds=0.5") == Fault(
        "slow", "wall.get", -5, every=3, times=2, seconds=0.5
    )
    with pytest.raises(ValueError, match="short_pages"):
        parse_fault("short_page")
    for wrong in ("error_1:0", "error_1:often", "error_1@x/y", "error_1:every=-1", "error_1:when=3"):
        with pytest.raises(ValueError, match="Не понимаю"):
            parse_fault(wrong)


def test_calls_inside_execute_do_not_use_up_faults_of_the_connection(start: Any) -> None:
    vk = server(start, "truncated_json:2")
    code = "return [API.users.get({user_ids:1}), API.users.get({user_ids:1})];"
    assert len(vk("execute", code=code)) == 2
    with pytest.raises(ValueError):
        json.loads(vk.raw("execute", {"code": code}))


def test_a_call_that_came_too_fast_leaves_the_fault_for_the_next(start: Any) -> None:
    moments = [0.0]
    vk = start(ServerSettings(requests_per_second=1, faults=("error_10:2",)), clock=lambda: moments[-1])
    assert vk("utils.getServerTime")
    assert vk.code("utils.getServerTime") == 6
    moments.append(1.5)
    assert vk.code("utils.getServerTime") == 10
