"""``vkaudience simulate``: a VK on this machine, to try everything without a token."""

from __future__ import annotations

import time
from typing import Any

import click

from vkaudience.command import common
from vkaudience.demo import noon
from vkaudience.output import say, say_json

_WORLDS = (
    "demo (7 сообществ, 1160 человек), tiny (5 и 76), town (11 и 1910), course (11 и 18 100; стены длиннее, "
    "как для курсового проекта)"
)


@click.command("simulate")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="порт; 0 — любой свободный")
@click.option("--plan", default="demo", help=f"какой мир: {_WORLDS}")
@click.option("--rate", default=3.0, type=click.FloatRange(min=0.01), help="вызовов в секунду на ключ")
@common
def command(options: Any, port: int, plan: str, rate: float, as_json: bool, quiet: bool) -> int:
    """Запустить игрушечный VK. Остановить: Ctrl-C."""
    from simulator.server import start_server
    from simulator.settings import ServerSettings
    from simulator.world import PLANS, build_world
    from storage import ConfigError

    if plan not in PLANS:
        raise ConfigError(f"Мира {plan!r} нет.", "", f"Есть: {', '.join(PLANS)}.")
    world = build_world(plan, now=noon())
    with start_server(world, ServerSettings(requests_per_second=rate), port=port) as server:
        shown = sorted(world.communities.values(), key=lambda one: (one.closed, one.hides_members, one.id))[:3]
        names = [f"vk.com/{one.screen_name}" for one in shown]
        if as_json:
            say_json({"event": "simulate", "api_url": server.api_url, "tokens": server.tokens, "communities": names})
        else:
            say(f"Игрушечный VK: {server.api_url}")
            say(f"Сервисный ключ: {server.tokens['service']}")
            say(f"Сообщества:     {', '.join(names)}")
            for line in _first_steps(server.api_url, server.tokens["service"], names):
                say(line)
            say("Ctrl-C — остановить.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0


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
