"""A second, independent VK: it shares no line with the simulator, moves under the reader's hands and breaks often.

It answers only what a study by a service key needs. What was there from the first call to the last is what a
careful reader must have.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "other.secret-token_0123456789"
ODD_TEXTS = (
    "",
    "обычный текст про котов и собак",
    "нуль\x00внутри и табы\t\t",
    "одинокий \ud83d суррогат",
    "🙂👨‍👩‍👧‍👦 эмодзи семьёй",
    "ы" * 16_000,
    "<script>alert(1)</script> =HYPERLINK(1)",
    "\u202eсправа налево",
    "первая строка\nвторая &lt;br&gt; &quot;кавычки&quot;",
)


class OtherVk:
    """Start with ``with OtherVk(seed) as vk``; ``vk.url`` is the address for ``api_url``."""

    def __init__(
        self,
        seed: int = 1,
        *,
        sizes: tuple[int, int, int] = (200, 2500, 777),
        rate: int = 1000,
        trouble: float = 0.0,
        moving: bool = False,
    ) -> None:
        self.sizes = sizes
        self.draw = random.Random(seed)
        self.rate, self.trouble, self.moving = rate, trouble, moving
        self.calls: Counter[str] = Counter()
        self.too_fast = 0
        self.bad: list[str] = []
        self._lock = threading.RLock()
        self._starts: deque[float] = deque()
        self._make()

    def _make(self) -> None:
        draw = self.draw
        self.groups: dict[int, dict[str, Any]] = {}
        self.members: dict[int, list[int]] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.walls: dict[int, list[dict[str, Any]]] = {}
        ids = draw.sample(range(1, 900_000_000), sum(self.sizes))
        for place, (name, size) in enumerate(zip(("alpha", "beta.beta", "gamma_3"), self.sizes, strict=True)):
            number = 5_000_000 + 1000 * place
            self.groups[number] = {
                "id": number, "name": f"Сообщество «{name}» & co", "screen_name": name, "type": "page",
                "is_closed": 0, "members_count": size + draw.randrange(5), "activity": "Музыка",
            }  # fmt: skip
            self.members[number] = sorted(draw.sample(ids, size))
            self._wall(-number, draw.choice((0, 99, 100, 101, 450)))
        for number in ids:
            self.users[number] = self._user(number)
            self._wall(number, draw.choice((0, 0, 0, 1, 3, 12, 130)) if draw.random() < 0.2 else draw.randrange(3))
        self.first_members = {group: set(one) for group, one in self.members.items()}
        self.first_posts = {(owner, one["id"]) for owner, wall in self.walls.items() for one in wall}
        self.gone: set[tuple[int, int]] = set()
        self.left: set[tuple[int, int]] = set()

    def _user(self, number: int) -> dict[str, Any]:
        draw = self.draw
        one: dict[str, Any] = {"id": number, "first_name": "Имя", "last_name": "Фамилия"}
        fate = draw.random()
        if fate < 0.05:
            return {**one, "first_name": "DELETED", "deactivated": draw.choice(("deleted", "banned"))}
        one["is_closed"] = fate < 0.3
        one["can_access_closed"] = not one["is_closed"]
        if draw.random() < 0.7:
            one["bdate"] = draw.choice(("1.2", "31.12.1999", "5.5.2010", "29.2.2000"))
        if draw.random() < 0.6:
            one["city"] = {"id": draw.randrange(1, 9), "title": draw.choice(("Москва", "Омск", "Тверь"))}
        one["sex"] = draw.randrange(3)
        one["personal"] = []
        one["occupation"] = {"type": "university", "id": 1.5, "name": "МГУ"}
        one["last_seen"] = {"time": 1_700_000_000, "platform": draw.randrange(1, 8)}
        return one

    def _wall(self, owner: int, size: int) -> None:
        dates = sorted((self.draw.randrange(1_500_000_000, 1_750_000_000) for _ in range(size)), reverse=True)
        wall = [self._post(owner, 3 * (size - place) + 7, date) for place, date in enumerate(dates)]
        if size > 20:
            pinned = wall.pop(15)
            wall.insert(0, {**pinned, "is_pinned": 1})
        self.walls[owner] = wall

    def _post(self, owner: int, number: int, date: int) -> dict[str, Any]:
        draw = self.draw
        text = ODD_TEXTS[draw.randrange(len(ODD_TEXTS))] if draw.random() < 0.1 else f"запись {number} на {owner}"
        one: dict[str, Any] = {"id": number, "owner_id": owner, "from_id": owner, "date": date, "text": text}
        one["likes"] = {"count": draw.randrange(9)}
        one["attachments"] = [{"type": draw.choice(("photo", "hologram")), "photo": None}]
        if draw.random() < 0.1:
            one["copy_history"] = [{"id": 1, "owner_id": -5, "from_id": -5, "date": 5, "text": "чужое"}]
        return one

    # --- the API

    def answer(self, method: str, form: dict[str, str], token: str) -> Any:
        """The whole body of an answer."""
        if token != TOKEN:
            return _error(5, "User authorization failed")
        now = time.monotonic()
        while self._starts and now - self._starts[0] > 1.0:
            self._starts.popleft()
        if len(self._starts) >= self.rate:
            self.too_fast += 1
            return _error(6, "Too many requests per second")
        self._starts.append(now)
        if form.get("v") != "5.199" or form.get("lang") != "ru":
            self.bad.append(f"{method}: v={form.get('v')} lang={form.get('lang')}")
        self.calls[method] += 1
        if self.draw.random() < self.trouble:
            return self.draw.choice((_error(1, "Unknown"), _error(10, "Internal"), "502", "html", "reset", "cut"))
        if self.moving:
            self._move(method, form)
        ready = getattr(self, "_" + method.replace(".", "_"), None)
        return ready(form) if ready else _error(3, "Unknown method passed")

    def _move(self, method: str, form: dict[str, str]) -> None:
        draw = self.draw
        if method == "groups.getMembers" and draw.random() < 0.7:
            group = int(form["group_id"])
            for number in draw.sample(self.members[group], 3):
                self.members[group].remove(number)
                self.left.add((group, number))
            new = draw.choice([one for one in self.users if one not in self.members[group]])
            self.members[group] = sorted([*self.members[group], new])
        if method == "wall.get" and int(form["owner_id"]) < 0 and draw.random() < 0.7:
            wall = self.walls[int(form["owner_id"])]
            for _ in range(min(3, len(wall) - 2)):
                self.gone.add((wall[0]["owner_id"], wall.pop(draw.randrange(1, len(wall)))["id"]))
            top = max((one["id"] for one in wall), default=0)
            wall[1:1] = [self._post(int(form["owner_id"]), top + step, 1_760_000_000) for step in (2, 1)]

    def _utils_getServerTime(self, form: dict[str, str]) -> Any:  # noqa: N802
        return {"response": 1_760_000_000}

    def _execute(self, form: dict[str, str]) -> Any:
        return _error(28, "Application authorization failed: method is unavailable with service token")

    def _groups_getById(self, form: dict[str, str]) -> Any:  # noqa: N802
        by_name = {one["screen_name"]: one for one in self.groups.values()}
        keys = form["group_ids"].split(",")
        found = [self.groups.get(int(key)) if key.isdigit() else by_name.get(key) for key in keys]
        if None in found:
            return _error(100, "One of the parameters specified was missing or invalid: group_ids is invalid")
        return {"response": {"groups": found, "profiles": []}}

    def _groups_getMembers(self, form: dict[str, str]) -> Any:  # noqa: N802
        ids = self.members[int(form["group_id"])]
        start, most = int(form.get("offset", 0)), min(1000, int(form.get("count", 1000)))
        part = ids[start : start + most]
        return {
            "response": {"count": len(ids), "items": [self.users[one] for one in part] if form.get("fields") else part}
        }

    def _wall_get(self, form: dict[str, str]) -> Any:
        owner = int(form["owner_id"])
        user = self.users.get(owner)
        if user and "deactivated" in user:
            return _error(18, "User was deleted or banned")
        if user and user["is_closed"]:
            return _error(30, "This profile is private")
        wall = self.walls.get(owner, [])
        start, most = int(form.get("offset", 0)), min(100, int(form.get("count", 20)))
        return {"response": {"count": len(wall), "items": wall[start : start + most]}}

    # --- the server

    def __enter__(self) -> OtherVk:
        vk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
                method = self.path.rpartition("/")[2]
                if TOKEN in self.path or "?" in self.path:
                    vk.bad.append("token or parameters in the address")
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                token = token or form.get("access_token", [""])[0]
                with vk._lock:
                    body = vk.answer(method, {name: values[0] for name, values in form.items()}, token)
                self.send(body)

            def send(self, body: Any) -> None:
                status, data = 200, json.dumps(body).encode()
                if body == "502":
                    status, data = 502, b"<html>Bad gateway</html>"
                elif body == "html":
                    data = b"<!doctype html><p>be right back"
                elif body in ("reset", "cut"):
                    data = b'{"response": {"count": 5, "items": ['
                self.send_response(status)
                self.send_header("Content-Length", str(len(data) + (50 if body == "reset" else 0)))
                self.end_headers()
                self.wfile.write(data)
                if body == "reset":
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._http = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/method"
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def _error(code: int, text: str) -> dict[str, Any]:
    shown = [{"key": "method", "value": "x"}, {"key": "access_token", "value": TOKEN}]
    return {"error": {"error_code": code, "error_msg": text, "request_params": shown}}
