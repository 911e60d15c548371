"""Calls a second and calls a day."""

from __future__ import annotations

from typing import Any

from simulator.server import ServerSettings


class HandClock:
    """Monotonic seconds that move when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_fourth_call_of_a_second_is_refused_and_the_next_second_is_new(start: Any) -> None:
    clock = HandClock()
    vk = start(ServerSettings(), clock=clock)
    assert [vk.whole("utils.getServerTime").get("error", {}).get("error_code") for _ in range(4)] == [None] * 3 + [6]
    assert vk("utils.getServerTime", "service")  # another key has its own second
    clock.now += 0.99
    assert vk.code("utils.getServerTime") == 6
    clock.now += 0.01
    assert vk("utils.getServerTime")


def test_a_community_key_may_call_twenty_times(start: Any) -> None:
    vk = start(ServerSettings(), clock=HandClock())
    assert all(vk("utils.getServerTime", "community") for _ in range(20))
    assert vk.code("utils.getServerTime", "community") == 6


def test_a_daily_quota_counts_calls_inside_execute_too(start: Any) -> None:
    clock = HandClock()
    vk = start(ServerSettings(requests_per_second=1000, daily_quota={"wall.get": 3}), clock=clock)
    vk("execute", code="return [API.wall.get({owner_id:-10,count:1}),API.wall.get({owner_id:-10,count:1})];")
    assert vk("wall.get", owner_id=-10)
    assert vk.code("wall.get", owner_id=-10) == 29
    whole = vk.whole("execute", code="return API.wall.get({owner_id:-10});")
    assert whole["response"] is False and whole["execute_errors"][0]["error_code"] == 29
    assert vk("groups.getMembers", group_id=10) and vk("wall.get", "service", owner_id=-10)
    clock.now += 24 * 3600 + 1
    assert vk("wall.get", owner_id=-10)
