"""Many walks at once over one client: latency never wastes the allowed rate, and one thread does all the writing.

Walks are generators of :class:`collector.ask.Ask`. The engine keeps enough calls in flight, makes those that walks
expect ahead, packs calls into ``execute`` where the token can, and hands every answer to its walk in the
caller's thread, so that rows and cursors are written by one writer and in the walk's own order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from collector.ask import Ask, Reading
from collector.batch import MOST, Again, Batches
from collector.client import VkClient
from collector.errors import VkError, VkQuota

# A start is reserved at most so long before its time: late enough for a full batch, early enough never to miss it.
LEAD = 0.25
# How often a person's wish to stop is looked at while answers are awaited, in seconds.
GLANCE = 0.5
# Calls in flight for each call a second: answers may take this many seconds before the rate suffers.
PATIENCE = 8.0
# As long as an answer to a full batch takes, in seconds: so many batches of a lone walk are on their way at once.
BATCH_TAKES = 1.7


@dataclass(slots=True, eq=False)
class Slot:
    """One call of one walk on its way: ``wanted`` now, or only expected; ``alone`` after a failure in a batch, or in
    batches of ``room`` at most once a bigger one with it has failed."""

    ask: Ask
    reading: _Active
    wanted: bool = False
    alone: bool = False
    room: int = MOST
    sent: bool = False
    dropped: bool = False
    done: bool = False
    batch: int = 0
    place: int = 0
    landed: int = 0
    result: Any = None
    error: BaseException | None = None

    def follows(self, before: Slot | None) -> bool:
        """Whether this call was surely made after that one; ``batch`` and ``landed`` count sendings and landings."""
        if before is None or self.batch > before.landed:
            return True
        return self.batch == before.batch and self.place > before.place


@dataclass(slots=True, eq=False)
class _Active:
    """A walk that has begun, with the calls made for it."""

    reading: Reading
    slots: dict[Ask, Slot] = field(default_factory=dict)
    last: Slot | None = None


class Engine:
    """Runs walks over a client.

    ``batches`` packs calls into ``execute``; None sends them one by one. ``stopping`` is asked between answers.
    ``barred`` gives the refusal to raise instead of calling a method that is of no use any more, or None. ``careful``:
    methods that met their daily limit lately; one call of them at a time until one is answered, which takes it out.
    """

    def __init__(
        self,
        client: VkClient,
        *,
        batches: Batches | None = None,
        stopping: Callable[[], bool] = lambda: False,
        barred: Callable[[str], VkError | None] = lambda method: None,
        careful: set[str] | None = None,
    ) -> None:
        self._client = client
        self._batches = batches
        self._stopping = stopping
        self._barred = barred
        self._careful = set() if careful is None else careful
        self.width = max(4, min(32, round(client.rate * PATIENCE)))
        self._pool = ThreadPoolExecutor(self.width, thread_name_prefix="vk")
        self._flying: dict[Future[list[Any]], list[Slot]] = {}
        self._wanted: deque[Slot] = deque()
        self._expected: deque[Slot] = deque()
        self._active: set[_Active] = set()
        self._serial = 0
        self._orderly = True
        self._unproven = batches is not None and batches.able is None

    def ahead(self, method: str) -> int:
        """How many calls a lone walk should expect ahead so that no call has to wait for another; with the one that it
        wants they fill whole batches."""
        if not self.packing():
            return max(2, min(8, round(self._client.rate * 2)))
        return self.at_once(method) * max(2, min(8, round(self._client.rate * BATCH_TAKES))) - 1

    def at_once(self, method: str) -> int:
        """How many calls go in one now."""
        packing = self._packing()
        return packing.size(method) if packing else 1

    def run(self, readings: Iterable[Reading]) -> None:
        """Run all walks to their end. Raises what a walk raises; then all others are closed where they are."""
        waiting = iter(readings)
        try:
            self._begin(waiting)
            while self._active:
                if self._stopping():
                    self._drain()
                    return
                self._turn()
                self._begin(waiting)
        finally:
            self._close()

    def close(self) -> None:
        """Let the threads go; calls on their way are given up."""
        self._client.halt()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.resume()

    def packing(self) -> bool:
        """Whether calls go many in one now."""
        return self._packing() is not None

    def orderly(self) -> bool:
        """Whether VK surely made the call whose answer a walk was given last after the one before it.

        So in one ``execute``, or sent when the answer before was there; calls on their way together may be swapped.
        """
        return self._orderly

    def _packing(self) -> Batches | None:
        """Batches, where they may be used now: one trial at a time until it is known that the token may."""
        packing = self._batches
        if packing is None or packing.able is False:
            return None
        return None if packing.able is None and packing.trying else packing

    def _begin(self, waiting: Iterator[Reading]) -> None:
        """Begin walks while there is less to ask than could be sent."""
        while len(self._wanted) + len(self._flying) < self._appetite() and not self._stopping():
            reading = next(waiting, None)
            if reading is None:
                return
            active = _Active(reading)
            self._active.add(active)
            self._advance(active, lambda walk: next(walk.reading))

    def _appetite(self) -> int:
        return 3 * MOST if self._packing() else self.width

    def _turn(self) -> None:
        """Send what may be sent now, then wait for an answer or for the next start."""
        delay = self._client.delay() if self._sendable() else None
        if delay is not None and delay <= LEAD:
            self._send()
        elif self._flying:
            self._take(GLANCE if delay is None else min(GLANCE, delay - LEAD))
        elif delay is not None:
            self._client.sleep(delay - LEAD)

    def _sendable(self) -> bool:
        if self._batches is not None and self._batches.able is None and self._batches.trying:
            return False  # a second's patience with the first batch saves two calls that would go alone
        self._expected = deque(slot for slot in self._expected if not slot.dropped and not slot.wanted)
        return len(self._flying) < self.width and any(map(self._free, chain(self._wanted, self._expected)))

    def _free(self, slot: Slot) -> bool:
        """Whether a call may be sent now: a careful method has one on its way at most."""
        method = slot.ask.method
        if method not in self._careful:
            return True
        return not any(other.ask.method == method for slots in self._flying.values() for other in slots)

    def _send(self) -> None:
        slots = self._pick()
        first = slots[0]
        barred = self._barred(first.ask.method)
        if barred is not None:
            for slot in slots:
                self._finish(slot, None, barred)
            return
        start, packing = self._client.reserve(), self._packing()
        if packing and len(slots) > 1:
            packing.trying = packing.able is None
            future = self._pool.submit(packing.send, self._client, [slot.ask for slot in slots], start)
        else:
            future = self._pool.submit(_single, self._client, first.ask, start)
        self._flying[future] = slots
        self._serial += 1
        for place, slot in enumerate(slots):
            slot.sent, slot.batch, slot.place = True, self._serial, place

    def _pick(self) -> list[Slot]:
        """The next call, or as many of its method as one batch takes; what is wanted goes before what is expected."""
        queue = self._wanted if any(map(self._free, self._wanted)) else self._expected
        first = next(filter(self._free, queue))
        queue.remove(first)
        packing = self._packing()
        if packing is None or first.alone or first.ask.method in self._careful:
            return [first]
        most = min(first.room, packing.size(first.ask.method))
        if first.wanted and (hoped := self._hoped(first)):
            return [first, *hoped[: most - 1]]
        slots = [first]
        for queue in (self._wanted, self._expected):
            fit = [slot for slot in queue if self._goes_with(slot, first, most)][: most - len(slots)]
            slots += fit
            for slot in fit:
                queue.remove(slot)
        return slots

    @staticmethod
    def _goes_with(slot: Slot, first: Slot, most: int) -> bool:
        """Whether two calls may share a batch: those that failed together are parted from the rest until they go."""
        same = slot.ask.method == first.ask.method and not slot.alone
        return same and slot.room >= most and (first.room == MOST or slot.room == first.room)

    def _hoped(self, first: Slot) -> list[Slot]:
        """The pages after this one that are read only if there are so many."""
        return [slot for slot in first.reading.slots.values() if slot.ask.if_more is not None and not slot.sent]

    def _take(self, timeout: float) -> None:
        """Hand over one call's answers, so that the next start is not missed while many are stored; oldest first."""
        wait(self._flying, timeout=timeout, return_when=FIRST_COMPLETED)
        future = next((one for one in self._flying if one.done()), None)
        if future is not None:
            self._hand_over(future)

    def _hand_over(self, future: Future[list[Any]]) -> None:
        slots = self._flying.pop(future)
        self._serial += 1
        try:
            answers = future.result()
        except VkError as error:
            answers = [error] * len(slots)
        for slot, answer in zip(slots, answers, strict=True):
            slot.landed = self._serial
            self._land(slot, answer, len(slots))
        if self._unproven and self._batches is not None and self._batches.able is not None:
            self._unproven = False
            if not self._batches.able:
                self._expect_nothing()

    def _expect_nothing(self) -> None:
        """No batches after all: what they would have made for nothing waits until an answer tells that it is there."""
        for slot in self._expected:
            if not (slot.dropped or slot.wanted):
                del slot.reading.slots[slot.ask]
        self._expected.clear()

    def _land(self, slot: Slot, answer: Any, company: int) -> None:
        if not isinstance(answer, Again | VkQuota):
            self._careful.discard(slot.ask.method)
        if answer is Again.NEVER and slot.wanted:  # the walk came to want it while the batch was taken apart
            slot.sent, slot.ask = False, replace(slot.ask, if_more=None)
            self._wanted.appendleft(slot)
        elif answer is Again.NEVER:
            if not slot.dropped:  # its place may be that of the same call, asked for anew
                del slot.reading.slots[slot.ask]
        elif isinstance(answer, Again):
            slot.sent, slot.alone = False, answer is Again.ALONE
            slot.room = max(1, company // 2) if answer is Again.TOGETHER else slot.room
            if not slot.dropped:
                (self._wanted.appendleft if slot.wanted else self._expected.appendleft)(slot)
        elif isinstance(answer, VkError):
            self._finish(slot, None, answer)
        else:
            self._finish(slot, answer, None)

    def _finish(self, slot: Slot, result: Any, error: VkError | None) -> None:
        slot.done, slot.result, slot.error = True, result, error
        if slot.wanted:
            self._answer(slot)

    def _answer(self, slot: Slot) -> None:
        active = slot.reading
        del active.slots[slot.ask]
        self._orderly = slot.follows(active.last)
        active.last = slot
        if slot.error is None:
            result, slot.result = slot.result, None
            self._advance(active, lambda walk: walk.reading.send(result))
        else:
            error = slot.error
            self._advance(active, lambda walk: walk.reading.throw(error))

    def _advance(self, active: _Active, step: Callable[[_Active], Ask]) -> None:
        """Let a walk work until it needs an answer that is not here yet, or ends."""
        try:
            wanted = step(active)
        except StopIteration:
            self._forget(active, keep=())
            self._active.discard(active)
            return
        self._forget(active, keep=(wanted, *wanted.ahead))
        slot = active.slots.get(wanted) or self._slot(active, wanted)
        slot.wanted = True
        if slot.done:
            self._answer(slot)
            return
        if not slot.sent:
            self._wanted.append(slot)
        for expected in wanted.ahead:
            if expected in active.slots or (expected.if_more is not None and not self._packing()):
                continue
            slot = self._slot(active, expected)
            if expected.if_more is None:
                self._expected.append(slot)

    def _slot(self, active: _Active, wanted: Ask) -> Slot:
        slot = Slot(wanted, active)
        active.slots[wanted] = slot
        return slot

    def _forget(self, active: _Active, keep: tuple[Ask, ...]) -> None:
        """Drop the calls that the walk does not expect any more; what is on its way lands and is thrown away.

        A page that was only hoped for belongs to the batch of the page before it, and to no other.
        """
        for expected, slot in list(active.slots.items()):
            if expected not in keep or (slot.ask.if_more is not None and not slot.sent):
                active.slots.pop(expected).dropped = True

    def _drain(self) -> None:
        """A person asked to stop: what is on its way is given a moment, so that paid calls are not lost."""
        self._wanted.clear()
        self._expected.clear()
        landed, _ = wait(self._flying, timeout=4 * GLANCE)
        for future in landed:
            self._hand_over(future)

    def _close(self) -> None:
        for active in self._active:
            active.reading.close()
        self._active.clear()
        self._wanted.clear()
        self._expected.clear()
        for future in self._flying:
            future.cancel()
        self._flying.clear()


def _single(client: VkClient, wanted: Ask, start: float) -> list[Any]:
    return [client.call_at(start, wanted.method, dict(wanted.parameters))]
