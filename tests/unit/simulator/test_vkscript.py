"""VKScript: what scripts return, and where they are stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from simulator.envelope import VkRefusal
from simulator.vkscript import Bounds, run


def api(method: str, params: Mapping[str, Any]) -> Any:
    if method == "no.access":
        return False
    return {"method": method, "items": [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}], "count": 2, **params}


def script(code: str, **arguments: str) -> Any:
    return run(code, api, arguments, Bounds())


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return 1 + 2 * 3 - 4 / 2;", 5),
        ("return 7 % 4;", 3),
        ("return -(2 + 1);", -3),
        ('return "a" + 1;', "a1"),
        ("return [1] + [2, 3];", [1, 2, 3]),
        ('return "10" > 9;', True),
        ("return null == 0;", False),
        ("return !false && (1 || 0);", 1),
        ("return 1 > 2 ? 'да' : 'нет';", "нет"),
        ("var a, b = 2; a = b; return [a, b];", [2, 2]),
        ("var a = [1]; var b = a; b.push(2); return [a, b];", [[1], [1, 2]]),
        ("var a = {x: 1, 'y': [2]}; a.z = a.y[0]; delete a.x; return a;", {"y": [2], "z": 2}),
        ("var i = 0; var s = []; while (i < 3) { s.push(i); i = i + 1; }; return s;", [0, 1, 2]),
        ("if (1 == 2) return 1; else if (2 == 2) { return 2; } return 3;", 2),
        ("return API.users.get({}).items@.id;", [1, 2]),
        ("return API.users.get({user_ids: [1, 2]}).user_ids;", [1, 2]),
        ("return API.no.access({});", False),
        ("return API.no.access({}).items;", None),
        ('return "a,b,c".split(",").length;', 3),
        ('return "привет".substr(1, 2) + "привет".indexOf("в");', "ри3"),
        ("var a = [1,2,3,4]; var r = a.splice(1, 2); return [a, r, a.slice(1), a.shift(), a.pop(), a];",
         [[1, 4], [2, 3], [4], 1, 4, []]),
        ("var a = [2]; a.unshift(1); return a;", [1, 2]),
        ('return parseInt("12abc") + parseDouble("1.5");', 13.5),
        ("return Args.who;", "я"),
        ("// слова\nreturn /* тут */ 1;", 1),
        ('return "\\u0416\\n";', "Ж\n"),
        ("var a = 1;", None),
    ],
)  # fmt: skip
def test_a_script_returns(code: str, value: Any) -> None:
    assert script(code, who="я") == value


@pytest.mark.parametrize(
    ("code", "number", "words"),
    [
        ("return 1", 12, "';' expected, '' found in line 1"),
        ("var a = ;", 12, "line 1"),
        ("\n\nreturn (1;", 12, "line 3"),
        ("function f() {}", 12, "expected"),
        ("return #;", 12, "unexpected"),
        ("return " + "(" * 5000 + ";", 12, "deep"),
        ("return API.no.access({}).items.slice(1);", 13, "slice"),
        ("while (true) {}", 13, "operations"),
        ("var i = 0; while (i < 26) { API.users.get({}); i = i + 1; } return i;", 13, "api calls"),
        ("return 1 / 0;", 13, "zero"),
        ("return [1] + 1;", 13, "add"),
        ("var s = 'ab'; while (true) { s = s + s; }", 13, "too big"),
        ("var n; n.x = 1; return n;", 13, "assign"),
    ],
)
def test_a_script_is_stopped(code: str, number: int, words: str) -> None:
    with pytest.raises(VkRefusal) as stopped:
        script(code)
    assert stopped.value.code == number and words in stopped.value.message


def test_twenty_five_calls_are_allowed() -> None:
    code = "var i = 0; while (i < 25) { API.users.get({}); i = i + 1; } return i;"
    assert script(code) == 25


def test_errors_stand_beside_the_answer_in_the_order_of_the_calls(vk: Any) -> None:
    code = 'return [API.wall.get({"owner_id": 4}), API.users.get({"user_ids": 1}), API.wall.get({"owner_id": 5})];'
    whole = vk.whole("execute", code=code)
    assert whole["response"][0] is False and whole["response"][2] is False and whole["response"][1][0]["id"] == 1
    assert [(one["method"], one["error_code"]) for one in whole["execute_errors"]] == [
        ("wall.get", 30),
        ("wall.get", 18),
    ]
    assert vk.server.calls("wall.get") == 0 and vk.server.calls("wall.get", inner=True) == 2


def test_an_answer_that_is_too_big_is_refused(start: Any) -> None:
    from simulator.server import ServerSettings

    vk = start(ServerSettings(requests_per_second=1000, max_response=10_000))
    error = vk.whole("execute", code="return API.wall.get({owner_id:-10,count:100});")["error"]
    assert error["error_code"] == 13 and "too big" in error["error_msg"]
