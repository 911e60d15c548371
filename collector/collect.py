"""The stage ``collect``: communities, their members, the audiences, and the walls, each resumable at any page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count

from collector.ask import Reading
from collector.capability import find_batches, save_batches
from collector.client import VkClient
from collector.engine import Engine
from collector.resolve import resolve
from collector.sample import draw, save_audience, unreadable
from collector.settings import AudienceSpec, CollectSettings
from collector.walk import Expedition
from collector.walk_comments import walk_comments
from collector.walk_likes import walk_likes
from collector.walk_members import walk_members
from collector.walk_subscriptions import followed_facts, walk_subscriptions
from collector.walk_wall import walk_wall
from storage import QUIET, SYSTEM_CLOCK, Clock, Event, Outcome, Store, Watch, audiences, journal, people
from storage.rows import Gap

Named = dict[str, int]
COUNTED = ("users", "memberships", "posts", "comments", "likes", "subscriptions")
NAMES = {"comments": "Комментарии", "likes": "Отметки"}


def collect(
    store: Store,
    settings: CollectSettings,
    *,
    client: VkClient,
    watch: Watch = QUIET,
    clock: Clock = SYSTEM_CLOCK,
) -> Outcome:
    """Collect what the settings name, going on where an earlier run stopped.

    Outcome ``partial`` when a named community or a method is missing, ``paused`` when a daily quota is used up.
    Raises VkStop when a human is needed, VkRetry when VK cannot be reached; what is collected stays.
    """
    expedition = Expedition(store, client, settings, watch, clock)
    client.tell_wait = lambda seconds: watch.tell(_waiting(seconds))
    batches = find_batches(store, client)
    try:
        named, lost = _communities(expedition)
        with closing(Engine(client, batches=batches, stopping=watch.stopping, barred=expedition.barred)) as engine:
            expedition.ahead = engine.ahead
            lost += _walks(expedition, engine, named)
    finally:
        with store.write():
            expedition.save_calls()
            save_batches(store, client, batches, clock)
    return _outcome(expedition, lost)


def _walks(expedition: Expedition, engine: Engine, named: Named) -> list[str]:
    """All walks of the study, one kind after the other; returns messages about communities that gave nothing."""
    what, ids = expedition.settings.what, list(dict.fromkeys(named.values()))
    lost: list[str] = []
    if "members" in what:
        engine.run(_members(expedition, number) for number in ids)
        for number in ids:
            lost += _refusal(expedition, "members", number, f"Участников сообщества {number}")
    panel = _audiences(expedition, named)
    if "posts" in what:
        engine.run(_posts(expedition, number) for number in ids)
        for number in ids:
            lost += _refusal(expedition, "posts", -number, f"Стену сообщества {number}")
    for kind, walk in (("comments", walk_comments), ("likes", walk_likes)):
        if kind in what:
            engine.run(walk(expedition, -number) for number in ids)
            for number in ids:
                lost += _refusal(expedition, kind, -number, f"{NAMES[kind]} на стене сообщества {number}")
    if "walls" in what:
        engine.run(_walls(expedition, panel))
    if "subscriptions" in what:
        engine.run(_subscriptions(expedition, panel))
        engine.run(followed_facts(expedition))
    return lost


def _waiting(seconds: float) -> Event:
    return Event("wait", "collect", text=f"VK просит подождать: следующий вызов через {round(seconds)} с.")


def _communities(expedition: Expedition) -> tuple[Named, list[str]]:
    """Name as written -> id of the communities that exist; messages about those that do not."""
    found = resolve(expedition.client, [name for spec in expedition.settings.audiences for name in spec.communities])
    people.save_communities(
        expedition.store, [row for row in found.values() if row is not None], expedition.clock.now()
    )
    lost = [f"Сообщества {name!r} нет в VK: проверьте адрес." for name, row in found.items() if row is None]
    gone = [
        f"Сообщество {name!r} удалено или заблокировано." for name, row in found.items() if row and row.state != "ok"
    ]
    return {name: row.id for name, row in found.items() if row and row.state == "ok"}, lost + gone


def _members(expedition: Expedition, community_id: int) -> Reading:
    community = people.find_community(expedition.store, community_id)
    yield from walk_members(expedition, community_id, (community.members_count if community else None) or 0)


def _posts(expedition: Expedition, community_id: int) -> Reading:
    yield from walk_wall(expedition, "posts", -community_id)
    walk = journal.find_walk(expedition.store, "posts", -community_id)
    label = f"стена {expedition.title(community_id)}"
    done, total = (walk.got, walk.promised) if walk else (None, None)
    expedition.watch.tell(Event("progress", "collect", label, done=done, total=total))


def _refusal(expedition: Expedition, kind: str, subject: int, what: str) -> list[str]:
    """A message for a community's gap; an earlier run's gap counts too, or a repeat would look complete."""
    gap = journal.find_gap(expedition.store, kind, subject)
    return [f"{what} VK не отдал: {gap.state}."] if gap else []


def _audiences(expedition: Expedition, named: Named) -> dict[int, float]:
    """Write every audience of the study; returns all their people."""
    panel: dict[int, float] = {}
    for spec in expedition.settings.audiences:
        panel.update(_audience(expedition, spec, named))
    audiences.remove_audiences_except(expedition.store, [spec.name for spec in expedition.settings.audiences])
    return panel


def _audience(expedition: Expedition, spec: AudienceSpec, named: Named) -> dict[int, float]:
    ids = list(dict.fromkeys(named[name] for name in spec.communities if name in named))
    return save_audience(expedition.store, spec, ids, expedition.settings, expedition.clock.now())


def _walls(expedition: Expedition, panel: dict[int, float]) -> Iterator[Reading]:
    """Walls of people; a closed or deleted one is a gap that costs no call."""
    ids = sorted(panel)
    refused = unreadable(people.users(expedition.store, ids))
    _save_refused(expedition, refused)
    asked = [user_id for user_id in ids if user_id not in refused]
    ended = count(1)
    for user_id in asked:
        if not expedition.usable("wall.get"):
            return
        yield _one_of(expedition, walk_wall(expedition, "walls", user_id), "стены людей", ended, len(asked))


def _subscriptions(expedition: Expedition, panel: dict[int, float]) -> Iterator[Reading]:
    """Lists of people, or of a seeded sample of them: one call each, and VK counts them."""
    settings = expedition.settings
    chosen = sorted(draw(sorted(panel), settings.subscriptions_sample or None, settings.seed, 0))
    refused = unreadable(people.users(expedition.store, chosen))
    _save_refused(expedition, refused, "subscriptions")
    asked = [user_id for user_id in chosen if user_id not in refused]
    ended = count(1)
    for user_id in asked:
        if not expedition.usable("users.getSubscriptions"):
            return
        yield _one_of(expedition, walk_subscriptions(expedition, user_id), "подписки людей", ended, len(asked))


def _one_of(expedition: Expedition, reading: Reading, label: str, ended: Iterator[int], total: int) -> Reading:
    yield from reading
    expedition.watch.tell(Event("progress", "collect", label, done=next(ended), total=total))


def _save_refused(expedition: Expedition, refused: dict[int, str], kind: str = "walls") -> None:
    seen = expedition.clock.now()
    with expedition.store.write():
        for user_id, state in sorted(refused.items()):
            journal.save_gap(expedition.store, Gap(kind, user_id, state, None, "из профиля", seen))


def _outcome(expedition: Expedition, lost: Sequence[str]) -> Outcome:
    store = expedition.store
    counts = {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in COUNTED}
    counts["calls"] = sum(expedition.client.calls.values())
    counts["refused"] = sum(journal.gap_counts(store).values())
    unable = [f"Метод {name} этому ключу недоступен: {error.message}" for name, error in expedition.incapable.items()]
    messages = [*lost, *unable]
    if expedition.watch.stopping():
        return Outcome("interrupted", counts, tuple(messages))
    if expedition.parked:
        names = ", ".join(expedition.parked)
        messages.append(f"Суточный лимит исчерпан: {names}. Запустите ту же команду позже: она продолжит.")
        return Outcome("paused", counts, tuple(messages))
    return Outcome("partial" if messages else "done", counts, tuple(messages))
