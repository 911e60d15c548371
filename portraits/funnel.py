"""Data quality: how many members reach the model, where the others stay, what VK did not give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portraits.shares import HIDDEN, Share, plain_share
from portraits.study import Group, Study
from portraits.suppress import hidden_steps
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
MISSING = ("sex", "age", "city")


@dataclass(frozen=True, slots=True)
class Step:
    """People left at one step out of all members; ``why`` it is hidden (see :func:`hidden_steps`), empty if shown."""

    id: str
    share: Share
    why: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """One audience: steps from members to the model, and where the lost ones stay (exclusive reasons)."""

    group: Group
    steps: tuple[Step, ...]
    lost: Mapping[str, Share]
    active: Share
    refusals: Mapping[str, Share]
    missing: Mapping[str, Share]

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
    seen, dated = people.active(study.store, group.id)
    refused = people.refusals(study.store, [group.id])[group.id]
    found = Funnel(
        group, steps, shown, plain_share(seen, dated, least),
        {reason: HIDDEN if n < least else _part(n, size) for reason, n in refused.items()},
        _missing(study, group),
    )  # fmt: skip
    _enter(study, found)
    return found


def _part(n: int, base: int) -> Share:
    """A share of a full count: no interval, all members are in it."""
    value = n / base if base else 0.0
    return Share(value, value, value, n, base)


def _visible_losses(outcomes: Mapping[str, int], steps: tuple[Step, ...], size: int, least: int) -> dict[str, Share]:
    """A loss is shown where it is no small group and neither step beside it is hidden."""
    shown = {}
    for (_, lost), before, after in zip(STEPS[1:], steps, steps[1:], strict=False):
        hides = 0 < outcomes[lost] < least or before.share.hidden or after.share.hidden
        shown[lost] = HIDDEN if hides else _part(outcomes[lost], size)
    return shown


def _missing(study: Study, group: Group) -> dict[str, Share]:
    found = {}
    for field in MISSING:
        table = people.counts(study.store, group.id, field)
        found[field] = plain_share(table.get(None, 0), sum(table.values()), study.least)
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
                    "quality", key, number, share.value, n=share.n, base=share.base, method="count", base_view=view
                )
            )
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
