"""One thing to ask VK, as a value: what walks yield and the engine fetches."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """A call: ``parameters`` sorted by name.

    ``ahead`` are the calls that most probably follow; they may be made early and cost nothing if they are not used
    before they were sent. One with ``if_more`` is made only inside the same ``execute`` as the call it follows, and
    only if that one's ``count`` is larger than the number. Two asks are equal when they are the same call.
    """

    method: str
    parameters: tuple[tuple[str, Any], ...]
    ahead: tuple[Ask, ...] = field(default=(), compare=False, repr=False)
    if_more: int | None = field(default=None, compare=False, repr=False)


# A walk: asks, is sent the inside of VK's answer, or has the refusal raised at the ``yield``.
Reading = Generator[Ask, Any, None]


def ask(method: str, /, *, ahead: tuple[Ask, ...] = (), **parameters: Any) -> Ask:
    """An :class:`Ask` from keyword parameters; None values are left out."""
    given = ((name, value) for name, value in sorted(parameters.items()) if value is not None)
    return Ask(method, tuple(given), ahead)
