"""The client against answers VK really gives, good and bad."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import httpx
import pytest

from collector.client import VkClient
from collector.errors import VkError, VkRetry, VkShrink, VkSkip, VkStop
from collector.retry import ATTEMPTS, TOO_FAST_ATTEMPTS
from collector.settings import VkSettings
from collector.token import Token
from simulator.server import start_server
from simulator.settings import ServerSettings
from simulator.world import build_world
from storage import ConfigError
from tests.unit.collector.clock import HandClock

SECRET = "vk1.sim.secret"


def client(answer: Callable[[httpx.Request], httpx.Response], clock: HandClock | None = None) -> VkClient:
    settings = VkSettings(contact="я a@b.example")
    return VkClient(Token(SECRET), settings, clock=clock or HandClock(), transport=httpx.MockTransport(answer))


def test_a_call_is_a_post_with_the_token_in_the_header_alone() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"response": [1]})

    with client(answer) as vk:
        assert vk.call("users.get", user_ids=(1, 2), extended=True, offset=None) == [1]
    request = seen[0]
    assert request.method == "POST" and str(request.url) == "https://api.vk.ru/method/users.get"
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert request.headers["User-Agent"].startswith("vkaudience/") and "a@b.example" in request.headers["User-Agent"]
    assert parse_qs(request.content.decode()) == {
        "user_ids": ["1,2"], "extended": ["1"], "v": ["5.199"], "lang": ["ru"]
    }  # fmt: skip


BAD = [
    httpx.Response(502, html="<h1>Bad gateway</h1>"),
    httpx.Response(200, html="<html>"),
    httpx.Response(200, content=b'{"response": {"count": 3, "ite'),
    httpx.Response(200, json=[]),
    httpx.Response(200, json={"response": False}),
    httpx.Response(200, json={"error": {"error_code": 6, "error_msg": "Too many requests per second"}}),
    httpx.Response(200, json={"error": {"error_code": 10, "error_msg": "Internal server error"}}),
]


@pytest.mark.parametrize("bad", BAD)
def test_a_passing_fault_is_survived(bad: httpx.Response) -> None:
    answers = iter([bad, httpx.Response(200, json={"response": 7})])
    with client(lambda _: next(answers)) as vk:
        assert vk.call("utils.getServerTime") == 7
        assert vk.calls == {"utils.getServerTime": 2}


def test_a_lasting_fault_ends_after_bounded_tries() -> None:
    with client(lambda _: httpx.Response(500)) as vk:
        with pytest.raises(VkRetry, match="500"):
            vk.call("wall.get")
        assert vk.calls["wall.get"] == ATTEMPTS


def test_too_fast_holds_the_whole_token_for_a_second() -> None:
    clock = HandClock()
    answers = iter([httpx.Response(200, json={"error": {"error_code": 6, "error_msg": "x"}})])
    with client(lambda _: next(answers, httpx.Response(200, json={"response": 1})), clock) as vk:
        vk.call("m")
    assert clock.time >= 1


@pytest.mark.parametrize(("code", "kind"), [(30, VkSkip), (5, VkStop)])
def test_a_refusal_is_not_repeated(code: int, kind: type[Exception]) -> None:
    with client(lambda _: httpx.Response(200, json={"error": {"error_code": code, "error_msg": "x"}})) as vk:
        with pytest.raises(kind):
            vk.call("wall.get")
        assert vk.calls["wall.get"] == 1


@pytest.mark.parametrize(
    ("address", "words"),
    [("http://127.0.0.1:8765/method", "vkaudience simulate"), ("https://api.vk.example/method", "Проверьте интернет")],
)
def test_where_nobody_answers_the_address_is_named_and_what_to_check(address: str, words: str) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    def elsewhere(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404)

    for answer in (refuse, elsewhere):
        transport = httpx.MockTransport(answer)
        vk = VkClient(Token(SECRET), VkSettings(api_url=address), clock=HandClock(), transport=transport)
        with vk, pytest.raises(VkRetry) as caught:
            vk.call("wall.get")
        assert address in str(caught.value) and words in caught.value.todo


def test_a_wrong_token_is_told_as_that_though_vk_did_answer() -> None:
    error = {"error_code": 5, "error_msg": "User authorization failed"}
    with client(lambda _: httpx.Response(200, json={"error": error})) as vk, pytest.raises(VkStop) as caught:
        vk.call("wall.get")
    assert "не подходит" in caught.value.what and "VK_TOKEN" in caught.value.todo
    other = {**error, "error_code": 15}
    with client(lambda _: httpx.Response(200, json={"error": other})) as vk, pytest.raises(VkSkip) as refused:
        vk.call("wall.get")
    assert "не ответил" not in refused.value.what and "15" in refused.value.what


def test_no_traceback_shows_the_token() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with client(refuse) as vk:
        try:
            vk.call("wall.get")
        except VkRetry as error:
            shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
            assert SECRET not in shown and "ConnectError" in shown
        else:
            pytest.fail("a refused connection went unnoticed")


def refusal(code: int, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"error": {"error_code": code, "error_msg": "x", **more}})


def chain(error: BaseException | None) -> list[BaseException]:
    """The error and all it drags along, shown in a traceback or not."""
    return [error, *chain(error.__cause__), *chain(error.__context__)] if error is not None else []


def test_no_error_drags_along_the_request_with_its_header() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with client(refuse) as vk, pytest.raises(VkRetry) as caught:
        vk.call("wall.get")
    assert not [error for error in chain(caught.value) if isinstance(error, httpx.HTTPError)]


@pytest.mark.parametrize("code", [1, 5, 6, 9, 14, 17, 30, 100, 987654])
def test_an_error_that_echoes_the_token_is_scrubbed(code: int) -> None:
    echo = refusal(
        code,
        error_msg=f"invalid access_token ({SECRET}).",
        error_text=SECRET,
        redirect_uri=f"https://id.vk.com/captcha?access_token={SECRET}",
        request_params=[{"key": "access_token", "value": SECRET}],
    )
    with client(lambda _: echo) as vk, pytest.raises(VkError) as caught:
        vk.call("wall.get")
    for error in chain(caught.value):
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert SECRET not in shown + repr(vars(error)) + repr(error.args)
    assert "invalid access_token (***)" in str(caught.value)


def test_too_fast_is_no_failure_and_waits_a_second_each_time() -> None:
    clock = HandClock()
    answers = iter([refusal(6)] * (TOO_FAST_ATTEMPTS - 1) + [httpx.Response(200, json={"response": 1})])
    with client(lambda _: next(answers), clock) as vk:
        assert vk.call("m") == 1
        assert vk.calls["m"] == TOO_FAST_ATTEMPTS > ATTEMPTS
    assert TOO_FAST_ATTEMPTS - 1 <= clock.time < 2 * TOO_FAST_ATTEMPTS


def test_too_fast_does_not_use_up_the_tries_of_other_faults() -> None:
    faults = ([refusal(6)] * 3 + [httpx.Response(502)]) * (ATTEMPTS - 1)
    answers = iter([*faults, httpx.Response(200, json={"response": 1})])
    with client(lambda _: next(answers)) as vk:
        assert vk.call("m") == 1


def test_too_fast_for_ever_ends() -> None:
    with client(lambda _: refusal(6)) as vk:
        with pytest.raises(VkRetry) as caught:
            vk.call("m")
        assert caught.value.code == 6 and vk.calls["m"] == TOO_FAST_ATTEMPTS


def test_flood_control_is_waited_out_in_minutes_and_not_hammered() -> None:
    clock = HandClock()
    with client(lambda _: refusal(9), clock) as vk:
        with pytest.raises(VkRetry):
            vk.call("m")
        assert vk.calls["m"] <= 3
    assert clock.time >= 60 * (vk.calls["m"] - 1) > 0


@pytest.mark.parametrize(("code", "state", "tries"), [(1, "failed", ATTEMPTS), (987654, "unknown", 2)])
def test_a_lasting_riddle_is_about_one_subject(code: int, state: str, tries: int) -> None:
    with client(lambda _: refusal(code)) as vk:
        with pytest.raises(VkSkip) as caught:
            vk.call("wall.get")
        assert caught.value.state == state and caught.value.code == code and vk.calls["wall.get"] == tries


@pytest.mark.parametrize("code", [1, 987654])
def test_a_passing_riddle_is_survived(code: int) -> None:
    answers = iter([refusal(code), httpx.Response(200, json={"response": 7})])
    with client(lambda _: next(answers)) as vk:
        assert vk.call("wall.get") == 7


def test_vk_api_s_own_ways_of_calling_go_over_this_client() -> None:
    from vk_api.execute import VkFunction

    seen: list[tuple[str, dict[str, list[str]]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, parse_qs(request.content.decode())))
        return httpx.Response(200, json={"response": [4]})

    with client(answer) as vk:
        assert vk.api().wall.get_by_id(posts=["1_2", "1_3"]) == [4]
        assert VkFunction("return %(x)s;", args=("x",))(vk.api(), 5) == [4]
        assert vk.calls == {"wall.getById": 1, "execute": 1}
    assert seen[0][0] == "/method/wall.getById" and seen[0][1]["posts"] == ["1_2,1_3"]
    assert seen[1][1]["code"] == ["return 5;"] and seen[1][1]["v"] == ["5.199"]


def test_a_refusal_reaches_the_notebook_as_our_error() -> None:
    with client(lambda _: refusal(30)) as vk, pytest.raises(VkSkip):
        vk.api().wall.get(owner_id=1)


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_is_not_asked_for_this_machine(name: str, no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    world = build_world("tiny")
    with start_server(world, ServerSettings(requests_per_second=1000)) as server:
        for host in ("127.0.0.1", "localhost"):
            settings = VkSettings(api_url=server.api_url.replace("127.0.0.1", host))
            with VkClient(Token(server.tokens["service"]), settings, clock=HandClock()) as vk:
                assert vk.call("utils.getServerTime")


@pytest.mark.parametrize(
    ("proxy", "todo"),
    [("socks5://me:hunter2@localhost:1080", "httpx[socks]"), ("gopher://me:hunter2@x", "уберите")],
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    proxy: str, todo: str, no_proxies: pytest.MonkeyPatch
) -> None:
    no_proxies.setenv("ALL_PROXY", proxy)
    no_proxies.setitem(sys.modules, "socksio", None)  # type: ignore[misc]
    with pytest.raises(ConfigError) as error:
        VkClient(Token(SECRET), VkSettings())
    assert "прокси" in str(error.value).lower() and todo in error.value.todo
    shown = "".join(traceback.TracebackException.from_exception(error.value).format())
    assert "hunter2" not in shown


@pytest.mark.parametrize("status", [404, 500])
def test_a_page_that_vk_breaks_at_twice_is_to_be_made_smaller(status: int) -> None:
    with client(lambda _: httpx.Response(status, html="<h1>no</h1>")) as vk:
        with pytest.raises(VkShrink):
            vk.call("wall.get", owner_id=1, count=100)
        assert vk.calls["wall.get"] == 2
        with pytest.raises(VkRetry):
            vk.call("groups.getById", group_ids="1")


def test_an_answer_whose_bytes_come_one_by_one_for_ever_is_given_up() -> None:
    clock = HandClock()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                clock.time += 5
                yield b" "

    with client(lambda _: httpx.Response(200, stream=Drip()), clock) as vk, pytest.raises(VkRetry, match="целиком"):
        vk.call("users.get")
    assert clock.time < 120
