"""``execute``: code in, one answer out, failed inner calls listed beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.envelope import VkRefusal, bad_parameter, dump
from simulator.vkscript import Bounds, run

InnerCall = Callable[[str, Mapping[str, str]], Any]


def run_code(params: Mapping[str, str], call: InnerCall, max_response: int) -> bytes:
    """The whole answer. Refuses with 100 without code, 12 and 13 as VK's interpreter does."""
    code = params.get("code", "")
    if not code.strip():
        raise bad_parameter("code is empty")
    errors: list[dict[str, Any]] = []

    def inner(method: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return call(method, {**_inherited(params), **_encoded(arguments)})
        except VkRefusal as refused:
            errors.append({"method": method, "error_code": refused.code, "error_msg": refused.message})
            return False

    response = run(code, inner, {key: value for key, value in params.items() if key != "access_token"}, Bounds())
    answer: dict[str, Any] = {"response": response}
    if errors:
        answer["execute_errors"] = errors
    body = dump(answer)
    if len(body) > max_response:
        raise VkRefusal(13, "Runtime error occurred during code invocation: response size is too big")
    return body


def _inherited(params: Mapping[str, str]) -> dict[str, str]:
    return {key: params[key] for key in ("v", "lang") if key in params}


def _encoded(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Values of the script as form fields: lists joined by commas, booleans 1 and 0, null left out."""
    return {key: _form(value) for key, value in arguments.items() if value is not None}


def _form(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(_form(one) for one in value)
    return str(value)
