"""``vkaudience simulate``: a VK on this machine, to try everything without a token."""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING, Any

import click

from storage import AudienceError, ConfigError
from vkaudience.command import common
from vkaudience.demo import noon
from vkaudience.output import say, say_json

if TYPE_CHECKING:
    from simulator.server import SimulatedVk
    from simulator.settings import ServerSettings
    from simulator.world import World

KEYS = {"service": "сервисный", "user": "человека", "community": "сообщества"}
_WORLDS = (
    "demo (7 сообществ, 1160 человек), tiny (5 и 76), town (11 и 1910), course (11 и 18 100; стены длиннее, "
    "как для курсового проекта)"
)


@click.command("simulate")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="порт; 0 — любой свободный")
@click.option("--plan", default="demo", help=f"какой мир: {_WORLDS}")
@click.option("--rate", default=3.0, type=click.FloatRange(min=0.01), help="вызовов в секунду на ключ")
@click.option("--latency", default=0.0, type=click.FloatRange(min=0), help="секунд до каждого ответа")
@click.option(
    "--fault", "faults", multiple=True, metavar="ИМЯ@МЕТОД:N",
    help="неисправность: error_6@wall.get:every=5, http_502:p=0.1; можно несколько раз",
)  # fmt: skip
@common
def command(
    options: Any, port: int, plan: str, rate: float, latency: float, faults: tuple[str, ...], as_json: bool, quiet: bool
) -> int:
    """Запустить игрушечный VK. Остановить: Ctrl-C."""
    from simulator.faults import parse_fault
    from simulator.settings import ServerSettings
    from simulator.world import PLANS, build_world

    if plan not in PLANS:
        raise ConfigError(f"Мира {plan!r} нет.", "", f"Есть: {', '.join(PLANS)}.")
    try:
        broken = tuple(parse_fault(one) for one in faults)
    except ValueError as error:
        raise ConfigError(str(error), "", "Примеры: --fault error_5, --fault http_502@wall.get:every=3.") from error
    settings = ServerSettings(requests_per_second=rate, latency=latency, faults=broken)
    world = build_world(plan, now=noon())
    with _started(world, settings, port) as server:
        _tell(server, world, as_json=as_json)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0


def _started(world: World, settings: ServerSettings, port: int) -> SimulatedVk:
    from simulator.server import start_server

    try:
        return start_server(world, settings, port=port)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "Его уже занимает другая программа, может быть, другой simulate." if taken else "Система его не даёт."
        raise AudienceError(
            f"Порт {port} занять не удалось.",
            why,
            "Остановите её или возьмите другой порт; --port 0 — любой свободный.",
        ) from error


def _tell(server: SimulatedVk, world: World, *, as_json: bool) -> None:
    shown = sorted(world.communities.values(), key=lambda one: (one.closed, one.hides_members, one.id))[:3]
    names = [f"vk.com/{one.screen_name}" for one in shown]
    if as_json:
        say_json({"event": "simulate", "api_url": server.api_url, "tokens": server.tokens, "communities": names})
        return
    say(f"Игрушечный VK: {server.api_url}")
    for kind, token in server.tokens.items():
        say(f"{f'Ключ ({KEYS.get(kind, kind)}):':<24}{token}")
    say(f"Сообщества:     {', '.join(names)}")
    for line in _first_steps(server.api_url, server.tokens["service"], names):
        say(line)
    say("Ctrl-C — остановить.")


def _first_steps(api_url: str, token: str, communities: list[str]) -> list[str]:
    """What to type in a second terminal, ready to be copied."""
    chosen = " ".join(f"--community {name}" for name in communities[:2])
    return [
        "",
        'В другом терминале (Windows PowerShell: $env:VK_TOKEN = "…", $env:VKAUDIENCE_VK_API_URL = "…"):',
        f"  export VK_TOKEN={token}",
        f"  export VKAUDIENCE_VK_API_URL={api_url}",
        f"  vkaudience init music {chosen}",
        "  vkaudience --config music/config.toml run",
        "",
    ]
