"""The library that everybody uses reads the simulated VK as it reads the real one."""

from __future__ import annotations

from typing import Any

import pytest

vk_api = pytest.importorskip("vk_api")
requests = pytest.importorskip("requests")


class Redirect(requests.adapters.HTTPAdapter):  # type: ignore[name-defined,misc]
    """Sends what was meant for VK to another address: vk_api's own is a literal in its code."""

    def __init__(self, api_url: str) -> None:
        super().__init__()
        self._api_url = api_url

    def send(self, request: Any, **other: Any) -> Any:
        request.url = request.url.replace("https://api.vk.ru/method", self._api_url)
        return super().send(request, **{**other, "proxies": {}, "timeout": 30})


@pytest.fixture
def session(vk: Any) -> Any:
    with requests.Session() as http:
        http.trust_env = False
        http.mount("https://api.vk.ru/", Redirect(vk.server.api_url))
        library = vk_api.VkApi(token=vk.server.tokens["user"], session=http, api_version="5.199")
        library.RPS_DELAY = 0  # the server's limit is high; nothing to wait for
        yield library


def test_get_all_reads_every_member_and_every_post(session: Any, vk: Any) -> None:
    tools = vk_api.VkTools(session)
    assert tools.get_all("groups.getMembers", 1000, {"group_id": 10})["items"] == list(range(1, 2501))
    posts = tools.get_all("wall.get", 100, {"owner_id": -10})["items"]
    assert [one["id"] for one in posts] == [one.id for one in vk.server.state.wall(-10)]
    assert posts[1]["text"] == "пост 250 🙂"
    assert vk.server.calls("execute") == 2 and vk.server.calls("wall.get") == 0


def test_get_all_slow_reads_the_same_by_single_calls(session: Any, vk: Any) -> None:
    tools = vk_api.VkTools(session)
    items = list(tools.get_all_slow_iter("wall.get", 100, {"owner_id": -10}))
    assert [one["id"] for one in items] == [one.id for one in vk.server.state.wall(-10)]
    assert tools.get_all_slow("groups.getMembers", 1000, {"group_id": 10})["count"] == 2500
    assert vk.server.calls("execute") == 0 and vk.server.calls("wall.get") == 3


def test_a_list_longer_than_one_execute_is_continued(session: Any, vk: Any) -> None:
    members = vk_api.VkTools(session).get_all("groups.getMembers", 40, {"group_id": 10})["items"]
    assert members == list(range(1, 2501)) and vk.server.calls("execute") == 3


def test_a_refusal_inside_the_tools_is_raised(session: Any) -> None:
    with pytest.raises(vk_api.VkToolsException, match="hide members"):
        vk_api.VkTools(session).get_all("groups.getMembers", 1000, {"group_id": 11})


def test_the_pool_pairs_answers_and_errors(session: Any) -> None:
    with vk_api.VkRequestsPool(session) as pool:
        walls = {owner: pool.method("wall.get", {"owner_id": owner}) for owner in (3, 4, -10, 5)}
        mixed = pool.method("groups.getById", {"group_id": 10})
    assert walls[3].result["count"] == 1 and walls[-10].result["count"] == 251
    assert (walls[4].error["error_code"], walls[5].error["error_code"]) == (30, 18)
    assert mixed.result["groups"][0]["name"] == "Кухня"


def test_the_pool_over_one_method_and_one_parameter(session: Any) -> None:
    found, errors = vk_api.vk_request_one_param_pool(session, "wall.get", "owner_id", [3, 4], {"count": 1})
    assert found[3]["count"] == 1 and errors[4]["error_code"] == 30
    with vk_api.VkRequestsPool(session) as pool:
        people = [pool.method("users.get", {"user_ids": number}) for number in range(1, 41)]
    assert [one.result[0]["id"] for one in people] == list(range(1, 41))


def test_single_calls_and_errors_reach_the_facade(session: Any) -> None:
    api = session.get_api()
    assert api.users.get(user_ids=[1, 2])[1]["id"] == 2
    with pytest.raises(vk_api.ApiError) as refused:
        api.wall.get(owner_id=4)
    assert refused.value.code == 30
