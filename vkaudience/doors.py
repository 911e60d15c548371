"""The doors to the outside: the client with its token, made of the config and the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import ConfigError
from vkaudience.config import Config
from vkaudience.rooms import collect_share, vk_settings
from vkaudience.rules import parse_rule

if TYPE_CHECKING:
    from collector.client import VkClient
    from collector.settings import AudienceSpec, CollectSettings


STATE = "VKAUDIENCE_STATE"
# So many wrong lines of a file are told.
SHOWN = 5


def open_client(config: Config, environ: Mapping[str, str] = os.environ) -> VkClient:
    """A client for the config's VK. Raises VkStop without a usable token."""
    from collector.client import VkClient
    from collector.shared import Shared
    from collector.token import find_token

    settings = vk_settings(config)
    token = find_token(settings, environ)
    return VkClient(token, settings, shared=Shared(state_folder(environ), token.fingerprint, settings.api_url))


def noted_calls(config: Config, tokens: Iterable[str]) -> list[tuple[str, str, int, int]]:
    """(fingerprint, method, hour, calls) of all runs on this machine with these tokens; needs no token itself."""
    from collector.shared import noted

    folder, server = state_folder(), vk_settings(config).api_url
    return [(token, *call) for token in tokens for call in noted(folder, token, server)]


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where all studies of a person keep what they share: $VKAUDIENCE_STATE or the system's place for it."""
    from platformdirs import user_state_path

    return Path(environ.get(STATE) or user_state_path("vkaudience", appauthor=False))


def collect_settings(config: Config) -> CollectSettings:
    """The collector's settings. Raises ConfigError when no audience is named or a file of people is broken."""
    from collector.settings import CollectSettings

    if not config.audiences:
        raise ConfigError(
            "В настройках нет ни одной аудитории.",
            "Собирать нечего.",
            'Добавьте в config.toml: [[audiences]], name = "имя", communities = ["vk.com/адрес"].',
        )
    specs = tuple(_spec(table) for table in config.audiences)
    if any(spec.actions for spec in specs) and not {"comments", "likes"} & set(config["collect"]["what"]):
        raise ConfigError(
            "Аудитория активных людей задана, а отметки и комментарии не собираются.",
            "Кто активен, видно только по ним.",
            'Добавьте "likes", "comments" или оба в what раздела [collect].',
        )
    known = CollectSettings.__dataclass_fields__
    given: dict[str, Any] = {name: value for name, value in config.given("collect").items() if name in known}
    return CollectSettings(audiences=specs, **{**given, "share": collect_share(config)})


def _spec(table: Mapping[str, Any]) -> AudienceSpec:
    from collector.settings import AudienceSpec

    rule = parse_rule(table["definition"], len(set(table["communities"])))
    return AudienceSpec(
        name=table["name"],
        communities=table["communities"],
        people=_people(table["people"]),
        baseline=table["baseline"],
        least=rule.least,
        minus=rule.minus,
        actions=rule.actions,
        since=rule.since,
        until=rule.until,
    )


def _people(file: Path | None) -> tuple[int, ...]:
    """Ids of people, one a line: ``123``, ``id123``, ``vk.com/id123``."""
    if file is None:
        return ()
    from collector.address import person_number

    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Файл с людьми не читается: {file}", str(error), "Нужен текст в UTF-8.") from error
    numbers = [(line, text.strip(), person_number(text)) for line, text in enumerate(lines, start=1) if text.strip()]
    wrong = [f"строка {line}: {text[:40]!r}" for line, text, number in numbers if number is None]
    if wrong:
        more = f" и ещё {len(wrong) - SHOWN}" if len(wrong) > SHOWN else ""
        raise ConfigError(
            f"В файле людей {file} есть строки, где не человек: {'; '.join(wrong[:SHOWN])}{more}.", "",
            "Пишите по одному в строке: 123, id123 или vk.com/id123.",
        )  # fmt: skip
    return tuple(dict.fromkeys(number for _, _, number in numbers if number is not None))
