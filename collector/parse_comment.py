"""A comment of VK's JSON to a row, and the replies that came along with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collector.values import count, inner, text, whole
from storage.rows import Comment


def parse_comment(item: Mapping[str, Any], owner_id: int, post_id: int) -> Comment | None:
    """One item of ``wall.getComments``; None without an id. A deleted comment has neither author nor text."""
    number = whole(item.get("id"))
    if number is None:
        return None
    parents = item.get("parents_stack")
    thread = whole(parents[0]) if isinstance(parents, list) and parents else None
    deleted = bool(item.get("deleted"))
    return Comment(
        owner_id=owner_id,
        id=number,
        post_id=post_id,
        thread_id=thread,
        reply_to_user=whole(item.get("reply_to_user")),
        from_id=None if deleted else whole(item.get("from_id")) or None,
        published_at=whole(item.get("date")),
        text="" if deleted else text(item.get("text")),
        likes=count(item.get("likes")),
        deleted=int(deleted),
    )


def with_replies(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A comment and the first replies of its thread, as far as VK sent them."""
    yield item
    replies = inner(item.get("thread"), "items")
    if isinstance(replies, list):
        yield from (one for one in replies if isinstance(one, dict))


def reply_count(item: Mapping[str, Any]) -> int:
    """How many replies VK counts in the comment's thread."""
    return count(item.get("thread")) or 0


def missing_replies(item: Mapping[str, Any]) -> bool:
    """Whether the thread has more replies than came along."""
    replies = inner(item.get("thread"), "items")
    return reply_count(item) > (len(replies) if isinstance(replies, list) else 0)
