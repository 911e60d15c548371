"""A post of VK's JSON to a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collector.values import counts, inner, parsed, some_text, text, texts, whole, wholes
from storage.columns import Columns
from storage.rows import DELETED, Post


def parse_post(item: Mapping[str, Any]) -> Post:
    """One item of ``wall.get``. Raises ValueError when it lacks what names a post (owner and id)."""
    post: Post = next(parse_posts([item]).rows())
    return post


def parse_posts(items: Sequence[Mapping[str, Any]]) -> Columns:
    """Items of ``wall.get``, in order, as columns of Posts: half the time of one by one.

    Raises ValueError when one of them lacks what names a post.
    """
    told = set().union(*set(map(tuple, items)))

    def field(name: str) -> Sequence[Any]:
        return [item.get(name) for item in items] if name in told else (None,) * len(items)

    owners, numbers = wholes(field("owner_id")), wholes(field("id"))
    if None in owners or None in numbers:
        raise ValueError("a post without owner_id or id")
    kinds = [kind or "post" for kind in texts(field("post_type"))]
    if any(gone := field("is_deleted")):
        kinds = [DELETED if is_gone else kind for is_gone, kind in zip(gone, kinds, strict=True)]
    columns = (
        owners,
        numbers,
        wholes(field("from_id")),
        wholes(field("signer_id")),
        wholes(field("date")),
        wholes(field("edited")),
        texts(field("text")),
        *zip(*_each(_original, field("copy_history"), (None,) * 4), strict=True),
        kinds,
        [number or 0 for number in wholes(field("marked_as_ads"))],
        [number or 0 for number in wholes(field("is_pinned"))],
        _each(_platform, field("post_source")),
        _each(_types, field("attachments")),
        *(counts(field(name)) for name in ("likes", "comments", "reposts", "views")),
    )
    return Columns(Post, columns)


def posts_of(items: Any) -> list[Post]:
    """The posts of an answer's items, as ``parsed(items, parse_post)`` gives them, all read at once where they can."""
    known = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    try:
        return list(parse_posts(known).rows()) if known else []
    except ValueError:
        return parsed(known, parse_post)


def _each(read: Callable[[Any], Any], values: Sequence[Any], nothing: Any = None) -> Sequence[Any]:
    """What ``read`` makes of each value that is there; ``nothing`` of the others."""
    if not any(values):
        return (nothing,) * len(values)
    return [read(value) if value else nothing for value in values]


def _platform(source: Any) -> str | None:
    return some_text(inner(source, "platform"))


def _original(history: Any) -> tuple[int | None, int | None, int | None, str | None]:
    """Owner, id, author and text of the nearest original of a repost; what it reposted itself is further away and not
    kept.
    """
    if not isinstance(history, list) or not isinstance(history[0], dict):
        return None, None, None, None
    nearest = history[0]
    ids = whole(nearest.get("owner_id")), whole(nearest.get("id")), whole(nearest.get("from_id"))
    return *ids, text(nearest.get("text"))


def _types(attachments: Any) -> str | None:
    if not isinstance(attachments, list):
        return None
    names = [text(inner(item, "type")) for item in attachments]
    return ",".join(name for name in names if name) or None
