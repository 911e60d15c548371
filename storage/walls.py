"""Posts with their counters, comments, likes."""

from __future__ import annotations

import itertools
import json
import operator
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from storage import optouts
from storage.columns import Columns
from storage.db import Store
from storage.rows import DELETED, Comment, FilePost, Post
from storage.upsert import add, is_told, load, upsert

_COUNTERS = ("likes", "comments", "reposts", "views")


def save_posts(store: Store, rows: Iterable[Post | FilePost], seen: int) -> int:
    """Write posts as now seen; what differs from the stored leaves a trace.

    A changed counter is a line in ``post_counts``; the text that an edit replaced goes to ``post_versions``. One told
    to be deleted keeps all that is stored of it. Returns how many texts were replaced.
    """
    batch = optouts.unnamed(_allowed(store, rows), store.forgotten, "text", "repost_text")
    with store.write():
        return _write(store, batch, _stored(store, batch), seen)


def _write(store: Store, batch: list[Any], known: Mapping[tuple[int, int], tuple[Any, ...]], seen: int) -> int:
    """``known``: what :func:`_stored` tells of the batch."""
    gone = [post for post in batch if _is_gone(post)] if batch and isinstance(batch[0], Post) else []
    batch = [post for post in batch if not _is_gone(post)] if gone else batch
    edited: list[tuple[Any, ...]] = []
    with store.write():
        for post in gone:
            mark_deleted(store, post.owner_id, [post.id], seen)
        if known or set(map(_counts, batch)) != {_UNKNOWN[2:]}:
            changed = [
                (post.owner_id, post.id, seen, *counts)
                for post in batch
                if known.get((post.owner_id, post.id), _UNKNOWN)[2:] != (counts := _counts(post))
            ]
            store.many(_SAVE_COUNTS, changed)
        if known:
            edited = [
                (post.owner_id, post.id, seen, before[0], before[1])
                for post in batch
                if (before := known.get((post.owner_id, post.id))) and before[1] and before[1] != post.text
            ]
            store.many("INSERT OR REPLACE INTO post_versions VALUES (?, ?, ?, ?, ?)", edited)
        upsert(store, "posts", batch, key=("owner_id", "id"), keep=("first_seen",), extra=_stamps(seen))
    return len(edited)


def save_file_posts(store: Store, parts: Sequence[Columns], seen: int) -> int:
    """Write posts of a file as :func:`save_posts` does; the parts are columns of FilePosts.

    Of a file's posts mostly all are new or none is: to add them blindly is cheaper than to ask which are stored.
    """
    with store.write():
        return 0 if _add(store, parts, seen) else save_posts(store, _rows(parts), seen)


def _add(store: Store, parts: Sequence[Columns], seen: int) -> bool:
    """Write posts and their counters if none of them is stored; else, or where somebody was forgotten, nothing is
    changed, and False returned."""
    if store.forgotten is not None:
        return False
    with store.write():
        if not add(store, "posts", parts, _stamps(seen)):
            return False
        for part in parts:
            counters = [part.column(name) for name in _COUNTERS]
            if any(map(is_told, counters)):
                keys = part.column("owner_id"), part.column("id"), itertools.repeat(seen)
                lines: Iterable[tuple[Any, ...]] = zip(*keys, *counters, strict=False)
                if all(None in column for column in counters):
                    lines = (line for line in lines if line[3:] != _UNKNOWN[2:])
                store.many(_SAVE_COUNTS, lines)
    return True


def _rows(parts: Iterable[Columns]) -> Iterator[Any]:
    return itertools.chain.from_iterable(part.rows() for part in parts)


_SAVE_COUNTS = "INSERT OR REPLACE INTO post_counts VALUES (?, ?, ?, ?, ?, ?, ?)"


def _stamps(seen: int) -> dict[str, int | None]:
    return {"first_seen": seen, "last_seen": seen, "deleted_seen": None}


def _is_gone(post: Post | FilePost) -> bool:
    return isinstance(post, Post) and post.kind == DELETED


def _allowed(store: Store, rows: Iterable[Post | FilePost]) -> Iterable[Post | FilePost]:
    """Posts but for those of forgotten people: their rows are refused anyway, and here their counters go with them."""
    if store.forgotten is None:
        return rows
    gone = store.forgotten.person
    return (row for row in rows if not (gone(row.owner_id) or gone(row.from_id)))


