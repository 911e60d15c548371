"""The simulated VK on a loopback port."""

from __future__ import annotations

import email.parser
import email.policy
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulator.api import HTML, Answer, Api, LoggedCall
from simulator.settings import ServerSettings
from simulator.state import Change, State, WorldLike
from simulator.tokens import Tokens, make_tokens

__all__ = ["ServerSettings", "SimulatedVk", "start_server"]

HOST = "127.0.0.1"
ROOT = "/method"
MOST_BYTES = 16 * 1024 * 1024
_REASONS = {200: "OK", 404: "Not Found", 413: "Content Too Large", 411: "Length Required"}


class SimulatedVk:
    """A running server; a context manager. ``tokens``: kind of key -> key; ``state``: the world, to be changed."""

    def __init__(self, api: Api, port: int) -> None:
        self.state = api.state
        self.tokens = dict(api.keys.by_kind)
        self.plan = api.plan
        self.limits = api.limits
        self._api = api
        self._http = _Http((HOST, port), api)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def api_url(self) -> str:
        """The address to which a method's name is added."""
        return f"http://{HOST}:{self._http.server_address[1]}{ROOT}"

    @property
    def log(self) -> list[LoggedCall]:
        """Every call so far, oldest first."""
        return list(self._api.log)

    def calls(self, method: str, *, inner: bool = False) -> int:
        """How many calls of a method came in; with ``inner``, those made inside ``execute`` too."""
        return sum(one.method == method and (inner or not one.inner) for one in self.log)

    def stop(self) -> None:
        """Close every connection and the port; calling it twice does no harm."""
        if self._http.stopped.is_set():
            return
        self._http.stopped.set()
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join(5)

    def __enter__(self) -> SimulatedVk:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_server(
    world: WorldLike,
    settings: ServerSettings | None = None,
    port: int = 0,
    tokens: Mapping[str, str] | None = None,
    changes: Iterable[Change] = (),
    clock: Callable[[], float] = time.monotonic,
) -> SimulatedVk:
    """Serve a world on 127.0.0.1 (port 0: any free one). ``tokens`` replaces the keys made from the world's seed.

    Raises ``OSError`` when the port is taken and ``ValueError`` for a fault that there is not.
    """
    keys = Tokens(dict(tokens)) if tokens is not None else make_tokens(world.seed)
    return SimulatedVk(Api(State(world, changes), settings or ServerSettings(), keys, clock), port)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], api: Api) -> None:
        self.api = api
        self.stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wake the threads that wait for the next request of a kept connection."""
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is its own business; what the server did wrong is shown."""
        import sys

        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        self._answer("", "")

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            return self._refuse(411)
        if not 0 <= length <= MOST_BYTES:
            return self._refuse(413)
        body = self.rfile.read(length)
        return self._answer(body.decode("utf-8", "replace"), self.headers.get("Content-Type", ""))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr: the calls are in the server's log."""

    def _answer(self, body: str, content_type: str) -> None:
        address = urlsplit(self.path)
        if not address.path.startswith(f"{ROOT}/"):
            return self._send(Answer(404, b"<html><body>404 Not Found</body></html>", HTML))
        params = {**_form(address.query), **_fields(body, content_type)}
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        token = credentials.strip() if scheme.lower() == "bearer" else params.get("access_token", "")
        return self._send(self.server.api.answer(address.path[len(ROOT) + 1 :], params, token))

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._send(Answer(status, b"", HTML))

    def _send(self, answer: Answer) -> None:
        if answer.silent_for:
            forever = answer.silent_for == float("inf")
            self.server.stopped.wait(None if forever else answer.silent_for)
            if forever:
                self.close_connection = True
                return
        head = f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Error')}\r\nServer: simulated-vk\r\n"
        head += f"Content-Type: {answer.content_type}\r\nContent-Length: {len(answer.body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        if self.close_connection:
            head += "Connection: close\r\n"
        # One send for head and body: two would wait for each other's acknowledgement.
        whole = head.encode("latin-1") + b"\r\n" + answer.body
        if answer.broken:
            self._break(whole[: len(whole) - max(1, len(answer.body) // 2)])
        else:
            self.wfile.write(whole)

    def _break(self, part: bytes) -> None:
        self.wfile.write(part)
        # Linger of zero seconds turns the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def _form(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _fields(body: str, content_type: str) -> dict[str, str]:
    """Form fields; a JSON body is not read, as VK does not."""
    if not content_type.lower().startswith("multipart/form-data"):
        return {} if "json" in content_type.lower() else _form(body)
    head = f"Content-Type: {content_type}\r\n\r\n"
    message = email.parser.Parser(policy=email.policy.HTTP).parsestr(head + body)
    parts = (part for part in message.iter_parts()) if message.is_multipart() else iter(())
    return {str(part.get_param("name", "", "content-disposition")): part.get_content() for part in parts}
