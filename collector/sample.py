"""Who stands for an audience: everyone, or a seeded panel of those that can be read, with weights.

A member list sorted by id begins with the oldest accounts, so "the first n" would be a sample of veterans and "the
last n" one of newcomers. Here each person gets a number from (seed, id) and the lowest numbers are drawn: spread over
the whole list, the same on every machine. The cut stays from run to run: who was drawn stays drawn, and a newcomer
is drawn with the same probability as everybody was. One number for all communities makes the probability of being
drawn in any of them simply the largest of theirs.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collector.settings import AudienceSpec, CollectSettings
from storage import Store, audiences, journal
from storage.audiences import Selection
from storage.rows import Audience

# The people of a whole rule ("all", "2 of 5", active) are drawn at once, under this name.
WHOLE = "*"


@dataclass(frozen=True, slots=True)
class Cut:
    """Who has a number up to ``lot`` is drawn, and stands for ``weight`` people."""

    lot: int
    weight: float


def lot(seed: int, user_id: int) -> int:
    """The person's number in the draw, 0 to 2**64 - 1."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{user_id}".encode(), digest_size=8).digest())


def find_cut(ids: Iterable[int], size: int, seed: int) -> Cut:
    """The cut that draws ``size`` of the ids; fewer ids than that are all drawn. Needs memory for the sample only."""
    total = 0

    def lots() -> Iterable[int]:
        nonlocal total
        for user_id in ids:
            total += 1
            yield lot(seed, user_id)

    lowest = heapq.nsmallest(size, lots())
    if total <= size:
        return Cut(2**64 - 1, 1.0)
    return Cut(lowest[-1], total / size)


def draw(ids: Sequence[int], size: int | None, seed: int) -> dict[int, float]:
    """user id -> weight (1 / inclusion probability) of a sample of at most ``size``; None takes everyone."""
    cut = find_cut(ids, size, seed) if size is not None else Cut(2**64 - 1, 1.0)
    return {user_id: cut.weight for user_id in sorted(ids) if lot(seed, user_id) <= cut.lot}


def save_audience(
    store: Store,
    spec: AudienceSpec,
    communities: Sequence[int],
    minus: Sequence[int],
    settings: CollectSettings,
    now: int,
    missing: Sequence[str] = (),
) -> str:
    """Write an audience and its people; returns a message when its rule cannot be met.

    ``communities``: each once, however often it is named; ``missing``: names that VK does not know.

    Without a sample everybody counts, closed and deleted accounts too; with one the panel is drawn among the people
    whose wall can be asked for. A person drawn in two communities keeps the smaller weight, which is exact.
    """
    selection, message = _selection(spec, communities, minus, missing, settings)
    kind = "baseline" if spec.baseline else "studied"
    row = Audience(spec.name, _definition(spec, selection, missing), kind)
    before = audiences.find_audience(store, spec.name)
    if settings.sample is None:
        audiences.save_everyone(store, audiences.save_audience(store, row), selection, spec.people, now)
        return message
    known, kept = _cuts(before, row, settings), (before.id if before else None) or 0
    weights: dict[int, float] = dict.fromkeys(spec.people, 1.0)
    cuts: dict[str, Cut] = {}
    for name, part in _parts(selection).items():
        cut = known.get(name) or find_cut(_readable(store, part, kept), settings.sample, settings.seed)
        if name in known or settled(store, part):
            cuts[name] = cut
        for user_id in _readable(store, part, kept):
            if lot(settings.seed, user_id) <= cut.lot:
                weights[user_id] = min(cut.weight, weights.get(user_id, cut.weight))
    with store.write():
        audience_id = audiences.save_audience(store, row._replace(recipe=_recipe(settings, cuts)))
        audiences.save_sample(store, audience_id, weights, now)
    return message


