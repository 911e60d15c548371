"""What is known of the token: whether it may ``execute``, and how big a batch worked, found once and remembered."""

from __future__ import annotations

from collector.batch import Batches
from collector.client import VkClient
from collector.errors import VkBug, VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip
from storage import Clock, Store, journal

METHOD = "execute"


def find_batches(store: Store, client: VkClient, clock: Clock) -> Batches | None:
    """Batches for a token that may ``execute``, else None. Asks VK once for each token; raises VkStop."""
    able = journal.capabilities(store, client.fingerprint).get(METHOD)
    if able is None:
        able = _probe(store, client, clock)
    return Batches(journal.batch_sizes(store, client.fingerprint)) if able else None


def save_batches(store: Store, client: VkClient, batches: Batches | None, clock: Clock) -> None:
    """Keep the sizes that worked for the next run."""
    if batches is not None and batches.able:
        journal.save_batch_sizes(store, client.fingerprint, batches.sizes, clock.now())


def _probe(store: Store, client: VkClient, clock: Clock) -> bool:
    try:
        client.call(METHOD, code="return 1;")
    except VkIncapable as error:
        journal.save_capability(store, client.fingerprint, METHOD, False, error.code, clock.now())
        return False
    except (VkBug, VkQuota, VkRetry, VkShrink, VkSkip):
        # Not today: single calls do the same work.
        return False
    journal.save_capability(store, client.fingerprint, METHOD, True, None, clock.now())
    return True
