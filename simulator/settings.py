"""How a simulated VK behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.faults import Fault


def _quotas() -> dict[str, int]:
    return {"wall.get": 5000, "wall.search": 1000, "newsfeed.search": 1000}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """``latency`` in seconds is added to every answer; ``daily_quota``: method -> calls in 24 hours for one key."""

    requests_per_second: float = 3.0
    community_requests_per_second: float = 20.0
    daily_quota: Mapping[str, int] = field(default_factory=_quotas)
    latency: float = 0.0
    faults: tuple[Fault | str, ...] = ()
    service_execute: bool = False
    max_response: int = 5 * 1024 * 1024  # bytes that execute may answer with
