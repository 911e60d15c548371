"""Faults that leave an answer well-formed but not as it should be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MORE_THAN_REACHABLE = 7
LONE_SURROGATE = "\ud83d"


def bend_question(names: Collection[str], params: Mapping[str, str]) -> Mapping[str, str]:
    """A repeated cursor: the page that was asked for first comes again and again."""
    if "repeated_cursor" not in names:
        return params
    return {key: value for key, value in params.items() if key not in ("offset", "start_from", "start_comment_id")}


def bend_answer(names: Collection[str], answer: Any) -> Any:
    """The answer with the faults of these names worked in."""
    if "false_without_errors" in names:
        return False
    if isinstance(answer, dict):
        answer = dict(answer)
        if "short_pages" in names and isinstance(answer.get("items"), list):
            answer["items"] = answer["items"][: (len(answer["items"]) + 1) // 2]
        if "empty_pages" in names and isinstance(answer.get("items"), list):
            answer["items"] = []
        if "count_larger" in names and isinstance(answer.get("count"), int):
            answer["count"] += MORE_THAN_REACHABLE
    for item in _objects(answer):
        _bend_item(names, item)
    return answer


def _objects(answer: Any) -> list[dict[str, Any]]:
    listed = answer.get("items", answer.get("groups")) if isinstance(answer, dict) else answer
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _bend_item(names: Collection[str], item: dict[str, Any]) -> None:
    if "lone_surrogate" in names and isinstance(item.get("text"), str):
        item["text"] += LONE_SURROGATE
    if "unknown_attachment" in names and "attachments" in item:
        item["attachments"] = [*item["attachments"], {"type": "hologram", "hologram": {"id": 1}}]
    if "personal_list" in names and "first_name" in item:
        item["personal"] = []
