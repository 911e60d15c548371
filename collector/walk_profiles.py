"""Profiles of people known by id only: from a list, or active on a wall without being members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collector.ask import Reading, ask
from collector.errors import VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip
from collector.parse_user import FIELDS, parse_user
from collector.values import whole
from collector.walk import Expedition
from storage import people
from storage.rows import User

METHOD = "users.get"
AT_ONCE = 1000


def walk_profiles(expedition: Expedition, ids: Iterable[int]) -> Iterator[Reading]:
    """Readings over the ids, a thousand a call. Whom VK does not know is stored as deleted."""
    batch: list[int] = []
    for user_id in ids:
        batch.append(user_id)
        if len(batch) == AT_ONCE:
            if not expedition.usable(METHOD):
                return
            yield read_profiles(expedition, batch)
            batch = []
    if batch and expedition.usable(METHOD):
        yield read_profiles(expedition, batch)


def read_profiles(expedition: Expedition, ids: list[int]) -> Reading:
    """One call over these ids; halved when VK finds the answer too big."""
    try:
        response = yield ask(METHOD, user_ids=",".join(map(str, ids)), fields=FIELDS)
    except VkShrink:
        if len(ids) > 1:
            yield from read_profiles(expedition, ids[: len(ids) // 2])
            yield from read_profiles(expedition, ids[len(ids) // 2 :])
        return
    except VkQuota as error:
        expedition.parked[METHOD] = error
        return
    except VkIncapable as error:
        expedition.incapable[METHOD] = error
        return
    except (VkRetry, VkSkip):
        return  # they stay unknown; the next run asks again
    if not isinstance(response, list):
        return
    rows = [parse_user(item) for item in response if isinstance(item, dict) and whole(item.get("id")) is not None]
    missing = sorted(set(ids) - {row.id for row in rows}) if rows else []
    rows += [User(user_id, state="deleted") for user_id in missing]
    with expedition.store.write():
        people.save_users(expedition.store, rows, expedition.clock.now())
        expedition.save_calls()
