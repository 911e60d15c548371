"""VK's envelopes: ``{"response": ...}``, ``{"error": ...}`` and the refusals that handlers raise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


class VkRefusal(Exception):
    """An error answer: VK's ``code`` and ``message``, and whatever else the error object carries."""

    def __init__(self, code: int, message: str, **extra: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.extra = extra


def bad_parameter(what: str) -> VkRefusal:
    """Error 100 about one parameter."""
    return VkRefusal(100, f"One of the parameters specified was missing or invalid: {what}")


def denied(why: str) -> VkRefusal:
    """Error 15 with VK's reason."""
    return VkRefusal(15, f"Access denied: {why}")


def private_profile() -> VkRefusal:
    """Error 30."""
    return VkRefusal(30, "This profile is private")


def deactivated_user() -> VkRefusal:
    """Error 18."""
    return VkRefusal(18, "User was deleted or banned")


def error_body(refusal: VkRefusal, params: Mapping[str, str], hidden: Iterable[str]) -> dict[str, Any]:
    """The whole error answer. ``hidden``: names of parameters that the echo leaves out (VK leaves out the token)."""
    left_out = set(hidden)
    echo = [{"key": key, "value": value} for key, value in params.items() if key not in left_out]
    inside = {"error_code": refusal.code, "error_msg": refusal.message, **refusal.extra, "request_params": echo}
    return {"error": inside}


def dump(body: Any) -> bytes:
    """JSON as VK sends it: compact UTF-8; a lone surrogate, which UTF-8 cannot hold, turns everything to escapes."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()
