"""A post of VK's JSON to a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.values import inner, some_text, text, whole
from storage.rows import DELETED, Post


def parse_post(item: Mapping[str, Any]) -> Post:
    """One item of ``wall.get``. Raises ValueError when it lacks what names a post (owner and id)."""
    owner, number = whole(item.get("owner_id")), whole(item.get("id"))
    if owner is None or number is None:
        raise ValueError("a post without owner_id or id")
    return Post(
        owner_id=owner,
        id=number,
        from_id=whole(item.get("from_id")),
        signer_id=whole(item.get("signer_id")),
        published_at=whole(item.get("date")),
        edited_at=whole(item.get("edited")),
        text=text(item.get("text")),
        **_original(item.get("copy_history")),
        kind=DELETED if item.get("is_deleted") else some_text(item.get("post_type")) or "post",
        is_ad=whole(item.get("marked_as_ads")) or 0,
        is_pinned=whole(item.get("is_pinned")) or 0,
        platform=some_text(inner(item.get("post_source"), "platform")),
        attachments=_types(item.get("attachments")),
        likes=whole(inner(item.get("likes"), "count")),
        comments=whole(inner(item.get("comments"), "count")),
        reposts=whole(inner(item.get("reposts"), "count")),
        views=whole(inner(item.get("views"), "count")),
    )


def _original(history: Any) -> dict[str, Any]:
    """The nearest original of a repost; what it reposted itself is further away and not kept."""
    nearest = history[0] if isinstance(history, list) and history and isinstance(history[0], dict) else None
    if nearest is None:
        return {}
    return {
        "repost_owner_id": whole(nearest.get("owner_id")),
        "repost_id": whole(nearest.get("id")),
        "repost_author_id": whole(nearest.get("from_id")),
        "repost_text": text(nearest.get("text")),
    }


def _types(attachments: Any) -> str | None:
    if not isinstance(attachments, list):
        return None
    names = [text(inner(item, "type")) for item in attachments]
    return ",".join(name for name in names if name) or None
