"""What shapes a collection; no secret is in it, so it can be written into the journal."""

from __future__ import annotations

import ipaddress
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DAILY = {"wall.get": 5000}
"""Calls a day that VK allows a token."""


@dataclass(frozen=True, slots=True)
class VkSettings:
    """How to reach VK. ``requests_per_second`` is the token's allowance: 3 for user and service keys."""

    token_env: str = "VK_TOKEN"
    token_file: Path | None = None
    api_url: str = "https://api.vk.ru/method"
    api_version: str = "5.199"
    requests_per_second: float = 3.0
    lang: str = "ru"
    contact: str = ""


def loopback(address: str) -> bool:
    """Whether an address is of this machine: no proxy stands before it, and nobody overhears what goes there."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class AudienceSpec:
    """One audience of the study. Its communities are written as a person names them.

    The present members of at least ``least`` of the ``communities`` and of none of ``minus``; or with ``actions``
    whoever liked, commented or reposted at least so many times what was published there at or after ``since`` (UTC
    seconds; None: the study's own) and before ``until`` (None: no end). The listed ``people`` belong to it whatever
    the rule.
    """

    name: str
    communities: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    baseline: bool = False
    least: int = 1
    minus: tuple[str, ...] = ()
    actions: int = 0
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """What to collect. ``since``: UTC seconds; ``max_posts``: a wall; ``max_comments``: a post; ``sample``: people a
    community; ``subscriptions_sample``: people an audience, whose subscriptions are read; None (or 0): all. ``share``:
    (part, of how many): which of the walls are read here."""

    audiences: tuple[AudienceSpec, ...]
    what: tuple[str, ...] = ("members", "posts", "walls")
    since: int | None = None
    max_posts: int | None = None
    max_comments: int | None = None
    sample: int | None = None
    subscriptions_sample: int = 0
    refresh_hours: float = 24.0
    seed: int = 1
    share: tuple[int, int] = (1, 1)

    @property
    def refresh_seconds(self) -> int:
        """What was read so long ago, in seconds, is due again: a sixth less than ``refresh_hours``, because a run takes
        its time and no timer starts to the second; what one night read at its end must not count as fresh when the
        next one begins."""
        return round(self.refresh_hours * 3600 * 5 / 6)

    def mine(self, number: int) -> bool:
        """Whether a person or community belongs to this share of a study that a team collects together."""
        part, of = self.share
        return zlib.crc32(str(abs(number)).encode()) % of == part - 1
