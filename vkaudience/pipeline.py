"""The order of the stages, and the journal line that each writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from storage import SYSTEM_CLOCK, Outcome, Store, Watch, journal
from vkaudience.config import Config
from vkaudience.version import versions


def journaled(
    store: Store, command: str, settings: Mapping[str, Any], stage: Callable[[], Outcome]
) -> Outcome:
    """Run a stage and write its line in ``runs``, also when it fails."""
    run_id = journal.start_run(store, command, settings, versions(), SYSTEM_CLOCK.now())
    outcome, counts, messages = "failed", {}, ()  # type: str, Mapping[str, int], tuple[str, ...]
    try:
        found = stage()
        outcome, counts, messages = found.state, found.counts, found.messages
        return found
    except BaseException as error:
        outcome, messages = type(error).__name__, (str(error),)
        raise
    finally:
        journal.end_run(store, run_id, outcome, counts, messages, SYSTEM_CLOCK.now())


def collect(store: Store, config: Config, watch: Watch) -> Outcome:
    """The stage ``collect`` with the doors of this machine."""
    from collector.collect import collect as stage
    from vkaudience.doors import collect_settings, open_client

    settings = collect_settings(config)
    with open_client(config) as client:
        return journaled(
            store,
            "collect",
            {**config["collect"], "audiences": config.audiences},
            lambda: stage(store, settings, client=client, watch=watch),
        )
