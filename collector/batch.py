"""Many calls in one: packs asks into ``execute`` and takes its answer apart.

VK bounds a batch by 25 calls and 5 MB of answer, and says so in several ways: error 13, an HTML page, silence. The
size that worked is remembered for each method; a batch that fails as a whole becomes half as big.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from collector.ask import Ask
from collector.client import Answer, VkClient
from collector.errors import INCONCLUSIVE, VkBug, VkError, VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip
from collector.reactions import reaction

MOST = 25
# Below VK's 5 MB: the next pages may be longer than the last ones.
WANTED_BYTES = 3_500_000
FIRST_SIZES = {"groups.getMembers": 6, "wall.get": 25, "wall.getComments": 10, "wall.getById": 10}
# After so many good batches one more call is tried beyond what once failed.
TRUST = 20


class Again(Enum):
    """What becomes of a call that its batch did not answer."""

    TOGETHER = 1
    ALONE = 2
    NEVER = 3  # it was not made


class Batches:
    """How big a batch of each method may be, and the sending of one; safe to share between threads.

    ``sizes``: method -> size that worked before. ``able``: whether the token may ``execute``, None until the first
    batch has told; it turns False for good. ``refusal`` is the code of VK's verdict that it never will.
    """

    def __init__(self, sizes: Mapping[str, int] | None = None, *, able: bool | None = None) -> None:
        self.able = able
        self.refusal: int | None = None
        self.trying = False
        self._sizes = {**FIRST_SIZES, **(sizes or {})}
        self._ceilings: dict[str, int] = {}
        self._worked: Counter[str] = Counter()
        self._good: Counter[str] = Counter()
        self._lock = threading.Lock()

    def size(self, method: str) -> int:
        """How many calls of this method to pack."""
        return self._sizes.get(method, MOST)

    @property
    def sizes(self) -> dict[str, int]:
        """method -> the size that works now, for the methods that were tried."""
        return {method: self._sizes[method] for method in sorted(self._good) if self._good[method]}

    def send(self, client: VkClient, asks: Sequence[Ask], start: float) -> list[Any]:
        """The asks' answers in order: the inside of ``response``, a VkError, or an :class:`Again`.

        Raises the VkError of a batch that was refused for a reason that a smaller one would not change.
        """
        method = asks[0].method
        self.trying = self.able is None
        try:
            sure = Counter(one.method for one in asks if one.if_more is None)
            answer = client.execute_at(start, script(asks), sure)
        except (VkShrink, VkRetry) as error:
            return self._smaller(method, asks, said=isinstance(error, VkShrink))
        except (VkIncapable, VkBug, VkSkip, VkQuota) as error:
            # 28 and its like, a script VK does not take, or no more of execute today: single calls do the work.
            self.able = False
            self.refusal = error.code if isinstance(error, VkIncapable) else None
            return [Again.ALONE if one.if_more is None else Again.NEVER for one in asks]
        finally:
            self.trying = False
        self.able = True
        parts = unpack(asks, answer)
        made = [part is not Again.NEVER and one.if_more is not None for one, part in zip(asks, parts, strict=True)]
        client.count_inside({method: sum(made)})
        self._learn(method, sum(part is not Again.NEVER for part in parts), answer.size)
        return parts

    def _smaller(self, method: str, asks: Sequence[Ask], *, said: bool) -> list[Any]:
        """Fewer in one; but where VK did not say that it was too much, and as many have worked, one of these calls
        breaks it: then only their own batches become smaller."""
        tried = len(asks)
        with self._lock:
            if not said and tried <= self._worked[method]:
                return self._again(asks)
            self._ceilings[method] = max(1, tried - 1)
            self._sizes[method] = max(1, min(self.size(method), tried // 2))
            self._good[method] = 0
        return self._again(asks)

    @staticmethod
    def _again(asks: Sequence[Ask]) -> list[Any]:
        again = Again.TOGETHER if len(asks) > 1 else Again.ALONE
        return [again if one.if_more is None else Again.NEVER for one in asks]

    def _learn(self, method: str, tried: int, size: int) -> None:
        if not tried:
            return
        with self._lock:
            self._good[method] += 1
            self._worked[method] = max(self._worked[method], tried)
            if self._good[method] % TRUST == 0:
                self._ceilings[method] = self._ceilings.get(method, MOST) + 1
            fits = int(WANTED_BYTES / max(1.0, size / tried))
            # Never more than twice what was tried: a few blank walls say little about the next ones.
            grown = min(max(self.size(method), 2 * tried), fits, self._ceilings.get(method, MOST), MOST)
            self._sizes[method] = max(1, grown)


def script(asks: Sequence[Ask]) -> str:
    """VKScript that makes the calls in order and returns their answers as a list; made by vk_api's VkFunction.

    Calls with ``if_more`` come last and are made only while the first call's ``count`` asks for them; a list that is
    shorter than the asks means that they were not. Parameters are JSON literals; nothing of a text is ever written
    into the code by hand.
    """
    from vk_api.execute import VkFunction

    names = [f"p{number}" for number in range(len(asks))]
    calls = [f"API.{one.method}(%({name})s)" for one, name in zip(asks, names, strict=True)]
    function = VkFunction(_code(asks, calls), args=names, clean_args=names)
    return str(function.compile({name: _literal(one) for one, name in zip(asks, names, strict=True)}))


def _code(asks: Sequence[Ask], calls: Sequence[str]) -> str:
    sure = [call for one, call in zip(asks, calls, strict=True) if one.if_more is None]
    if len(sure) == len(calls):
        return f"return [{','.join(calls)}];"
    # Each test stands inside the one before: VKScript's ``&&`` may look at both sides.
    more = [(one.if_more, call) for one, call in zip(asks, calls, strict=True) if one.if_more is not None]
    opened = "".join(f"if(r[0].count>{least}){{r.push({call});" for least, call in more)
    return f"var r=[{','.join(sure)}];if(r[0]){{{opened}{'}' * len(more)}}}return r;"


def _literal(one: Ask) -> str:
    return json.dumps(dict(one.parameters), ensure_ascii=True, separators=(",", ":"))


def unpack(asks: Sequence[Ask], answer: Answer) -> list[Any]:
    """Pair the answer with its asks: the n-th ``false`` belongs to the n-th refusal.

    Where their numbers differ nothing can be paired, and what is ``false`` is asked alone.
    """
    found = answer.response
    if not isinstance(found, list) or len(found) > len(asks) or any(one.if_more is None for one in asks[len(found) :]):
        return [Again.ALONE if one.if_more is None else Again.NEVER for one in asks]
    found = [*found, *[Again.NEVER] * (len(asks) - len(found))]
    failed = [number for number, part in enumerate(found) if part is False]
    if len(failed) != len(answer.refusals):
        return [Again.ALONE if part is False else part for part in found]
    parts = list(found)
    for number, refusal in zip(failed, answer.refusals, strict=True):
        parts[number] = _verdict(reaction(asks[number].method, refusal))
    return parts


def _verdict(error: VkError) -> VkError | Again:
    """What may pass by itself, or was too big in company, is asked once more, alone."""
    if isinstance(error, VkRetry | VkShrink | VkBug):
        return Again.ALONE
    if isinstance(error, VkSkip) and error.state in INCONCLUSIVE:
        return Again.ALONE
    return error
