"""Every method's normal answers against a schema: ours always, VK's own where its copy lies beside the checkout."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
OURS = json.loads((HERE / "subset.json").read_text(encoding="utf-8"))["definitions"]
USER_FIELDS = "sex,bdate,city,occupation,education,last_seen,domain"
GROUP_FIELDS = "members_count,activity,description,wall,status"

# method, parameters, kind of key, our schema, VK's schema (None: a single item of another answer)
CASES: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("users.get", {"user_ids": "1,2,3,4,5,6", "fields": USER_FIELDS}, "service", "users", "users_get_response"),
    ("users.getSubscriptions", {"user_id": 3}, "service", "subscriptions", "users_getSubscriptions_response"),
    (
        "users.getSubscriptions",
        {"user_id": 3, "extended": 1, "fields": GROUP_FIELDS},
        "service",
        "page_of_groups",
        "users_getSubscriptions_extended_response",
    ),
    ("friends.get", {"user_id": 3}, "service", "page_of_ids", "friends_get_response"),
    (
        "friends.get",
        {"user_id": 3, "fields": USER_FIELDS},
        "service",
        "page_of_users",
        "friends_get_fields_response",
    ),
    (
        "groups.getById",
        {"group_ids": "10,novosti,12,13,14", "fields": GROUP_FIELDS},
        "service",
        "groups",
        "groups_getById_object_response",
    ),
    ("groups.getMembers", {"group_id": 10}, "community", "page_of_ids", "groups_getMembers_response"),
    (
        "groups.getMembers",
        {"group_id": 10, "fields": USER_FIELDS},
        "service",
        "page_of_users",
        "groups_getMembers_fields_response",
    ),
    ("groups.get", {"user_id": 3}, "user", "page_of_ids", "groups_get_response"),
    ("groups.get", {"user_id": 3, "extended": 1}, "user", "page_of_groups", "groups_get_object_extended_response"),
    ("groups.search", {"q": "кух"}, "user", "page_of_groups", "groups_search_response"),
    ("wall.get", {"owner_id": -10, "count": 100}, "service", "posts", "wall_get_response"),
    ("wall.get", {"owner_id": -10, "offset": 240, "count": 100}, "service", "posts", "wall_get_response"),
    ("wall.get", {"owner_id": -10, "extended": 1}, "service", "posts", "wall_get_extended_response"),
    ("wall.get", {"owner_id": 3}, "service", "posts", "wall_get_response"),
    ("wall.getById", {"posts": "-10_5,-10_300,3_1"}, "service", "posts", ""),
    ("wall.getReposts", {"owner_id": -10, "post_id": 5}, "service", "posts", "wall_getReposts_response"),
    (
        "wall.getComments",
        {"owner_id": -10, "post_id": 5, "comment_id": 11, "need_likes": 1},
        "service",
        "comments",
        "wall_getComments_response",
    ),
    (
        "wall.getComments",
        {"owner_id": -10, "post_id": 5, "sort": "desc", "count": 1, "extended": 1, "thread_items_count": 3},
        "service",
        "comments",
        "wall_getComments_extended_response",
    ),
    (
        "likes.getList",
        {"type": "post", "owner_id": -10, "item_id": 5},
        "service",
        "page_of_ids",
        "likes_getList_response",
    ),
    (
        "likes.getList",
        {"type": "post", "owner_id": -10, "item_id": 5, "extended": 1},
        "service",
        "page_of_users",
        "likes_getList_extended_response",
    ),
    ("newsfeed.search", {"q": "репост"}, "service", "posts", "newsfeed_search_response"),
    ("newsfeed.search", {"q": "репост", "extended": 1}, "service", "posts", "newsfeed_search_extended_response"),
    ("utils.resolveScreenName", {"screen_name": "kukhnya"}, "service", "resolved", "utils_resolveScreenName_response"),
    ("utils.getServerTime", {}, "service", "time", ""),
    ("database.getCities", {}, "user", "page_of_cities", "database_getCities_response"),
    ("database.getCitiesById", {"city_ids": "1,99"}, "service", "cities", "database_getCitiesById_response"),
]


def _vk_contract() -> Path | None:
    beside = Path(__file__).parents[2].parent / "shared"
    folder = Path(os.environ.get("VKAUDIENCE_SHARED", beside)) / "vk-contract"
    return folder if (folder / "responses.schema.json").is_file() else None


def _check(definitions: dict[str, Any], name: str, value: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft7Validator({"definitions": definitions, "$ref": f"#/definitions/{name}"}).validate(value)


@pytest.mark.parametrize(("method", "params", "kind", "ours", "theirs"), CASES)
def test_an_answer_has_the_shape_that_clients_rely_on(
    vk: Any, method: str, params: dict[str, Any], kind: str, ours: str, theirs: str
) -> None:
    response = vk(method, kind, **params)
    _check(OURS, ours, response)
    if isinstance(response, dict) and "items" in response:
        assert response["items"], "an empty page proves nothing"


@pytest.mark.parametrize(("method", "params", "kind", "ours", "theirs"), CASES)
def test_an_answer_validates_against_vks_own_schema(
    vk: Any, method: str, params: dict[str, Any], kind: str, ours: str, theirs: str
) -> None:
    contract = _vk_contract()
    if contract is None:
        pytest.skip("VK's schema is not beside this checkout")
    definitions = json.loads((contract / "responses.schema.json").read_text(encoding="utf-8"))["definitions"]
    whole = vk.whole(method, kind, **params)
    if theirs:
        _check(definitions, theirs, whole)
    elif method == "wall.getById":
        for item in whole["response"]["items"]:
            _check(definitions, "wall_wall_item", item)
    else:
        assert isinstance(whole["response"], int)


def test_every_method_of_the_contract_is_answered(vk: Any) -> None:
    contract = _vk_contract()
    if contract is None:
        pytest.skip("VK's methods are not beside this checkout")
    methods = json.loads((contract / "methods.json").read_text(encoding="utf-8"))["methods"]
    names = [one["name"] if isinstance(one, dict) else one for one in methods]
    unknown = [
        name
        for name in names
        for kind in ["service" if name == "newsfeed.search" else "user"]
        if vk.whole(name, kind).get("error", {}).get("error_code") == 3
    ]
    assert names and unknown == []


def test_a_wrong_answer_would_be_noticed() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    with pytest.raises(jsonschema.ValidationError):
        _check(OURS, "posts", {"items": [{"id": 1, "owner_id": -1, "from_id": -1, "date": 1, "post_type": "post"}]})
