"""What a daily limit of ``wall.get`` kept from a study: walls that it never read, or only a newer look at them.

Walls that were read a day ago are due again just when the limit is fresh. Were that a pause, a study of more walls than
a day allows would be paused for ever, though it has everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collector.panel import CLOSED, in_turn
from collector.walk import Expedition, decode_limits, due, wall_limits
from storage import journal


def owes_walls(expedition: Expedition, community_ids: Iterable[int]) -> bool:
    """Whether there is a wall, of these communities or of the study's people, that it never read as far as it reads
    now. A refusal is an answer."""
    return any(_is_new(expedition, kind, subject) for kind, subject in _walls(expedition, community_ids))


def aged_walls(expedition: Expedition, community_ids: Iterable[int]) -> int:
    """How many of these walls are due again."""
    store, settings, now = expedition.store, expedition.settings, expedition.clock.now()
    walls, limits = _walls(expedition, community_ids), wall_limits(settings)
    return sum(due(store, settings, now, kind, subject, limits) is not None for kind, subject in walls)


def _walls(expedition: Expedition, community_ids: Iterable[int]) -> Iterator[tuple[str, int]]:
    """(kind of walk, subject) of every wall that the study reads, in the order of its reading."""
    if "posts" in expedition.settings.what:
        yield from (("posts", -number) for number in community_ids)
    if "walls" in expedition.settings.what:
        yield from (("walls", user_id) for user_id, state in in_turn(expedition, "walls") if state not in CLOSED)


def _is_new(expedition: Expedition, kind: str, subject: int) -> bool:
    walk = journal.find_walk(expedition.store, kind, subject)
    if walk is None or walk.state == "refused":
        return walk is None
    told = decode_limits(walk.settings)
    return (walk.state == "open" and told.known is None) or not told.cover(wall_limits(expedition.settings))
