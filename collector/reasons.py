"""Walks and the states of their refusals in words: why VK gave nothing, and what to do about a community."""

from __future__ import annotations

from collector.errors import FAILED
from collector.reactions import UNKNOWN

KINDS = {
    "members": "списки участников",
    "posts": "стены сообществ",
    "walls": "стены людей",
    "comments": "комментарии",
    "likes": "отметки",
    "reposts": "репосты",
    "subscriptions": "подписки людей",
}
_OTHER = "Возьмите другое сообщество или уберите это из config.toml."
_INSIDE = f"Его прочтёт лишь ключ человека, который в нём состоит. {_OTHER}"

_REASONS = {
    "closed": "закрыто для посторонних",
    "private": "закрыто для посторонних",
    "denied": "доступ закрыт",
    "hidden_members": "список участников скрыт",
    "deleted": "удалено",
    "deactivated": "удалено или заблокировано",
    "banned": "заблокировано",
    "blocked": "заблокировано",
    "not_found": "не найдено",
    "comments_closed": "комментарии закрыты",
    "wall_off": "стена выключена",
    "private_groups": "список сообществ скрыт",
    FAILED: "VK не смог ответить",
    UNKNOWN: "причину VK не назвал",
}
_TODO = {
    "closed": _INSIDE,
    "private": _INSIDE,
    "denied": _INSIDE,
    "hidden_members": 'Тех, кто там пишет и отмечает, даёт правило definition = "active 3". ' + _OTHER,
    "deactivated": _OTHER,
    "banned": _OTHER,
    "blocked": _OTHER,
    "not_found": "Проверьте адрес в config.toml.",
    "wall_off": "Записей там нет ни для кого; участники и их стены собираются.",
    FAILED: "Запустите ту же команду ещё раз.",
    UNKNOWN: f"Запустите ту же команду позже. {_OTHER}",
}


def reason(state: str) -> str:
    """Why VK gave nothing."""
    return _REASONS.get(state, _REASONS[UNKNOWN])


def todo(state: str) -> str:
    """What to do when a whole community gave nothing; empty where nothing can be done."""
    return _TODO.get(state, "")
