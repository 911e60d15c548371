"""What a collection lacks, in words: what VK refused, did not answer for, or shows less of than it counts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from collector.errors import FAILED
from collector.reasons import KINDS, reason, todo
from collector.walk import Expedition
from collector.walk_members import HIDDEN
from storage import audiences, journal, walls

_OF_MANY = ("walls", "subscriptions", "comments", "likes")
_AGAIN = "Запустите ту же команду ещё раз: она дочитает."
_SINCE = "Исправьте [collect] since."
# Of what a list counts, so much may be missing without a word: VK's counts are not exact.
_NEARLY = 0.99
_SWEPT = {
    "wall.getById": "Правки и удаления последних записей не проверены",
    "users.get": "Профили людей не получены",
    "groups.getById": "Сведения о сообществах, на которые подписаны люди, не получены",
}


def refusal(expedition: Expedition, kind: str, subject: int, what: str) -> list[str]:
    """A message for a community's gap; an earlier run's gap counts too, or a repeat would look complete."""
    gap = journal.find_gap(expedition.store, kind, subject)
    return [f"{what} VK не отдал: {reason(gap.state)}. {todo(gap.state)}".strip()] if gap else []


def whole_methods(expedition: Expedition) -> list[str]:
    """Messages about methods that gave nothing, or not all, of what was to be asked for."""
    unable = [f"Метод {name} этому ключу недоступен: {error.message}" for name, error in expedition.incapable.items()]
    mute = [
        f"Метод {name} перестал отвечать: {error.message}. Запустите ту же команду позже: она дочитает."
        for name, error in expedition.silent.items()
    ]
    return [*unable, *mute, *_swept(expedition), *_unanswered(expedition), *_refused(expedition), *_unasked(expedition)]


def _swept(expedition: Expedition) -> list[str]:
    return [
        f"{_SWEPT.get(method, method)}: VK не ответил на {method} ({number}; {why}). {_AGAIN}"
        for method, (number, why) in expedition.unswept.items()
    ]


def _unanswered(expedition: Expedition) -> list[str]:
    """What VK failed to answer for time after time: no refusal, so another run may well get it."""
    gaps = journal.gap_counts(expedition.store)
    found = [f"{KINDS[kind]}: {gaps[kind, FAILED]}" for kind in _OF_MANY if (kind, FAILED) in gaps]
    return [f"VK так и не ответил ({', '.join(found)}). {_AGAIN}"] if found else []


def _refused(expedition: Expedition) -> list[str]:
    """Single people and posts may refuse; where all do, it is the key or the method that does not serve."""
    found = []
    for kind in _OF_MANY:
        states = journal.refusals(expedition.store, kind) if kind in expedition.settings.what else {}
        if states and not _answered(expedition, kind):
            told = ", ".join(f"{reason(state)}: {number}" for state, number in states.items())
            found.append(
                f"Ни разу не получены {KINDS[kind]}: VK отказал во всём ({told}). Проверьте ключ: vkaudience check."
            )
    return found


def _answered(expedition: Expedition, kind: str) -> int:
    parts = {"comments": ("comments",), "likes": ("like", "repost")}.get(kind)
    return walls.count_readings(expedition.store, parts) if parts else journal.count_read(expedition.store, kind)


def _unasked(expedition: Expedition) -> list[str]:
    """What the settings ask for without that of which it is read."""
    store, what = expedition.store, expedition.settings.what
    found = []
    if {"comments", "likes"} & set(what) and not journal.count_read(store, "posts") and "posts" not in what:
        found.append("Комментарии и отметки читают у записей сообществ, а их нет: добавьте posts в [collect] what.")
    if {"walls", "subscriptions"} & set(what) and "members" not in what and next(audiences.panel(store), None) is None:
        found.append("Стены и подписки читают у людей, а их в аудиториях нет: добавьте members в [collect] what.")
    return found


def dates(expedition: Expedition) -> list[str]:
    """Notes where the study asks for texts of days to come, or counts actions on texts that it does not collect."""
    settings, now = expedition.settings, expedition.clock.now()
    since, found = settings.since, []
    if since is None:
        return []
    if since > now:
        found.append(f"Тексты нужны с {_day(since)}, а этот день ещё не наступил: ни один не подходит. {_SINCE}")
    for spec in settings.audiences:
        if spec.actions and spec.since is not None and spec.since < since:
            found.append(
                f"Аудитория «{spec.name}» считает отметки под записями с {_day(spec.since)}, а собраны они только с "
                f"{_day(since)}. {_SINCE}"
            )
    return found


def _day(moment: int) -> str:
    return f"{datetime.datetime.fromtimestamp(moment, datetime.UTC):%Y-%m-%d}"


def empty(expedition: Expedition) -> list[str]:
    """Notes on audiences whose own rule leaves nobody: all of it was read, so the result lacks nothing."""
    return [
        f"Аудитория «{name}» пуста: под её правило не подходит никто. Измените definition в config.toml."
        for name in expedition.nobody
    ]


def broken(expedition: Expedition) -> list[str]:
    """What came without a number: it is no community and no method, so the result is not called incomplete. One that
    two pages showed was met twice: without a number nobody can tell.
    """
    number = expedition.broken
    return [f"VK прислал записи без номера: встречено {number}. Сохранить их нельзя, пропущены."] if number else []


def short(expedition: Expedition, communities: Mapping[int, str]) -> list[str]:
    """Notes on lists that VK shows less of than it counts; nothing that another run would change.

    ``communities``: number -> the name that the config gives it.
    """
    store, settings = expedition.store, expedition.settings
    found = []
    for number, name in communities.items():
        walk = journal.find_walk(store, "members", number)
        if walk and walk.state == "short" and walk.got < _NEARLY * (walk.promised or 0):
            told = f"Участников сообщества «{name}» VK показал {walk.got} из {walk.promised}"
            many = (walk.promised or 0) - walk.got > (walk.promised or 0) // HIDDEN
            found.append(f"{told}; кто вышел, по такому списку не узнать." if many else f"{told}.")
    for number, name in communities.items() if settings.since is None and settings.max_posts is None else ():
        walk = journal.find_walk(store, "posts", -number)
        got = walls.count_posts(store, -number)
        if walk and walk.state == "short" and got < _NEARLY * (walk.promised or 0):
            found.append(f"Записей на стене сообщества «{name}» VK показал {got} из {walk.promised}.")
    people, got, promised = journal.short_walks(store, "subscriptions")
    if people and "subscriptions" in settings.what:
        found.append(f"Подписки показаны не целиком у людей: {people}; сообществ в них {got} из {promised}.")
    return found
