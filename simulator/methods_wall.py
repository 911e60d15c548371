"""``wall.get``, ``wall.getById``, ``wall.getReposts`` and the searches through posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from simulator import present
from simulator.access import check_wall, wall_owner
from simulator.call import MODERN, Call
from simulator.envelope import VkRefusal, bad_parameter, denied
from simulator.records import Post

MOST_POSTS = 100
MOST_FOUND = 1000
DAY = 24 * 3600
_REFERENCE = re.compile(r"(-?\d{1,15})_(\d{1,15})(?:_\w+)?", re.ASCII)
_CURSOR = re.compile(r"(\d{1,6})/-?\d+_\d+", re.ASCII)


def get(call: Call) -> dict[str, Any]:
    """``wall.get``: the pinned post first, then newest first."""
    owner = wall_owner(call)
    check_wall(call.state, owner)
    posts = _filtered(call, owner)
    offset, count = call.page(20, MOST_POSTS)
    page = posts[offset : offset + count]
    return {"count": len(posts), "items": [present.post(one) for one in page], **_authors(call, page)}


def get_by_id(call: Call) -> Any:
    """``wall.getById``: posts that are gone or out of sight are left out; an object since 5.199, a list before."""
    references = call.words("posts")
    if not references or len(references) > MOST_POSTS:
        raise bad_parameter("posts is undefined" if not references else f"posts: at most {MOST_POSTS}")
    found = [post for post in (_referred(call, reference) for reference in references) if post]
    items = [present.post(post) for post in found]
    if call.flag("extended"):
        return {"items": items, **_authors(call, found)}
    return {"items": items} if call.version >= MODERN else items


def get_reposts(call: Call) -> dict[str, Any]:
    """``wall.getReposts``: the posts on open walls that repost this one; the answer has no ``count``."""
    owner, number = call.need("owner_id"), call.need("post_id")
    check_wall(call.state, owner)
    original = call.state.post(owner, number)
    if original is None:
        raise bad_parameter("post_id is incorrect")
    offset, count = call.page(20, 1000)
    shown = [post for who in original.reposters for post in _reposts_by(call, who, owner, number)]
    page = shown[offset : offset + count]
    seen = present.authors(call.state, _ids(page), call.fields(), call.kind)
    return {"items": [present.post(one) for one in page], **seen}


def search(call: Call) -> dict[str, Any]:
    """``wall.search``: posts of one wall by words."""
    owner = wall_owner(call)
    check_wall(call.state, owner)
    words = call.text("query").casefold().split()
    if not words:
        raise bad_parameter("query is undefined")
    found = [post for post in _filtered(call, owner) if _has(post, words)][:MOST_FOUND]
    offset, count = call.page(20, MOST_POSTS)
    page = found[offset : offset + count]
    return {"count": len(found), "items": [present.post(one) for one in page], **_authors(call, page)}


def search_news(call: Call) -> dict[str, Any]:
    """``newsfeed.search``: open walls by words, newest first, one thousand at most; paged by ``start_from``."""
    words = call.text("q").casefold().split()
    start = call.whole("start_time") or call.state.now - DAY
    end = call.whole("end_time") or call.state.now
    count = call.page(30, 200)[1]
    found = sorted(
        (post for post in _all_open(call) if start <= post.date <= end and _has(post, words)),
        key=lambda post: (-post.date, post.owner_id, -post.id),
    )
    offset = _cursor(call.text("start_from"))
    page = found[:MOST_FOUND][offset : offset + count]
    answer = {
        "items": [present.post(one) for one in page],
        "count": min(len(found), MOST_FOUND),
        "total_count": len(found),
        **_authors(call, page),
    }
    after = offset + len(page)
    if page and after < min(len(found), MOST_FOUND):
        answer["next_from"] = f"{after}/{page[-1].owner_id}_{page[-1].id}"
    return answer


def _filtered(call: Call, owner: int) -> tuple[Post, ...]:
    posts = call.state.wall(owner)
    wanted = call.text("filter", "all") or "all"
    if wanted == "all":
        return posts
    if wanted in ("owner", "others"):
        return tuple(post for post in posts if (post.from_id == owner) == (wanted == "owner"))
    if wanted in ("suggests", "postponed", "archived", "donut"):
        raise denied("no access to this filter")
    raise bad_parameter("filter is incorrect")


def _authors(call: Call, posts: Iterable[Post]) -> dict[str, Any]:
    return present.authors(call.state, _ids(posts), call.fields(), call.kind) if call.flag("extended") else {}


def _ids(posts: Iterable[Post]) -> Iterator[int]:
    for post in posts:
        yield from (post.from_id, post.owner_id)
        yield from (one for part in post.copy_history for one in (part.from_id, part.owner_id))
        if post.signer_id:
            yield post.signer_id


def _referred(call: Call, reference: str) -> Post | None:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise bad_parameter("posts is incorrect")
    owner = int(match[1])
    try:
        check_wall(call.state, owner)
    except VkRefusal:
        return None
    return call.state.post(owner, int(match[2]))


def _reposts_by(call: Call, who: int, owner: int, number: int) -> list[Post]:
    try:
        check_wall(call.state, who)
    except VkRefusal:
        return []
    posts = call.state.wall(who)
    return [post for post in posts if any((one.owner_id, one.id) == (owner, number) for one in post.copy_history)]


def _all_open(call: Call) -> Iterator[Post]:
    owners = [*call.state.world.people, *(-number for number in call.state.world.communities)]
    for owner in owners:
        try:
            check_wall(call.state, owner)
        except VkRefusal:
            continue
        yield from call.state.wall(owner)


def _has(post: Post, words: Iterable[str]) -> bool:
    text = post.text.casefold()
    return all(word in text for word in words)


def _cursor(raw: str) -> int:
    if not raw:
        return 0
    match = _CURSOR.fullmatch(raw)
    if match is None:
        raise bad_parameter("start_from is incorrect")
    return int(match[1])
