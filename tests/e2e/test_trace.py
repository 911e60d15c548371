"""What goes over the wire in a whole run, byte by byte: the token in one header and nowhere else."""

from __future__ import annotations

import re
import socketserver
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world

from .social import open_communities
from .test_team import run

CONFIG = """\
[study]
name = "след"
[vk]
api_url = "{url}"
requests_per_second = 500
contact = "https://example.org/who-asks"
[collect]
what = ["members", "posts", "walls", "likes", "comments"]
[[audiences]]
name = "одна"
communities = ["club{number}"]
"""


class Wire(ThreadingHTTPServer):
    """A server that notes every request and passes it on to the simulated VK."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target = target.rpartition("/method")[0]
        self.seen: list[tuple[str, dict[str, str], str]] = []


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((f"{self.command} {self.path}", dict(self.headers), body.decode()))
        kept = {name: value for name, value in self.headers.items() if name not in ("Host", "Accept-Encoding")}
        asked = urllib.request.Request(self.server.target + self.path, body, kept)
        with urllib.request.urlopen(asked) as answer:
            said = answer.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


@pytest.fixture
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=1e6)) as server:
        yield server


@pytest.fixture
def wire(vk: SimulatedVk) -> Iterator[Wire]:
    with Wire(vk.api_url) as server:
        thread = threading.Thread(target=socketserver.BaseServer.serve_forever, args=(server, 0.05), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("kind", ["service", "user"])
def test_every_request_of_a_run(tmp_path: Path, world: World, vk: SimulatedVk, wire: Wire, kind: str) -> None:
    token = vk.tokens[kind]
    url = f"http://127.0.0.1:{wire.server_address[1]}/method"
    (tmp_path / "config.toml").write_text(CONFIG.format(url=url, number=open_communities(world)[0]), encoding="utf-8")
    for words in (("check",), ("collect", "-v")):
        done = run(*words, cwd=tmp_path, token=token)
        assert done.returncode == 0, done.stderr.decode()
        assert token.encode() not in done.stdout + done.stderr
    assert len(wire.seen) > 20
    for line, headers, body in wire.seen:
        assert re.fullmatch(r"POST /method/[a-zA-Z]+(\.[a-zA-Z]+)?", line), "nothing but the method in the address"
        assert headers["Authorization"] == f"Bearer {token}"
        assert token not in body and "access_token" not in body
        assert "v=5.199" in body.split("&") and "lang=ru" in body.split("&")
        assert re.fullmatch(r"vkaudience/\d+\.\d+\.\d+\S* \(https://example\.org/who-asks\)", headers["User-Agent"])
        assert not {"Cookie", "Referer"} & headers.keys()
    assert token.encode() not in (tmp_path / "study.db").read_bytes()
