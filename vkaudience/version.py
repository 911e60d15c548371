"""The version, from the one place that states it: pyproject.toml, read through the installed package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("vkaudience")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

LIBRARIES = ("gensim", "pymorphy3", "pymorphy3-dicts-ru", "numpy", "scipy", "pandas", "httpx")


def versions() -> dict[str, str]:
    """Versions that shape results, for the journal and the report; nothing is imported."""
    import platform

    found = {"vkaudience": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "-"
    return found
