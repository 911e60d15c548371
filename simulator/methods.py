"""Which function answers which method, and what a call is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator import (
    methods_comments,
    methods_groups,
    methods_likes,
    methods_users,
    methods_utils,
    methods_wall,
)
from simulator.access import find_community, find_person
from simulator.call import Call
from simulator.state import State

METHODS: dict[str, Callable[[Call], Any]] = {
    "users.get": methods_users.get,
    "users.getSubscriptions": methods_users.get_subscriptions,
    "friends.get": methods_users.get_friends,
    "groups.getById": methods_groups.get_by_id,
    "groups.getMembers": methods_groups.get_members,
    "groups.get": methods_groups.get,
    "groups.search": methods_groups.search,
    "wall.get": methods_wall.get,
    "wall.getById": methods_wall.get_by_id,
    "wall.getReposts": methods_wall.get_reposts,
    "wall.search": methods_wall.search,
    "newsfeed.search": methods_wall.search_news,
    "wall.getComments": methods_comments.get_comments,
    "likes.getList": methods_likes.get_list,
    "utils.resolveScreenName": methods_utils.resolve_screen_name,
    "utils.getServerTime": methods_utils.get_server_time,
    "database.getCities": methods_utils.get_cities,
    "database.getCitiesById": methods_utils.get_cities_by_id,
}


def subject_of(state: State, params: Mapping[str, str]) -> int | None:
    """The owner of a wall, the positive id of a community or the id of a person that a call is about."""
    for name in ("owner_id", "user_id"):
        raw = params.get(name, "").strip()
        if raw.lstrip("-").isdecimal():
            return int(raw)
    if domain := params.get("domain", "").strip():
        if community := find_community(state, domain):
            return -community.id
        person = find_person(state, domain)
        return person.id if person else None
    for name in ("group_id", "group_ids"):
        if raw := params.get(name, "").strip():
            found = find_community(state, raw)
            return found.id if found else None
    return None


def item_of(params: Mapping[str, str]) -> int | None:
    """The post that a call about one post of a wall is about."""
    raw = (params.get("item_id") or params.get("post_id") or "").strip()
    return int(raw) if raw.isdecimal() else None
