"""vkaudience: who are the people of a VK community, and what do they care about?

For notebooks::

    import vkaudience
    study = vkaudience.open_study("study.db")
    study.frame("users")          # any table or view as a pandas frame

The stages are here too: ``vkaudience.collect``, ``lemmatize``, ``entities``, ``topics`` and ``report``, each called as
``stage(store, settings, *, watch, **doors)``; ``storage.open_store(path)`` opens a store to write to.

The rooms beside this package (``collector``, ``storage``, ``nlp``, ``portraits``) hold the stages.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOMS = ("collector", "nlp", "portraits", "simulator", "storage")


def _refuse_shadowed_rooms() -> None:
    """A stranger's ``nlp.py`` beside a notebook would be imported in place of ours; name it instead."""
    home = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        found = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if found is None or found.parent.parent != home:
            raise ImportError(
                f"vkaudience нужен пакет {room!r} из {home}, а найден {found}. "
                f"Переименуйте или уберите этот файл и перезапустите Python."
            )


_refuse_shadowed_rooms()

from vkaudience.study import Study, open_study  # noqa: E402  (after the guard, or its message never shows)
from vkaudience.version import __version__  # noqa: E402

if TYPE_CHECKING:
    from collector.collect import collect
    from nlp.entities import entities
    from nlp.lemmatize import lemmatize
    from nlp.topics import topics
    from portraits.report import report

_HOMES = {
    "collect": "collector.collect",
    "entities": "nlp.entities",
    "lemmatize": "nlp.lemmatize",
    "report": "portraits.report",
    "topics": "nlp.topics",
}

__all__ = ["Study", "__version__", "collect", "entities", "lemmatize", "open_study", "report", "topics"]


def __getattr__(name: str) -> Any:
    # Imported when first asked for: `vkaudience --help` must not pay for a stage.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
