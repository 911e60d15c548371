"""Small groups are not spoken of: cells below the floor are hidden together with what would give them away.

Complementary suppression as in statistical disclosure control (Hundepool et al., 2012): the total is printed, so
one hidden cell is total minus the rest; a second one is hidden with it until their sum is a group of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def hidden_cells(counts: Mapping[Key, int], least: int) -> frozenset[Key]:
    """Which cells of one distribution must not be printed. Empty cells are printed: nobody is in them."""
    hidden = {key for key, count in counts.items() if 0 < count < least}
    shown = sorted((key for key, count in counts.items() if count >= least), key=lambda key: counts[key])
    while hidden and shown and (len(hidden) == 1 or sum(counts[key] for key in hidden) < least):
        hidden.add(shown.pop(0))
    return frozenset(hidden)


def floor_of_nearly_all(count: int, base: int, least: int) -> int:
    """How many people of ``base`` a cell of ``count`` has at least, when all but a small group are in it; else 0.

    "All but fewer than ``least``" says no more of the others than "fewer than ``least``" does.
    """
    floor = base - least + 1
    return floor if base >= 2 * least and count >= floor else 0


def fold(
    counts: Mapping[Key, int], keep: Sequence[Key], other: Key, least: int
) -> tuple[dict[Key, int], frozenset[Key]]:
    """Merge what is not in ``keep``, or is under ``least``, into ``other``: a merged cell cannot be told apart.

    A cell that nearly everybody is in stays by itself, to be told as "at least"; what is merged beside it is hidden.
    Returns the counts (merged cells at 0) and which of ``keep`` were merged: those are not empty, but not shown.
    """
    merged = set()
    total = sum(counts.values())
    found = {key: counts.get(key, 0) for key in keep}
    rest = sum(count for key, count in counts.items() if key not in found)
    for key in reversed(keep):
        if floor_of_nearly_all(found[key], total, least):
            continue
        # One small cell beside an empty rest would still be the rest itself.
        if 0 < found[key] < least or (0 < rest < least and found[key]):
            rest += found[key]
            found[key] = 0
            merged.add(key)
    return {**found, other: rest}, frozenset(merged)


def hidden_steps(values: Sequence[int], least: int, *, ends: bool = False) -> list[str]:
    """Why each step of a falling row (a funnel) hides; an empty word where it does not.

    ``few`` are left; ``above``: the loss since the last step shown is a small group. With ``ends`` the first and the
    last step stand elsewhere anyway; ``below``: the loss from here down to the last is a small group.
    """
    if ends and values and 0 < values[0] < least:
        return ["few"] * len(values)
    hidden: list[str] = []
    last = None
    for place, value in enumerate(values):
        drop = 0 if last is None else last - value
        pinned = ends and place in (0, len(values) - 1)
        rest = value - values[-1] if ends and not 0 < values[-1] < least else 0
        why = "few" if 0 < value < least else ""
        if not why and not pinned:
            why = "above" if 0 < drop < least else "below" if 0 < rest < least else ""
        hidden.append(why)
        if not why:
            last = value
    return hidden
