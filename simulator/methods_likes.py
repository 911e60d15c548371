"""``likes.getList``."""

from __future__ import annotations

from typing import Any

from simulator import present
from simulator.access import check_wall
from simulator.call import Call
from simulator.envelope import bad_parameter
from simulator.methods_comments import find_comment


def get_list(call: Call) -> dict[str, Any]:
    """Who liked (or, with ``filter=copies``, reposted) a post or a comment."""
    kind = call.text("type")
    if not kind:
        raise bad_parameter("type is undefined")
    owner, number = call.need("owner_id"), call.need("item_id")
    check_wall(call.state, owner)
    people = _people(call, kind, owner, number)
    offset, count = call.page(10 if call.flag("friends_only") else 100, 1000)
    page = people[offset : offset + count]
    if not call.flag("extended"):
        return {"count": len(people), "items": list(page)}
    found = (call.state.person(one) for one in page)
    items = [{"type": "profile", **present.user(one, call.fields(), call.kind)} for one in found if one]
    return {"count": len(people), "items": items}


def _people(call: Call, kind: str, owner: int, number: int) -> tuple[int, ...]:
    if kind == "post":
        post = call.state.post(owner, number)
        if post is None:
            raise bad_parameter("object not found")
        return post.reposters if call.text("filter") == "copies" else post.likers
    if kind != "comment":
        raise bad_parameter("type is incorrect")
    found = (find_comment(post, number) for post in call.state.wall(owner))
    comment = next((one for one in found if one), None)
    if comment is None:
        raise bad_parameter("object not found")
    return _likers(call, comment.id, comment.likes)


def _likers(call: Call, comment_id: int, likes: int) -> tuple[int, ...]:
    """A comment's record knows how many liked it, not who: the same run of people stands in every time."""
    everyone = sorted(call.state.world.people)
    if not everyone:
        return ()
    start = comment_id % len(everyone)
    return tuple((everyone[start:] + everyone[:start])[:likes])
