"""What all walks share: beginning and going on, one page in one transaction, and what a refusal does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from collector.ask import Ask, ask
from collector.client import VkClient
from collector.engine import Engine
from collector.errors import FAILED, SMALLEST, VkBug, VkError, VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip
from collector.pager import MOST_AGAIN, Cursor, decode
from collector.parse_post import posts_of
from collector.settings import CollectSettings
from collector.values import parsed, whole
from storage import Clock, Store, Watch, journal, people
from storage.rows import Gap, Post, Walk

# The pages of a walk, read one after the other; its value is the walk as it ended.
Pages = Generator[Ask, Any, Walk]

T = TypeVar("T")

# After so many subjects in a row that a method gave nothing for, VK is asked whether it answers at all; after so many
# more the method is left alone for this run.
LOST = 3
LOST_FOR_GOOD = 15


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a round of a walk reads: ``most`` items, published at or after ``since`` (UTC seconds); None: all.

    ``known``: when the round before it ended, so that this one may stop at what was stored by then; ``lacks``: how
    many items VK promised then and did not show.
    """

    most: int | None = None
    since: int | None = None
    known: int | None = None
    lacks: int = 0

    def cover(self, other: Limits) -> bool:
        """Whether what these limits read holds all that ``other`` would read."""
        deep = self.most is None or (other.most is not None and self.most >= other.most)
        return deep and (self.since or 0) <= (other.since or 0)

    def encode(self) -> str:
        """The text kept in ``walks.settings``."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, sort_keys=True)


def wall_limits(settings: CollectSettings) -> Limits:
    """How far the study reads a wall."""
    return Limits(settings.max_posts, settings.since)


def decode_limits(text: str) -> Limits:
    """The limits of a walk; an empty or foreign text is one without any."""
    try:
        return Limits(**json.loads(text)) if text else Limits()
    except (TypeError, ValueError):
        return Limits()


@dataclass(slots=True)
class Expedition:
    """One run of the collector: its tools, and what is of no use in this run.

    ``parked``, ``incapable``, ``silent``: methods; ``lost``: method -> subjects in a row that it gave nothing for;
    ``shut``: communities that VK does not show now; ``unresolved``: names that it said nothing about; ``unswept``:
    method -> (things that it gave nothing for, why); ``answered``: lists that were read; ``nobody``: audiences whose
    rule leaves nobody, though all that it asks for was read; ``began``: when, UTC seconds.
    """

    store: Store
    client: VkClient
    settings: CollectSettings
    watch: Watch
    clock: Clock
    parked: dict[str, VkQuota] = field(default_factory=dict)
    incapable: dict[str, VkIncapable] = field(default_factory=dict)
    broken: int = 0
    silent: dict[str, VkError] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    counted: dict[str, int] = field(default_factory=dict)
    answered: int = 0
    unswept: dict[str, tuple[int, str]] = field(default_factory=dict)
    shut: set[int] = field(default_factory=set)
    unresolved: set[str] = field(default_factory=set)
    nobody: list[str] = field(default_factory=list)
    began: int = field(init=False)

    ahead: Callable[[str], int] = lambda method: 0
    at_once: Callable[[str], int] = lambda method: 1
    packing: Callable[[], bool] = lambda: False
    orderly: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    def title(self, community_id: int) -> str:
        """The community's name for people, short."""
        community = people.find_community(self.store, community_id)
        return f"«{community.name[:30]}»" if community and community.name else str(community_id)

    def rows(self, items: Any, parse: Callable[[Mapping[str, Any]], T]) -> list[T]:
        """The rows of an answer's items; those of which no row can be made are counted, and told at the end."""
        return self._counted(items, parsed(items, parse))

    def posts(self, items: Any) -> list[Post]:
        """:meth:`rows` of posts, of which there are most."""
        return self._counted(items, posts_of(items))

    def _counted(self, items: Any, found: list[T]) -> list[T]:
        self.broken += len(items) - len(found) if isinstance(items, list) else 0
        return found

    def barred(self, method: str) -> VkError | None:
        """Why the method is of no use any more in this run, or None."""
        return self.parked.get(method) or self.incapable.get(method) or self.silent.get(method)

    def usable(self, method: str) -> bool:
        """Whether the method still answers this token."""
        return self.barred(method) is None

    def park(self, method: str, error: VkQuota) -> None:
        """Call a method no more in this run; the next one begins with a single probe of it."""
        if method not in self.parked:
            fingerprint, now = self.client.fingerprint, self.clock.now()
            journal.save_capability(self.store, fingerprint, method, True, error.code, now)
        self.parked[method] = error

    def travel_by(self, engine: Engine) -> None:
        """Let the walks know what the engine that runs them can do and tell."""
        self.ahead, self.at_once = engine.ahead, engine.at_once
        self.packing, self.orderly = engine.packing, engine.orderly

    def adopt_calls(self) -> None:
        """Take what other studies have called with this token into the study's ledger."""
        if self.client.shared is not None:
            journal.adopt_calls(self.store, self.client.fingerprint, self.client.shared.ledger())

    def save_calls(self) -> None:
        """Bring the ledger up to date; call it inside a page's transaction."""
        sent = dict(self.client.calls)
        new = {method: number - self.counted.get(method, 0) for method, number in sent.items()}
        journal.count_calls(self.store, self.client.fingerprint, new, self.clock.now())
        if self.client.shared is not None:
            self.client.shared.add(new, self.clock.now())
        self.counted = sent


