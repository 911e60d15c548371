"""A VK that fits in a laptop. It imports nothing of ours."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Change": "simulator.state",
    "Fault": "simulator.faults",
    "PLANS": "simulator.world",
    "ServerSettings": "simulator.settings",
    "SimulatedVk": "simulator.server",
    "State": "simulator.state",
    "build_world": "simulator.world",
    "parse_fault": "simulator.faults",
    "serve": "simulator.server",
    "start_server": "simulator.server",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'simulator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
