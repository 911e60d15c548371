"""VK without HTTP: a method, its parameters and a key go in, the bytes of an answer come out."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import faults, tokens
from simulator.call import Call, version_of
from simulator.envelope import VkRefusal, dump, error_body
from simulator.execute import run_code
from simulator.limits import Limits
from simulator.methods import METHODS, item_of, subject_of
from simulator.settings import ServerSettings
from simulator.shapes import bend_answer, bend_question
from simulator.state import State

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
SECRETS = ("access_token",)
_INSIDE = (*faults.ERRORS, *faults.SHAPES)


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call that came in; ``inner``: made by the code of an ``execute``. No key is kept."""

    method: str
    token_kind: str
    params: Mapping[str, str]
    status: int
    error: int | None
    at: float  # monotonic seconds
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send. ``broken``: cut the connection inside the body; ``silent_for``: seconds before anything comes."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False
    silent_for: float = 0.0


class _Broken(Exception):
    """A call inside an ``execute`` broke all of it."""

    def __init__(self, drawn: dict[str, faults.Fault]) -> None:
        super().__init__(*drawn)
        self.drawn = drawn


class Api:
    """Answers calls; safe to share between threads. ``clock`` gives monotonic seconds."""

    def __init__(
        self,
        state: State,
        settings: ServerSettings,
        keys: tokens.Tokens,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = state
        self.settings = settings
        self.keys = keys
        self.plan = faults.FaultPlan(settings.faults)
        self.limits = Limits(settings.daily_quota, clock)
        self.log: list[LoggedCall] = []
        self._clock = clock
        self._log_lock = threading.Lock()

    def answer(self, method: str, params: Mapping[str, str], token: str) -> Answer:
        """The answer to one call from outside; refusals by VK are answers too, with HTTP status 200."""
        drawn = self.plan.draw(method, subject_of(self.state, params), faults.TRANSPORT, item=item_of(params))
        hidden = () if "echo_token" in drawn else SECRETS
        kind, error = "", None
        try:
            kind = self.keys.kind(token)
            body = self._answer_known(method, params, token, kind)
        except VkRefusal as refused:
            error = refused.code
            shown = {"method": method, "oauth": "1", **params}
            if "echo_token" in drawn:
                shown["access_token"] = token
            body = dump(error_body(refused, shown, hidden))
        except _Broken as broken:
            body = b""
            drawn |= broken.drawn
        answer = _over_the_wire(body, drawn, self.settings.latency)
        self._remember(method, kind, params, answer.status, error)
        return answer

    def _answer_known(self, method: str, params: Mapping[str, str], token: str, kind: str) -> bytes:
        version = version_of(params)
        community = kind == tokens.COMMUNITY
        rate = self.settings.community_requests_per_second if community else self.settings.requests_per_second
        self.limits.per_second(token, rate)
        if method != "execute":
            return dump({"response": self._respond(method, params, token, kind, version)})
        tokens.allow(method, kind, self.settings.service_execute)
        if refused := faults.refusal(self.plan.draw(method, None, faults.ERRORS)):
            raise refused

        def inner(name: str, arguments: Mapping[str, str]) -> Any:
            return self._inner(name, arguments, token, kind, version)

        return run_code(params, inner, self.settings.max_response)

    def _inner(self, method: str, params: Mapping[str, str], token: str, kind: str, version: tuple[int, int]) -> Any:
        error = None
        broken = self.plan.draw(
            method, subject_of(self.state, params), faults.BREAKING, item=item_of(params), named=True
        )
        if broken:
            raise _Broken(broken)
        try:
            return self._respond(method, params, token, kind, version)
        except VkRefusal as refused:
            error = refused.code
            raise
        finally:
            self._remember(method, kind, params, 200, error, inner=True)

    def _respond(self, method: str, params: Mapping[str, str], token: str, kind: str, version: tuple[int, int]) -> Any:
        tokens.allow(method, kind, self.settings.service_execute)
        if method not in METHODS:
            raise VkRefusal(3, "Unknown method passed")
        self.limits.per_day(token, method)
        subject = subject_of(self.state, params)
        drawn = self.plan.draw(method, subject, _INSIDE, item=item_of(params))
        if refused := faults.refusal(drawn):
            raise refused
        self.state.before(method, subject)
        call = Call(self.state, bend_question(drawn, params), kind, version)
        return bend_answer(drawn, METHODS[method](call))

    def _remember(
        self,
        method: str,
        kind: str,
        params: Mapping[str, str],
        status: int,
        error: int | None,
        *,
        inner: bool = False,
    ) -> None:
        kept = {key: value for key, value in params.items() if key not in SECRETS}
        with self._log_lock:
            self.log.append(LoggedCall(method, kind, kept, status, error, self._clock(), inner))


def _over_the_wire(body: bytes, drawn: dict[str, faults.Fault], latency: float) -> Answer:
    """The answer as it leaves: whole, late, cut, packed or replaced by a page of a front server."""
    wait = latency
    for name, usual in (("slow", 1.0), ("no_answer", float("inf"))):
        if name in drawn:
            wait += drawn[name].seconds or usual
    for status in (500, 502, 504):
        if f"http_{status}" in drawn:
            return Answer(status, _page(f"{status}"), HTML, silent_for=wait)
    if "html_200" in drawn:
        return Answer(200, _page("Ваш браузер устарел"), HTML, silent_for=wait)
    if "truncated_json" in drawn:
        body = body[: len(body) * 2 // 3]
    if "gzip" in drawn:
        return Answer(200, gzip.compress(body, mtime=0), headers={"Content-Encoding": "gzip"}, silent_for=wait)
    return Answer(200, body, broken="reset_in_body" in drawn, silent_for=wait)


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()
