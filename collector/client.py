"""One call to VK: sent, limited, retried, and its answer or a refusal by meaning.

The token travels in the Authorization header of a POST, never in an address.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx
import tenacity

from collector.errors import VkError, VkRetry
from collector.limiter import Limiter
from collector.reactions import TOO_FAST, reaction
from collector.settings import VkSettings
from collector.token import Token
from storage import SYSTEM_CLOCK, Clock

ATTEMPTS = 6
TIMEOUT = httpx.Timeout(30.0, connect=10.0)

# httpx logs every address at INFO; ours carry no secret, but a study's log should speak of the study.
logging.getLogger("httpx").setLevel(logging.WARNING)


class VkClient:
    """Calls VK's methods with one token; safe to share between threads.

    ``transport`` is httpx's seam, for tests. ``calls`` counts what was really sent, by method.
    """

    def __init__(
        self,
        token: Token,
        settings: VkSettings,
        *,
        clock: Clock = SYSTEM_CLOCK,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.fingerprint = token.fingerprint
        self.calls: Counter[str] = Counter()
        self._clock = clock
        self._limiter = Limiter(settings.requests_per_second, clock)
        self._count_lock = threading.Lock()
        self._http = httpx.Client(
            headers={"User-Agent": _user_agent(settings.contact)},
            auth=_Bearer(token),
            timeout=TIMEOUT,
            transport=transport,
            follow_redirects=False,
        )

    def call(self, method: str, **parameters: Any) -> Any:
        """The inside of VK's ``response``. Raises the VkError that says what to do next, after bounded retries."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(VkRetry),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_exponential_jitter(initial=1, max=30),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(self._once, method, parameters)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> VkClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _once(self, method: str, parameters: Mapping[str, Any]) -> Any:
        self._limiter.wait()
        with self._count_lock:
            self.calls[method] += 1
        try:
            answer = self._http.post(f"{self.settings.api_url}/{method}", data=self._form(parameters))
            return self._inside(method, answer)
        except httpx.HTTPError as error:
            # "from None": httpx's error holds the request and with it the header.
            raise VkRetry(method, None, f"связь прервалась ({type(error).__name__})") from None
        except VkError as error:
            if error.code == TOO_FAST:
                self._limiter.pause(1.0)
            raise

    def _form(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        form = {name: _encoded(value) for name, value in parameters.items() if value is not None}
        return {**form, "v": self.settings.api_version, "lang": self.settings.lang}

    def _inside(self, method: str, answer: httpx.Response) -> Any:
        if answer.status_code != httpx.codes.OK:
            raise VkRetry(method, None, f"сервер ответил HTTP {answer.status_code}")
        try:
            body = json.loads(answer.content)
        except (ValueError, RecursionError):
            raise VkRetry(method, None, "ответ не в JSON или оборван") from None
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            raise reaction(method, body["error"])
        if not isinstance(body, dict) or "response" not in body:
            raise VkRetry(method, None, "в ответе нет ни response, ни error")
        return body["response"]


class _Bearer(httpx.Auth):
    """Puts the token into the header at the last moment, so that no client or request shows it before."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


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
