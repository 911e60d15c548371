"""The doors to the outside: the client with its token, made of the config and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import ConfigError
from vkaudience.config import Config
from vkaudience.rules import parse_rule

if TYPE_CHECKING:
    from collector.client import VkClient
    from collector.settings import CollectSettings


def open_client(config: Config, environ: Mapping[str, str] = os.environ) -> VkClient:
    """A client for the config's VK. Raises VkStop without a usable token."""
    from collector.client import VkClient
    from collector.settings import VkSettings
    from collector.token import find_token

    settings = VkSettings(**config.given("vk"))
    return VkClient(find_token(settings, environ), settings)


def collect_settings(config: Config) -> CollectSettings:
    """The collector's settings. Raises ConfigError when no audience is named or a file of people is broken."""
    from collector.settings import AudienceSpec, CollectSettings

    if not config.audiences:
        raise ConfigError(
            "В настройках нет ни одной аудитории.",
            "Собирать нечего.",
            'Добавьте в config.toml: [[audiences]], name = "имя", communities = ["vk.com/адрес"].',
        )
    _only_known_rules(config)
    specs = tuple(
        AudienceSpec(
            name=table["name"],
            communities=table["communities"],
            people=_people(table["people"]),
            definition=table["definition"],
            baseline=table["baseline"],
        )
        for table in config.audiences
    )
    known = CollectSettings.__dataclass_fields__
    given: dict[str, Any] = {name: value for name, value in config.given("collect").items() if name in known}
    return CollectSettings(audiences=specs, **given)


def _only_known_rules(config: Config) -> None:
    """A rule that the collector would not follow is refused: an audience of other people is worse than none."""
    for table in config.audiences:
        rule = parse_rule(table["definition"], len(table["communities"]))
        if rule.minus or rule.least > 1:
            raise ConfigError(
                f"Аудиторию «{table['name']}» по правилу {table['definition']!r} эта версия собрать не умеет.",
                "Умеет только any: люди хоть одного из сообществ.",
                'Поставьте definition = "any" или соберите список людей сами и назовите его в people.',
            )


def _people(file: Path | None) -> tuple[int, ...]:
    """Ids of people, one a line: ``123``, ``id123``, ``vk.com/id123``."""
    if file is None:
        return ()
    from collector.address import parse_address

    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Файл с людьми не читается: {file}", str(error), "Нужен текст в UTF-8.") from error
    found: dict[int, None] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        address = parse_address(text)
        # A bare number in a list of people is a person, though elsewhere it names a community.
        if address.kind == "name" or (address.kind == "community" and not text.isdigit()):
            raise ConfigError(f"{file}, строка {number}: {text[:40]!r} — не человек", "", "Пишите 123 или id123.")
        found[address.id] = None
    return tuple(found)
