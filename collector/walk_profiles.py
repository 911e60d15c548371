"""Profiles of people known by id only: from a list, or active on a wall without being members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.parse_user import FIELDS, parse_user
from collector.sweep import sweep
from collector.walk import Expedition
from storage import people
from storage.rows import User

METHOD = "users.get"
AT_ONCE = 1000


def walk_profiles(expedition: Expedition, ids: Iterable[int]) -> Iterator[Reading]:
    """Readings over the ids, a thousand a call. Whom VK does not know is stored as deleted."""

    def keep(part: list[int], response: Any) -> None:
        if isinstance(response, list):
            _save(expedition, part, response)

    return sweep(expedition, ids, AT_ONCE, _ask, keep)


def _ask(ids: list[int]) -> Ask:
    return ask(METHOD, user_ids=",".join(map(str, ids)), fields=FIELDS)


def _save(expedition: Expedition, ids: list[int], items: list[Any]) -> None:
    broken = expedition.broken
    rows = expedition.rows(items, parse_user)
    # One that came without its number may be any of those that seem to be missing.
    whole = rows and expedition.broken == broken
    missing = sorted(set(ids) - {row.id for row in rows}) if whole else []
    rows += [User(user_id, state="deleted") for user_id in missing]
    with expedition.store.write():
        people.save_users(expedition.store, rows, expedition.clock.now())
        expedition.save_calls()
