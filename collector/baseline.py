"""Whom to compare with: people drawn at random from VK, from one city, or from other communities.

A share means little alone: 40 % from Moscow is much or little beside what is usual. A baseline is drawn once by a
seed, dated and kept; asked for again with other numbers it becomes the next version.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from collector.ask import ask
from collector.client import VkClient
from collector.engine import Engine
from collector.parse_user import FIELDS, parse_user
from collector.resolve import resolve
from collector.sample import lot
from collector.settings import CollectSettings
from collector.sweep import sweep
from collector.walk import Expedition
from collector.walk_members import walk_members
from storage import QUIET, SYSTEM_CLOCK, Clock, ConfigError, MissingInput, Store, Watch, audiences, people
from storage.audiences import Selection
from storage.rows import Audience, User

METHOD, AT_ONCE = "users.get", 1000
MOST_CALLS = {"random": 50, "city": 300}
"""Calls after which a draw ends with whom it has: about half of all accounts are gone, and a city may be small."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is asked for. ``kind``: ``random``, ``city`` (of that title or number) or ``pool`` (members of the
    communities who are in no studied audience)."""

    kind: str
    n: int
    seed: int = 1
    city: str = ""
    communities: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a draw ended: ``people`` of the audience, ``asked`` ids, ``gone`` of them deleted, banned or never given."""

    name: str
    people: int
    asked: int
    gone: int
    version: int


def draw_baseline(
    store: Store, wanted: Baseline, *, client: VkClient, watch: Watch = QUIET, clock: Clock = SYSTEM_CLOCK
) -> Drawn:
    """Draw a baseline and store it as an audience; the same store, seed and VK give the same people.

    Raises MissingInput when no person was collected yet, by whose ids the newest account is known, or when nobody
    is left to draw, and ConfigError for a pool without communities that exist.
    """
    expedition = Expedition(store, client, CollectSettings(()), watch, clock)
    try:
        with closing(Engine(client, stopping=watch.stopping, barred=expedition.barred)) as engine:
            expedition.travel_by(engine)
            return _pool(expedition, engine, wanted) if wanted.kind == "pool" else _accounts(expedition, engine, wanted)
    finally:
        with store.write():
            expedition.save_calls()


def _accounts(expedition: Expedition, engine: Engine, wanted: Baseline) -> Drawn:
    newest = people.newest_id(expedition.store)
    if newest is None:
        raise MissingInput(
            "Ещё не собрано ни одного человека.", "По ним видно, до какого номера дошли страницы VK.",
            "Запустите сначала vkaudience collect.",
        )  # fmt: skip
    ids = _numbers(newest, wanted.seed)
    found: list[User] = []
    asked = gone = 0

    def keep(part: list[int], response: Any) -> None:
        nonlocal asked, gone
        rows = expedition.rows(response, parse_user)
        live = [row for row in rows if row.state in ("ok", "closed")]
        asked += len(part)
        gone += len(part) - len(live)
        found.extend(row for row in live if wanted.kind == "random" or _lives_in(row, wanted.city))

    for _ in range(MOST_CALLS[wanted.kind]):
        part = list(islice(ids, AT_ONCE))
        if not part or len(found) >= wanted.n or not expedition.usable(METHOD) or expedition.watch.stopping():
            break
        engine.run(sweep(expedition, part, AT_ONCE, _ask, keep))
    chosen = sorted(found, key=lambda row: (lot(wanted.seed, row.id), row.id))[: wanted.n]
    if not chosen:
        place = f" из города {wanted.city!r}" if wanted.kind == "city" else ""
        raise MissingInput(
            f"Среди {asked} номеров не нашлось ни одной живой страницы{place}.", "",
            "Проверьте название города: так, как его пишет VK." if place else "Повторите позже или возьмите pool.",
        )  # fmt: skip
    people.save_users(expedition.store, chosen, expedition.clock.now())
    told = {"newest": newest, "asked": asked, "gone": gone} | ({"city": wanted.city} if wanted.city else {})
    # Of all ids that exist so many were asked; of the living among them so many were taken.
    weight = newest / max(1, asked) * len(found) / len(chosen)
    version = _save(expedition, wanted, dict.fromkeys((row.id for row in chosen), weight), told)
    return Drawn(_name(wanted), len(chosen), asked, gone, version)


def _numbers(newest: int, seed: int) -> Iterator[int]:
    """Every id up to the newest at most once, in an order that the seed makes."""
    rng, seen = random.Random(seed), set[int]()
    while len(seen) < newest:
        number = rng.randint(1, newest)
        if number not in seen:
            seen.add(number)
            yield number


def _ask(ids: list[int]) -> Any:
    return ask(METHOD, user_ids=",".join(map(str, ids)), fields=FIELDS)


def _lives_in(row: User, city: str) -> bool:
    return (city.isdecimal() and row.city_id == int(city)) or (row.city or "").casefold() == city.strip().casefold()


def _pool(expedition: Expedition, engine: Engine, wanted: Baseline) -> Drawn:
    store = expedition.store
    found = resolve(expedition.client, wanted.communities)
    missing = [name for name in wanted.communities if (row := found.get(name)) is None or row.state != "ok"]
    rows = [row for row in found.values() if row is not None and row.state == "ok"]
    if missing or not rows:
        raise ConfigError(
            f"Сообществ нет в VK: {', '.join(missing) or 'не названо ни одного'}.", "",
            "Назовите сообщества: --community vk.com/имя, можно несколько раз.",
        )  # fmt: skip
    people.save_communities(store, rows, expedition.clock.now())
    ids = list(dict.fromkeys(row.id for row in rows))
    engine.run(walk_members(expedition, number) for number in ids)
    studied = audiences.studied_people(store)
    left = [user for user in audiences.selected(store, Selection(tuple(ids)), readable=True) if user not in studied]
    chosen = heapq.nsmallest(wanted.n, left, key=lambda user: (lot(wanted.seed, user), user))
    if not chosen:
        raise MissingInput(
            "В этих сообществах нет людей, которых нет в изучаемых аудиториях.", "VK мог скрыть их участников.",
            "Назовите другие сообщества.",
        )  # fmt: skip
    told = {"communities": ids, "left": len(left)}
    version = _save(expedition, wanted, dict.fromkeys(chosen, len(left) / len(chosen)), told)
    return Drawn(_name(wanted), len(chosen), len(left), 0, version)


def _name(wanted: Baseline) -> str:
    kinds = {"random": "случайные люди VK", "city": f"жители: {wanted.city}", "pool": "другие сообщества"}
    return wanted.name or kinds[wanted.kind]


def _save(expedition: Expedition, wanted: Baseline, weights: dict[int, float], told: dict[str, Any]) -> int:
    store, now = expedition.store, expedition.clock.now()
    whole_rule = {"baseline": wanted.kind, "n": wanted.n, "seed": wanted.seed, "drawn_at": now, **told}
    definition = json.dumps(whole_rule, ensure_ascii=False, sort_keys=True)
    before = audiences.find_audience(store, _name(wanted))
    if before is not None and not audiences.is_drawn(before):
        raise ConfigError(f"Аудитория {before.name!r} уже есть в config.toml.", "", "Дайте другое имя: --name.")
    with store.write():
        audience_id = audiences.save_audience(store, Audience(_name(wanted), definition, "baseline"))
        audiences.save_sample(store, audience_id, weights, now)
    saved: Sequence[Audience] = [row for row in audiences.audiences(store) if row.id == audience_id]
    return saved[0].version
