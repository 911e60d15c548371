"""``python -m simulator --port N --plan demo``: a VK by hand."""

from __future__ import annotations

import argparse

from simulator.faults import parse_fault
from simulator.server import serve
from simulator.settings import ServerSettings


def main() -> int:
    """Parse the command line and serve until Ctrl-C."""
    from simulator.world import PLANS, build_world

    parser = argparse.ArgumentParser(prog="python -m simulator", description="Игрушечный VK на этой машине.")
    parser.add_argument("--port", type=int, default=0, help="порт; 0 — любой свободный")
    parser.add_argument("--plan", choices=sorted(PLANS), default="demo", help="какой мир")
    parser.add_argument("--rate", type=float, default=3.0, help="вызовов в секунду на ключ")
    parser.add_argument("--latency", type=float, default=0.0, help="секунд до каждого ответа")
    parser.add_argument("--fault", action="append", default=[], help="неисправность: имя@метод:n")
    chosen = parser.parse_args()
    try:
        faults = tuple(parse_fault(one) for one in chosen.fault)
        settings = ServerSettings(requests_per_second=chosen.rate, latency=chosen.latency, faults=faults)
        serve(build_world(chosen.plan), settings, chosen.port)
    except ValueError as wrong:
        parser.error(str(wrong))
    except OSError as taken:
        parser.error(f"Порт {chosen.port} занять не удалось ({taken.strerror}). Возьмите другой или 0.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
