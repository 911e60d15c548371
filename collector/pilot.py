"""A look before the collection: three member pages of each community, the walls of a hundred of its people, and the
first page of its own wall.

What is read are ordinary rows, which ``collect`` uses later. A second look costs nothing until the study's
``refresh_hours`` have passed, and a wall that was read once is never read again for a plan.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace

from collector.ask import Ask, Reading, ask
from collector.engine import Engine
from collector.overlap import PILOT, encode, stretch
from collector.parse_user import FIELDS, parse_user
from collector.sample import lot
from collector.walk import Expedition, Pages, attempt, begin, finish, page_of, stamp
from collector.walk_members import METHOD, PAGE
from collector.walk_wall import PAGE as WALL_PAGE
from collector.walk_wall import walk_wall
from storage import audiences, journal, people
from storage.audiences import Selection
from storage.rows import Walk

PEOPLE = 100
"""Walls read a community; a share is then known to within 10 points."""


def look(
    expedition: Expedition, engine: Engine, lists: Iterable[int], people_of: Iterable[Selection], walls: Iterable[int]
) -> None:
    """Read member pages of the communities ``lists``, walls of people of each selection, and the first page of the own
    walls of ``walls``, as far as they are not known already."""
    engine.run(_members(expedition, number) for number in lists)
    engine.run(
        walk_wall(expedition, "walls", user_id)
        for user_id in dict.fromkeys(user_id for one in people_of for user_id in _chosen(expedition, one))
    )
    settings = expedition.settings
    # As one who wants a page only: the collection, which wants more, begins the walk anew.
    expedition.settings = replace(settings, max_posts=min(settings.max_posts or WALL_PAGE, WALL_PAGE))
    try:
        engine.run(walk_wall(expedition, "posts", -number) for number in walls if not _begun(expedition, number))
    finally:
        expedition.settings = settings


def _begun(expedition: Expedition, community_id: int) -> bool:
    return journal.find_walk(expedition.store, "posts", -community_id) is not None


def _members(expedition: Expedition, community_id: int) -> Reading:
    whole_list = journal.find_walk(expedition.store, "members", community_id)
    walk = begin(expedition, PILOT, community_id)
    if walk is None or whole_list is not None:
        return
    # A refusal is one of the member list: ``collect`` need not ask again to learn it.
    yield from attempt(expedition, METHOD, walk._replace(kind="members"), _pages(expedition, walk))


def _pages(expedition: Expedition, walk: Walk) -> Pages:
    spans: list[tuple[int, int]] = []
    walk, count = _save(expedition, walk, (yield _at(walk, 0)), 0, spans)
    for offset in _offsets(count):
        walk, _ = _save(expedition, walk, (yield _at(walk, offset)), offset, spans)
    ended = finish(walk._replace(cursor=encode(spans)), "done", stamp(expedition, walk))
    journal.save_walk(expedition.store, ended)
    return ended


def _offsets(count: int) -> list[int]:
    """Where the pages after the first begin: in the middle and at the end, as far as there is more to see."""
    if count <= PAGE:
        return []
    return [PAGE] if count <= 2 * PAGE else [(count - PAGE) // 2, count - PAGE]


def _at(walk: Walk, offset: int) -> Ask:
    return ask(METHOD, group_id=walk.subject, sort="id_asc", offset=offset, count=PAGE, fields=FIELDS)


def _save(
    expedition: Expedition, walk: Walk, response: object, offset: int, spans: list[tuple[int, int]]
) -> tuple[Walk, int]:
    items, count = page_of(METHOD, response)
    users = expedition.rows(items, parse_user)
    ids, seen = [user.id for user in users], stamp(expedition, walk)
    if ids:
        spans.append(stretch(ids, first=not offset, last=offset + len(items) >= count))
    with expedition.store.write():
        people.save_users(expedition.store, users, seen)
        people.save_members(expedition.store, walk.subject, ids, seen)
        expedition.save_calls()
    return walk._replace(promised=count, got=walk.got + len(users)), count


def _chosen(expedition: Expedition, selection: Selection) -> Iterator[int]:
    """The first of the draw among the known readable people, but those whose wall was read or refused before."""
    store, seed = expedition.store, expedition.settings.seed
    known = audiences.selected(store, selection, readable=True)
    for user_id in heapq.nsmallest(PEOPLE, known, key=lambda one: (lot(seed, one), one)):
        if journal.find_walk(store, "walls", user_id) is None:
            yield user_id
