"""Who may be looked at: the refusals that depend on the subject, not on the key."""

from __future__ import annotations

import re

from simulator.call import Call
from simulator.envelope import VkRefusal, bad_parameter, deactivated_user, denied, private_profile
from simulator.records import Community, Person
from simulator.state import State

_NUMBERED = re.compile(r"-?(?:club|public|event)?(\d{1,15})", re.ASCII)
_PERSON = re.compile(r"(?:id)?(\d{1,15})", re.ASCII)


def find_community(state: State, reference: str) -> Community | None:
    """A community by number, ``club123`` or screen name."""
    named = state.named(reference)
    if named is None and (match := _NUMBERED.fullmatch(reference)):
        return state.community(int(match[1]))
    return named


def find_person(state: State, reference: str) -> Person | None:
    """A person by number or ``id123``."""
    match = _PERSON.fullmatch(reference)
    return state.person(int(match[1])) if match else None


def need_community(call: Call, name: str = "group_id") -> Community:
    """The community a call is about; refuses with 100 without one and with 125 when there is no such one."""
    reference = call.text(name)
    if not reference:
        raise bad_parameter(f"{name} is undefined")
    found = find_community(call.state, reference)
    if found is None:
        raise VkRefusal(125, "Invalid group id")
    return found


def open_person(call: Call, name: str = "user_id") -> Person:
    """The person a call is about, when it may be looked at; otherwise 100, 113, 18 or 30."""
    number = call.whole(name)
    if number is None:
        raise bad_parameter(f"{name} is undefined")
    person = call.state.person(number)
    if person is None:
        raise VkRefusal(113, "Invalid user id")
    if person.deactivated:
        raise deactivated_user()
    if person.closed:
        raise private_profile()
    return person


def wall_owner(call: Call) -> int:
    """The id of the wall's owner, by ``owner_id`` or ``domain``."""
    owner = call.whole("owner_id")
    if owner:
        return owner
    domain = call.text("domain")
    if not domain:
        raise bad_parameter("owner_id is undefined")
    if community := find_community(call.state, domain):
        return -community.id
    if person := find_person(call.state, domain):
        return person.id
    raise VkRefusal(100, "One of the parameters specified was missing or invalid: domain is incorrect")


def check_wall(state: State, owner_id: int) -> None:
    """Refuses when this wall cannot be read: 100, 18, 30 or 15 with VK's reason."""
    if owner_id > 0:
        _check_person(state.person(owner_id))
        return
    community = state.community(-owner_id)
    if community is None:
        raise bad_parameter("owner_id is incorrect")
    if community.deactivated:
        raise denied("group is blocked")
    if community.closed:
        raise denied("this wall available only for community members")
    if community.wall == 0:
        raise denied("wall is disabled")


def check_members(community: Community) -> None:
    """Refuses (15) when this community's members are not shown."""
    if community.deactivated:
        raise denied("group is blocked")
    if community.closed:
        raise denied("you should be a member of this group")
    if community.hides_members:
        raise denied("group hide members")


def _check_person(person: Person | None) -> None:
    if person is None:
        raise bad_parameter("owner_id is incorrect")
    if person.deactivated:
        raise deactivated_user()
    if person.closed:
        raise private_profile()
