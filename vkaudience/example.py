"""The worked config.toml with every key explained, and a study's own config made of it."""

from __future__ import annotations

from pathlib import Path

from storage import AudienceError

AUDIENCES, AFTER = "[[audiences]]\n", "[lemmas]\n"


def example() -> str:
    """Its text: beside the program in a source tree, inside the package once that is installed."""
    package = Path(__file__).resolve().parent
    for place in (package, package.parent):
        if (place / "config.toml").is_file():
            return (place / "config.toml").read_text(encoding="utf-8")
    raise AudienceError("Образца config.toml нет: установка неполная.", "", "Установите программу заново.")


def full_config(name: str, audiences: str) -> str:
    """A config that explains every key. ``name`` is a TOML string, ``audiences`` the study's own tables; those of the
    example are invented, so they stay only as comments.
    """
    head, _, rest = example().partition(AUDIENCES)
    invented, _, tail = (AUDIENCES + rest).partition(AFTER)
    lines = head.splitlines(keepends=True)
    own = {"name": f"name = {name}\n", "question": 'question = ""\n'}
    lines = [own.get(line.partition(" = ")[0], line) for line in lines]
    shown = [line if line.startswith(("#", "\n")) else f"# {line}" for line in invented.splitlines(keepends=True)]
    return "".join(lines) + audiences + "\n" + "".join(shown) + AFTER + tail
