"""``wall.getComments``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simulator import present
from simulator.access import check_wall
from simulator.call import Call
from simulator.envelope import VkRefusal, bad_parameter
from simulator.records import Comment, Post

MOST = 100
MOST_IN_THREAD = 10


def get_comments(call: Call) -> dict[str, Any]:
    """One level of a post's comments, or the replies in one thread when ``comment_id`` is given.

    ``count`` speaks of all levels, ``current_level_count`` of this one.
    """
    owner, number = call.need("owner_id"), call.need("post_id")
    check_wall(call.state, owner)
    post = call.state.post(owner, number)
    if post is None:
        raise bad_parameter("post_id is incorrect")
    level, parents = _level(call, post)
    ordered = _sorted(call, level)
    first = _start(call, ordered)
    page = ordered[first : first + _count(call)]
    answer: dict[str, Any] = {
        "count": len(level) if parents else sum(1 + len(one.thread) for one in post.comments),
        "items": [_item(call, one, post, parents) for one in page],
        "current_level_count": len(level),
        "can_post": False,
        "show_reply_button": False,
        "groups_can_post": False,
    }
    if call.text("start_comment_id"):
        answer["real_offset"] = first
    if call.flag("extended"):
        answer |= present.authors(call.state, _ids(page), call.fields(), call.kind)
    return answer


def find_comment(post: Post, comment_id: int) -> Comment | None:
    """A comment of a post at any level."""
    return next((one for top in post.comments for one in (top, *top.thread) if one.id == comment_id), None)


def _level(call: Call, post: Post) -> tuple[tuple[Comment, ...], tuple[int, ...]]:
    parent = call.whole("comment_id")
    if not parent:
        return post.comments, ()
    found = find_comment(post, parent)
    if found is None:
        raise VkRefusal(100, "One of the parameters specified was missing or invalid: comment_id is incorrect")
    return found.thread, (parent,)


def _sorted(call: Call, level: Sequence[Comment]) -> list[Comment]:
    sort = call.text("sort", "asc") or "asc"
    if sort not in ("asc", "desc", "smart"):
        raise bad_parameter("sort is incorrect")
    if sort == "smart":
        return sorted(level, key=lambda one: (-one.likes, one.id))
    return sorted(level, key=lambda one: (one.date, one.id), reverse=sort == "desc")


def _start(call: Call, ordered: Sequence[Comment]) -> int:
    offset = call.whole("offset") or 0
    start = call.whole("start_comment_id")
    if start:
        places = [place for place, one in enumerate(ordered) if one.id == start]
        if not places:
            raise bad_parameter("start_comment_id is incorrect")
        offset += places[0]
    elif offset < 0:
        raise bad_parameter("offset should be positive")
    return max(0, offset)


def _count(call: Call) -> int:
    count = call.whole("count")
    if count is not None and count < 0:
        raise bad_parameter("count should be positive")
    return min(10 if count is None else count, MOST)


def _item(call: Call, record: Comment, post: Post, parents: tuple[int, ...]) -> dict[str, Any]:
    cut = call.whole("preview_length") or 0
    liked = call.flag("need_likes")
    shown = present.comment(record, post, parents, cut=cut, liked=liked)
    if parents:
        return shown
    most = min(call.whole("thread_items_count") or 0, MOST_IN_THREAD)
    replies = [present.comment(one, post, (record.id,), cut=cut, liked=liked) for one in record.thread[:most]]
    thread = {"count": len(record.thread), "items": replies}
    return {**shown, "thread": thread | {"can_post": False, "show_reply_button": False, "groups_can_post": False}}


def _ids(page: Sequence[Comment]) -> Iterator[int]:
    for top in page:
        yield from (one.from_id for one in (top, *top.thread) if not one.deleted)
