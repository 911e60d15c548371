"""A VK of a few lines: members, walls and refusals, over httpx's own seam, with moves between pages."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from collector.client import VkClient
from collector.settings import VkSettings
from collector.token import Token
from tests.unit.collector.clock import HandClock

INNER = re.compile(r"(?:if\(r\[0\]\.count>(\d+)\)\{r\.push\()?API\.([\w.]+)\((\{.*?\})\)")


class Killed(BaseException):
    """As sudden as SIGKILL for the code under test: no ``except Exception`` sees it."""


@dataclass
class FakeVk:
    groups: dict[int, dict[str, Any]] = field(default_factory=dict)
    members: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    walls: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refusals: dict[tuple[str, int], int] = field(default_factory=dict)
    before: Callable[[str, int], None] = lambda method, number: None
    calls: Counter[str] = field(default_factory=Counter)
    total: int = 0
    kill_at: int = 0
    executes: bool = False
    clock: HandClock = field(default_factory=lambda: HandClock(1_000_000.0))

    def client(self) -> VkClient:
        settings = VkSettings(requests_per_second=1000)
        return VkClient(Token("vk1.sim"), settings, clock=self.clock, transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.total += 1
        if self.total == self.kill_at:
            raise Killed
        return httpx.Response(200, content=json.dumps(self.body(method, form)).encode())

    def body(self, method: str, form: dict[str, str]) -> Any:
        self.calls[method] += 1
        self.before(method, self.calls[method])
        return getattr(self, method.replace(".", "_").lower())(form)

    def groups_getbyid(self, form: dict[str, str]) -> Any:
        keys = form["group_ids"].split(",")
        known = {**{str(number): group for number, group in self.groups.items()},
                 **{group["screen_name"]: group for group in self.groups.values()}}  # fmt: skip
        if any(key not in known for key in keys):
            return {"error": {"error_code": 100, "error_msg": "One of the parameters specified was missing or invalid"}}
        return {"response": {"groups": [known[key] for key in keys], "profiles": []}}

    def groups_getmembers(self, form: dict[str, str]) -> Any:
        return self.page("groups.getMembers", int(form["group_id"]), self.members, form, 1000)

    def users_get(self, form: dict[str, str]) -> Any:
        return {"response": [person(int(number)) for number in form["user_ids"].split(",")]}

    def wall_get(self, form: dict[str, str]) -> Any:
        return self.page("wall.get", int(form["owner_id"]), self.walls, form, 100)

    def wall_getbyid(self, form: dict[str, str]) -> Any:
        asked = [tuple(map(int, name.split("_"))) for name in form["posts"].split(",")]
        items = [item for owner, number in asked for item in self.walls[owner] if item and item.get("id") == number]
        return {"response": {"items": items}}

    def execute(self, form: dict[str, str]) -> Any:
        """Only what a batch is made of: calls in order, some of them only while the first one's count asks for it."""
        if not self.executes:
            return {"error": {"error_code": 28, "error_msg": "Application authorization failed"}}
        answer: dict[str, Any] = {"response": [], "execute_errors": []}
        for least, method, arguments in INNER.findall(form["code"]):
            first = answer["response"][0] if answer["response"] else None
            if least and not (first and first.get("count", 0) > int(least)):
                break
            form = {name: str(value) for name, value in json.loads(arguments).items()}
            body = self.body(method, form)
            answer["response"].append(body.get("response", False))
            if "error" in body:
                answer["execute_errors"].append({"method": method, **body["error"]})
        return answer

    def page(self, method: str, subject: int, lists: dict[int, list[Any]], form: dict[str, str], most: int) -> Any:
        if code := self.refusals.get((method, subject)):
            return {"error": {"error_code": code, "error_msg": "Access denied: group hide members"}}
        items, start = lists.get(subject, []), int(form.get("offset", 0))
        return {"response": {"count": len(items), "items": items[start : start + min(most, int(form["count"]))]}}


class Veiled(list[Any]):
    """A list that counts all of its places and shows nothing at those of the numbers ``hidden``."""

    hidden: frozenset[int] = frozenset()

    def __getitem__(self, index: Any) -> Any:
        return [item for item in super().__getitem__(index) if item["id"] not in self.hidden]


def person(number: int, **extra: Any) -> dict[str, Any]:
    return {"id": number, "first_name": "И", "last_name": "Ф", "is_closed": False, "can_access_closed": True, **extra}


def post(owner: int, number: int, **extra: Any) -> dict[str, Any]:
    text = f"пост {number} 🙂"
    return {"id": number, "owner_id": owner, "from_id": owner, "date": number * 10, "text": text, **extra}


@pytest.fixture(params=["service key", "user token"])
def vk(request: pytest.FixtureRequest) -> FakeVk:
    """Two communities (2,500 and 3 people, one shared), a wall of 350 posts with a pinned one, people's walls."""
    fake = FakeVk(executes=request.param == "user token")
    fake.groups = {
        7: {"id": 7, "screen_name": "rock", "name": "Рок", "is_closed": 0, "type": "group"},
        8: {"id": 8, "screen_name": "cats", "name": "Коты", "is_closed": 0, "type": "page"},
    }
    fake.members[7] = [person(number) for number in range(1, 2501)]
    fake.members[8] = [person(5), person(9001, is_closed=True), person(9002, deactivated="deleted")]
    fake.walls[-7] = [post(-7, 3, is_pinned=1), *(post(-7, number) for number in range(350, 0, -1) if number != 3)]
    fake.walls[5] = [post(5, number) for number in range(130, 0, -1)]
    return fake
