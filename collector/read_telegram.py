"""Reads Telegram: Desktop's ``result.json``, and the messages that 4CAT keeps as Telethon gave them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from collector.import_records import FIELDS, Broken, Record, Tally
from collector.values import inner, text, whole

_PARTS = ("chats", "left_chats")


def looks_desktop(value: Any) -> bool:
    """Whether a document is an export of Telegram Desktop: one chat, or all of them."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("messages"), list) and {"type", "id", "name"} & value.keys():
        return True
    return any(isinstance(inner(value.get(part), "list"), list) for part in _PARTS)


def chats_of(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The chats of an export that have messages, those left by its owner included."""
    listed = [inner(value.get(part), "list") for part in _PARTS]
    chats = [value, *(chat for chats in listed if isinstance(chats, list) for chat in chats)]
    return [chat for chat in chats if isinstance(inner(chat, "messages"), list)]


def chat_key(chat: Mapping[str, Any]) -> str:
    """What tells a chat from others of its name."""
    return f"chat{chat['id']}" if chat.get("id") else chat_title(chat)


def chat_title(chat: Mapping[str, Any]) -> str:
    """How a chat is called; one of two people bears a person's name, which is not kept."""
    kind, number = str(chat.get("type")), chat.get("id") or ""
    if kind == "saved_messages":
        return "Избранное"
    if "group" in kind or "channel" in kind:
        return text(chat.get("name")) or f"чат {number}".strip()
    return f"личный чат {number}".strip()


def desktop_records(chats: Iterable[Mapping[str, Any]], notes: Tally) -> Iterator[Record | Broken]:
    """The messages of every chat; what the application says itself (joined, pinned) is counted in ``notes``."""
    number = 0
    for chat in chats:
        name = chat_key(chat)
        for message in chat["messages"]:
            number += 1
            if not isinstance(message, dict):
                yield Broken(number, "сообщение — не объект")
            elif message.get("type") != "message":
                notes.add("служебные сообщения Telegram пропущены", number)
            elif words := _desktop_text(message.get("text")):
                yield _desktop(number, name, message, words)
            else:
                notes.add("сообщения без текста (фото, наклейки) пропущены", number)


def _desktop(number: int, chat: str, message: Mapping[str, Any], words: str) -> Record:
    # null is the name of somebody who is gone or hidden.
    forwarded = "forwarded_from" in message
    reactions = message.get("reactions")
    counts = (
        [whole(one.get("count")) or 0 for one in reactions if isinstance(one, dict)]
        if isinstance(reactions, list)
        else []
    )
    # A person is the export's number, never the name: names are not stored.
    return _record(
        number, community=chat, author=_person(message.get("from_id")), id=message.get("id"),
        date=message.get("date_unixtime") or message.get("date"), text="" if forwarded else words,
        repost_text=words if forwarded else None, likes=sum(counts) if counts else None,
    )  # fmt: skip


def _person(author: Any) -> Any:
    """The author where it is a person: a channel that speaks is a voice of the chat itself."""
    return None if isinstance(author, str) and author.startswith("channel") else author


def _desktop_text(value: Any) -> str:
    """A text, or a list of plain pieces and of entities that hold theirs under ``text``."""
    if isinstance(value, str):
        return value
    pieces = value if isinstance(value, list) else []
    found = (piece.get("text") if isinstance(piece, dict) else piece for piece in pieces)
    return "".join(piece for piece in found if isinstance(piece, str))


def looks_telethon(value: Any) -> bool:
    """Whether a value is a message in the words of Telethon, as 4CAT's NDJSON holds them."""
    return isinstance(value, dict) and "message" in value and "peer_id" in value


def telethon_records(values: Iterable[tuple[int, Any] | Broken], notes: Tally) -> Iterator[Record | Broken]:
    """Messages as records; one without text is counted in ``notes``."""
    for value in values:
        if isinstance(value, Broken):
            yield value
            continue
        line, message = value[0], cast(Any, value[1])
        if not looks_telethon(message):
            yield Broken(line, "запись — не сообщение Telegram")
        elif isinstance(message["message"], str) and message["message"]:
            yield _telethon(line, message, message["message"])
        else:
            notes.add("сообщения без текста (фото, наклейки) пропущены", line)


def _telethon(line: int, message: Mapping[str, Any], words: str) -> Record:
    forwarded = bool(message.get("fwd_from"))
    chat = message.get("_chat")
    named = (chat.get("username") or chat.get("title")) if isinstance(chat, dict) else None
    return _record(
        line, community=named or _peer(message["peer_id"]), author=_peer(message.get("from_id"), ("user_id",)),
        id=message.get("id"),
        date=message.get("date"), text="" if forwarded else words, repost_text=words if forwarded else None,
        views=message.get("views"), reposts=message.get("forwards"),
    )  # fmt: skip


def _peer(value: Any, kinds: Sequence[str] = ("user_id", "channel_id", "chat_id")) -> Any:
    """The number in ``{"_type": "PeerUser", "user_id": 5}``; None for another kind than those."""
    if not isinstance(value, dict):
        return value
    return next((value[name] for name in kinds if name in value), None)


def _record(line: int, **values: Any) -> Record:
    return Record(line, tuple(values.get(name) for name in FIELDS))
