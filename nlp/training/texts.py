"""The texts that weights and counts are learned from: JSON lines, gzip, key ``text``."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from nlp.clean import clean


def cleaned_texts(path: Path) -> Iterator[str]:
    """The cleaned texts of a file; Markdown's bold marks go."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield clean(json.loads(line)["text"].replace("**", "")).text
