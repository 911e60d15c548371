"""``groups.*``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator import present
from simulator.access import check_members, find_community, need_community, open_person
from simulator.call import MODERN, Call
from simulator.envelope import VkRefusal, bad_parameter
from simulator.records import Community

MOST_IDS = 500
MOST_FOUND = 1000  # a search shows its first thousand whatever the offset


def get_by_id(call: Call) -> Any:
    """``groups.getById``: an object since 5.199, a list before; one bad reference refuses the whole list."""
    references = call.words("group_ids") or call.words("group_id")
    if not references:
        raise bad_parameter("group_ids is undefined")
    if len(references) > MOST_IDS:
        raise bad_parameter(f"group_ids should contain at most {MOST_IDS} items")
    found = [find_community(call.state, reference) for reference in references]
    if None in found:
        raise bad_parameter("group_ids is incorrect")
    groups = _objects(call, (one for one in found if one is not None))
    return {"groups": groups, "profiles": []} if call.version >= MODERN else groups


def get_members(call: Call) -> dict[str, Any]:
    """``groups.getMembers``: ids, or user objects when fields are asked for."""
    community = need_community(call)
    check_members(community)
    sort = call.text("sort", "id_asc") or "id_asc"
    if sort in ("time_asc", "time_desc"):
        raise VkRefusal(15, "Access denied: only for moderators")
    if sort not in ("id_asc", "id_desc"):
        raise bad_parameter("sort is incorrect")
    if call.text("filter"):
        raise VkRefusal(15, "Access denied: this filter needs rights in the group")
    members = call.state.members(community.id)
    offset, count = call.page(1000, 1000)
    ordered = members if sort == "id_asc" else members[::-1]
    page = ordered[offset : offset + count]
    fields = call.fields()
    if not fields:
        return {"count": len(members), "items": list(page)}
    people = (call.state.person(number) for number in page)
    shown = [present.user(person, fields, call.kind) for person in people if person]
    return {"count": len(members), "items": shown}


def get(call: Call) -> dict[str, Any]:
    """``groups.get``: communities of one person."""
    person = open_person(call)
    if person.subscriptions_hidden:
        raise VkRefusal(260, "Access to the groups list is denied due to the user's privacy settings")
    followed = call.state.subscriptions(person.id)
    offset, count = call.page(1000, 1000)
    page = followed[offset : offset + count]
    if not call.flag("extended"):
        return {"count": len(followed), "items": list(page)}
    shown = (call.state.community(number) for number in page)
    return {"count": len(followed), "items": _objects(call, (one for one in shown if one))}


def search(call: Call) -> dict[str, Any]:
    """``groups.search``: by words of the name."""
    words = call.text("q").casefold().split()
    if not words:
        raise bad_parameter("q is undefined")
    kind = call.text("type")
    everyone = (call.state.community(number) for number in sorted(call.state.world.communities))
    found = [
        one for one in everyone if one and kind in ("", one.kind) and all(word in one.name.casefold() for word in words)
    ]
    offset, count = call.page(20, MOST_FOUND)
    return {"count": len(found), "items": _objects(call, found[:MOST_FOUND][offset : offset + count])}


def _objects(call: Call, communities: Iterable[Community]) -> list[dict[str, Any]]:
    fields = call.fields()
    return [present.group(one, fields, len(call.state.members(one.id))) for one in communities]
