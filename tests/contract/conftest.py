"""The small world of the simulator's own tests, for contracts."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def _load() -> ModuleType:
    place = Path(__file__).parents[1] / "unit" / "simulator" / "conftest.py"
    spec = importlib.util.spec_from_file_location("simulator_small_world", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name while they are made.
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_shared = _load()
world = _shared.world
start = _shared.start
vk = _shared.vk
