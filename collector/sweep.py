"""Ids read many a call, without a journal: what a call gave is seen by its rows, so a stopped run just goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from collector.ask import Ask, Reading
from collector.errors import VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip
from collector.walk import Expedition

T = TypeVar("T")


def sweep(
    expedition: Expedition,
    items: Iterable[T],
    at_once: int,
    asking: Callable[[list[T]], Ask],
    keep: Callable[[list[T], Any], None],
) -> Iterator[Reading]:
    """Readings of ``at_once`` items each: ``asking`` makes the call, ``keep`` stores what VK answered to it.

    An answer too big halves the items; a refusal leaves them for the next run and is told, unless they are not there; a
    quota or a method that this token may not call ends the sweep.
    """
    left = iter(items)
    while part := list(islice(left, at_once)):
        call = asking(part)
        if not expedition.usable(call.method):
            return
        yield _read(expedition, part, call, asking, keep)


def _read(
    expedition: Expedition,
    part: list[T],
    call: Ask,
    asking: Callable[[list[T]], Ask],
    keep: Callable[[list[T], Any], None],
) -> Reading:
    try:
        response = yield call
    except VkShrink:
        middle = len(part) // 2
        for half in (part[:middle], part[middle:]) if middle else ():
            yield from _read(expedition, half, asking(half), asking, keep)
    except VkQuota as error:
        expedition.park(call.method, error)
    except VkIncapable as error:
        expedition.incapable[call.method] = error
    except (VkRetry, VkSkip) as error:
        if error.state != "not_found":
            number, _ = expedition.unswept.get(call.method, (0, ""))
            expedition.unswept[call.method] = number + len(part), error.message
    else:
        expedition.answered += 1
        keep(part, response)
