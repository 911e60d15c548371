"""All tests: what runs of one token share stays out of the home of whoever runs them."""

from __future__ import annotations

import os
import tempfile

os.environ["VKAUDIENCE_STATE"] = tempfile.mkdtemp(prefix="vkaudience-tests-")