def selection_of(
    spec: AudienceSpec, settings: CollectSettings, communities: Sequence[int], minus: Sequence[int], *, least: int
) -> Selection:
    """An audience's rule over these communities."""
    since = spec.since or settings.since or 0
    asked = Selection(tuple(communities), least, tuple(minus), spec.actions, since)
    return asked if spec.until is None else replace(asked, until=spec.until)


def _selection(
    spec: AudienceSpec,
    communities: Sequence[int],
    minus: Sequence[int],
    missing: Sequence[str],
    settings: CollectSettings,
) -> tuple[Selection, str]:
    """Who belongs, and a message where the rule cannot be met: without a community it would choose others."""
    every = spec.least >= len(set(spec.communities))
    least = min(spec.least, len(communities) + len(missing)) if every else spec.least
    chosen, message = tuple(communities), ""
    if least > 1 and missing:
        chosen = ()
        message = (
            f"Аудитория «{spec.name}» пуста: её правило считает сообщества, а в VK нет {', '.join(missing)}. "
            "Исправьте или уберите их в [[audiences]] communities."
        )
    elif least > len(chosen) and chosen:
        message = (
            f"Аудитория «{spec.name}» пуста: разных сообществ в ней {len(chosen)}, а правило требует {least}. "
            "Одно сообщество названо дважды: исправьте [[audiences]] communities."
        )
    return selection_of(spec, settings, chosen, minus, least=least), message


def _readable(store: Store, part: Selection, audience_id: int) -> Iterator[int]:
    """Whose wall could be asked for when last seen, and who stands in the panel already: walls get closed later."""
    return audiences.selected(store, part, readable=True, kept=audience_id)


def _definition(spec: AudienceSpec, selection: Selection, missing: Sequence[str]) -> str:
    """The rule as readers of the study evaluate it."""
    ids = list(selection.communities)
    found: dict[str, Any] = {"people": len(spec.people)}
    if selection.actions:
        found |= {"active": selection.actions, "since": selection.since, "walls": ids}
        found |= {"until": spec.until} if spec.until is not None else {}
    elif selection.least <= 1:
        found["any"] = ids
    elif spec.least >= len(set(spec.communities)):
        found["all"] = ids
    else:
        found |= {"at_least": selection.least, "of": ids}
    if selection.least > 1 and missing:
        found["missing"] = list(missing)
    return json.dumps(found | ({"minus": list(selection.minus)} if selection.minus else {}), sort_keys=True)


def _parts(selection: Selection) -> dict[str, Selection]:
    """What is drawn from by itself: each community where one is enough, else the people of the whole rule."""
    if selection.actions or selection.least > 1:
        return {WHOLE: selection}
    return {str(number): Selection((number,), 1, selection.minus) for number in selection.communities}


def settled(store: Store, part: Selection) -> bool:
    """Whether the lists behind it are complete: a cut found in half a list would draw too many from the whole."""
    kinds = ("likes", "comments") if part.actions else ("members",)
    named = [(kind, -number if part.actions else number) for kind in kinds for number in part.communities]
    named += [("members", number) for number in part.minus]
    walks = [walk for kind, subject in named if (walk := journal.find_walk(store, kind, subject)) or not part.actions]
    return bool(walks) and all(walk is not None and walk.state in ("done", "short") for walk in walks)


def _recipe(settings: CollectSettings, cuts: Mapping[str, Cut]) -> str:
    kept = {name: [str(cut.lot), cut.weight] for name, cut in cuts.items()}
    return json.dumps({"sample": settings.sample, "seed": settings.seed, "cuts": kept}, sort_keys=True)


def _cuts(before: Audience | None, row: Audience, settings: CollectSettings) -> dict[str, Cut]:
    """The cuts of an earlier run over the same definition, sample and seed."""
    if before is None or before.definition != row.definition:
        return {}
    try:
        recipe = json.loads(before.recipe)
        if (recipe["sample"], recipe["seed"]) != (settings.sample, settings.seed):
            return {}
        return {name: Cut(int(number), float(weight)) for name, (number, weight) in recipe["cuts"].items()}
    except (ValueError, TypeError, KeyError):
        return {}
