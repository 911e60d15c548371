"""One call as a method sees it, and the reading of its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.envelope import VkRefusal, bad_parameter
from simulator.state import State

MODERN = (5, 199)  # since then groups.getById and wall.getById answer with an object
OLDEST = (5, 81)
_INT = re.compile(r"[+-]?\d{1,18}")
_TRUE = {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True)
class Call:
    """``params`` are as they came, strings; ``kind`` is the token's; ``version`` the parsed ``v``."""

    state: State
    params: Mapping[str, str]
    kind: str
    version: tuple[int, int]

    def text(self, name: str, default: str = "") -> str:
        """A parameter's text, stripped."""
        return self.params.get(name, default).strip()

    def whole(self, name: str) -> int | None:
        """A whole number, None when absent or empty; refuses (100) what is no number."""
        raw = self.text(name)
        if not raw:
            return None
        if not _INT.fullmatch(raw):
            raise bad_parameter(f"{name} not integer")
        return int(raw)

    def need(self, name: str) -> int:
        """A whole number that must be there."""
        value = self.whole(name)
        if value is None:
            raise bad_parameter(f"{name} is undefined")
        return value

    def flag(self, name: str) -> bool:
        """A boolean, sent as 1."""
        return self.text(name).lower() in _TRUE

    def words(self, name: str) -> list[str]:
        """A comma-joined list."""
        return [part for part in (piece.strip() for piece in self.text(name).split(",")) if part]

    def fields(self) -> frozenset[str]:
        """The profile fields asked for."""
        return frozenset(self.words("fields"))

    def page(self, default: int, most: int) -> tuple[int, int]:
        """(offset, count): the count is cut to ``most`` as VK does; refuses (100) negative ones."""
        offset, count = self.whole("offset") or 0, self.whole("count")
        if offset < 0:
            raise bad_parameter("offset should be positive")
        if count is not None and count < 0:
            raise bad_parameter("count should be positive")
        return offset, min(default if count is None else count, most)


def version_of(params: Mapping[str, str]) -> tuple[int, int]:
    """The API version of a call. Refuses (8) a call without ``v`` and versions that VK has dropped."""
    raw = params.get("v", "").strip()
    if not raw:
        raise VkRefusal(8, "Invalid request: v (version) is required")
    match = re.fullmatch(r"(\d{1,3})\.(\d{1,4})", raw)
    if match is None:
        raise VkRefusal(8, "Invalid request: v (version) is incorrect")
    version = int(match[1]), int(match[2])
    if version < OLDEST:
        raise VkRefusal(8, "Invalid request: versions below 5.81 are deprecated")
    return version
