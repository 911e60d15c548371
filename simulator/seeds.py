"""Independent random streams from one seed, the same on every platform and Python.

``hash()`` differs between processes, so a stream's seed is a SHA-256 of its name. Only ``random()`` and what is
built of whole numbers on it is used in this room: ``gauss`` and its like go through the C library's logarithm,
whose last bit may differ between platforms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, *name: str | int) -> Random:
    """A random generator that belongs to ``name`` alone: drawing from it moves no other stream."""
    digest = hashlib.sha256(repr((seed, *name)).encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))


def pick(rng: Random, weights: Mapping[str, float]) -> str:
    """One key, with probability in proportion to its weight; keys are taken in the mapping's own order."""
    keys = list(weights)
    left = rng.random() * sum(weights.values())
    for key in keys:
        left -= weights[key]
        if left < 0:
            return key
    return keys[-1]


def some(rng: Random, items: Sequence[T], n: int) -> list[T]:
    """Up to ``n`` distinct items in random order."""
    return rng.sample(items, min(n, len(items)))


def between(rng: Random, low: float, high: float) -> float:
    """A number between two bounds, nearer the middle than a uniform one (mean of two)."""
    return low + (high - low) * (rng.random() + rng.random()) / 2
