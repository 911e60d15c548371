"""Reads raw VK JSON: whole answers, their items, or bare lists of posts, people and communities."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from collector.import_records import Broken
from collector.parse_comment import parse_comment, with_replies
from collector.parse_group import parse_group
from collector.parse_post import parse_post, parse_posts
from collector.parse_user import parse_user
from collector.values import whole
from storage.columns import Columns
from storage.rows import Comment, Community, Post, User

VkRow = Post | User | Community | Comment
_LISTS = ("items", "profiles", "groups")
_HOLDERS = {"response", "error", *_LISTS}
_DEEPEST = 6  # execute: response -> list of answers -> items
_PERSON = {"first_name", "last_name", "can_access_closed", "deactivated", "bdate", "sex"}
# What a text has and a profile never: such an object beside someone's name and sex is a record of another tool.
_OF_A_TEXT = {"text", "from_id", "author", "author_id", "owner_id", "date"}


def opened(values: list[Any]) -> list[Any]:
    """A document that is one answer as what the answer lists, so that each thing has a number of its own."""
    if len(values) != 1 or not isinstance(values[0], dict):
        return values
    answer = values[0].get("response", values[0])
    if isinstance(answer, dict):
        things = list(itertools.chain.from_iterable(_lists(answer)))
        return things if any(isinstance(thing, dict) for thing in things) else values
    # Of execute a call that failed is false: that belongs to the answer as a whole.
    return answer if isinstance(answer, list) and answer and False not in answer else values


def _lists(answer: Mapping[str, Any]) -> list[list[Any]]:
    return [answer[name] for name in _LISTS if isinstance(answer.get(name), list)]


def looks_vk(value: Any, depth: int = 0) -> bool:
    """Whether a JSON value is a VK answer, or an item or a list of items of VK."""
    if isinstance(value, list):
        return depth <= _DEEPEST and any(looks_vk(item, depth + 1) for item in value[:20])
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("error"), dict) and "error_code" in value["error"]:
        return True
    inner = value.get("response", value)
    if isinstance(inner, list):
        return True
    if not isinstance(inner, dict):
        return False
    # "groups" of another tool's record are words; those of groups.getById are communities.
    besides = [one for name in _LISTS[1:] if isinstance(inner.get(name), list) for one in inner[name][:1]]
    known = any(isinstance(one, dict) and kind_of(one) is not None for one in (inner, *besides))
    return known or isinstance(inner.get("items"), list)


def kind_of(item: Mapping[str, Any]) -> str | None:
    """post, comment, community or person; None for an object that VK does not send."""
    if "id" not in item:
        return None
    if "post_id" in item and "post_type" not in item:
        return "comment"
    if "owner_id" in item and {"text", "post_type", "copy_history"} & item.keys():
        return "post"
    if _PERSON & item.keys() and not {"name", *_OF_A_TEXT} & item.keys():
        return "person"
    if "name" in item and {"screen_name", "is_closed", "members_count"} & item.keys():
        return "community"
    return None


def plain_posts(values: list[Any]) -> Columns | None:
    """The posts of a list that holds nothing else, read at once; None where each value is to be looked at."""
    if set(map(type, values)) != {dict} or not all(map(_is_plain_post, set(map(tuple, values)))):
        return None
    try:
        return parse_posts(values)
    except ValueError:
        return None


def _is_plain_post(names: tuple[str, ...]) -> bool:
    return kind_of(dict.fromkeys(names)) == "post" and _HOLDERS.isdisjoint(names)


def vk_rows(line: int, value: Any, depth: int = 0) -> Iterator[VkRow | Broken]:
    """Rows of one VK value, the people and communities of an extended answer included."""
    if depth > _DEEPEST:
        yield Broken(line, "вложенность больше, чем бывает у VK")
    elif isinstance(value, list):
        if (posts := plain_posts(value)) is not None:
            yield from posts.rows()
            return
        for item in value:
            yield from vk_rows(line, item, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(line, value, depth)
    else:
        yield Broken(line, _bare(value))


def _bare(value: Any) -> str:
    if value is False:
        return "вызов внутри execute не удался (false)"
    if isinstance(value, int):
        return "номер без сведений: по нему одному текста нет"
    return "запись — не объект VK"


def _of_object(line: int, value: dict[str, Any], depth: int) -> Iterator[VkRow | Broken]:
    if isinstance(value.get("error"), dict):
        yield Broken(line, f"ответ VK — ошибка {value['error'].get('error_code', '')}".rstrip())
        return
    if "response" in value:
        yield from vk_rows(line, value["response"], depth + 1)
        return
    parts = _lists(value)
    for part in parts:
        yield from vk_rows(line, part, depth + 1)
    if parts:
        return
    kind = kind_of(value)
    if kind == "comment":
        yield from (_comment(line, one, value) for one in with_replies(value))
    else:
        yield _of_item(line, value, kind)


def _comment(line: int, item: Mapping[str, Any], top: Mapping[str, Any]) -> VkRow | Broken:
    """A comment of a wall; a reply inside a thread may leave the wall and the post to its top."""
    owner_id, post_id = (whole(item.get(name)) or whole(top.get(name)) for name in ("owner_id", "post_id"))
    if owner_id is None or post_id is None:
        return Broken(line, "у комментария нет owner_id: неизвестно, с какой он стены")
    return parse_comment(item, owner_id, post_id) or Broken(line, "у объекта VK нет номера")


def _of_item(line: int, item: Mapping[str, Any], kind: str | None) -> VkRow | Broken:
    parse = _PARSERS.get(kind or "")
    if parse is None:
        return Broken(line, "объект VK не распознан")
    try:
        return parse(item)
    except ValueError:
        return Broken(line, "у объекта VK нет номера")


def _person(item: Mapping[str, Any]) -> User:
    """A profile; one that does not say whether it is open leaves that to who knows."""
    row = parse_user(item)
    return row._replace(state="unknown") if row.state == "ok" and "is_closed" not in item else row


_PARSERS: Mapping[str, Callable[[Mapping[str, Any]], VkRow]] = {
    "post": parse_post,
    "person": _person,
    "community": parse_group,
}
