"""What people follow: the communities and people on their list, and the facts about communities that many follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collector.ask import Ask, Reading, ask
from collector.errors import VkRetry
from collector.parse_group import FIELDS, group_items, parse_group
from collector.sweep import sweep
from collector.values import count, inner, whole
from collector.walk import Expedition, Pages, attempt, begin, finish, stamp
from storage import journal, people
from storage.rows import Walk

METHOD = "users.getSubscriptions"
FACTS = "groups.getById"
AT_ONCE = 500
MOST = 200  # VK's most; where it minds no number, all come anyway
# A community that fewer of the people follow would never be spoken of.
FOLLOWERS = 3


def walk_subscriptions(expedition: Expedition, user_id: int) -> Reading:
    """Read one person's list, unless it was read lately; one call gives all of it. A hidden list is a gap."""
    walk = begin(expedition, "subscriptions", user_id)
    if walk is not None and expedition.usable(METHOD):
        yield from attempt(expedition, METHOD, walk, _list(expedition, walk))


def _list(expedition: Expedition, walk: Walk) -> Pages:
    response = yield ask(METHOD, user_id=walk.subject, extended=0, count=MOST)
    listed = inner(inner(response, "groups"), "items")
    if not isinstance(listed, list):
        raise VkRetry(METHOD, None, "в ответе нет списка сообществ")
    ids = sorted({abs(number) for number in map(whole, listed) if number})
    others = inner(inner(response, "users"), "items")
    followed = sorted({number for number in map(whole, others) if number}) if isinstance(others, list) else []
    store, seen = expedition.store, stamp(expedition, walk)
    promised = max(len(ids), count(inner(response, "groups")) or 0)
    after = finish(walk, "short" if len(listed) < promised else "done", seen)
    after = after._replace(got=len(ids), promised=promised)
    with store.write():
        people.save_subscriptions(store, walk.subject, ids, seen, people=followed)
        journal.clear_gap(store, walk.kind, walk.subject)
        journal.save_walk(store, after)
        expedition.save_calls()
    return after


def followed_facts(expedition: Expedition) -> Iterator[Reading]:
    """Names and sizes of the communities that at least three of the people follow and of which nothing is known."""

    def keep(part: list[int], response: Any) -> None:
        rows = expedition.rows(group_items(response), parse_group)
        with expedition.store.write():
            people.save_communities(expedition.store, rows, expedition.clock.now())
            expedition.save_calls()

    return sweep(expedition, people.followed_unknown(expedition.store, FOLLOWERS), AT_ONCE, _ask_facts, keep)


def _ask_facts(ids: list[int]) -> Ask:
    return ask(FACTS, group_ids=",".join(map(str, ids)), fields=FIELDS)
