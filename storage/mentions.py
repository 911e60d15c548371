"""Which people a text names by VK's own marks, and the text without them.

A person is named by ``[id5|Имя]``, ``[https://vk.com/id5?w=wall5_1|Имя]``, ``@id5 (Имя)``, or by the address of a page
or of anything that lies on it. What VK would not show as a mention (no closing bracket, a slash too many) names the
person to a reader all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_HOST = r"(?:(?:https?:)?//)?(?:[a-z0-9-]{1,30}\.)?(?:vk\.(?:com|ru|me)|vkontakte\.ru)/"
_ON_VK = re.compile(rf"(?<![a-z0-9_-]){_HOST}", re.IGNORECASE)
_FOREIGN = re.compile(r"https?:|//|www\.", re.IGNORECASE)
_BARE = re.compile(r"[@*]?id([0-9]{1,19})(?![0-9a-z_])", re.IGNORECASE)
_KINDS = "wall|photos?|albums?|videos?|audios?|docs?|clips?|notes?|story|stories|gifts|friends|write|tag"
# Behind the host: the page itself, what lies on it (``wall5_1``, also as ``?w=wall5_1``), or ``friends?id=5``.
_SUBJECT = re.compile(
    rf"(?:^|[/=?&@*#])(?:id([0-9]{{1,19}})(?![0-9a-z_])|(?:{_KINDS})([0-9]{{1,19}})(?![0-9a-z]))"
    r"|[?&](?:id|sel|oid|uid|mid)=([0-9]{1,19})(?![0-9a-z_])",
    re.IGNORECASE,
)
_OF_COMMUNITY = re.compile(r"[@*]?(?:(?:club|public|event)[0-9]|[a-z]+-[0-9])", re.IGNORECASE)

# ``[target|label]``. Without its bracket a label goes to the end of the line: where a name ends in it nobody can tell.
LABELLED = re.compile(
    r"\[(?P<target>[^\[\]|\n]{1,300})\|"
    r"(?P<label>(?:[^\[\]]|\[[^\[\]]{0,300}\]){0,300}(?=\])|[^\[\]\n]*)\]?"
)
_ADDRESS = re.compile(rf"(?<![a-z0-9_-])(?P<target>{_HOST}(?:[.,:?]{{0,3}}[a-z0-9_/&=%#@*+~-])+)", re.IGNORECASE)
_AT = re.compile(
    r"(?P<target>[@*]id[0-9]{1,19})(?![0-9a-z_])(?:[ \u00a0]?\((?:[^()]{0,300}\)|[^()\n]*))?", re.IGNORECASE
)


def people(target: str) -> Iterator[int]:
    """Ids of the people whom a mention's target (what stands before ``|``, or an address) names."""
    target = target.strip()
    if page := _ON_VK.search(target):  # also within an address that leads there
        for found in _SUBJECT.finditer(target, page.end() - 1):
            yield int(found[1] or found[2] or found[3])
    elif bare := _BARE.match(target):
        yield int(bare[1])


def may_be_person(target: str) -> bool:
    """Whether a mention's target can be a person: a short name (``durov``) does not tell, so it can."""
    target = target.strip()
    if any(people(target)):
        return True
    if page := _ON_VK.match(target):
        return _OF_COMMUNITY.match(target, page.end()) is None
    return _FOREIGN.match(target) is None and _OF_COMMUNITY.match(target) is None


def mentioned(text: str) -> set[int]:
    """Ids of all people whom a text mentions."""
    found: set[int] = set()

    def note(person: int) -> bool:
        found.add(person)
        return False

    without_people(text, note)
    return found


def without_people(text: str, gone: Callable[[int], bool], instead: str = "") -> str:
    """The text with ``instead`` in place of every mention of a person who is ``gone``; the rest is as it was."""

    def change(found: re.Match[str]) -> str:
        if any(gone(person) for person in people(found["target"])):
            return instead
        if found.re is not LABELLED:
            return found[0]
        # The label of a mention that stays may hold another one: there only two brackets deep, so this ends soon.
        return found[0][0] + LABELLED.sub(change, found[0][1:])

    for pattern in (LABELLED, _ADDRESS, _AT):
        text = pattern.sub(change, text)
    return text
