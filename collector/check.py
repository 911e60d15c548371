"""What the token can do: each method that a study needs, called once with the least possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collector.client import VkClient
from collector.errors import INCONCLUSIVE, VkError, VkIncapable, VkQuota, VkRetry, VkSkip, VkStop
from storage import SYSTEM_CLOCK, Clock, Store, journal

# Person 1 and community 1 are as old as VK; a refusal that is about them says that the method itself works.
PROBES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("utils.getServerTime", {}),
    ("users.get", {"user_ids": 1}),
    ("groups.getById", {"group_ids": 1}),
    ("groups.getMembers", {"group_id": 1, "count": 1}),
    ("wall.get", {"owner_id": 1, "count": 1}),
    ("wall.getById", {"posts": "1_1"}),
    ("wall.getComments", {"owner_id": -1, "post_id": 1, "count": 1}),
    ("likes.getList", {"type": "post", "owner_id": -1, "item_id": 1, "count": 1}),
    ("users.getSubscriptions", {"user_id": 1, "count": 1}),
    ("execute", {"code": "return 1;"}),
)


@dataclass(frozen=True, slots=True)
class Ability:
    """One row of the table: ``able`` None when VK's answer did not tell; ``spent``: used up for today."""

    method: str
    able: bool | None
    code: int | None = None
    note: str = ""
    spent: bool = False


def check(client: VkClient, store: Store | None = None, *, clock: Clock = SYSTEM_CLOCK) -> list[Ability]:
    """Probe every method; the results are kept in ``capabilities`` when a store is given.

    Raises VkStop when the token itself is refused and VkRetry when VK cannot be reached at all.
    """
    found = [_probe(client, method, parameters) for method, parameters in PROBES]
    if store is not None:
        for row in found:
            if row.able is not None:
                # What a method says of the subject of a probe is no refusal of the method, and not kept.
                code = row.code if row.spent or not row.able else None
                journal.save_capability(store, client.fingerprint, row.method, row.able, code, clock.now())
        with store.write():
            journal.count_calls(store, client.fingerprint, dict(client.calls), clock.now())
    return found


def _probe(client: VkClient, method: str, parameters: dict[str, Any]) -> Ability:
    try:
        client.call(method, **parameters)
    except VkStop:
        raise
    except VkIncapable as error:
        return Ability(method, False, error.code, error.message)
    except VkRetry as error:
        if method == PROBES[0][0]:
            raise
        return Ability(method, None, error.code, error.message)
    except VkSkip as error:
        # Closed or gone: the method answered, so the token may call it.
        return Ability(method, None if error.state in INCONCLUSIVE else True, error.code, error.message)
    except VkQuota as error:
        return Ability(method, True, error.code, error.message, spent=True)
    except VkError as error:
        return Ability(method, True, error.code, error.message)
    return Ability(method, True)
