"""What a study waits for: the next command, by what is in it and by what its runs did last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vkaudience.config import Config

# How the last collection ended, where the same command has to go on.
STOPPED = {
    "interrupted": "прошлый сбор остановлен на полпути, та же команда продолжит с того же места",
    "KeyboardInterrupt": "прошлый сбор остановлен на полпути, та же команда продолжит с того же места",
    "paused": "прошлый сбор на паузе: дневной лимит VK; та же команда продолжит",
    "VkStop": "прошлому сбору понадобился человек (причина выше); исправьте, и та же команда продолжит",
    None: "прошлый сбор оборвался или ещё идёт; та же команда продолжит",
}
FAILED = "прошлый сбор не удался (причина выше); та же команда продолжит"
ENDED = ("done", "partial")
# What changes people or texts, so that topics and report made before are out of date.
DATA = ("collect", "import", "lemmatize", "forget", "team merge")


def collecting(config: Config) -> dict[str, Any]:
    """What the journal keeps of a collection's settings."""
    return {**config["collect"], "audiences": config.audiences}


def changed(config: Config, before: Mapping[str, Any] | None) -> bool:
    """Whether the config names other people or things to collect than those of the last collection."""
    if before is None or not config.audiences:
        return False
    return _shape(_plain(collecting(config))) != _shape(before)


def refit(config: Config, before: Mapping[str, Any] | None) -> bool:
    """Whether the config wants other topics than the last ``topics`` was run for; where names are kept is no part."""
    return before is not None and {**_plain(config["topics"]), "curation": None} != {**before, "curation": None}


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the journal gives them back."""
    return dict(json.loads(json.dumps(settings, default=str)))


def _shape(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a collection without what only says how often; a file of people by its name, wherever it lies."""
    shape = {name: value for name, value in settings.items() if name != "refresh_hours"}
    shape["audiences"] = [
        {**one, "people": Path(one["people"]).name if one.get("people") else None} for one in shape.get("audiences", ())
    ]
    return shape


def next_step(found: Mapping[str, Any]) -> str:
    """The command that the study waits for, and why where it is not plain.

    ``found``: storage's summary with ``asked`` (what the config collects), ``changed`` (since the last collection),
    ``refit`` (settings of topics changed since they were made) and ``shared`` (one member's part of a team's study).
    """
    return _collecting(found) or _texts(found) or _results(found)


def _collecting(found: Mapping[str, Any]) -> str:
    """The step that has to do with collecting, or ""."""
    counts, asked, last = found["counts"], found["asked"], found["latest"].get("collect")
    if _number(found, "purge") > max(_number(found, name) for name in (*DATA, "audiences baseline")):
        return "всё сделано: данные удалены командой purge"
    if last and last["outcome"] not in ENDED and last["id"] > _number(found, "import"):
        return f"vkaudience collect: {STOPPED.get(last['outcome'], FAILED)}"
    looked = found["planned"] and not found["audiences"]
    if looked or not (found["texts"] or counts["posts"] or counts["users"]):
        return "vkaudience collect (с ключом VK) или vkaudience import (свои тексты)"
    begun = any(walk[0].partition(":")[0] in asked for walk in found["unfinished"])
    if begun or ("walls" in asked and found["waiting"]):
        return "vkaudience collect: продолжит с места остановки"
    if found["changed"]:
        return "vkaudience collect: настройки сбора с прошлого раза изменились"
    if _number(found, "audiences baseline") > _number(found, "collect"):
        return "vkaudience collect: соберёт стены контрольной аудитории"
    if found["shared"]:
        return "доля собрана: пришлите study.db тому, кто раздавал доли; он добавит её командой vkaudience team merge"
    return ""


def _texts(found: Mapping[str, Any]) -> str:
    """The step that has to do with texts, or ""."""
    if not found["texts"] and "walls" not in found["asked"] and not _number(found, "import"):
        return (
            'добавьте "walls" в [collect] what и запустите vkaudience collect: тексты людей не собирались '
            "(командой — vkaudience team split)"
        )
    return "vkaudience lemmatize" if found["not_lemmatized"] else ""


def _results(found: Mapping[str, Any]) -> str:
    """Topics and report: made after the data, each."""
    data, topics = max(_number(found, name) for name in DATA), found["latest"].get("topics")
    tried = topics is not None and topics["id"] > data and not found["refit"]
    # Topics that were refused for too little text will be refused again until there is more, or less is asked.
    poor = not found["texts"] or (tried and topics["outcome"] == "MissingInput")
    fitted = tried and topics["outcome"] in ENDED
    if not poor and not (found["model"] and fitted):
        return "vkaudience topics"
    why = ": тем нет, текста для них слишком мало" if poor and found["model"] is None else ""
    report = found["latest"].get("report") or {"id": 0, "outcome": None}
    newest = max(data, *(_number(found, name) for name in ("topics", "topics apply", "audiences baseline")))
    fresh = report["outcome"] in ENDED and report["id"] > newest
    return f"всё сделано{why}" if fresh else f"vkaudience report{why}"


def _number(found: Mapping[str, Any], command: str) -> int:
    """The number of the last run of a command; a later run has a larger one."""
    return int(found["latest"][command]["id"]) if command in found["latest"] else 0