def fill_posts(store: Store, parts: Sequence[Columns], seen: int) -> None:
    """Add the posts, given as columns of Posts, that the study lacks. Of one that it has only what was never told is
    filled in: they come from a file, which may be older than what was collected."""
    with store.write():
        if not parts or (not any(DELETED in part.column("kind") for part in parts) and _add(store, parts, seen)):
            return
        batch = optouts.unnamed(_allowed(store, _rows(parts)), store.forgotten, "text", "repost_text")
        fresh, others = _apart(batch, _stored(store, batch))
        _write(store, fresh, {}, seen)
        _fill(store, "posts", others)


# What every stored post or comment has, and the time of an edit, which goes with its text.
_SETTLED = ("owner_id", "id", "post_id", "text", "edited_at", "kind", "is_ad", "is_pinned", "deleted")


def _apart(batch: Iterable[Any], known: Container[tuple[int, int]]) -> tuple[list[Any], list[Any]]:
    """The first row of each item that is not known, and all other rows."""
    fresh: dict[tuple[int, int], Any] = {}
    others = []
    for row in batch:
        key = (row.owner_id, row.id)
        if key in known or key in fresh:
            others.append(row)
        else:
            fresh[key] = row
    return list(fresh.values()), others


def _fill(store: Store, table: str, rows: Sequence[Any]) -> None:
    if not rows:
        return
    names = [name for name in rows[0]._fields if name not in _SETTLED]
    store.many(
        f"UPDATE {table} SET {', '.join(f'{name} = coalesce({name}, ?)' for name in names)} "
        "WHERE owner_id = ? AND id = ?",
        [(*(getattr(row, name) for name in names), row.owner_id, row.id) for row in rows],
    )


_UNKNOWN = (None,) * 6  # what _stored would tell of a post without text and counters
_counts: Callable[[Post | FilePost], tuple[int | None, ...]] = operator.attrgetter(*_COUNTERS)


