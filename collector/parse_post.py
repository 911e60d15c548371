"""A post of VK's JSON to a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.values import count, inner, some_text, text, whole
from storage.rows import DELETED, Post


def parse_post(item: Mapping[str, Any]) -> Post:
    """One item of ``wall.get``. Raises ValueError when it lacks what names a post (owner and id)."""
    get = item.get  # asked for a dozen of fields of millions of posts
    owner, number = whole(get("owner_id")), whole(get("id"))
    if owner is None or number is None:
        raise ValueError("a post without owner_id or id")
    repost_owner_id, repost_id, repost_author_id, repost_text = _original(get("copy_history"))
    return Post(
        owner_id=owner,
        id=number,
        from_id=whole(get("from_id")),
        signer_id=whole(get("signer_id")),
        published_at=whole(get("date")),
        edited_at=whole(get("edited")),
        text=text(get("text")),
        repost_owner_id=repost_owner_id,
        repost_id=repost_id,
        repost_author_id=repost_author_id,
        repost_text=repost_text,
        kind=DELETED if get("is_deleted") else some_text(get("post_type")) or "post",
        is_ad=whole(get("marked_as_ads")) or 0,
        is_pinned=whole(get("is_pinned")) or 0,
        platform=some_text(inner(get("post_source"), "platform")),
        attachments=_types(get("attachments")),
        likes=count(get("likes")),
        comments=count(get("comments")),
        reposts=count(get("reposts")),
        views=count(get("views")),
    )


def _original(history: Any) -> tuple[int | None, int | None, int | None, str | None]:
    """Owner, id, author and text of the nearest original of a repost; what it reposted itself is further away and not
    kept.
    """
    if not isinstance(history, list) or not history or not isinstance(history[0], dict):
        return None, None, None, None
    nearest = history[0]
    ids = whole(nearest.get("owner_id")), whole(nearest.get("id")), whole(nearest.get("from_id"))
    return *ids, text(nearest.get("text"))


def _types(attachments: Any) -> str | None:
    if not attachments or not isinstance(attachments, list):
        return None
    names = [text(inner(item, "type")) for item in attachments]
    return ",".join(name for name in names if name) or None
