"""The demo: the whole pipeline on the simulated VK, and a look at what was planted there."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import AudienceError, Store, models
from vkaudience.config import Config, load_config

if TYPE_CHECKING:
    from simulator.records import Community, Truth
    from simulator.world import World

# Far above VK's 3 a second: the demo shows the pipeline, not the waiting.
DEMO_RATE = 200.0
TRUTH = "truth.json"

CONFIG = """\
# Исследование, которое сделала команда demo: игрушечный VK, выдуманные люди.
[study]
name = "Демонстрация"
question = "Чем живут подписчики {number} сообществ и чем они отличаются друг от друга?"

[vk]
api_url = "{api_url}"
requests_per_second = {rate}

[collect]
what = ["members", "posts", "walls"]

{audiences}
[topics]
n_topics = {n_topics}
"""


def noon() -> int:
    """Today's noon, UTC: the present of a world that is served, the same all day, so that "seen lately" is true."""
    today = datetime.datetime.now(datetime.UTC)
    return int(today.replace(hour=12, minute=0, second=0, microsecond=0).timestamp())


def write_study(folder: Path, world: World, communities: list[Community], api_url: str) -> Path:
    """A fresh study in ``folder``: config.toml and what was planted; an earlier demo's files are replaced.

    Raises AudienceError when the folder holds something else or cannot be written.
    """
    file, truth = folder / "config.toml", folder / TRUTH
    if folder.exists() and any(folder.iterdir()) and not truth.exists():
        raise AudienceError(f"Папка {folder} занята не демонстрацией.", "", "Укажите другую: demo --out ПАПКА.")
    planted = world.truth()
    text = CONFIG.format(
        number=len(communities),
        api_url=api_url,
        rate=DEMO_RATE,
        n_topics=len(planted.interests),
        audiences="\n".join(_audience(one) for one in communities),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("study.db*"):
            old.unlink()
        truth.write_text(json.dumps(asdict(planted), ensure_ascii=False), encoding="utf-8")
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"Не удаётся писать в папку {folder}"
        raise AudienceError(what, str(error), "Укажите другую: demo --out ПАПКА.") from error
    return file


def _audience(one: Community) -> str:
    name = json.dumps(one.name, ensure_ascii=False)
    return f'[[audiences]]\nname = {name}\ncommunities = ["vk.com/{one.screen_name}"]\n'


@contextmanager
def environment(token: str, state: Path) -> Iterator[None]:
    """The demo's own token and state folder; the user's variables come back afterwards."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("VKAUDIENCE_")]:
        del os.environ[name]
    os.environ |= {"VK_TOKEN": token, "VKAUDIENCE_STATE": str(state)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def demo_config(file: Path) -> Config:
    """The demo's config, read as a user's would be."""
    return load_config(file, {})


@dataclass(frozen=True, slots=True)
class Recovered:
    """How much of what was planted came out: ``right`` of ``people`` with a profile have their strongest planted
    interest as their strongest topic; ``correlation`` of all their planted and found shares, None where nobody is.
    """

    right: int
    people: int
    correlation: float | None


def recovered(store: Store, truth: Truth) -> Recovered:
    """Match topics to interests one to one so that most people agree (the Hungarian method: Kuhn 1955), and compare."""
    import numpy
    from scipy.optimize import linear_sum_assignment

    model = models.current_model(store)
    found: dict[int, Any] = {}
    for row in models.user_topics(store, model.id or 0, "wrote") if model else ():
        found.setdefault(row.user_id, numpy.zeros(model.n_topics if model else 0))[row.topic] = row.weight
    people = [user for user, planted in sorted(truth.person.items()) if planted and user in found]
    if not people:
        return Recovered(0, 0, None)
    profiles = numpy.array([found[user] for user in people])
    planted = numpy.array([[truth.person[user].get(name, 0.0) for name in truth.interests] for user in people])
    table = numpy.zeros((profiles.shape[1], planted.shape[1]), dtype=int)
    numpy.add.at(table, (profiles.argmax(axis=1), planted.argmax(axis=1)), 1)
    rows, columns = linear_sum_assignment(-table)
    pairs = profiles[:, rows].ravel(), planted[:, columns].ravel()
    return Recovered(int(table[rows, columns].sum()), len(people), float(numpy.corrcoef(*pairs)[0, 1]))


def shown_communities(world: World) -> list[Any]:
    """The communities of the demo: open ones with an audience of known interests, by id."""
    planted = world.truth().audience
    return [
        one
        for number, one in sorted(world.communities.items())
        if number in planted and not one.closed and not one.hides_members and not one.deactivated
    ]
