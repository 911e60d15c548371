"""One call to VK: sent, limited, retried, and its answer or a refusal by meaning.

The token travels in the Authorization header of a POST, never in an address.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from collector.errors import BIG, FAILED, SMALLEST, VkError, VkHeavy, VkIncapable, VkRetry, VkShrink, VkSkip
from collector.limiter import Limiter
from collector.reactions import NO_REASON, TOO_FAST, reaction
from collector.retry import ATTEMPTS, HEAVY_ATTEMPTS, failures, haste
from collector.settings import VkSettings, loopback
from collector.shared import Shared
from collector.token import Token
from storage import SYSTEM_CLOCK, Clock, ConfigError

TOO_FAST_PAUSE = 1.0
# Waits are slept in naps, so that a person who stops the run is not kept waiting.
NAP = 0.5
# From how many seconds on a wait is told to the person.
LONG_WAIT = 15.0
BATCH_ATTEMPTS = 2
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
# The whole of an answer, in seconds: each of its bytes may come in time, and the last one never.
ANSWER = 30.0
# So a page that is too big for VK is answered, as HTML.
TOO_BIG = (404, 500)
# No bound on idle connections: where httpcore closes surplus ones, a thread may lose the one it was just given
# (measured: two calls in 50,000 with 32 threads). VK and the number of threads bound them.
CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=60.0)

LOG = logging.getLogger("vkaudience.collector")
# What tells one call from another.
LOGGED = ("group_id", "owner_id", "offset", "count")

# httpx logs every address at INFO; ours carry no secret, but a study's log should speak of the study.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What VK sent: the inside of ``response``, the ``refusals`` of inner calls in order, and its ``size`` in bytes."""

    response: Any
    refusals: tuple[dict[str, Any], ...] = ()
    size: int = 0


@dataclass(slots=True)
class _Call:
    """A call on its way; ``start`` is a reserved start, used up by the first try."""

    method: str
    parameters: Mapping[str, Any]
    start: float | None = None
    inside: Mapping[str, int] = field(default_factory=dict)
    attempts: int = ATTEMPTS

    @property
    def page(self) -> tuple[str, str]:
        """What is asked for, however much of it at once."""
        return self.method, str(sorted((name, value) for name, value in self.parameters.items() if name != "count"))


