"""Settings of the report: all faults at once, and where the file goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portraits import ReportSettings
from storage import ConfigError


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        ReportSettings(language="fr", quotes="all", min_group=3, formats=("docx",))
    assert all(word in str(caught.value) for word in ("fr", "quotes", "min_group = 3", "docx"))


def test_out_is_a_folder_or_a_file() -> None:
    assert ReportSettings(out=Path("отчёт")).file == Path("отчёт/report.html")
    assert ReportSettings(out=Path("x/мой.HTML")).file == Path("x/мой.HTML")


def test_the_stored_settings_hold_no_folder_of_this_machine() -> None:
    found = json.loads(ReportSettings(out=Path("/home/somebody"), notes={"age": "вывод"}).as_json())
    assert "somebody" not in str(found) and found["notes"] == {"age": "вывод"}
