"""From VK's error codes to what the loop does next: the one map of them.

The meanings are VK's own list of errors; 1051 is sent although that list lacks it. An unknown code is a
skip with the state ``unknown``, so that a new refusal of one subject never ends a collection; the client
asks once more first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.errors import VkBug, VkError, VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip, VkStop
from collector.values import text as clean

NO_REASON = 1
TOO_FAST = 6
FLOOD = 9
UNKNOWN = "unknown"
FLOOD_PAUSE = 180.0
LONGEST_TEXT = 500

_RETRY = (1, 6, 9, 10, 32, 43)
_SHRINK = (36,)
_INCAPABLE = (3, 20, 21, 23, 27, 28, 500, 600, 603, 1051)
_QUOTA = (29, 103, 601)
_STOP = (
    *(2, 4, 5, 11, 14, 16, 17, 24, 25, 33, 34, 35, 38, 41, 42, 101, 1105, 1114, 1116, 1117, 1118),
    *(3300, 3301, 3302, 3303, 3304, 3609, 11500),
)
_BUG = (8, 12, 150, 9999)
_SKIP = {
    7: "denied", 15: "denied", 18: "deactivated", 19: "blocked", 30: "private", 37: "deactivated",
    39: "not_found", 40: "not_found", 100: "not_found", 104: "not_found", 113: "not_found", 125: "not_found",
    200: "denied", 201: "denied", 203: "denied", 204: "denied", 205: "denied",
    210: "denied", 211: "denied", 212: "comments_closed", 260: "private_groups",
    1260: "not_found", 3610: "deactivated",
}  # fmt: skip
_SCOPE_SUBCODES = (1133, 1134)

_CLASSES: dict[int, type[VkError]] = {
    **dict.fromkeys(_RETRY, VkRetry),
    **dict.fromkeys(_SHRINK, VkShrink),
    **dict.fromkeys(_INCAPABLE, VkIncapable),
    **dict.fromkeys(_QUOTA, VkQuota),
    **dict.fromkeys(_STOP, VkStop),
    **dict.fromkeys(_BUG, VkBug),
    **dict.fromkeys(_SKIP, VkSkip),
}

_WHAT = {5: "Ключ доступа не подходит (ошибка 5)"}
_NEW_KEY = "Получите новый ключ и положите на место прежнего, потом та же команда. Собранное цело."
_ENABLE = "Включите своё приложение на сайте VK, потом запустите ту же команду. Собранное цело."
_TODO = {
    2: _ENABLE,
    5: "Проверьте, что ключ лежит в VK_TOKEN (или в файле token_file) целиком и что он от этого VK: у simulate свой, "
    "из его вывода. Если ключ верный, он отозван или истёк: получите новый. Собранное цело.",
    11: _ENABLE,
    28: _NEW_KEY,
    1114: _NEW_KEY,
    1116: _NEW_KEY,
    1117: _NEW_KEY,
    1118: _NEW_KEY,
    9: "VK счёл однообразные вызовы потоком. Запустите ту же команду через час.",
    14: "Капчу мы не решаем. Пройдите её сами, возьмите сервисный ключ или подождите час.",
    17: "Пройдите проверку на сайте VK; после неё нужен новый ключ.",
    29: "Запустите ту же команду позже: она продолжит с места остановки.",
}
# What a person does where nothing is known of the very code.
_TODO_OF = {
    VkStop: "Устраните причину на сайте VK или возьмите другой ключ, потом запустите ту же команду. Собранное цело.",
    VkIncapable: "Возьмите ключ другого рода. Что может этот ключ: vkaudience check.",
}


def reaction(method: str, error: Mapping[str, Any]) -> VkError:
    """The exception for the inside of VK's ``{"error": {...}}``; its ``request_params`` are never read.

    An error without a readable code is a :class:`VkRetry`: the answer was damaged on its way.
    """
    code, text = error.get("error_code"), clean(error.get("error_msg"))[:LONGEST_TEXT]
    if not isinstance(code, int) or isinstance(code, bool):
        return VkRetry(method, None, "ответ VK не удалось понять")
    kind = _kind(code, text.lower(), error.get("error_subcode"))
    pause = FLOOD_PAUSE if code == FLOOD else 0.0
    what, state = _WHAT.get(code, ""), _state(code, text.lower())
    return kind(method, code, text, state=state, what=what, todo=_todo(kind, code, error), pause=pause)


def _todo(kind: type[VkError], code: int, error: Mapping[str, Any]) -> str:
    """What a person does next, with the page VK sends them to; only an address fit to be shown and opened."""
    page, usual = clean(error.get("redirect_uri")), _TODO_OF.get(kind, "")
    said = usual if kind is VkIncapable else _TODO.get(code, usual)
    fit = page.startswith("https://") and page.isascii() and page.isprintable() and " " not in page
    return f"{said} Страница VK: {page}".strip() if fit and len(page) <= 2000 else said


def _kind(code: int, text: str, subcode: Any) -> type[VkError]:
    if code == 15 and (subcode in _SCOPE_SUBCODES or "current scopes" in text):  # inside execute no subcode comes
        return VkIncapable
    if code == 13:
        return VkShrink if "too big" in text else VkBug
    if code == 8 and "try again" in text:
        return VkRetry
    if code == 28 and "expired" in text:
        return VkStop
    return _CLASSES.get(code, VkSkip)


def _state(code: int, text: str) -> str:
    if code == 15 and "hide members" in text:
        return "hidden_members"
    if code == 15 and "only for community members" in text:
        return "closed"
    if code == 15 and "wall is disabled" in text:
        return "wall_off"
    if code == 15 and "private" in text:
        return "private"
    if code == 18 and "banned" in text and "deleted" not in text:
        return "banned"
    return _SKIP.get(code, UNKNOWN)
