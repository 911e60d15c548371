"""The answer in five lines for every audience, built only from numbers that stand in the report.

How many, who (the most frequent kinds), what they write about, what sets them apart (tested differences only, more
often or less often), and one caution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portraits.contrast import LEAST_N, Index, Indices
from portraits.demography import Variable
from portraits.funnel import Funnel
from portraits.interests import Interests
from portraits.measures import bootstrap
from portraits.profiles import Means
from portraits.shares import Share
from portraits.study import Group, Study

KINDS = ("sex", "age", "city")
PERSONA = (*KINDS, "occupation", "topic")
TOPICS = 3
FINDS = 3
FEW_PROFILES = 100
LOW_COVERAGE = 0.25
MANY_HIDE = 0.5
MANY_BLANK = 0.25
EVEN = 0.2
"""The widest interval of a share that may be called a half."""


@dataclass(frozen=True, slots=True)
class TopicShare:
    """Mean share of a topic with its interval."""

    topic: int
    value: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class About:
    """What an audience writes about: ``topics`` that lead it; ``loose``: the share of those that are not stable.

    ``flat``: the share of a topic if all were equal. Without ``known`` there are no means to speak of.
    """

    topics: tuple[TopicShare, ...] = ()
    loose: Share | None = None
    flat: float = 0.0
    known: bool = False


@dataclass(frozen=True, slots=True)
class Caution:
    """One warning: a caption's key and the share it speaks of, if any."""

    key: str
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One audience in five lines. ``stated``: shares of sex, age or town are told.

    ``differs``: found, none, few, single, baseline.
    """

    group: Group
    profiles: int
    kinds: tuple[tuple[str, str, Share], ...]
    stated: bool
    about: About
    persona: tuple[Index, ...]
    finds: tuple[Index, ...]
    differs: str
    caution: Caution


def card(
    study: Study,
    group: Group,
    funnel: Funnel,
    variables: Sequence[Variable],
    found: Interests | None,
    indices: Indices,
) -> Card:
    """Put one audience's card together."""
    profiles = found.clouds[group.id].n if found is not None else 0
    loose = {str(topic) for topic in study.unstable}
    own = [
        index
        for index in indices.values()
        if index.audience_id == group.id and not (index.trait.startswith("topic.") and index.category in loose)
    ]
    finds = sorted((one for one in own if one.above or one.below), key=lambda i: (-i.times, i.trait, i.category))
    return Card(
        group, profiles, _kinds(group, variables), _stated(group, variables), about(study, found, group.id),
        _persona(finds), _varied(finds), _differs(study, group, own, finds), _caution(study, funnel, profiles),
    )  # fmt: skip


def _kinds(group: Group, variables: Sequence[Variable]) -> tuple[tuple[str, str, Share], ...]:
    """The category of sex, age and town that most people are of, where one leads for certain.

    Two sexes of which neither leads, within a narrow interval, are about as many: that is said of them.
    """
    found = []
    for variable in (one for one in variables if one.id in KINDS):
        leader = variable.leader(group.id)
        if leader is not None:
            found.append((variable.id, *leader))
        elif variable.id == "sex":
            women = variable.shares[group.id]["female"]
            if women.told and not women.at_least and women.hi - women.lo <= EVEN:
                found.append(("sex", "even", women))
    return tuple(found)


def _stated(group: Group, variables: Sequence[Variable]) -> bool:
    """Whether any share of sex, age or town is told."""
    return any(share.told for one in variables if one.id in KINDS for share in one.shares[group.id].values())


def about(study: Study, found: Interests | None, group: int) -> About:
    """The topics that take more than an equal share for certain: at most three stable ones, the rest in sum.

    The mean over everyone is no bar: an audience alone in its study is everyone, and would write about nothing.
    """
    means = found.means.get(group) if found is not None else None
    if found is None or means is None or study.model is None:
        return About()
    flat = 1 / study.model.n_topics
    above = [i for i in range(len(found.topics)) if float(means.lo[i]) > flat]
    above.sort(key=lambda i: (-float(means.value[i]), i))
    stable = [i for i in above if found.topics[i] not in study.unstable]
    rows = tuple(
        TopicShare(found.topics[i], float(means.value[i]), float(means.lo[i]), float(means.hi[i]))
        for i in stable[:TOPICS]
    )
    return About(rows, _sum(means, [i for i in above if i not in stable]), flat, True)


def _sum(means: Means, places: Sequence[int]) -> Share | None:
    """Several topics as one, with the interval of their sum."""
    if not places:
        return None
    lo, hi = bootstrap.interval(means.draws[:, places].sum(1, keepdims=True))
    return Share(float(means.value[places].sum()), float(lo[0]), float(hi[0]), means.n, means.n)


def _persona(finds: Sequence[Index]) -> tuple[Index, ...]:
    """The strongest find of each trait, in the order in which one would describe somebody."""
    best: dict[str, Index] = {}
    for index in (one for one in finds if one.above):
        best.setdefault(index.trait.partition(".")[0], index)
    return tuple(best[trait] for trait in PERSONA if trait in best)


def _varied(finds: Sequence[Index]) -> tuple[Index, ...]:
    """The strongest finds, at most two of one trait, so that topics do not push out people.

    Fewer men is more women said again: of sex one is taken, the one that is more frequent here where there is one.
    """
    taken: list[Index] = []
    sexes = sorted((one for one in finds if one.trait == "sex"), key=lambda one: not one.above)
    for index in finds:
        said = index.trait == "sex" and index is not sexes[0]
        if not said and len(taken) < FINDS and sum(1 for one in taken if one.trait == index.trait) < FINDS - 1:
            taken.append(index)
    return tuple(taken)


def _differs(study: Study, group: Group, own: Sequence[Index], finds: Sequence[Index]) -> str:
    if group.kind != "studied":
        return "baseline"
    if not study.compared(group):
        return "single"
    if finds:
        return "found"
    return "few" if all(index.state == "few" for index in own) or group.size < LEAST_N else "none"


def _caution(study: Study, funnel: Funnel, profiles: int) -> Caution:
    """The gravest thing to know before believing the card."""
    in_model, age = funnel.share("in_model"), funnel.missing["age"]
    blank = funnel.lost["blank"]
    if study.model is None:
        return Caution("no_model")
    if profiles < FEW_PROFILES:
        return Caution("small_model")
    if not in_model.hidden and in_model.value < LOW_COVERAGE:
        return Caution("low_coverage", in_model)
    if not age.hidden and age.value > MANY_HIDE:
        return Caution("age_hidden", age)
    if not blank.hidden and blank.value > MANY_BLANK:
        return Caution("blank", blank)
    return Caution("open_only")
