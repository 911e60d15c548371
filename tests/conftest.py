"""All tests: what runs of one token share stays out of the home of whoever runs them, and of the temp folder after."""

from __future__ import annotations

import os
import tempfile

# One for each process: pytest-xdist has several.
_STATE = tempfile.TemporaryDirectory(prefix="vkaudience-tests-", ignore_cleanup_errors=True)
os.environ["VKAUDIENCE_STATE"] = _STATE.name


def pytest_unconfigure() -> None:
    """The last that pytest calls, in each worker of xdist too: those end without Python's own exit."""
    _STATE.cleanup()
