"""``users.*`` and ``friends.*``."""

from __future__ import annotations

from typing import Any

from simulator import present
from simulator.access import find_person, open_person
from simulator.call import Call
from simulator.envelope import VkRefusal, bad_parameter

MOST_IDS = 1000
_NEIGHBOURS = (1, 2, 5, 11)


def get(call: Call) -> list[dict[str, Any]]:
    """``users.get``: unknown ids are left out, so an answer may be shorter than the question."""
    references = call.words("user_ids") or call.words("user_id")
    if not references:
        raise bad_parameter("user_ids is undefined")
    if len(references) > MOST_IDS:
        raise bad_parameter(f"user_ids should contain at most {MOST_IDS} items")
    found = (find_person(call.state, reference) for reference in references)
    fields = call.fields()
    return [present.user(person, fields, call.kind) for person in found if person is not None]


def get_subscriptions(call: Call) -> dict[str, Any]:
    """``users.getSubscriptions``: the plain form gives all ids at once, the extended one pages of communities."""
    person = open_person(call)
    if person.subscriptions_hidden:
        raise VkRefusal(260, "Access to the groups list is denied due to the user's privacy settings")
    groups = call.state.subscriptions(person.id)
    if not call.flag("extended"):
        people = call.state.followed(person.id)
        listed = {"count": len(groups), "items": list(groups)}
        return {"users": {"count": len(people), "items": list(people)}, "groups": listed}
    offset, count = call.page(20, 200)
    shown = (call.state.community(number) for number in groups[offset : offset + count])
    items = [present.group(one, call.fields(), len(call.state.members(one.id))) for one in shown if one]
    return {"count": len(groups), "items": items}


def get_friends(call: Call) -> dict[str, Any]:
    """``friends.get``: the world knows no friendships, so neighbours by id stand in, mutual and always the same."""
    person = open_person(call)
    everyone = sorted(call.state.world.people)
    place = everyone.index(person.id)
    around = {everyone[(place + sign * far) % len(everyone)] for far in _NEIGHBOURS for sign in (1, -1)}
    friends = sorted(around - {person.id})
    offset, count = call.page(5000, 5000)
    page = friends[offset : offset + count]
    if not call.fields():
        return {"count": len(friends), "items": page}
    people = [call.state.world.people[number] for number in page]
    return {"count": len(friends), "items": [present.user(one, call.fields(), call.kind) for one in people]}