def begin(
    expedition: Expedition, kind: str, subject: int, limits: Limits | None = None, *, source: str = ""
) -> Walk | None:
    """The walk that is due now, as :func:`due` tells it."""
    return due(expedition.store, expedition.settings, expedition.clock.now(), kind, subject, limits, source=source)


def due(
    store: Store, settings: CollectSettings, now: int, kind: str, subject: int, limits: Limits | None = None, *,
    source: str = "",
) -> Walk | None:  # fmt: skip
    """The walk to go on with: an unfinished one, or a new round; None when it was finished lately.

    ``limits``: how far this study reads; one that reaches farther than the last round makes a new one at once, and so
    does a walk of the kind ``source`` over the same subject, whose rows this one reads, that ended since it began.
    """
    walk = journal.find_walk(store, kind, subject)
    limits = limits or Limits()
    before = decode_limits(walk.settings) if walk is not None else limits
    if walk is None or (walk.state == "open" and not before.cover(limits)):
        # What an unfinished one passed over by narrower limits lies above its cursor: it begins anew.
        started = max(now, (walk.started_seen or 0) + 1) if walk is not None else now
        return Walk(kind, subject, settings=limits.encode(), started_seen=started, updated_seen=now)
    if walk.state == "open":
        return walk._replace(settings=replace(limits, known=before.known, lacks=before.lacks).encode())
    finished = walk.finished_seen or 0
    wider = walk.state != "refused" and not before.cover(limits)
    read = journal.find_walk(store, source, subject) if source else None
    newer = read is not None and (read.finished_seen or 0) > (walk.started_seen or 0)
    if not wider and not newer and now - finished < settings.refresh_seconds:
        return None
    if walk.state == "refused" and before.cover(limits):
        limits = replace(limits, known=before.known, lacks=before.lacks)  # a refusal reads nothing
    elif walk.state != "refused" and not wider:
        limits = replace(limits, known=finished, lacks=max(0, (walk.promised or 0) - walk.got))
    # Later than the last round even within one second: what was seen since then must be told apart.
    started = max(now, finished + 1)
    return Walk(kind, subject, settings=limits.encode(), started_seen=started, updated_seen=now)


def is_fresh(expedition: Expedition, kind: str, subject: int) -> bool:
    """Whether a walk came to its end, or to a refusal, within the study's refresh time."""
    walk = journal.find_walk(expedition.store, kind, subject)
    since = expedition.clock.now() - expedition.settings.refresh_seconds
    return walk is not None and walk.state != "open" and (walk.finished_seen or 0) >= since


def stamp(expedition: Expedition, walk: Walk) -> int:
    """When this page was seen: now, but never before its walk began."""
    return max(expedition.clock.now(), walk.started_seen or 0)


def finish(walk: Walk, state: str, seen: int) -> Walk:
    """The walk as ended."""
    return walk._replace(state=state, updated_seen=seen, finished_seen=seen)


