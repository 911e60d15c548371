"""What is known of the token: whether it may ``execute``, and how big a batch worked, found once and remembered."""

from __future__ import annotations

from collector.batch import Batches
from collector.client import VkClient
from storage import Clock, Store, journal

METHOD = "execute"


def find_batches(store: Store, client: VkClient) -> Batches:
    """Batches with what earlier runs have learned; where nothing is known the first batch is the trial."""
    able = journal.capabilities(store, client.fingerprint).get(METHOD)
    return Batches(journal.batch_sizes(store, client.fingerprint), able=able)


def save_batches(store: Store, client: VkClient, batches: Batches, clock: Clock) -> None:
    """Keep what this run has learned for the next one."""
    now = clock.now()
    if batches.able:
        journal.save_capability(store, client.fingerprint, METHOD, True, None, now)
        journal.save_batch_sizes(store, client.fingerprint, batches.sizes, now)
    elif batches.refusal is not None:
        journal.save_capability(store, client.fingerprint, METHOD, False, batches.refusal, now)
