"""A community of VK's JSON to a row, and the two shapes of ``groups.getById``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.values import inner, some_text, whole
from storage.rows import Community

FIELDS = "members_count,activity,description,city,wall"


def group_items(response: Any) -> list[Any]:
    """The items of an answer: ``{"groups": [...]}`` since 5.199, a bare list before."""
    listed = response.get("groups") if isinstance(response, dict) else response
    return listed if isinstance(listed, list) else []


def parse_group(item: Mapping[str, Any]) -> Community:
    """One group object. Raises ValueError without an id."""
    number = whole(item.get("id"))
    if number is None:
        raise ValueError("a community without id")
    return Community(
        id=abs(number),
        screen_name=some_text(item.get("screen_name")),
        name=some_text(item.get("name")),
        kind=some_text(item.get("type")),
        closed=whole(item.get("is_closed")),
        members_count=whole(item.get("members_count")),
        activity=some_text(item.get("activity")),
        description=some_text(item.get("description")),
        city_id=whole(inner(item.get("city"), "id")),
        city=some_text(inner(item.get("city"), "title")),
        wall=whole(item.get("wall")),
        state=_state(item),
    )


def _state(item: Mapping[str, Any]) -> str:
    if item.get("deactivated"):
        return "banned" if item["deactivated"] == "banned" else "deleted"
    return "ok"
