"""Reads Telegram: Desktop's ``result.json``, and the messages that 4CAT keeps as Telethon gave them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from collector.import_records import FIELDS, Broken, Record, Tally
from collector.values import whole


def looks_desktop(value: Any) -> bool:
    """Whether a document is an export of Telegram Desktop: one chat, or all of them."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("messages"), list) and {"type", "id", "name"} & value.keys():
        return True
    chats = value.get("chats")
    return isinstance(chats, dict) and isinstance(chats.get("list"), list)


def desktop_records(value: Mapping[str, Any], notes: Tally) -> Iterator[Record | Broken]:
    """The messages of every chat; what the application says itself (joined, pinned) is counted in ``notes``."""
    number = 0
    chats = [value] if isinstance(value.get("messages"), list) else value["chats"]["list"]
    for chat in chats:
        messages = chat.get("messages") if isinstance(chat, dict) else None
        if not isinstance(messages, list):
            continue
        name = str(chat.get("name") or chat.get("id") or "Telegram")
        for message in messages:
            number += 1
            if not isinstance(message, dict):
                yield Broken(number, "сообщение — не объект")
            elif message.get("type") != "message":
                notes.add("служебные сообщения Telegram пропущены", number)
            elif text := _desktop_text(message.get("text")):
                yield _desktop(number, name, message, text)
            else:
                notes.add("сообщения без текста (фото, наклейки) пропущены", number)


def _desktop(number: int, chat: str, message: Mapping[str, Any], text: str) -> Record:
    forwarded = bool(message.get("forwarded_from"))
    reactions = message.get("reactions")
    counts = (
        [whole(one.get("count")) or 0 for one in reactions if isinstance(one, dict)]
        if isinstance(reactions, list)
        else []
    )
    # A person is the export's number, never the name: names are not stored.
    return _record(
        number, community=chat, author=message.get("from_id"), id=message.get("id"),
        date=message.get("date_unixtime") or message.get("date"), text="" if forwarded else text,
        repost_text=text if forwarded else None, likes=sum(counts) if counts else None,
    )  # fmt: skip


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


def _telethon(line: int, message: Mapping[str, Any], text: str) -> Record:
    forwarded = bool(message.get("fwd_from"))
    chat = message.get("_chat")
    named = (chat.get("username") or chat.get("title")) if isinstance(chat, dict) else None
    return _record(
        line, community=named or _peer(message["peer_id"]), author=_peer(message.get("from_id")), id=message.get("id"),
        date=message.get("date"), text="" if forwarded else text, repost_text=text if forwarded else None,
        views=message.get("views"), reposts=message.get("forwards"),
    )  # fmt: skip


def _peer(value: Any) -> Any:
    """The number in ``{"_type": "PeerUser", "user_id": 5}``."""
    if not isinstance(value, dict):
        return value
    return next((value[name] for name in ("user_id", "channel_id", "chat_id") if name in value), None)


def _record(line: int, **values: Any) -> Record:
    return Record(line, tuple(values.get(name) for name in FIELDS))
