"""How a command ends: its counts and messages, for a person or as JSON; and how talkative the log is."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from storage import Outcome
from vkaudience.output import say, say_json

# What our rooms log under: each call to VK, at the level DEBUG.
LOGGER = "vkaudience"

STATES = {
    "done": "готово",
    "paused": "пауза: дневной лимит VK, запустите ту же команду позже",
    "partial": "готово, но не всё названное удалось получить",
    "interrupted": "остановлено, та же команда продолжит",
}
# The counts of all stages by their names in JSON; a name that is not here is shown as it is.
CAPTIONS = {
    "users": "люди",
    "memberships": "участия",
    "posts": "посты",
    "comments": "комментарии",
    "likes": "отметки",
    "subscriptions": "подписки",
    "followed_people": "подписки на людей",
    "user_states": "прежние сведения о людях",
    "community_counts": "размеры сообществ",
    "post_counts": "счётчики постов",
    "post_versions": "прежние тексты постов",
    "comment_versions": "прежние тексты комментариев",
    "_readings": "отметки о прочтении постов",
    "audience_members": "состав аудиторий",
    "aliases": "номера из файлов",
    "_local_numbers": "свои номера файлов",
    "walks": "обходы",
    "gaps": "отказы",
    "optouts": "отметки забытых",
    "experiments": "опыты",
    "assignments": "участники опытов",
    "calls": "вызовы VK",
    "refused": "отказы VK",
    "lists": "прочитанные списки и стены",
    "rows": "строки",
    "broken": "не прочитано",
    "repeated": "повторы",
    "communities": "сообщества",
    "audiences": "аудитории",
    "texts": "тексты",
    "lemmatized": "лемматизировано заново",
    "dropped": "убрано устаревших",
    "copies": "копии",
    "people": "люди",
    "documents": "документы",
    "terms": "слова в модели",
    "topics": "темы",
    "stable": "из них устойчивы",
    "people_below_floor": "мало слов у людей",
    "numbers": "числа в отчёте",
    "bytes": "размер, байт",
    "names_per": "имена людей",
    "names_loc": "имена мест",
    "names_org": "имена организаций",
    "profiles": "профили",
    "user_topics": "профили (строки)",
    "lang_ru": "по-русски",
    "lang_none": "без языка",
    "lang_other": "не по-русски",
    "lang_uk": "по-украински",
    "lang_be": "по-белорусски",
    "lang_kk": "по-казахски",
}


def silence() -> None:
    """Forget an earlier ``-v``: a notebook may run several commands in one process."""
    logging.getLogger(LOGGER).setLevel(logging.NOTSET)


def talk(*, verbose: bool) -> None:
    """With ``-v``: our log goes to stderr, each call to VK in a line. No token is ever in it."""
    if not verbose:
        return
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        logger.addHandler(handler)
        logger.propagate = False


def verbose() -> bool:
    """Whether ``-v`` was given."""
    return logging.getLogger(LOGGER).level == logging.DEBUG


def say_outcome(command: str, outcome: Outcome, *, as_json: bool) -> None:
    """How a stage ended: counts on stdout, what a person should know on stderr."""
    if as_json:
        say_json({"event": "end", "stage": command, "state": outcome.state, "counts": outcome.counts,
                  "messages": outcome.messages})  # fmt: skip
        return
    for message in outcome.messages:
        say(message, err=True)
    say(f"{command}: {STATES[outcome.state]}. {counted(outcome.counts)}".strip())


def counted(counts: Mapping[str, int]) -> str:
    """Counts with their names for people."""
    return ", ".join(f"{CAPTIONS.get(name, name)} {number}" for name, number in counts.items())
