"""VK to rows: the only room that knows VK's words, HTTP, waiting and quotas.

>>> from collector import Token, VkClient, VkSettings
>>> vk = VkClient(Token("..."), VkSettings()).api()          # doctest: +SKIP
>>> vk.wall.get(owner_id=-1, count=10)                       # doctest: +SKIP

The stage is ``collector.collect.collect``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collector.client import VkClient
    from collector.settings import AudienceSpec, CollectSettings, VkSettings
    from collector.token import Token

_HOMES = {
    "AudienceSpec": "collector.settings",
    "CollectSettings": "collector.settings",
    "Token": "collector.token",
    "VkClient": "collector.client",
    "VkSettings": "collector.settings",
}

__all__ = ["AudienceSpec", "CollectSettings", "Token", "VkClient", "VkSettings"]


def __getattr__(name: str) -> Any:
    # Imported when first asked for: `vkaudience --help` must not pay for httpx.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
