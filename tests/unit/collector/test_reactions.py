"""Every code has a reaction, and no refusal carries a secret."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from collector.errors import VkBug, VkError, VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip, VkStop
from collector.reactions import reaction

SHARED = Path(os.environ.get("VKAUDIENCE_SHARED") or Path(__file__).parents[4] / "shared")
CONTRACT = SHARED / "vk-contract" / "errors.json"


@pytest.mark.parametrize(
    ("code", "text", "subcode", "kind", "state"),
    [
        (1, "Unknown error occurred", None, VkRetry, None),
        (6, "Too many requests per second", None, VkRetry, None),
        (5, "User authorization failed", None, VkStop, None),
        (9, "Flood control", None, VkRetry, None),
        (10, "Internal server error", None, VkRetry, None),
        (17, "Validation required", None, VkStop, None),
        (19, "Content blocked", None, VkSkip, "blocked"),
        (36, "Method execution was interrupted due to timeout", None, VkShrink, None),
        (100, "One of the parameters specified was missing or invalid", None, VkSkip, "not_found"),
        (203, "Access to group denied", None, VkSkip, "denied"),
        (15, "Access denied: this wall available only for community members", None, VkSkip, "closed"),
        (15, "Access denied: wall is disabled", None, VkSkip, "wall_off"),
        (15, "Access denied", 1134, VkIncapable, None),
        (13, "Runtime error: response size is too big", None, VkShrink, None),
        (13, "Runtime error: null", None, VkBug, None),
        (14, "Captcha needed", None, VkStop, None),
        (15, "Access denied: group hide members", None, VkSkip, "hidden_members"),
        (15, "Access denied: this profile is private", None, VkSkip, "private"),
        (15, "Access denied", 1133, VkIncapable, None),
        (15, "Access denied: it cannot be called with current scopes.", None, VkIncapable, None),
        (18, "User was deleted or banned", None, VkSkip, "deactivated"),
        (28, "Application authorization failed: method is unavailable with service token", None, VkIncapable, None),
        (28, "access_token has expired", None, VkStop, None),
        (29, "Rate limit reached", None, VkQuota, None),
        (30, "This profile is private", None, VkSkip, "private"),
        (212, "Access to post comments denied", None, VkSkip, "comments_closed"),
        (260, "Access to the groups list is denied", None, VkSkip, "private_groups"),
        (1051, "Method is not available for this profile type", None, VkIncapable, None),
        (987654, "Новая ошибка 🙂", None, VkSkip, "unknown"),
    ],
)
def test_a_code_has_its_reaction(code: int, text: str, subcode: int | None, kind: type[VkError], state: str) -> None:
    error = reaction("wall.get", {"error_code": code, "error_msg": text, "error_subcode": subcode})
    assert type(error) is kind
    assert state is None or error.state == state


@pytest.mark.parametrize("code", [2, 3, 4, 5, 11, 14, 16, 17, 20, 23, 24, 27, 33, 38, 42, 101, 1051, 1117, 3300, 11500])
def test_what_only_a_person_can_mend_says_what_to_do_next(code: int) -> None:
    error = reaction("wall.get", {"error_code": code, "error_msg": "x"})
    assert isinstance(error, VkStop | VkIncapable) and error.todo


def test_a_key_that_has_expired_and_one_of_the_wrong_kind_get_different_advice() -> None:
    expired = reaction("execute", {"error_code": 28, "error_msg": "access_token has expired"})
    foreign = reaction("execute", {"error_code": 28, "error_msg": "method is unavailable with service token"})
    assert expired.todo and foreign.todo and expired.todo != foreign.todo


def test_no_parameter_of_the_request_reaches_the_error() -> None:
    body = {"error_code": 5, "error_msg": "x", "request_params": [{"key": "access_token", "value": "vk1.secret"}]}
    error = reaction("wall.get", body)
    assert "secret" not in repr(error) + str(error) + repr(vars(error))


@pytest.mark.parametrize("code", [14, 17])
def test_a_check_by_a_person_names_vks_page(code: int) -> None:
    page = "https://id.vk.com/captcha?session=1"
    assert page in str(reaction("m", {"error_code": code, "error_msg": "x", "redirect_uri": page}))


BAD_PAGES = [None, 7, [], "javascript:alert(1)", "https://x/\x1b[2J", "https://x/ y", "https://" * 999]


@pytest.mark.parametrize("page", BAD_PAGES)
def test_a_page_unfit_to_be_opened_is_not_shown(page: object) -> None:
    told, plain = {"error_code": 14, "redirect_uri": page}, {"error_code": 14}
    assert str(reaction("m", told)) == str(reaction("m", plain))


def test_flood_control_asks_for_minutes() -> None:
    assert reaction("m", {"error_code": 9, "error_msg": "Flood control"}).pause >= 60
    assert reaction("m", {"error_code": 10, "error_msg": "Internal server error"}).pause == 0


@pytest.mark.parametrize("text", [None, 5, {"token": "vk1.secret"}, "а\ud800б", "x" * 100_000])
def test_any_text_of_an_error_can_be_shown_and_stored(text: object) -> None:
    error = reaction("m", {"error_code": 30, "error_msg": text})
    assert len(str(error).encode()) < 3000 and "secret" not in str(error)


@pytest.mark.parametrize("body", [{}, {"error_code": None}, {"error_code": "x"}, {"error_code": True}])
def test_a_damaged_error_is_tried_again(body: dict[str, object]) -> None:
    assert type(reaction("wall.get", body)) is VkRetry


@pytest.mark.skipif(not CONTRACT.exists(), reason="VK's own list of errors is not beside the checkout")
def test_every_global_code_of_vks_own_list_has_a_named_reaction() -> None:
    listed = json.loads(CONTRACT.read_text(encoding="utf-8"))["errors"].values()
    codes = [(entry["code"], entry["description"]) for entry in listed if entry.get("global") and entry["code"] < 44]
    unnamed = [code for code, text in codes if reaction("m", {"error_code": code, "error_msg": text}).state == "unknown"
               and type(reaction("m", {"error_code": code, "error_msg": text})) is VkSkip]  # fmt: skip
    assert codes and unnamed == []
