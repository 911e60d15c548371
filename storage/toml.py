"""Values as TOML, which Python's library reads but does not write."""

from __future__ import annotations

import datetime
import json
from typing import Any


def written(value: Any) -> str:
    """A text, number, date, list or table as it stands after ``=``."""
    if isinstance(value, str):
        # JSON's escapes are TOML's too, but for a character that TOML wants escaped and JSON does not.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{written(key)} = {written(one)}" for key, one in value.items()) + " }"
    return str(value)
