"""What an audience tells of how it was drawn."""

from __future__ import annotations

import json

import pytest

from collector.sample import save_audience
from collector.settings import AudienceSpec, CollectSettings
from storage import audiences, open_store, people
from storage.rows import User


@pytest.mark.parametrize("sample", [None, 5])
def test_a_panel_drawn_empty_is_told_apart_from_one_not_drawn(sample: int | None) -> None:
    spec = AudienceSpec("закрытые", ("club7",))
    settings = CollectSettings((spec,), sample=sample)
    with open_store(":memory:") as store:
        people.save_users(store, [User(1, "closed"), User(2, "closed")], 5)
        people.save_members(store, 7, [1, 2], 5)
        assert save_audience(store, spec, [7], [], settings, 5) == ""
        (row,) = audiences.audiences(store)
        assert len(audiences.sample(store, row.id or 0)) == (2 if sample is None else 0)
        assert (json.loads(row.recipe)["sample"] if row.recipe else None) == sample
