"""Ids read many a call: nothing is lost to a refusal, an answer too big is asked for in halves."""

from __future__ import annotations

from typing import Any

import pytest

from collector.ask import Ask, ask
from collector.client import VkClient
from collector.errors import VkError, VkIncapable, VkQuota, VkRetry, VkShrink, VkSkip
from collector.settings import CollectSettings
from collector.sweep import sweep
from collector.walk import Expedition
from storage import QUIET, SYSTEM_CLOCK, Store, open_store

METHOD = "users.get"


def asking(ids: list[int]) -> Ask:
    return ask(METHOD, user_ids=",".join(map(str, ids)))


def run(store: Store, client: VkClient, refuse: Any) -> tuple[Expedition, list[tuple[list[int], Any]]]:
    """Sweep ten ids, four a call; ``refuse`` gives the error for a call's ids, or None."""
    expedition = Expedition(store, client, CollectSettings(()), QUIET, SYSTEM_CLOCK)
    kept: list[tuple[list[int], Any]] = []
    for reading in sweep(expedition, range(1, 11), 4, asking, lambda part, answer: kept.append((part, answer))):
        try:
            asked = next(reading)
            while True:
                ids = [int(number) for number in dict(asked.parameters)["user_ids"].split(",")]
                error = refuse(ids)
                asked = reading.throw(error) if error else reading.send(ids)
        except StopIteration:
            continue
    return expedition, kept


@pytest.fixture
def store() -> Any:
    with open_store(":memory:") as opened:
        yield opened


def test_every_id_is_asked_once(store: Store, vk: Any) -> None:
    with vk.client() as client:
        _, kept = run(store, client, lambda ids: None)
    assert kept == [([1, 2, 3, 4],) * 2, ([5, 6, 7, 8],) * 2, ([9, 10],) * 2]


def test_an_answer_too_big_is_asked_for_in_halves_and_a_single_one_is_left(store: Store, vk: Any) -> None:
    with vk.client() as client:
        _, kept = run(store, client, lambda ids: VkShrink(METHOD, 13, "big") if 6 in ids else None)
    assert [part for part, _ in kept] == [[1, 2, 3, 4], [5], [7, 8], [9, 10]]


@pytest.mark.parametrize("error", [VkSkip(METHOD, 15, "no"), VkRetry(METHOD, None, "lost")])
def test_a_refusal_leaves_its_ids_for_the_next_run(store: Store, vk: Any, error: VkError) -> None:
    with vk.client() as client:
        _, kept = run(store, client, lambda ids: error if 6 in ids else None)
    assert [part for part, _ in kept] == [[1, 2, 3, 4], [9, 10]]


@pytest.mark.parametrize("error", [VkQuota(METHOD, 29, "enough"), VkIncapable(METHOD, 28, "no")])
def test_a_method_of_no_use_any_more_ends_the_sweep_and_not_the_run(store: Store, vk: Any, error: VkError) -> None:
    with vk.client() as client:
        expedition, kept = run(store, client, lambda ids: error if 6 in ids else None)
    assert [part for part, _ in kept] == [[1, 2, 3, 4]] and expedition.barred(METHOD) is error