class VkClient:
    """Calls VK's methods with one token; safe to share between threads.

    ``shared`` is the pace of all runs with the token; ``transport`` httpx's seam, for tests. ``calls`` counts what was
    really sent, by method, inner calls of ``execute`` too. ``tell_wait`` hears of long waits, in seconds, from any
    thread.
    """

    def __init__(
        self,
        token: Token,
        settings: VkSettings,
        *,
        clock: Clock = SYSTEM_CLOCK,
        transport: httpx.BaseTransport | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.settings = settings
        self.fingerprint = token.fingerprint
        self.calls: Counter[str] = Counter()
        self._token = token
        self._clock = clock
        self.shared = shared
        self._limiter = Limiter(settings.requests_per_second, clock, shared)
        self._count_lock = threading.Lock()
        self._broken: dict[tuple[str, str], int] = {}  # page -> the least count at which VK broke
        self._halted = threading.Event()
        self.tell_wait: Callable[[float], None] = lambda seconds: None
        self._http = _http(settings, token, transport)

    @property
    def rate(self) -> float:
        """Calls a second that this token is allowed."""
        return self.settings.requests_per_second

    def call(self, method: str, /, **parameters: Any) -> Any:
        """The inside of VK's ``response``. Raises the VkError that says what to do next, after bounded retries.

        An error without a reason that lasts is a VkSkip with the state ``failed``: it is about this one subject. A page
        that VK breaks at is a VkShrink, and such a VkSkip once it has broken at every size.
        """
        return self._insist(_Call(method, parameters)).response

    def call_at(self, start: float, method: str, parameters: Mapping[str, Any]) -> Any:
        """As :meth:`call`, beginning at a start taken by :meth:`reserve`."""
        return self._insist(_Call(method, parameters, start)).response

    def execute_at(self, start: float, code: str, inside: Mapping[str, int]) -> Answer:
        """Run VKScript, beginning at a reserved start. ``inside``: method -> calls that its code surely
        makes, for the ledger.

        Raises as :meth:`call`, but repeats less: a batch that fails as a whole should become smaller.
        """
        return self._insist(_Call("execute", {"code": code}, start, inside, attempts=BATCH_ATTEMPTS))

    def count_inside(self, inside: Mapping[str, int]) -> None:
        """Add calls inside an ``execute`` of which only its answer told that they were made."""
        with self._count_lock:
            self.calls.update(inside)

    def delay(self) -> float:
        """Seconds until a call may start."""
        return self._limiter.delay()

    def reserve(self) -> float:
        """Take the next start, for :meth:`call_at` or :meth:`execute_at`."""
        return self._limiter.reserve()

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until :meth:`halt`; then raises VkRetry."""
        left = seconds
        while left > 0:
            if self._halted.is_set():
                raise VkRetry("", None, "сбор остановлен")
            self._clock.sleep(min(left, NAP))
            left -= NAP

    def halt(self) -> None:
        """Make all waits of all threads end now, until :meth:`resume`."""
        self._halted.set()

    def resume(self) -> None:
        """Allow calls again after :meth:`halt`."""
        self._halted.clear()

    def api(self) -> Any:
        """VK's methods as attributes, for notebooks: ``client.api().wall.get(owner_id=1)``.

        It is vk_api's VkApiMethod over this client, with its limits, retries and errors.
        """
        from vk_api.vk_api import VkApiMethod

        return VkApiMethod(_VkApi(self))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self.shared is not None:
            self.shared.close()

    def __enter__(self) -> VkClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _insist(self, call: _Call) -> Answer:
        broke = self._broken.get(call.page) if self._broken else None
        try:
            found = failures(self._pause, call.attempts, 1 if broke else HEAVY_ATTEMPTS)(self._unhurried, call)
        except VkRetry as error:
            lasting: VkError
            if error.state == BIG:
                lasting = self._breaking(call, error, broke)
            elif error.code == NO_REASON:
                lasting = VkSkip(call.method, error.code, error.message, state=FAILED)
            else:
                raise
        else:
            if broke:
                self._broken.pop(call.page, None)
            return found
        raise lasting

    def _breaking(self, call: _Call, error: VkRetry, broke: int | None) -> VkError:
        """A page that breaks may be too big; one that broke at every size before is not tried at all of them again."""
        count = int(call.parameters["count"])
        self._broken[call.page] = min(count, broke or count)
        if broke and broke <= SMALLEST < count:
            return VkSkip(call.method, None, error.message, state=FAILED)
        return VkShrink(call.method, None, error.message)

    def _pause(self, seconds: float) -> None:
        if seconds >= LONG_WAIT:
            self.tell_wait(seconds)
        self.sleep(seconds)

    def _unhurried(self, call: _Call) -> Answer:
        """One call, made again while VK says only that it came too fast; the limiter does the waiting."""
        return haste(self.sleep)(self._once, call)

    def _once(self, call: _Call) -> Answer:
        start = call.start if call.start is not None else self._limiter.reserve()
        call.start = None
        self.sleep(start - self._clock.monotonic())
        while (late := self._limiter.gate()) > 0:
            self.sleep(late)
        with self._count_lock:
            self.calls[call.method] += 1
            self.calls.update(call.inside)
        begun = self._clock.monotonic()
        found = self._sent(call.method, call.parameters)
        LOG.debug("%s", _line(call, found, self._clock.monotonic() - begun))
        if not isinstance(found, VkError):
            return found
        if isinstance(found, VkIncapable) or found.code == TOO_FAST:
            with self._count_lock:
                self.calls.subtract(call.inside)  # refused as a whole: what it held was never run
        if found.code == TOO_FAST:
            self._limiter.too_fast(TOO_FAST_PAUSE)
        elif found.pause:
            self._limiter.hold(found.pause)
        raise found

    def _sent(self, method: str, parameters: Mapping[str, Any]) -> Answer | VkError:
        """VK's answer or a VkError.

        The error is returned: raised here it would take along httpx's error with the header, or a text with the token.
        """
        try:
            address, form = f"{self.settings.api_url}/{method}", self._form(parameters)
            with self._http.stream("POST", address, data=form, extensions={"trace": self._trace}) as answer:
                content = self._whole(answer)
        except httpx.HTTPError as error:
            lost = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
            what = "" if lost else f"По адресу {self.settings.api_url} никто не отвечает"
            return VkRetry(method, None, f"связь прервалась ({type(error).__name__})", what=what, todo=self._look())
        if content is None:
            return VkHeavy(method, None, f"ответ не пришёл целиком за {ANSWER:.0f} с")
        if answer.status_code in TOO_BIG and int(parameters.get("count") or 0) > 1:
            return VkHeavy(method, None, f"сервер ответил HTTP {answer.status_code}", state=BIG)
        if answer.status_code != httpx.codes.OK:
            return VkRetry(method, None, f"сервер ответил HTTP {answer.status_code}", todo=self._look())
        return self._inside(method, content)

    def _whole(self, answer: httpx.Response) -> bytes | None:
        begun, parts = self._clock.monotonic(), []
        for part in answer.iter_bytes():
            parts.append(part)
            if self._clock.monotonic() - begun > ANSWER:
                return None
        return b"".join(parts)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's own report: the moment the request was written is the moment VK counts from."""
        if event == "http11.send_request_body.complete":
            self._limiter.sent()

    def _form(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        form = {name: _encoded(value) for name, value in parameters.items() if value is not None}
        return {**form, "v": self.settings.api_version, "lang": self.settings.lang}

    def _inside(self, method: str, content: bytes) -> Answer | VkError:
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            return VkRetry(method, None, "ответ не в JSON или оборван", todo=self._look())
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            return reaction(method, self._scrubbed(body["error"]))
        if not isinstance(body, dict) or "response" not in body:
            return VkRetry(method, None, "в ответе нет ни response, ни error")
        if body["response"] is False:  # no method answers so: the call was lost inside VK
            return VkRetry(method, None, "вместо ответа пришло false")
        refusals = body.get("execute_errors")
        inner = [self._scrubbed(one) for one in refusals if isinstance(one, dict)] if isinstance(refusals, list) else []
        return Answer(body["response"], tuple(inner), len(content))

    def _look(self) -> str:
        """What a person checks when something else than VK answers, or nothing."""
        address = self.settings.api_url
        if loopback(address):
            return (
                f"{address} — адрес этого компьютера: запустите здесь vkaudience simulate и возьмите адрес из его "
                "вывода, либо исправьте [vk] api_url (переменная VKAUDIENCE_VK_API_URL)."
            )
        return f"Проверьте интернет и адрес {address} ([vk] api_url) и запустите ту же команду: она продолжит."

    def _scrubbed(self, error: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._token.scrub(value) if isinstance(value, str) else value for name, value in error.items()}


def _http(settings: VkSettings, token: Token, transport: httpx.BaseTransport | None) -> httpx.Client:
    """The connections. Raises ConfigError for a proxy that cannot be used; its address may hold a password, so it is
    not repeated.
    """
    try:
        return httpx.Client(
            headers={"User-Agent": _user_agent(settings.contact)},
            auth=_Bearer(token),
            timeout=TIMEOUT,
            limits=CONNECTIONS,
            transport=transport,
            follow_redirects=False,
            # A proxy knows the outside: a simulated VK on this machine is not to be found through it.
            trust_env=not loopback(settings.api_url),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        socks = isinstance(error, ImportError)
        raise ConfigError(
            "Прокси из переменных среды (HTTPS_PROXY, ALL_PROXY) не подходит.",
            "Для SOCKS нужен пакет socksio, а его нет." if socks else "Это не адрес прокси вида http://имя:порт.",
            'Поставьте его (pip install "httpx[socks]"), возьмите прокси HTTP или уберите переменную.'
            if socks else "Исправьте переменную или уберите её.",
        ) from None  # fmt: skip


class _VkApi:
    """What vk_api's VkApiMethod and VkFunction call, over our client."""

    def __init__(self, client: VkClient) -> None:
        self._client = client

    def method(self, method: str, values: Mapping[str, Any] | None = None, *, raw: bool = False) -> Any:
        inside = self._client.call(method, **(values or {}))
        return {"response": inside} if raw else inside


class _Bearer(httpx.Auth):
    """Puts the token into the header at the last moment, so that no client or request shows it before."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


def _line(call: _Call, found: Answer | VkError, seconds: float) -> str:
    """One call for the log: method, target, result; never the token, and no text of people."""
    target = " ".join(f"{name}={call.parameters[name]}" for name in LOGGED if name in call.parameters)
    inside = " ".join(f"{method}×{number}" for method, number in call.inside.items())
    result = f"{found.size} байт" if isinstance(found, Answer) else f"{found.code or ''} {found.message}".strip()
    return f"{call.method} {target}{inside}: {result}, {seconds * 1000:.0f} мс"


def _encoded(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list | tuple):
        return ",".join(str(item) for item in value)
    return str(value)


def _user_agent(contact: str) -> str:
    try:
        number = version("vkaudience")
    except PackageNotFoundError:
        number = "0"
    shown = contact.encode("ascii", "ignore").decode()
    return f"vkaudience/{number}" + (f" ({shown})" if shown else "")
