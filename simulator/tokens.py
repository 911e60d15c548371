"""Keys of the simulated VK and what each kind of key may call.

Rights follow VK's published schema (tag v5.199.93), then what the field reports: ``newsfeed.search`` refuses user
keys with 3, keys of VK ID are refused by the searches with 1051.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from simulator.envelope import VkRefusal

SERVICE, USER, COMMUNITY, VKID, EXPIRED = "service", "user", "community", "vkid", "expired"
KINDS = (SERVICE, USER, COMMUNITY, VKID, EXPIRED)

_EVERYONE = frozenset({SERVICE, USER, COMMUNITY})
_NO_COMMUNITY = frozenset({SERVICE, USER})
RIGHTS: dict[str, frozenset[str]] = {
    "users.get": _EVERYONE,
    "users.getSubscriptions": _NO_COMMUNITY,
    "friends.get": _NO_COMMUNITY,
    "groups.getById": _EVERYONE,
    "groups.getMembers": _EVERYONE,
    "groups.get": _NO_COMMUNITY,
    "groups.search": frozenset({USER}),
    "wall.get": _NO_COMMUNITY,
    "wall.getById": _NO_COMMUNITY,
    "wall.getComments": _NO_COMMUNITY,
    "wall.getReposts": _NO_COMMUNITY,
    "wall.search": _NO_COMMUNITY,
    "likes.getList": _NO_COMMUNITY,
    "newsfeed.search": frozenset({SERVICE}),
    "utils.resolveScreenName": _EVERYONE,
    "utils.getServerTime": _EVERYONE,
    "database.getCities": frozenset({USER}),
    "database.getCitiesById": _NO_COMMUNITY,
    "execute": frozenset({USER, COMMUNITY}),
}
_CLOSED_TO_VKID = frozenset({"wall.search", "newsfeed.search", "groups.search"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """Which key is of which kind."""

    by_kind: dict[str, str]

    def kind(self, token: str) -> str:
        """The kind of a key. Refuses (5) no key, an unknown and an expired one."""
        if not token:
            raise VkRefusal(5, "User authorization failed: no access_token passed.")
        kind = next((kind for kind, known in self.by_kind.items() if known == token), None)
        if kind is None:
            raise VkRefusal(5, "User authorization failed: invalid access_token (4).")
        if kind == EXPIRED:
            raise VkRefusal(5, "User authorization failed: access_token has expired.")
        return kind


def make_tokens(seed: int) -> Tokens:
    """One key of every kind, always the same for a seed; they do not look like VK's own."""
    return Tokens({kind: f"vk1.sim.{kind}.{_digest(seed, kind)}" for kind in KINDS})


def allow(method: str, kind: str, service_execute: bool) -> None:
    """Refuses with 3, 27, 28 or 1051 when a key of that kind may not call the method."""
    kinds = RIGHTS.get(method)
    if kinds is None:
        raise VkRefusal(3, "Unknown method passed")
    if kind == VKID:
        if method in _CLOSED_TO_VKID:
            raise VkRefusal(1051, "Method is unavailable for this profile type")
        kind = USER
    if kind in kinds or (kind == SERVICE and method == "execute" and service_execute):
        return
    raise {
        SERVICE: VkRefusal(28, "Application authorization failed: method is unavailable with service token."),
        COMMUNITY: VkRefusal(27, "Group authorization failed: method is unavailable with group auth."),
    }.get(kind, VkRefusal(3, "Unknown method passed"))


def _digest(seed: int, kind: str) -> str:
    return hashlib.sha256(f"simulated key {seed} {kind}".encode()).hexdigest()[:40]