def attempt(expedition: Expedition, method: str, walk: Walk, read: Pages) -> Generator[Ask, Any, Walk]:
    """Read pages until the walk ends, turning refusals into gaps and parked methods.

    Raises VkStop and VkBug as they come, and VkRetry where VK answers nothing at all.
    """
    try:
        ended = yield from read
    except VkSkip as error:
        if error.state != FAILED:
            return _refused(expedition, walk, error)
        yield from _lost(expedition, method, walk, error)
    except VkQuota as error:
        expedition.park(method, error)
    except VkIncapable as error:
        expedition.incapable[method] = error
    except (VkRetry, VkShrink) as error:
        yield from _lost(expedition, method, walk, error)
    else:
        expedition.lost[method] = 0
        expedition.answered += ended.state in ("done", "short")
        return ended
    return journal.find_walk(expedition.store, walk.kind, walk.subject) or walk


def bear(expedition: Expedition, method: str, error: VkError) -> Generator[Ask, Any, None]:
    """Go on after a subject that VK did not answer for: others may be answered.

    Raises the error where VK does not even tell the time; a method that fails for one subject after the other is
    called no more in this run.
    """
    expedition.lost[method] += 1
    if expedition.lost[method] >= LOST_FOR_GOOD:
        expedition.silent[method] = error
    if expedition.lost[method] % LOST == 0:
        try:
            yield ask("utils.getServerTime")
        except (VkRetry, VkShrink):
            raise error from None
        except (VkSkip, VkQuota, VkIncapable, VkBug):
            pass  # an answer all the same


def shrunk(size: int, error: VkShrink) -> int:
    """The page size to go on with after an answer that was too big. Raises the error when nothing smaller is left.

    Where VK itself said so, half is enough; a page that only breaks may break at any size, and few tries must tell.
    """
    if size <= (1 if error.code is not None else SMALLEST):
        raise error
    return size // 2 if error.code is not None else max(2, size // 4)


def _refused(expedition: Expedition, walk: Walk, error: VkSkip) -> Walk:
    seen = stamp(expedition, walk)
    ended = finish(walk, "refused", seen)
    with expedition.store.write():
        journal.save_walk(expedition.store, ended)
        journal.save_gap(expedition.store, Gap(walk.kind, walk.subject, error.state, error.code, error.message, seen))
        expedition.save_calls()
    return ended


def _lost(expedition: Expedition, method: str, walk: Walk, error: VkError) -> Generator[Ask, Any, None]:
    if method in expedition.silent:
        return
    gap = Gap(walk.kind, walk.subject, FAILED, error.code, error.message, expedition.clock.now())
    journal.save_gap(expedition.store, gap)
    yield from bear(expedition, method, error)


def page_of(method: str, response: Any) -> tuple[list[Any], int]:
    """(items, count) of a list answer. Raises VkRetry for anything else: nothing is not proof of emptiness."""
    if isinstance(response, dict):
        items, count = response.get("items"), whole(response.get("count"))
        if isinstance(items, list) and count is not None:
            return items, count
    raise VkRetry(method, None, "в ответе нет списка или его длины")


def moved_on(cursor: Cursor, walk: Walk) -> bool:
    """Whether the last page went forward; a step back brings nothing new by its nature."""
    return walk.state == "open" and decode(walk.cursor).offset > cursor.offset


def count_stale(method: str, stale: int, before: Cursor, after: Cursor, *, moved: bool, fresh: bool) -> int:
    """How many pages in a row went forward, ended where the page before them ended, and brought nothing new, this one
    included. A list begun anew shows what is known too, but every page of it ends farther on; and a page that leaves
    places empty says why it has nothing.

    Raises VkRetry when they are too many, or when the list's beginning came too often in place of this page.
    """
    idle = moved and not fresh and after.last == before.last and after.blank == before.blank
    stale = stale + 1 if idle else 0
    refuse_repeats(method, max(stale, after.again if after.again > before.again else 0))
    return stale


def refuse_repeats(method: str, stale: int) -> None:
    """Raise VkRetry when page after page brought nothing new: the offset is being ignored."""
    if stale >= MOST_AGAIN:
        raise VkRetry(method, None, "VK повторяет одну и ту же страницу; обход остановлен, чтобы не ходить по кругу")
