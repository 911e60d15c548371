"""The public names for notebooks, and that nobody pays for them before asking."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import collector
import nlp
import portraits
import vkaudience

STAGES = {
    "collect": "collector.collect", "lemmatize": "nlp.lemmatize", "entities": "nlp.entities", "topics": "nlp.topics",
    "report": "portraits.report",
}  # fmt: skip


@pytest.mark.parametrize(("name", "home"), STAGES.items())
def test_a_stage_is_the_function_of_its_room(name: str, home: str) -> None:
    assert getattr(vkaudience, name) is getattr(importlib.import_module(home), name)


@pytest.mark.parametrize("package", [vkaudience, collector, nlp, portraits])
def test_every_name_that_is_promised_is_there_and_no_other(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert all(getattr(package, name) is not None for name in names)
    with pytest.raises(AttributeError):
        package.nothing_of_the_kind  # type: ignore[attr-defined]  # noqa: B018


def test_the_client_of_notebooks_is_the_collectors() -> None:
    vk = collector.VkClient(collector.Token("x"), collector.VkSettings())
    with vk:
        assert callable(vk.api().wall.get)


def test_importing_the_packages_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, vkaudience, collector\n"
        "heavy = {'httpx', 'gensim', 'numpy', 'pandas', 'pymorphy3', 'nlp.topics', 'collector.client'}\n"
        "loaded = heavy & set(sys.modules)\n"
        "sys.exit(' '.join(loaded) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
