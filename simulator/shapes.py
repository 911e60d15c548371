"""Faults that leave an answer well-formed but not as it should be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MORE_THAN_REACHABLE = 7
LONE_SURROGATE = "\ud83d"
# What people really write there, beside VK's own two forms.
BIRTHDAYS = ("31.12", "1.1.1901", "29.2.2027", "", "30.02.1999", "1.2.1999 г.")


def bend_question(names: Collection[str], params: Mapping[str, str]) -> Mapping[str, str]:
    """A repeated cursor: the page that was asked for first comes again and again."""
    if "repeated_cursor" not in names:
        return params
    return {key: value for key, value in params.items() if key not in ("offset", "start_from", "start_comment_id")}


def bend_answer(names: Collection[str], answer: Any) -> Any:
    """The answer with the faults of these names worked in."""
    if "false_without_errors" in names:
        return False
    if "resolve_list" in names and isinstance(answer, dict) and "object_id" in answer:
        return []  # PHP's empty object, for a name that is nobody's
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
    """The objects of an answer, and the replies that came along with comments."""
    listed = answer.get("items", answer.get("groups")) if isinstance(answer, dict) else answer
    found = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return found + [reply for item in found for reply in item.get("thread", {}).get("items", ())]


def _bend_item(names: Collection[str], item: dict[str, Any]) -> None:
    if "lone_surrogate" in names and isinstance(item.get("text"), str):
        item["text"] += LONE_SURROGATE
    if "unknown_attachment" in names and "attachments" in item:
        item["attachments"] = [*item["attachments"], {"type": "hologram", "hologram": {"id": 1}}]
    if "personal_list" in names and "first_name" in item:
        item["personal"] = []
    if "no_views" in names:
        item.pop("views", None)
    if "no_country" in names:
        item.pop("country", None)
    if "odd_bdate" in names and "bdate" in item:
        item["bdate"] = BIRTHDAYS[item["id"] % len(BIRTHDAYS)]
    if "deleted_comments" in names and "parents_stack" in item:
        _delete(item)


def _delete(comment: dict[str, Any]) -> None:
    """Of a deleted comment only the number, the date and the thread stay."""
    for name in comment.keys() - {"id", "date", "thread"}:
        del comment[name]
    comment["deleted"] = True
