"""Faults by name: what goes wrong, and at which calls.

A fault is written ``name[@method[/subject[_item]]][:when]``: of one wall or list, or of one post of it. ``when`` is a
number n (the n-th call that matches) or parts joined by commas: ``every=3``, ``p=0.1``, ``times=2``, ``seed=7``,
``seconds=0.5``. Examples: ``error_10``, ``error_6_burst@wall.get:4``, ``short_pages@groups.getMembers:every=2``,
``http_500@likes.getList/-101_5``, ``http_502:p=0.05,seed=1``.

Calls inside ``execute`` count as calls of their own methods; faults of the connection meet calls from outside only,
but for ``http_5xx`` of a named method: a call inside that breaks VK breaks the whole ``execute``.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from simulator.envelope import VkRefusal

_CAPTCHA_PAGE = "https://id.vk.invalid/not_robot_captcha?session_token=simulated"
_ERRORS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "error_1": (1, "Unknown error occurred", {}),
    "error_5": (5, "User authorization failed: access_token was revoked.", {}),
    "error_6": (6, "Too many requests per second", {}),
    "error_6_burst": (6, "Too many requests per second", {}),
    "error_9": (9, "Flood control", {}),
    "error_10": (10, "Internal server error", {}),
    "error_13": (13, "Runtime error occurred during code invocation: response size is too big", {}),
    "error_14_old": (
        14,
        "Captcha needed",
        {"captcha_sid": "239633676097", "captcha_img": "https://api.vk.invalid/captcha.php?sid=239633676097"},
    ),
    "error_14_new": (14, "Captcha needed", {"redirect_uri": _CAPTCHA_PAGE, "remixstlid": "0", "captcha_attempt": 1}),
    "error_15": (15, "Access denied", {}),
    "error_15_members": (15, "Access denied: group hide members", {}),
    "error_15_wall": (15, "Access denied: this wall available only for community members", {}),
    "error_15_scope": (15, "Access denied: no access to call this method", {"error_subcode": 1133}),
    "error_15_app": (15, "Access denied: wrong application type", {"error_subcode": 1134}),
    "error_17": (17, "Validation required", {"redirect_uri": "https://m.vk.invalid/login?act=security_check"}),
    "error_18": (18, "User was deleted or banned", {}),
    "error_19": (19, "Content blocked", {}),
    "error_29": (29, "Rate limit reached", {}),
    "error_30": (30, "This profile is private", {}),
    "error_36": (36, "Method execution was interrupted due to timeout", {}),
    "error_100": (100, "One of the parameters specified was missing or invalid", {}),
    "error_203": (203, "Access to group denied", {}),
    "error_212": (212, "Access to post comments denied", {}),
    "error_260": (260, "Access to the groups list is denied due to the user's privacy settings", {}),
    "error_1051": (1051, "Method is unavailable for this profile type", {}),
    "unknown_code": (987654, "Something that nobody has documented", {}),
}
TRANSPORT = (
    "http_500",
    "http_502",
    "http_504",
    "html_200",
    "truncated_json",
    "reset_in_body",
    "no_answer",
    "slow",
    "gzip",
    "echo_token",
)
BREAKING = ("http_500", "http_502", "http_504")
SHAPES = (
    "short_pages",
    "empty_pages",
    "count_larger",
    "repeated_cursor",
    "false_without_errors",
    "lone_surrogate",
    "unknown_attachment",
    "personal_list",
    "no_views",
    "no_country",
    "odd_bdate",
    "deleted_comments",
    "resolve_list",
)
ERRORS = tuple(_ERRORS)
NAMES = (*ERRORS, *TRANSPORT, *SHAPES)
_BURST = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """``method`` "*" is any. Calls that match are counted from 1; without ``nth``, ``every`` or ``p`` all are hit.

    With ``nth`` the calls from the n-th on, ``times`` of them; otherwise at most ``times`` in all (0: no bound).
    """

    name: str
    method: str = "*"
    subject: int | None = None
    item: int | None = None
    nth: int = 0
    every: int = 0
    p: float = 0.0
    times: int = 0
    seed: int = 0
    seconds: float = 0.0

    def hits(self, call: int, hit: int, rng: Random) -> bool:
        """Whether the ``call``-th matching call is hit, after ``hit`` hits."""
        if self.nth:
            usual = _BURST if self.name == "error_6_burst" else 1
            return self.nth <= call < self.nth + (self.times or usual)
        if self.times and hit >= self.times:
            return False
        if self.every:
            return call % self.every == 0
        return rng.random() < self.p if self.p else True


def parse_fault(text: str) -> Fault:
    """A fault from its notation. Raises ``ValueError`` with what is wrong, in Russian."""
    head, _, when = text.strip().partition(":")
    name, _, place = head.partition("@")
    method, _, subject = place.partition("/")
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 1)
        hint = f"Возможно, {near[0]}." if near else f"Есть: {', '.join(NAMES)}."
        raise ValueError(f"Неисправности {name!r} нет. {hint}")
    try:
        subject, _, item = subject.partition("_")
        fault = Fault(name, method or "*", int(subject) if subject else None, int(item) if item else None)
        for part in filter(None, (piece.strip() for piece in when.split(","))):
            fault = _with(fault, part)
    except ValueError:
        raise ValueError(
            f"Не понимаю неисправность {text!r}: нужно имя@метод:n или имя@метод:every=n,times=k."
        ) from None
    return fault


def _with(fault: Fault, part: str) -> Fault:
    key, equals, value = part.partition("=")
    if not equals:
        return replace(fault, nth=_positive(key))
    match key:
        case "n" | "nth":
            return replace(fault, nth=_positive(value))
        case "every":
            return replace(fault, every=_positive(value))
        case "times":
            return replace(fault, times=_positive(value))
        case "seed":
            return replace(fault, seed=int(value))
        case "p":
            return replace(fault, p=float(value))
        case "seconds":
            return replace(fault, seconds=float(value))
    raise ValueError(part)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


class FaultPlan:
    """Faults and how often each has been met; safe to share between threads."""

    def __init__(self, faults: Iterable[Fault | str] = ()) -> None:
        self.faults = [parse_fault(one) if isinstance(one, str) else one for one in faults]
        self._lock = threading.Lock()
        self._calls = [0] * len(self.faults)
        self._hits = [0] * len(self.faults)
        self._rngs = [Random(fault.seed) for fault in self.faults]

    def draw(
        self, method: str, subject: int | None, among: Collection[str] = NAMES, *, item: int | None = None,
        named: bool = False,
    ) -> dict[str, Fault]:  # fmt: skip
        """The faults that befall this call, by name; only those ``among`` which the caller can make happen count, and
        with ``named`` only those of a named method."""
        drawn = {}
        with self._lock:
            for place, fault in enumerate(self.faults):
                met = fault.name in among and fault.method in ((method,) if named else ("*", method))
                if not met or fault.subject not in (None, subject) or fault.item not in (None, item):
                    continue
                self._calls[place] += 1
                if fault.hits(self._calls[place], self._hits[place], self._rngs[place]):
                    self._hits[place] += 1
                    drawn[fault.name] = fault
        return drawn

    def hits(self, name: str) -> int:
        """How many calls the faults of that name have befallen."""
        with self._lock:
            return sum(hit for fault, hit in zip(self.faults, self._hits, strict=True) if fault.name == name)


def refusal(drawn: dict[str, Fault]) -> VkRefusal | None:
    """The error answer among the faults drawn, if any."""
    for name in drawn:
        if name in _ERRORS:
            code, message, extra = _ERRORS[name]
            return VkRefusal(code, message, **extra)
    return None
