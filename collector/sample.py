"""Who stands for an audience: all its members, or a seeded panel of those that can be read, with weights.

A member list sorted by id begins with the oldest accounts, so "the first n" would be a sample of veterans. Here
each person gets a number from (seed, community, id) and the lowest numbers are drawn: spread over the whole
list, the same on every machine, and stable when others join or leave.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from collector.settings import AudienceSpec, CollectSettings
from storage import Store, audiences, people
from storage.rows import Audience, User


def lot(seed: int, community_id: int, user_id: int) -> int:
    """The person's number in the draw, 0 to 2**64 - 1."""
    name = f"{seed}/{community_id}/{user_id}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest())


def draw(ids: Sequence[int], size: int | None, seed: int, community_id: int) -> dict[int, float]:
    """user id -> weight (1 / inclusion probability) of a sample of at most ``size``; None takes everyone."""
    if size is None or size >= len(ids):
        return dict.fromkeys(sorted(ids), 1.0)
    chosen = sorted(ids, key=lambda user_id: (lot(seed, community_id, user_id), user_id))[:size]
    return dict.fromkeys(sorted(chosen), len(ids) / size)


def save_audience(
    store: Store, spec: AudienceSpec, community_ids: Sequence[int], settings: CollectSettings, now: int
) -> dict[int, float]:
    """Write an audience and its people; returns user id -> weight.

    Without a sample everybody counts, closed and deleted accounts too; with one the panel is drawn among the
    people whose wall can be asked for. A person drawn in two communities keeps the smaller weight.
    """
    definition = json.dumps({"any": list(community_ids), "people": len(spec.people)}, sort_keys=True)
    kind = "baseline" if spec.baseline else "studied"
    recipe = f"sample={settings.sample} seed={settings.seed}"
    audience_id = audiences.save_audience(store, Audience(spec.name, definition, kind, recipe=recipe))
    weights: dict[int, float] = dict.fromkeys(spec.people, 1.0)
    for community_id in community_ids:
        for user_id, weight in _drawn(store, community_id, settings).items():
            weights[user_id] = min(weight, weights.get(user_id, weight))
    audiences.save_sample(store, audience_id, weights, now)
    return weights


def _drawn(store: Store, community_id: int, settings: CollectSettings) -> dict[int, float]:
    ids = people.member_ids(store, community_id)
    if settings.sample is not None:
        ids = [user.id for user in people.users(store, ids) if user.state in ("ok", "unknown")]
    return draw(ids, settings.sample, settings.seed, community_id)


def unreadable(users: Iterable[User]) -> dict[int, str]:
    """user id -> state of the people whose wall must not cost a call: closed, deleted, banned."""
    return {user.id: user.state for user in users if user.state in ("closed", "deleted", "banned")}
