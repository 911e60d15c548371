"""What is written as TOML is read back as it was."""

from __future__ import annotations

import datetime
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import toml

VALUES = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.dates(),
        st.floats(allow_nan=False),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_any_value(value: Any) -> None:
    assert tomllib.loads(f"x = {toml.written(value)}")["x"] == value


@pytest.mark.parametrize(
    "value", [datetime.datetime(2026, 11, 28, 7, 30), datetime.time(7, 30), ("а", "б"), "\x7f\x00\\"]
)
def test_values_that_a_config_holds(value: Any) -> None:
    assert tomllib.loads(f"x = {toml.written(value)}")["x"] == (list(value) if isinstance(value, tuple) else value)
