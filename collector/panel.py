"""The people of a study: who they are by the audiences' rules, and the walks over each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count, islice

from collector.ask import Reading
from collector.engine import Engine
from collector.reasons import KINDS
from collector.sample import Cut, find_cut, lot, save_audience, selection_of, settled
from collector.settings import AudienceSpec
from collector.walk import Expedition, is_fresh
from collector.walk_profiles import walk_profiles
from collector.walk_subscriptions import walk_subscriptions
from collector.walk_wall import walk_wall
from storage import Event, audiences, journal
from storage.audiences import Selection
from storage.rows import Gap

# Their wall must not cost a call.
CLOSED = ("closed", "deleted", "banned")
AT_ONCE = 1000


def numbers(named: Mapping[str, int], names: Iterable[str]) -> list[int]:
    """The ids of these communities, each once, in order; without those that VK does not have."""
    return list(dict.fromkeys(named[name] for name in names if name in named))


def choose_people(expedition: Expedition, engine: Engine, named: Mapping[str, int]) -> list[str]:
    """Write every audience of the study (a share leaves that to its team), and read the profiles of who is in no list.

    Returns messages about audiences whose rule cannot be met.
    """
    told = []
    store, settings = expedition.store, expedition.settings
    if settings.share[1] == 1:
        for spec in settings.audiences:
            if not expedition.unresolved.isdisjoint((*spec.communities, *spec.minus)):
                continue  # of whom it consists nobody can tell now: it stays as it was
            told.append(_choose(expedition, engine, spec, named))
        audiences.remove_audiences_except(store, [spec.name for spec in settings.audiences])
    # Members were told of with their lists; of others whether they are still open is seen here alone.
    lately = min(expedition.began, expedition.clock.now() - settings.refresh_seconds)
    engine.run(walk_profiles(expedition, filter(settings.mine, audiences.panel_unseen(store, lately))))
    return [message for message in told if message]


def _choose(expedition: Expedition, engine: Engine, spec: AudienceSpec, named: Mapping[str, int]) -> str:
    """Write one audience; returns a message when its rule cannot be met."""
    store, settings, now = expedition.store, expedition.settings, expedition.clock.now()
    ids, minus = numbers(named, spec.communities), numbers(named, spec.minus)
    missing = [name for name in dict.fromkeys(spec.communities) if name not in named]
    acted = selection_of(spec, settings, ids, minus, least=1)
    if spec.actions and settings.sample is not None:
        # A panel is drawn among those who can be read, and who acted may be no member: nothing tells yet.
        engine.run(walk_profiles(expedition, audiences.strangers(store, acted)))
    message = save_audience(store, spec, ids, minus, settings, now, missing)
    if not message and _is_empty(expedition, spec, acted):
        expedition.nobody.append(spec.name)
    return message


def _is_empty(expedition: Expedition, spec: AudienceSpec, part: Selection) -> bool:
    """Whether nobody belongs although all that tells was read."""
    row = audiences.find_audience(expedition.store, spec.name)
    return (
        row is not None and settled(expedition.store, part) and not audiences.sizes(expedition.store).get(row.id or 0)
    )


def walls_of_people(expedition: Expedition) -> Iterator[Reading]:
    """Walls of all audiences' people; a closed or deleted one is a gap that costs no call."""
    asked = _save_refused(expedition, "walls", None)
    ended = count(1)
    for user_id, state in in_turn(expedition, "walls"):
        if state in CLOSED:
            continue
        if not expedition.usable("wall.get"):
            return
        reading = walk_wall(expedition, "walls", user_id)
        yield _one_of(expedition, reading, ("walls", user_id), ended, asked)


def subscriptions_of_people(expedition: Expedition) -> Iterator[Reading]:
    """Lists of people, or of a seeded sample of them: one call each, and VK counts them."""
    settings = expedition.settings
    cut = None
    if settings.subscriptions_sample:
        cut = find_cut(audiences.panel(expedition.store), settings.subscriptions_sample, settings.seed)
    asked = _save_refused(expedition, "subscriptions", cut)
    ended = count(1)
    for user_id, state in in_turn(expedition, "subscriptions"):
        if state in CLOSED or not _drawn(expedition, cut, user_id):
            continue
        if not expedition.usable("users.getSubscriptions"):
            return
        reading = walk_subscriptions(expedition, user_id)
        yield _one_of(expedition, reading, ("subscriptions", user_id), ended, asked)


def _panel(expedition: Expedition) -> Iterator[tuple[int, str]]:
    """(user, state) of everybody in the panel who belongs to this share."""
    return (row for row in audiences.panel_states(expedition.store) if expedition.settings.mine(row[0]))


def in_turn(expedition: Expedition, kind: str) -> Iterator[tuple[int, str]]:
    """The same people: who was never asked comes before who is asked again, or a study of more walls than a day allows
    would never come to its end; among equals the draw decides, so that whatever a day allows is no sample of veterans.
    """
    settings = expedition.settings
    turns = audiences.panel_in_turn(expedition.store, kind, lambda user_id: lot(settings.seed, user_id) >> 1)
    return (row for row in turns if settings.mine(row[0]))


def _drawn(expedition: Expedition, cut: Cut | None, user_id: int) -> bool:
    return cut is None or lot(expedition.settings.seed, user_id) <= cut.lot


def _one_of(
    expedition: Expedition, reading: Reading, walk: tuple[str, int], ended: Iterator[int], total: int
) -> Reading:
    yield from reading
    if is_fresh(expedition, *walk):  # a method that met its daily limit may have let it end before it began
        expedition.watch.tell(Event("progress", "collect", KINDS[walk[0]], done=next(ended), total=total))


def _save_refused(expedition: Expedition, kind: str, cut: Cut | None) -> int:
    """Note whose profile says that there is nothing to read; returns how many are left to be asked."""
    store, seen, asked = expedition.store, expedition.clock.now(), 0
    people = (row for row in _panel(expedition) if _drawn(expedition, cut, row[0]))
    while part := list(islice(people, AT_ONCE)):
        refused = [(user_id, state) for user_id, state in part if state in CLOSED]
        asked += len(part) - len(refused)
        with store.write():
            for user_id, state in refused:
                journal.save_gap(store, Gap(kind, user_id, state, None, "из профиля", seen))
    return asked