def _stored(store: Store, batch: Iterable[Any]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """(owner, id) -> (edited_at, text, the four counters) of those already stored."""
    return _matching(store, "posts", _by_owner(batch), "edited_at, text, likes, comments, reposts, views")


def stored_posts(store: Store, ids: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """(owner, id) -> (from_id, published_at, text, repost_text) of those of the owners' ``ids`` that are stored."""
    return _matching(store, "posts", ids, "from_id, published_at, text, repost_text")


def _by_owner(batch: Iterable[Any]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in batch:
        found.setdefault(row.owner_id, []).append(row.id)
    return found


def _matching(
    store: Store, table: str, ids: Mapping[int, Sequence[int]], names: str
) -> dict[tuple[int, int], tuple[Any, ...]]:
    # One query for all owners: a batch of an import may hold a post of each of a thousand people.
    sql = (
        f"SELECT p.owner_id, p.id, {names} FROM json_each(?) AS o, json_each(o.value) AS i "
        f"CROSS JOIN {table} AS p ON p.owner_id = CAST(o.key AS INTEGER) AND p.id = i.value"
    )
    return {(row[0], row[1]): tuple(row)[2:] for row in store.rows(sql, (json.dumps(ids),))}


def any_post_from(store: Store, first_id: int) -> bool:
    """Whether some wall has a post of this id or above it."""
    return store.value("SELECT 1 FROM posts WHERE id >= ? LIMIT 1", (first_id,)) is not None


def seen_posts(store: Store, owner_id: int, ids: Sequence[int], since: int) -> set[int]:
    """Which of these post ids of a wall were seen at or after ``since``."""
    sql = f"SELECT id FROM posts WHERE owner_id = ? AND last_seen >= ? AND id IN ({', '.join('?' * len(ids))})"
    return {row[0] for row in store.rows(sql, (owner_id, since, *ids))}


def seen_before(store: Store, owner_id: int, ids: Sequence[int], moment: int) -> set[int]:
    """Which of these post ids of a wall were first seen at or before ``moment``."""
    sql = f"SELECT id FROM posts WHERE owner_id = ? AND first_seen <= ? AND id IN ({', '.join('?' * len(ids))})"
    return {row[0] for row in store.rows(sql, (owner_id, moment, *ids))}


def newest_seen(store: Store, owner_id: int, since: int) -> int | None:
    """The id of a wall's newest post that was seen at or after ``since``, or None."""
    sql = "SELECT max(id) FROM posts WHERE owner_id = ? AND deleted_seen IS NULL AND last_seen >= ?"
    found = store.value(sql, (owner_id, since))
    return None if found is None else int(found)


def unseen_posts(store: Store, owner_id: int, *, published: int, seen_before: int) -> list[int]:
    """Ids of a wall's posts published at or after ``published`` and last seen before ``seen_before``, newest first."""
    sql = (
        "SELECT id FROM posts WHERE owner_id = ? AND deleted_seen IS NULL AND published_at >= ? AND last_seen < ? "
        "ORDER BY id DESC"
    )
    return [row[0] for row in store.rows(sql, (owner_id, published, seen_before))]


def mark_deleted(store: Store, owner_id: int, ids: Iterable[int], seen: int) -> None:
    """Note that these posts are gone from a wall that answers; their rows stay."""
    store.many(
        "UPDATE posts SET deleted_seen = ?, last_seen = ? WHERE owner_id = ? AND id = ?",
        ((seen, seen, owner_id, post_id) for post_id in ids),
    )


def mark_unseen_deleted(store: Store, owner_id: int, since: int, seen: int) -> int:
    """Note as gone what was not seen since ``since``. Only for a walk that read the wall to its end."""
    with store.write() as connection:
        return connection.execute(
            "UPDATE posts SET deleted_seen = ?, last_seen = ? WHERE owner_id = ? AND deleted_seen IS NULL "
            "AND last_seen < ?",
            (seen, seen, owner_id, since),
        ).rowcount


def count_posts(store: Store, owner_id: int) -> int:
    """How many posts of a wall are stored, those known to be gone left out."""
    sql = "SELECT count(*) FROM posts WHERE owner_id = ? AND deleted_seen IS NULL"
    return int(store.value(sql, (owner_id,)))


# What can be read of a post -> the counter that promises it.
_PROMISES = {"comments": "comments", "like": "likes", "repost": "reposts"}


# Only down to what was known: what had been edited or was gone below was not looked at.
_CAME_BY = (
    " OR EXISTS (SELECT 1 FROM comments AS c WHERE c.owner_id = p.owner_id AND c.post_id = p.id "
    "AND c.first_seen > r.read_seen)"
)


def unread_posts(
    store: Store, owner_id: int, kind: str, *, since: int | None, most: int | None, young: int, read_before: int
) -> list[int]:
    """Ids of a wall's posts of which ``comments``, ``like`` or ``repost`` are to be read: never read and not promised
    to be none, or promised otherwise than when they were read.

    As many may have gone as have come: what was published at or after ``young`` is read again when that was done
    before ``read_before``, and so is a post whose comments came by since. ``since``: published at or after, UTC
    seconds; ``most``: so many comments a post are enough.
    """
    counter = _PROMISES[kind]
    sql = (
        "SELECT id FROM posts AS p LEFT JOIN _readings AS r ON r.owner_id = p.owner_id AND r.post_id = p.id "
        f"AND r.kind = :kind WHERE p.owner_id = :owner AND deleted_seen IS NULL AND coalesce({counter}, 1) > 0 "
        f"AND coalesce(published_at, 0) >= :since AND (r.kind IS NULL OR {counter} IS NOT r.counted "
        f"OR ((published_at >= :young{_CAME_BY if kind == 'comments' else ''}) AND r.read_seen < :before))"
    )
    values = {"kind": kind, "owner": owner_id, "since": since or 0, "young": young, "before": read_before}
    if kind == "comments" and most is not None:
        sql += " AND (SELECT count(*) FROM comments AS c WHERE c.owner_id = p.owner_id AND c.post_id = p.id) < :most"
        values["most"] = most
    return [row[0] for row in store.rows(sql, values)]


def save_reading(store: Store, owner_id: int, post_id: int, kind: str, seen: int) -> None:
    """Note that all there is of a post's ``comments``, ``like`` or ``repost`` was read, and what its counter said."""
    store.many(
        f"INSERT INTO _readings SELECT owner_id, id, ?, {_PROMISES[kind]}, ? FROM posts WHERE owner_id = ? AND id = ? "
        "ON CONFLICT DO UPDATE SET counted = excluded.counted, read_seen = excluded.read_seen",
        [(kind, seen, owner_id, post_id)],
    )


def save_counted(store: Store, owner_id: int, post_id: int, kind: str) -> None:
    """Note what the post's counter said when what was new of it was read; when all was read stays as it was."""
    store.many(
        f"UPDATE _readings SET counted = (SELECT {_PROMISES[kind]} FROM posts AS p WHERE p.owner_id = "
        "_readings.owner_id AND p.id = _readings.post_id) WHERE owner_id = ? AND post_id = ? AND kind = ?",
        [(owner_id, post_id, kind)],
    )


def read_lately(store: Store, owner_id: int, kind: str, since: int) -> dict[int, int]:
    """Post id -> when all of this kind was read of it, for the posts of a wall where that was at or after ``since``."""
    sql = "SELECT post_id, read_seen FROM _readings WHERE owner_id = ? AND kind = ? AND read_seen >= ?"
    return {row[0]: row[1] for row in store.rows(sql, (owner_id, kind, since))}


def count_comments(store: Store, owner_id: int, post_id: int, since: int) -> tuple[int, int]:
    """How many comments of a post were seen at or after ``since``: at its own level, and at all."""
    sql = (
        "SELECT coalesce(sum(thread_id IS NULL), 0), count(*) FROM comments "
        "WHERE owner_id = ? AND post_id = ? AND last_seen >= ?"
    )
    own, every = next(iter(store.rows(sql, (owner_id, post_id, since))))
    return own, every


def count_replies(store: Store, owner_id: int, post_id: int, thread_id: int, since: int) -> int:
    """How many replies of a thread were seen at or after ``since``."""
    sql = "SELECT count(*) FROM comments WHERE owner_id = ? AND post_id = ? AND last_seen >= ? AND thread_id = ?"
    return int(store.value(sql, (owner_id, post_id, since, thread_id)))


def counted_at_reading(store: Store, owner_id: int, post_id: int, kind: str) -> int | None:
    """What the post's counter said when this was read of it the last time; None when it said none, or it never was."""
    sql = "SELECT counted FROM _readings WHERE owner_id = ? AND post_id = ? AND kind = ?"
    found = store.value(sql, (owner_id, post_id, kind))
    return None if found is None else int(found)


def stored_likes(store: Store, owner_id: int, post_id: int, kind: str, ids: Iterable[int]) -> set[int]:
    """Which of these people are stored as having liked or reposted the post."""
    sql = (
        "SELECT user_id FROM likes WHERE owner_id = ? AND item_kind = 'post' AND item_id = ? AND kind = ? "
        "AND user_id IN (SELECT value FROM json_each(?))"
    )
    return {row[0] for row in store.rows(sql, (owner_id, post_id, kind, json.dumps(list(ids))))}


def count_readings(store: Store, kinds: Sequence[str]) -> int:
    """Of how many posts something of these kinds was read."""
    sql = f"SELECT count(*) FROM _readings WHERE kind IN ({', '.join('?' * len(kinds))})"
    return int(store.value(sql, kinds))


def save_comments(store: Store, rows: Iterable[Comment], seen: int) -> int:
    """Write comments as now seen; a text that is edited or gone stays in ``comment_versions``.

    Of a deleted comment VK tells neither author nor thread: who wrote it, and where, stays too.
    """
    batch = optouts.unnamed(rows, store.forgotten, "text")
    with store.write():
        known = _comments(store, batch)
        before = [(row, known.get((row.owner_id, row.id))) for row in batch]
        gone = [(row.owner_id, row.id, seen, old.text) for row, old in before if old and old.text not in ("", row.text)]
        store.many("INSERT OR REPLACE INTO comment_versions VALUES (?, ?, ?, ?)", gone)
        return upsert(
            store,
            "comments",
            [
                row._replace(from_id=old.from_id, thread_id=old.thread_id, reply_to_user=old.reply_to_user)
                if old and row.deleted
                else row
                for row, old in before
            ],
            key=("owner_id", "id"),
            keep=("first_seen",),
            extra={"first_seen": seen, "last_seen": seen},
        )


def _comments(store: Store, batch: Iterable[Comment]) -> dict[tuple[int, int], Comment]:
    keys = json.dumps([[row.owner_id, row.id] for row in batch])
    sql = (
        "SELECT c.* FROM json_each(?) AS k CROSS JOIN comments AS c "
        "ON c.owner_id = json_extract(k.value, '$[0]') AND c.id = json_extract(k.value, '$[1]')"
    )
    return {(row.owner_id, row.id): row for row in load(store, Comment, sql, (keys,))}


def fill_comments(store: Store, rows: Iterable[Comment], seen: int) -> None:
    """Add the comments that the study lacks, as :func:`fill_posts` does; a deleted one stays without its author."""
    batch = list(rows)
    with store.write():
        known = _matching(store, "comments", _by_owner(batch), "deleted")
        fresh, others = _apart(batch, known)
        save_comments(store, fresh, seen)
        gone = {key for key, (deleted,) in known.items() if deleted}
        _fill(store, "comments", [row for row in others if (row.owner_id, row.id) not in gone])


def save_likes(
    store: Store, owner_id: int, item_kind: str, item_id: int, user_ids: Iterable[int], kind: str, seen: int
) -> None:
    """Note who liked or reposted an item; ``kind`` is ``like`` or ``repost``."""
    store.many(
        "INSERT INTO likes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        ((owner_id, item_kind, item_id, user_id, kind, seen) for user_id in user_ids),
    )
