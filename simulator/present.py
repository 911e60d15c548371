"""Records as VK's JSON (shapes of 5.199)."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from simulator.records import Comment, Community, Original, Person, Post
from simulator.state import State

RUSSIA = {"id": 1, "title": "Россия"}
_EDUCATION = frozenset({"university", "university_name", "faculty", "faculty_name", "graduation"})
_PHOTO = {"album_id": -7, "has_tags": False, "text": ""}
_POLL: dict[str, Any] = {
    "question": "",
    "answers": [],
    "votes": 0,
    "end_date": 0,
    **dict.fromkeys(("multiple", "closed", "is_board", "can_edit", "can_vote", "can_report", "can_share"), False),
    "disable_unvote": False,
}


def user(person: Person, fields: frozenset[str], token_kind: str) -> dict[str, Any]:
    """A user object: a deactivated account has none of the optional fields, an active one those that it filled in."""
    shown: dict[str, Any] = {"id": person.id, "first_name": person.first_name, "last_name": person.last_name}
    if person.deactivated:
        return {**shown, "deactivated": person.deactivated}
    shown |= {"can_access_closed": not person.closed, "is_closed": person.closed}
    optional = {**_about(person, token_kind), **_education(person), **_place_and_time(person)}
    wanted = _wanted(fields)
    return shown | {name: value for name, value in optional.items() if value is not None and name in wanted}


@functools.lru_cache
def _wanted(fields: frozenset[str]) -> frozenset[str]:
    """``education`` is one field in the question and several in the answer."""
    return fields | _EDUCATION if "education" in fields else fields


def _about(person: Person, token_kind: str) -> dict[str, Any]:
    # PHP's empty object arrives as a list; about one person in seven has nothing in this block.
    personal: Any = [] if person.id % 7 == 0 else {"langs": ["Русский"]}
    return {
        "sex": person.sex,
        "bdate": person.bdate,
        "personal": personal,
        "domain": f"id{person.id}",
        "screen_name": f"id{person.id}",
        "country": RUSSIA if person.city_id is not None and token_kind != "community" else None,
    }


def _place_and_time(person: Person) -> dict[str, Any]:
    city = None if person.city_id is None else {"id": person.city_id, "title": person.city or ""}
    seen: dict[str, int] | None = None
    if person.last_seen_at is not None:
        seen = {"time": person.last_seen_at}
        if person.platform is not None:
            seen["platform"] = person.platform
    return {"city": city, "last_seen": seen}


def _education(person: Person) -> dict[str, Any]:
    occupation = None
    if person.occupation:
        name = person.university if person.occupation == "university" else ""
        occupation = {"type": person.occupation, "name": name or ""}
    if person.university is None:
        return {"occupation": occupation}
    return {
        "occupation": occupation,
        "university": _number(person.university),
        "university_name": person.university,
        "faculty": _number(person.faculty or ""),
        "faculty_name": person.faculty or "",
        "graduation": person.graduation or 0,
    }


@functools.lru_cache
def _number(name: str) -> int:
    """A number for a thing that the world knows by name alone, the same everywhere."""
    return sum(index * ord(letter) for index, letter in enumerate(name, 1)) % 100_000


def group(community: Community, fields: frozenset[str], members: int) -> dict[str, Any]:
    """A group object; optional fields only when asked for. ``is_closed`` is a number here and a boolean on users."""
    shown: dict[str, Any] = {
        "id": community.id,
        "name": community.name,
        "screen_name": community.screen_name,
        "is_closed": community.closed,
        "type": community.kind,
    }
    if community.deactivated:
        return {**shown, "deactivated": community.deactivated}
    optional: dict[str, Any] = {
        "members_count": None if community.closed == 2 else members,
        "activity": community.activity,
        "description": community.description,
        "wall": community.wall,
        "verified": 0,
        "status": "",
    }
    return shown | {name: value for name, value in optional.items() if name in fields and value is not None}


def post(record: Post) -> dict[str, Any]:
    """One item of a wall."""
    shown: dict[str, Any] = {
        "inner_type": "wall_wallpost",
        "type": "post",
        "post_type": "post",
        "id": record.id,
        "owner_id": record.owner_id,
        "from_id": record.from_id,
        "date": record.date,
        "text": record.text,
        "marked_as_ads": int(record.is_ad),
        "attachments": [_attachment(kind, record) for kind in record.attachments],
        "post_source": {"type": "mvk" if record.platform else "vk"},
        "comments": {"can_post": 0, "count": sum(1 + len(one.thread) for one in record.comments)},
        "likes": likes(len(record.likers)),
        "reposts": {"count": len(record.reposters), "wall_count": len(record.reposters), "mail_count": 0},
        "hash": "",
    }
    if record.platform:
        shown["post_source"]["platform"] = record.platform
    if record.copy_history:
        shown["copy_history"] = [_original(one) for one in record.copy_history]
    optional = {
        "edited": record.edited_at,
        "signer_id": record.signer_id,
        "is_pinned": 1 if record.is_pinned else None,
        "views": None if record.views is None else {"count": record.views},
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def likes(count: int) -> dict[str, int]:
    """The counter of likes as an application sees it: it cannot like anything itself."""
    return {"can_like": 0, "count": count, "user_likes": 0, "can_publish": 0}


def _original(record: Original) -> dict[str, Any]:
    return {
        "inner_type": "wall_wallpost",
        "type": "post",
        "post_type": "post",
        "id": record.id,
        "owner_id": record.owner_id,
        "from_id": record.from_id,
        "date": record.date,
        "text": record.text,
        "attachments": [],
        "post_source": {"type": "vk"},
    }


def _attachment(kind: str, record: Post) -> dict[str, Any]:
    """An attachment with the least that VK's schema demands of its kind."""
    number = record.id * 10 + 1
    inside: dict[str, Any] = {"id": number, "owner_id": record.owner_id, "date": record.date}
    if kind == "photo":
        inside |= _PHOTO
    elif kind in ("link", "article"):
        inside = {"url": "https://example.org/", "title": "", "caption": "example.org"}
    elif kind == "audio":
        inside |= {"artist": "", "title": "", "duration": 180}
    elif kind == "doc":
        inside |= {"title": "", "size": 1, "ext": "txt", "type": 1}
    elif kind == "poll":
        inside = {"id": number, "owner_id": record.owner_id, "created": record.date, **_POLL}
    elif kind == "video":
        inside |= {"title": "", "duration": 60}
    return {"type": kind, kind: inside}


def comment(record: Comment, post_: Post, parents: tuple[int, ...], *, cut: int, liked: bool) -> dict[str, Any]:
    """A comment without its thread; a deleted one keeps its id and date only."""
    shown: dict[str, Any] = {"id": record.id, "date": record.date}
    if record.deleted:
        return {**shown, "deleted": True}
    text = record.text if not cut or len(record.text) <= cut else record.text[:cut] + "..."
    shown |= {"from_id": record.from_id, "text": text, "post_id": post_.id, "owner_id": post_.owner_id}
    shown["parents_stack"] = list(parents)
    if liked:
        shown["likes"] = likes(record.likes)
    return shown


def authors(state: State, ids: Iterable[int], fields: frozenset[str], token_kind: str) -> dict[str, Any]:
    """``profiles`` and ``groups`` of an extended answer: who is met under these ids, each once."""
    profiles, groups = [], []
    for number in dict.fromkeys(ids):
        if number > 0 and (person := state.person(number)):
            profiles.append(user(person, fields, token_kind))
        elif number < 0 and (community := state.community(-number)):
            groups.append(group(community, fields, len(state.members(-number))))
    return {"profiles": profiles, "groups": groups}
