"""Posts with their counters, comments, likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.db import Store
from storage.rows import Comment, Post
from storage.upsert import upsert

_COUNTERS = ("likes", "comments", "reposts", "views")


def save_posts(store: Store, rows: Iterable[Post], seen: int) -> int:
    """Write posts as now seen, and a line in ``post_counts`` where a counter differs from the last one."""
    batch = list(rows)
    with store.write():
        _save_counts(store, batch, seen)
        return upsert(
            store,
            "posts",
            batch,
            key=("owner_id", "id"),
            keep=("first_seen",),
            extra={"first_seen": seen, "last_seen": seen, "deleted_seen": None},
        )


def _save_counts(store: Store, batch: list[Post], seen: int) -> None:
    known = _stored_counts(store, batch)
    changed = [
        (post.owner_id, post.id, seen, *_counts(post))
        for post in batch
        if known.get((post.owner_id, post.id)) != _counts(post)
    ]
    store.many("INSERT OR REPLACE INTO post_counts VALUES (?, ?, ?, ?, ?, ?, ?)", changed)


def _counts(post: Post) -> tuple[int | None, ...]:
    return tuple(getattr(post, name) for name in _COUNTERS)


def _stored_counts(store: Store, batch: list[Post]) -> dict[tuple[int, int], tuple[int | None, ...]]:
    found: dict[tuple[int, int], tuple[int | None, ...]] = {}
    by_owner: dict[int, list[int]] = {}
    for post in batch:
        by_owner.setdefault(post.owner_id, []).append(post.id)
    for owner, ids in by_owner.items():
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            sql = (
                f"SELECT id, likes, comments, reposts, views FROM posts WHERE owner_id = ? "
                f"AND id IN ({', '.join('?' * len(part))})"
            )
            found.update({(owner, row[0]): tuple(row)[1:] for row in store.rows(sql, (owner, *part))})
    return found


def seen_posts(store: Store, owner_id: int, ids: Sequence[int], since: int) -> set[int]:
    """Which of these post ids of a wall were seen at or after ``since``."""
    sql = f"SELECT id FROM posts WHERE owner_id = ? AND last_seen >= ? AND id IN ({', '.join('?' * len(ids))})"
    return {row[0] for row in store.rows(sql, (owner_id, since, *ids))}


def count_posts(store: Store, owner_id: int) -> int:
    """How many posts of a wall are stored."""
    return int(store.value("SELECT count(*) FROM posts WHERE owner_id = ?", (owner_id,)))


# For each walk over posts: which counter promises something, and how much of it is stored.
_UNREAD = {
    "comments": "comments > (SELECT count(*) FROM comments AS c WHERE c.owner_id = p.owner_id AND c.post_id = p.id)",
    "likes": (
        "(coalesce(likes, 0) + coalesce(reposts, 0)) > (SELECT count(*) FROM likes AS l "
        "WHERE l.owner_id = p.owner_id AND l.item_kind = 'post' AND l.item_id = p.id)"
    ),
}


def unread_posts(store: Store, owner_id: int, kind: str, *, since: int | None, below: int | None) -> list[int]:
    """Ids of a wall's posts, newest first, whose counters promise more ``comments`` or ``likes`` than are stored.

    ``since``: published at or after, UTC seconds; ``below``: only ids smaller than this.
    """
    sql = (
        f"SELECT id FROM posts AS p WHERE owner_id = ? AND deleted_seen IS NULL AND {_UNREAD[kind]} "
        "AND coalesce(published_at, 0) >= ? AND id < ? ORDER BY id DESC"
    )
    return [row[0] for row in store.rows(sql, (owner_id, since or 0, 2**63 - 1 if below is None else below))]


def counters(store: Store, owner_id: int, post_id: int) -> dict[str, int]:
    """``like`` and ``repost`` as the post's counters tell; what VK did not tell is absent."""
    sql = "SELECT likes, reposts FROM posts WHERE owner_id = ? AND id = ?"
    likes, reposts = next(iter(store.rows(sql, (owner_id, post_id))), (None, None))
    return {kind: int(told) for kind, told in (("like", likes), ("repost", reposts)) if told is not None}


def save_comments(store: Store, rows: Iterable[Comment], seen: int) -> int:
    """Write comments as now seen."""
    return upsert(
        store,
        "comments",
        rows,
        key=("owner_id", "id"),
        keep=("first_seen",),
        extra={"first_seen": seen, "last_seen": seen},
    )


def save_likes(
    store: Store, owner_id: int, item_kind: str, item_id: int, user_ids: Iterable[int], kind: str, seen: int
) -> None:
    """Note who liked or reposted an item; ``kind`` is ``like`` or ``repost``."""
    store.many(
        "INSERT INTO likes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        ((owner_id, item_kind, item_id, user_id, kind, seen) for user_id in user_ids),
    )
