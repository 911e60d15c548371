"""Headless Chromium, driven over its own pipe: no driver to install, no port to open."""

from __future__ import annotations

import dataclasses
import json
import os
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
SMALL_STUDY = Path(__file__).parents[1] / "unit" / "portraits" / "small_study.py"
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Tab:
    """One page over the DevTools protocol: messages end with NUL on descriptors 3 (to it) and 4 (from it)."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._buffer, self._number, self.session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """Send one command and wait for its answer; what happens meanwhile goes to ``events``."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._number:
                assert "error" not in found, found
                return found["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._read, 1 << 16)
            assert part, "Chromium ended"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        if "method" in found:
            self.events.append(found)
        return found

    def open(self, file: Path, width: int = 1280, height: int = 900) -> None:
        """Load a file and wait until it is there."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700}
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._next()
        self.run(SETTLED)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def of(self, *methods: str) -> list[dict[str, Any]]:
        """What happened since the page was opened."""
        return [event["params"] for event in self.events if event["method"] in methods]


@pytest.fixture(scope="session")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None or os.name != "posix":
        pytest.skip("no Chromium here")
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()

    def hand_over() -> None:
        # By way of 11 and 12: either pipe may already sit on 3 or 4.
        for old, new in ((to_read, 11), (from_write, 12), (11, 3), (12, 4)):
            os.dup2(old, new)

    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"],
        preexec_fn=hand_over,
        close_fds=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(from_write)
    try:
        yield Tab(to_write, from_read)
    finally:
        process.terminate()
        process.wait(20)
        os.close(to_write)
        os.close(from_read)


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports by name: plain in two languages, hostile, and with nine audiences."""
    from portraits import ReportSettings, report

    names = runpy.run_path(str(SMALL_STUDY))
    plain = names["KINDS"]
    nine = tuple(dataclasses.replace(plain[i % 3], name=f"Сообщество номер {i}", people=250) for i in range(9))
    folder = tmp_path_factory.mktemp("отчёты")
    made = {}
    for name, kinds in (("ru", plain), ("en", plain), ("hostile", plain), ("many", nine)):
        made[name] = folder / f"{name}.html"
        language = "en" if name == "en" else "ru"
        with names["build"](kinds=kinds, hostile=name == "hostile") as store:
            report(store, ReportSettings(out=made[name], language=language, quotes="people", question="Кто они?"))
    return made
