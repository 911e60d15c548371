"""What a program that speaks to the simulated VK sees."""

from __future__ import annotations

import http.client
import urllib.request
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.state import Change


def test_members_come_in_pages_with_the_count_of_all(vk: Any) -> None:
    first = vk("groups.getMembers", group_id=10)
    assert (first["count"], first["items"]) == (2500, list(range(1, 1001)))
    assert vk("groups.getMembers", group_id="kukhnya", offset=2400, count=5000)["items"] == list(range(2401, 2501))
    assert vk("groups.getMembers", group_id="club10", sort="id_desc", count=2)["items"] == [2500, 2499]


def test_fields_are_given_when_asked_for_and_never_for_the_deactivated(vk: Any) -> None:
    items = vk("groups.getMembers", group_id=10, fields="sex,bdate,city,education,last_seen,country", count=6)["items"]
    assert items[0]["bdate"] == "5.11.2001" and items[0]["university_name"] == "МГУ" and items[0]["country"]["id"] == 1
    assert items[3]["is_closed"] is True and items[3]["can_access_closed"] is False
    assert items[4] == {"id": 5, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}
    assert not {"bdate", "city", "university_name"} & set(items[5])
    assert "country" not in vk("users.get", "community", user_ids=1, fields="country")[0]
    assert vk("users.get", user_ids=7, fields="personal")[0]["personal"] == []


def test_unknown_people_are_left_out(vk: Any) -> None:
    assert [one["id"] for one in vk("users.get", user_ids="3,999999,id1")] == [3, 1]


def test_the_pinned_post_leads_the_wall_and_a_page_has_a_hundred_posts_at_most(vk: Any) -> None:
    page = vk("wall.get", owner_id=-10, count=1000)
    assert page["count"] == 250 + 1 and len(page["items"]) == 100
    assert page["items"][0]["is_pinned"] == 1 and page["items"][1]["id"] == 250
    assert len(vk("wall.get", domain="kukhnya")["items"]) == 20


def test_a_post_keeps_its_text_and_its_reposts(vk: Any) -> None:
    item = vk("wall.getById", posts="-10_5,-10_9999")["items"]
    assert len(item) == 1
    assert item[0]["text"] == "репост #тег@club" and item[0]["copy_history"][0]["text"] == "исходный"
    assert item[0]["comments"]["count"] == 15 and item[0]["likes"]["count"] == 3 and item[0]["views"] == {"count": 77}
    assert "views" not in vk("wall.getById", posts="-10_6")["items"][0]


def test_old_versions_get_old_shapes(vk: Any) -> None:
    assert vk("groups.getById", v="5.92", group_id="novosti")[0]["id"] == 11
    assert vk("groups.getById", group_id="novosti")["groups"][0]["type"] == "page"
    assert vk("wall.getById", v="5.131", posts="-10_5")[0]["id"] == 5
    assert vk.code("users.get", v="", user_ids=1) == 8
    assert vk.code("users.get", v="5.20", user_ids=1) == 8


@pytest.mark.parametrize(
    ("method", "params", "code", "words"),
    [
        ("groups.getMembers", {"group_id": 11}, 15, "group hide members"),
        ("groups.getMembers", {"group_id": 12}, 15, "member"),
        ("groups.getMembers", {"group_id": 777}, 125, "group"),
        ("groups.getMembers", {}, 100, "group_id"),
        ("groups.getMembers", {"group_id": 10, "offset": "x"}, 100, "offset not integer"),
        ("groups.getMembers", {"group_id": 10, "count": -1}, 100, "count"),
        ("groups.getById", {"group_ids": "kukhnya,nobody"}, 100, "group_ids"),
        ("wall.get", {"owner_id": -12}, 15, "community members"),
        ("wall.get", {"owner_id": -13}, 15, "disabled"),
        ("wall.get", {"owner_id": -14}, 15, "blocked"),
        ("wall.get", {"owner_id": 4}, 30, "private"),
        ("wall.get", {"owner_id": 5}, 18, "deleted"),
        ("wall.get", {}, 100, "owner_id"),
        ("users.getSubscriptions", {"user_id": 6}, 260, "denied"),
        ("groups.get", {"user_id": 999999}, 113, "user"),
        ("no.such", {}, 3, "Unknown method"),
    ],
)
def test_refusals_name_their_reason(vk: Any, method: str, params: dict[str, Any], code: int, words: str) -> None:
    error = vk.whole(method, **params)["error"]
    assert error["error_code"] == code and words.lower() in error["error_msg"].lower()


@pytest.mark.parametrize(
    ("kind", "method", "code"),
    [
        ("community", "wall.get", 27),
        ("service", "groups.search", 28),
        ("service", "execute", 28),
        ("user", "newsfeed.search", 3),
        ("vkid", "wall.search", 1051),
        ("expired", "users.get", 5),
        ("vk1.a.unknown", "users.get", 5),
    ],
)
def test_a_key_can_do_what_its_kind_can(vk: Any, kind: str, method: str, code: int) -> None:
    assert vk.code(method, kind, owner_id=-10, q="x", user_ids=1, code="return 1;") == code


def test_the_key_is_not_echoed_and_not_logged(vk: Any) -> None:
    token = vk.server.tokens["user"]
    address = f"{vk.server.api_url}/wall.get?owner_id=4&v=5.199&access_token={token}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert token.encode() not in answer.read()
    assert token not in repr(vk.server.log)
    assert vk.server.log[-1].error == 30 and vk.server.log[-1].token_kind == "user"


