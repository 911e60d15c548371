"""The config to the settings of the rooms; what a room refuses is a fault of the config like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from storage import ConfigError
from vkaudience.team import share

if TYPE_CHECKING:
    from collector.settings import VkSettings
    from nlp.settings import LemmaSettings, TopicSettings
    from portraits.settings import ReportSettings
    from vkaudience.config import Config


def vk_settings(config: Config) -> VkSettings:
    """How to reach VK."""
    from collector.settings import VkSettings

    return VkSettings(**config.given("vk"))


def lemma_settings(config: Config) -> LemmaSettings:
    """How texts become lemmas. Raises ConfigError, as the others here."""
    from nlp.settings import LemmaSettings

    return LemmaSettings(**config.given("lemmas"))


def topic_settings(config: Config, instead: Mapping[str, Any] | None = None) -> TopicSettings:
    """How lemmas become topics; ``instead``: values in place of the config's."""
    from nlp.settings import TopicSettings

    return TopicSettings(**{**config.given("topics"), **(instead or {})})


def report_settings(config: Config) -> ReportSettings:
    """What shapes the report."""
    from portraits.settings import ReportSettings

    study = config["study"]
    return ReportSettings(
        study=study["name"], question=study["question"], notes=study["notes"], **config.given("report")
    )


def collect_share(config: Config) -> tuple[int, int]:
    """Which part of the walls is read here, and of how many."""
    return share(config["collect"]["share"])


def refusals(config: Config) -> Iterator[str]:
    """What the rooms find wrong, told before any work is begun: a collection of days must not end in it."""
    for made in (vk_settings, collect_share, lemma_settings, topic_settings, report_settings):
        try:
            made(config)
        except ConfigError as error:
            yield error.what.replace("\n", "\n  ")
