"""The ways people name a community or a person, to one form; nothing is asked of VK."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage import ConfigError

# ASCII: else \d takes the digits of every script, and the Kelvin sign passes for a k.
_FLAGS = re.IGNORECASE | re.ASCII
# The site alone names nobody, so it must not pass for a screen name with a dot.
_SITE = re.compile(r"^(?:https?://)?(?:www\.|m\.)?(?:vk\.com|vk\.ru|vkontakte\.ru)(?:/|$|(?=[?#]))", _FLAGS)
_COMMUNITY = re.compile(r"^(?:club|public|event|-)(\d{1,18})$", _FLAGS)
_WALL = re.compile(r"^wall(-?)(\d{1,18})(?:_\d+)?$", _FLAGS)
_PERSON = re.compile(r"^id(\d{1,18})$", _FLAGS)
_NAME = re.compile(r"^[a-zA-Z0-9_.]{2,64}$")


@dataclass(frozen=True, slots=True)
class Address:
    """``kind``: ``community`` or ``person`` with an ``id`` above 0, or ``name`` with a screen ``name`` to resolve."""

    kind: str
    id: int = 0
    name: str = ""


def parse_address(text: str) -> Address:
    """What ``text`` names; a bare number is a community. Raises ConfigError when it names nothing on VK."""
    rest = _SITE.sub("", text.strip()).split("?")[0].split("#")[0].strip("/").removeprefix("@")
    if rest.isascii() and rest.isdigit() and len(rest) <= 18:
        return _numbered("community", rest, text)
    if match := _COMMUNITY.match(rest):
        return _numbered("community", match[1], text)
    if match := _WALL.match(rest):
        return _numbered("community" if match[1] else "person", match[2], text)
    if match := _PERSON.match(rest):
        return _numbered("person", match[1], text)
    if _NAME.match(rest):
        return Address("name", name=rest.lower())
    raise _unknown(text)


def person_number(text: str) -> int | None:
    """The id of a person where people are listed: a bare number is a person there. None for what names no person."""
    try:
        address = parse_address(text)
    except ConfigError:
        return None
    person = address.kind == "person" or (address.kind == "community" and text.strip().isdigit())
    return address.id if person else None


def _numbered(kind: str, digits: str, text: str) -> Address:
    if int(digits) == 0:
        raise _unknown(text)
    return Address(kind, id=int(digits))


def _unknown(text: str) -> ConfigError:
    return ConfigError(
        f"Непонятно, что это за сообщество: {text[:80]!r}",
        "",
        "Пишите так: 123, club123, public123, @name, vk.com/name, https://vk.ru/name, wall-1_2.",
    )