def test_comments_come_by_level_and_the_deleted_have_no_author(vk: Any) -> None:
    page = vk("wall.getComments", owner_id=-10, post_id=5, need_likes=1, thread_items_count=10, count=100)
    assert (page["count"], page["current_level_count"]) == (15, 3)
    first, deleted, _ = page["items"]
    assert first["thread"]["count"] == 12 and len(first["thread"]["items"]) == 10 and first["likes"]["count"] == 2
    assert deleted["deleted"] is True and "from_id" not in deleted and "text" not in deleted
    rest = vk("wall.getComments", owner_id=-10, post_id=5, comment_id=11, offset=10, count=100)
    assert [one["id"] for one in rest["items"]] == [110, 111]
    moved = vk("wall.getComments", owner_id=-10, post_id=5, start_comment_id=13, offset=-1, count=1, preview_length=5)
    assert moved["items"][0]["id"] == 12 and moved["real_offset"] == 1


def test_likes_and_reposts_are_people_and_posts(vk: Any) -> None:
    assert vk("likes.getList", type="post", owner_id=-10, item_id=5) == {"count": 3, "items": [3, 2, 1]}
    assert vk("likes.getList", type="post", owner_id=-10, item_id=5, filter="copies")["items"] == [3]
    found = vk("wall.getReposts", owner_id=-10, post_id=5)
    assert [one["owner_id"] for one in found["items"]] == [3] and "count" not in found


def test_subscriptions_have_two_forms(vk: Any) -> None:
    assert vk("users.getSubscriptions", user_id=3)["groups"] == {"count": 2, "items": [10, 13]}
    whole = vk("users.getSubscriptions", user_id=3, extended=1, count=1)
    assert whole["count"] == 2 and whole["items"][0]["type"] == "group"


def test_a_screen_name_leads_to_its_owner_and_nothing_is_an_empty_list(vk: Any) -> None:
    assert vk("utils.resolveScreenName", screen_name="Novosti") == {"type": "page", "object_id": 11}
    assert vk("utils.resolveScreenName", screen_name="id3") == []


def test_a_search_of_the_news_is_paged_by_its_cursor(vk: Any) -> None:
    seen: list[int] = []
    cursor: dict[str, str] = {}
    for _ in range(9):
        page = vk("newsfeed.search", "service", q="пост", count=100, **cursor)
        seen += [one["id"] for one in page["items"]]
        if "next_from" not in page:
            break
        cursor = {"start_from": page["next_from"]}
    assert len(seen) == len(set(seen)) == page["total_count"] == 250  # the 249 and the repost


def test_changes_happen_between_pages(start: Any) -> None:
    changes = [
        Change("wall.get", 2, lambda state: state.delete(-10, 250), subject=-10),
        Change("groups.getMembers", 2, lambda state: state.leave(10, 1), subject=10),
    ]
    vk = start(changes=changes)
    assert vk("wall.get", owner_id=-10, count=2)["items"][1]["id"] == 250
    after = vk("wall.get", owner_id=-10, count=2)
    assert after["items"][1]["id"] == 249 and after["count"] == 250
    assert vk("groups.getMembers", group_id=10, count=1)["items"] == [1]
    assert vk("groups.getMembers", group_id=10, count=1) == {"count": 2499, "items": [2]}
    assert 250 not in vk.server.state.lasting_posts(-10) and 1 not in vk.server.state.lasting_members(10)


def test_a_connection_is_kept_and_a_stopped_server_lets_go(vk: Any) -> None:
    link = http.client.HTTPConnection(urlsplit(vk.server.api_url).netloc, timeout=10)
    for _ in range(3):
        link.request("GET", "/method/utils.getServerTime?v=5.199", headers={"Authorization": "Bearer x"})
        answer = link.getresponse()
        assert answer.status == 200 and answer.read()
    link.request("GET", "/elsewhere")
    assert link.getresponse().read() and vk.server.calls("utils.getServerTime") == 3
    link.close()
    vk.server.stop()
    vk.server.stop()


def test_a_moved_wall_keeps_its_order(vk: Any) -> None:
    state = vk.server.state
    state.insert(replace(state.post(-10, 250), id=301, text="новый", date=state.now))
    state.pin(-10, 7)
    state.edit(-10, 8, "исправлено")
    assert [one["id"] for one in vk("wall.get", owner_id=-10, count=3)["items"]] == [7, 301, 250]
    assert vk("wall.get", owner_id=-10, offset=251)["items"][-1]["id"] == 300  # the oldest, no longer pinned
    edited = vk("wall.getById", posts="-10_8")["items"][0]
    assert edited["text"] == "исправлено" and edited["edited"] == state.now
    with pytest.raises(KeyError):
        state.delete(-10, 9999)
    state.join(11, 9)
    assert vk("groups.get", user_id=9)["items"] == [10, 11]
    state.set_community(replace(state.community(10), closed=1))
    assert vk.code("wall.get", owner_id=-10) == 15 and vk.code("groups.getMembers", group_id=10) == 15


def test_an_upload_form_is_read_and_json_is_not(vk: Any) -> None:
    token = vk.server.tokens["user"]
    parts = {"user_ids": "1", "v": "5.199", "access_token": token}
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items())
    for kind, data, right in (
        ("multipart/form-data; boundary=b", f"{body}--b--\r\n", True),
        ("application/json", '{"user_ids": 1}', False),
    ):
        request = urllib.request.Request(f"{vk.server.api_url}/users.get", data.encode(), {"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert (b'"response"' in answer.read()) is right
