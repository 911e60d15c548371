"""Data quality: how many members reach the model, where the others stay, what VK did not give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portraits.shares import HIDDEN, Share, base_floor, plain_share, rest_share, rounded_share
from portraits.study import Group, Study
from portraits.suppress import hidden_cells, hidden_steps
from storage import portrait_people as people
from storage.rows import PortraitNumber

# step -> the outcome that stops people just before it
STEPS = (
    ("members", ""),
    ("known", "unknown"),
    ("not_deleted", "deleted"),
    ("open", "closed"),
    ("asked", "not_asked"),
    ("answered", "refused"),
    ("with_text", "blank"),
    ("in_model", "few_words"),
)
KNOWN = 3
"""Steps down to the people of whom something is known: they are the base of everything said of who people are."""
MISSING = ("sex", "age", "city")


@dataclass(frozen=True, slots=True)
class Step:
    """People left at one step out of all members; ``why`` it is hidden (see :func:`hidden_steps`), empty if shown."""

    id: str
    share: Share
    why: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """One audience: steps from members to the model, and where the lost ones stay (exclusive reasons).

    ``refusals``: the reasons of the loss ``refused``. ``totals``: the counts told here that hold all people of whom
    something is known; ``known_floor``: those are not told and are at least so many, 0 where they are told.
    """

    group: Group
    steps: tuple[Step, ...]
    lost: Mapping[str, Share]
    active: Share
    refusals: Mapping[str, Share]
    missing: Mapping[str, Share]
    totals: tuple[int, ...]
    known_floor: int

    def share(self, step: str) -> Share:
        """The share of members at a step."""
        return next(s.share for s in self.steps if s.id == step)


def funnel(study: Study, group: Group) -> Funnel:
    """Count one audience's way into the model."""
    least, size = study.least, group.size
    outcomes = people.outcomes(study.store, group.id)
    values, left = [], size
    for _, lost in STEPS:
        left -= outcomes.get(lost, 0)
        values.append(left)
    # The members are the size of the audience and the people in the model the n of every figure on topics: hiding
    # them in one place only would be a show, so the steps between give way.
    hides = hidden_steps(values, least, ends=True)
    steps = tuple(
        Step(name, HIDDEN if why else _part(value, size), why)
        for (name, _), value, why in zip(STEPS, values, hides, strict=True)
    )
    shown = _visible_losses(outcomes, steps, size, least)
    totals = tuple(step.share.n for step in steps[:KNOWN] if not step.why)
    floor = _known_floor(steps, least)
    seen, dated = people.active(study.store, group.id)
    dated_floor = base_floor(dated, totals, least)
    active = plain_share(seen, dated, least)
    if dated_floor and not active.hidden:
        active = rounded_share(active.value, dated_floor)
    found = Funnel(
        group, steps, shown, active, _refusals(study, group, shown["refused"]), _missing(study, group, floor), totals,
        floor,
    )  # fmt: skip
    _enter(study, found)
    return found


def _known_floor(steps: Sequence[Step], least: int) -> int:
    """What can be said of the people of whom something is known, when their step is hidden: from its neighbours."""
    step = steps[KNOWN - 1]
    if not step.why:
        return 0
    above = [one.share.n for one in steps[: KNOWN - 1] if not one.why]
    floors = [above[-1] - least + 1] if above and step.why == "above" else []
    floors += [steps[-1].share.n] if not steps[-1].why else []
    return max([1, *floors])


def _refusals(study: Study, group: Group, total: Share) -> dict[str, Share]:
    """The reasons of refused walls; none by itself where their sum is hidden."""
    counted = people.refusals(study.store, group.id)
    hidden = set(counted) if total.hidden else hidden_cells(counted, study.least)
    return {reason: HIDDEN if reason in hidden else _part(n, group.size) for reason, n in counted.items()}


def _part(n: int, base: int) -> Share:
    """A share of a full count: no interval, all members are in it."""
    value = n / base if base else 0.0
    return Share(value, value, value, n, base)


def _visible_losses(outcomes: Mapping[str, int], steps: tuple[Step, ...], size: int, least: int) -> dict[str, Share]:
    """A loss is shown where it is no small group and neither step beside it is hidden.

    Where the few who write too little hide the step after the blank walls, at least so many are blank: the steps on
    both sides less a small group.
    """
    shown = {}
    for (_, lost), before, after in zip(STEPS[1:], steps, steps[1:], strict=False):
        hides = 0 < outcomes[lost] < least or before.share.hidden or after.share.hidden
        shown[lost] = HIDDEN if hides else _part(outcomes[lost], size)
    read, text, last = steps[-3:]
    blank = read.share.n - last.share.n - least + 1
    if text.why == "below" and not read.why and blank > 0:
        shown["blank"] = replace(_part(blank, size), n=0, coarse=True, at_least=True)
    return shown


def _missing(study: Study, group: Group, floor: int) -> dict[str, Share]:
    found = {}
    for field in MISSING:
        table = people.counts(study.store, group.id, field)
        base = sum(table.values())
        found[field] = rest_share(base - table.get(None, 0), base, floor, study.least)
    return found


def _enter(study: Study, found: Funnel) -> None:
    number, view = found.group.id, "audience_members, memberships, users, walks, gaps"
    counted = [(step.id, step.share) for step in found.steps]
    counted += [(f"lost.{name}", share) for name, share in found.lost.items()]
    counted += [(f"refused.{name}", share) for name, share in found.refusals.items()]
    for key, share in counted:
        if not share.hidden:
            study.book.enter(
                PortraitNumber(
                    "quality", key, number, share.value, n=None if share.coarse else share.n, base=share.base,
                    method="count, lower bound" if share.at_least else "count", base_view=view,
                )
            )  # fmt: skip
    for key, share in [("active", found.active), *((f"missing.{k}", s) for k, s in found.missing.items())]:
        enter_share(study, "quality", key, number, share)


def enter_share(study: Study, section: str, key: str, audience_id: int, share: Share, view: str = "users") -> None:
    """Enter a share into the book unless it is hidden."""
    if not share.hidden and share.base:
        blur = ", lower bound" if share.at_least else ", rounded" if share.coarse else ""
        study.book.enter(
            PortraitNumber(
                section, key, audience_id, share.value, share.lo, share.hi,
                None if share.coarse else share.n, share.base,
                method=f"share, Wilson 95 %{blur}", base_view=view,
            )
        )  # fmt: skip
