"""The stage ``collect``: communities, their members, the audiences, and the walls, each resumable at any page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

from collector.address import parse_address
from collector.ask import Reading
from collector.capability import find_batches, save_batches
from collector.client import VkClient
from collector.engine import Engine
from collector.errors import FAILED
from collector.missing import broken, dates, empty, refusal, short, whole_methods
from collector.owed import aged_walls, owes_walls
from collector.panel import choose_people, numbers, subscriptions_of_people, walls_of_people
from collector.reasons import KINDS
from collector.resolve import known_community, resolve
from collector.settings import AudienceSpec, CollectSettings
from collector.walk import Expedition
from collector.walk_comments import walk_comments
from collector.walk_likes import walk_likes
from collector.walk_members import walk_members
from collector.walk_recheck import recheck
from collector.walk_subscriptions import followed_facts
from collector.walk_wall import walk_wall
from storage import QUIET, SYSTEM_CLOCK, Clock, Event, Outcome, Store, Watch, audiences, journal, people

Named = dict[str, int]
_AGED = (
    "Прочитаны все стены. Посмотреть заново, что на них нового, не хватило суточного лимита wall.get (стен: {number}): "
    "следующий сбор начнёт с них, ждать его не нужно."
)
COUNTED = ("users", "memberships", "posts", "comments", "likes", "subscriptions")


def collect(
    store: Store,
    settings: CollectSettings,
    *,
    client: VkClient,
    watch: Watch = QUIET,
    clock: Clock = SYSTEM_CLOCK,
) -> Outcome:
    """Collect what the settings name, going on where an earlier run stopped.

    Outcome ``partial`` when a named community, a method, or what VK failed to answer for is missing, ``paused`` when a
    daily quota is used up.
    Raises VkStop when a human is needed, VkRetry when VK answers nothing at all; what is collected stays.
    """
    expedition = Expedition(store, client, settings, watch, clock)
    client.tell_wait = lambda seconds: watch.tell(_waiting(seconds))
    expedition.adopt_calls()
    batches = find_batches(store, client)
    limited = journal.limited(store, client.fingerprint, clock.now())
    careful = set(limited)
    try:
        with closing(
            Engine(client, batches=batches, stopping=watch.stopping, barred=expedition.barred, careful=careful)
        ) as engine:
            expedition.travel_by(engine)
            named, lost = _communities(expedition, engine)
            lost += _walks(expedition, engine, named)
    finally:
        with store.write():
            expedition.save_calls()
            save_batches(store, client, batches, clock)
            for method in limited - careful - expedition.parked.keys():
                journal.save_capability(store, client.fingerprint, method, True, None, clock.now())
    notes = [*dates(expedition), *empty(expedition), *short(expedition, _typed(named)), *broken(expedition)]
    return _outcome(expedition, lost, notes, _own_walls(expedition, named))


def _typed(named: Named) -> dict[int, str]:
    """Number -> the name that the config gives the community, by number."""
    return {number: name for name, number in sorted(named.items(), key=lambda one: one[1])}


def _walks(expedition: Expedition, engine: Engine, named: Named) -> list[str]:
    """All walks of the study, one kind after the other; returns messages about communities that gave nothing.

    Comments and likes come before the audiences: who was active may be what makes one.
    """
    what, specs = expedition.settings.what, expedition.settings.audiences
    mine, open_ = expedition.settings.mine, _open(expedition, named)
    ids = _own_walls(expedition, named)
    # A share goes on from the members and the panel of the study it was split from.
    lists = numbers(open_, _written(specs)) if expedition.settings.share[1] == 1 else []
    lost: list[str] = []
    typed = _typed(named)
    if "members" in what:
        _twice(expedition, engine, "members", lambda: (_members(expedition, number) for number in lists))
        for number in numbers(open_, _listed(specs)) if lists else ():
            lost += refusal(expedition, "members", number, f"Участников сообщества «{typed[number]}»")
    if "posts" in what:
        _twice(expedition, engine, "posts", lambda: (_posts(expedition, number) for number in ids))
        engine.run(recheck(expedition, "posts", [-number for number in ids]))
        for number in ids:
            lost += refusal(expedition, "posts", -number, f"Стену сообщества «{typed[number]}»")
    for kind, walk in (("comments", walk_comments), ("likes", walk_likes)):
        if kind in what:
            _twice(expedition, engine, kind, partial(_on_walls, expedition, walk, ids))
            for number in ids:
                lost += refusal(
                    expedition, kind, -number, f"{KINDS[kind].capitalize()} на стене сообщества «{typed[number]}»"
                )
    lost += choose_people(expedition, engine, named)
    if "walls" in what:
        _twice(expedition, engine, "walls", lambda: walls_of_people(expedition))
        engine.run(recheck(expedition, "walls", filter(mine, audiences.panel(expedition.store))))
    if "subscriptions" in what:
        _twice(expedition, engine, "subscriptions", lambda: subscriptions_of_people(expedition))
        engine.run(followed_facts(expedition))
    return lost


def _open(expedition: Expedition, named: Named) -> Named:
    return {name: number for name, number in named.items() if number not in expedition.shut}


def _own_walls(expedition: Expedition, named: Named) -> list[int]:
    """The communities whose own walls this study, or its share, reads."""
    names = [name for spec in expedition.settings.audiences for name in spec.communities]
    return [number for number in numbers(_open(expedition, named), names) if expedition.settings.mine(number)]


def _on_walls(
    expedition: Expedition, walk: Callable[[Expedition, int], Reading], ids: Iterable[int]
) -> Iterator[Reading]:
    return (walk(expedition, -number) for number in ids)


def _twice(expedition: Expedition, engine: Engine, kind: str, readings: Callable[[], Iterable[Reading]]) -> None:
    """Run the walks of a kind; what VK could not answer for is begun once more when all the others are through."""
    engine.run(readings())
    if not expedition.watch.stopping() and journal.gap_counts(expedition.store).get((kind, FAILED)):
        engine.run(readings())


def _waiting(seconds: float) -> Event:
    return Event("wait", "collect", text=f"Ждём: следующий вызов VK через {round(seconds)} с.")


def _communities(expedition: Expedition, engine: Engine) -> tuple[Named, list[str]]:
    """Name as written -> id of the communities that exist or once did; messages about those that are not there now.

    Where walls come first, those of communities named by number are begun while VK is asked for the facts.
    """
    written = _written(expedition.settings.audiences)
    with ThreadPoolExecutor(1) as beside:
        facts = beside.submit(resolve, expedition.client, written)
        what = expedition.settings.what
        if "posts" in what and "members" not in what:
            engine.run(_posts(expedition, number) for number in _numbered(expedition.settings))
        found = facts.result()
    rows = [row for row in found.values() if row is not None]
    people.save_communities(expedition.store, rows, expedition.clock.now())
    lost = [
        f"Сообщества {name!r} нет в VK: проверьте адрес в config.toml." for name, row in found.items() if row is None
    ]
    lost += [
        f"Сообщество {name!r} удалено или заблокировано: уберите его из config.toml."
        for name, row in found.items()
        if row and row.state != "ok"
    ]
    mute = [name for name in dict.fromkeys(written) if name not in found]
    lost += [f"VK не ответил, что за сообщество {name!r}. Запустите ту же команду ещё раз." for name in mute]
    named = {name: row.id for name, row in found.items() if row}
    # What the study knows from before keeps its place in the audiences: a night's trouble must not draw them anew.
    known = {name: known_community(expedition.store, name) for name in written if name not in named}
    named |= {name: number for name, number in known.items() if number is not None}
    expedition.shut = {row.id for row in rows if row.state != "ok"}
    expedition.shut |= {named[name] for name, row in found.items() if row is None and name in named}
    expedition.unresolved = {name for name in mute if name not in named}
    return named, lost


def _numbered(settings: CollectSettings) -> list[int]:
    """Ids of the communities that are named by number, without those to be taken away and those of other shares."""
    found = [parse_address(name) for spec in settings.audiences for name in spec.communities]
    ids = dict.fromkeys(address.id for address in found if address.kind == "community")
    return [number for number in ids if settings.mine(number)]


def _written(specs: Iterable[AudienceSpec]) -> list[str]:
    """Every community that the study names, as written there."""
    return [name for spec in specs for name in (*spec.communities, *spec.minus)]


def _listed(specs: Iterable[AudienceSpec]) -> list[str]:
    """The communities whose member lists make an audience: who is active is told by their walls."""
    return [name for spec in specs for name in (*(() if spec.actions else spec.communities), *spec.minus)]


def _members(expedition: Expedition, community_id: int) -> Reading:
    community = people.find_community(expedition.store, community_id)
    yield from walk_members(expedition, community_id, (community.members_count if community else None) or 0)


def _posts(expedition: Expedition, community_id: int) -> Reading:
    yield from walk_wall(expedition, "posts", -community_id)
    walk = journal.find_walk(expedition.store, "posts", -community_id)
    label = f"стена {expedition.title(community_id)}"
    done, total = (walk.got, walk.promised) if walk else (None, None)
    expedition.watch.tell(Event("progress", "collect", label, done=done, total=total))


def _next_probe(expedition: Expedition) -> str:
    """When it is worth asking again: as the first of the last day's calls become a day old."""
    now, fingerprint = expedition.clock.now(), expedition.client.fingerprint
    soonest = min(journal.next_probe(expedition.store, fingerprint, method, now) for method in expedition.parked)
    hours = max(1, -(-(soonest - now) // 3600))
    return f"Запустите ту же команду через {hours} ч или позже: она продолжит с этого места."


def _only_again(expedition: Expedition, own: Sequence[int]) -> bool:
    """Whether the day's limit kept nothing from this run but another look at walls that were read before."""
    return expedition.parked.keys() == {"wall.get"} and not owes_walls(expedition, own)


def _outcome(expedition: Expedition, lost: Sequence[str], notes: Sequence[str], own: Sequence[int]) -> Outcome:
    """How the run ended; ``own``: the communities whose own walls it reads."""
    store = expedition.store
    counts = {name: int(store.value(f"SELECT count(*) FROM {name}")) for name in COUNTED}
    counts["calls"] = sum(expedition.client.calls.values())
    counts["refused"] = sum(journal.gap_counts(store).values())
    counts["lists"] = expedition.answered
    messages = [*lost, *whole_methods(expedition)]
    complete = not messages
    messages += notes
    if expedition.watch.stopping():
        return Outcome("interrupted", counts, tuple(messages))
    if _only_again(expedition, own):
        messages.append(_AGED.format(number=aged_walls(expedition, own)))
    elif expedition.parked:
        names = ", ".join(expedition.parked)
        messages.append(f"Суточный лимит исчерпан: {names}. {_next_probe(expedition)}")
        return Outcome("paused", counts, tuple(messages))
    return Outcome("done" if complete else "partial", counts, tuple(messages))
