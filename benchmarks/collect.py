"""The collector beside vk_api's VkTools and VkRequestsPool over the same simulated VK, in one run.

    python benchmarks/collect.py [--small] [--latency 0.7] [--only members|wall|walls] [--only-token user|service]

Each row: calls that reached VK, seconds, share of the allowed rate used in the steady phase, refusals for speed
(error 6), peak memory of the collecting process. The server is a process of its own; both sides are given the
community's number and ask for its facts too, one call, as a study stores them. vk_api has no mode for a service key
but one call after another; its ``VkRequestsPool`` and ``get_all`` need ``execute``. Bars: at least
95 % of the rate with single calls, ahead of vk_api in time and use of the rate in every row, not behind in calls.
"""

from __future__ import annotations

import argparse
import functools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulator.records import Community, Person, Post

GROUP, WALL_GROUP = 1000, 1001
NOW = 1_750_000_000
WORDS = ("сегодня", "гуляли", "городу", "купили", "кофе", "потом", "вечер", "слушали", "новый", "альбом", "группы")


class Lazy(Mapping[int, Person]):
    """People made when they are looked at, so that a big world costs nothing."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __getitem__(self, key: int) -> Person:
        if not 1 <= key <= self.number:
            raise KeyError(key)
        year = 1970 + key % 40
        return Person(
            key, "Анна", "Иванова", 1 + key % 2, f"5.11.{year}", 1 + key % 50, f"Город {key % 50}", False, None,
            NOW - key % 9999, 1 + key % 7, "university", "МГУ", "ВМК", year + 22,
        )  # fmt: skip

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self.number + 1))

    def __len__(self) -> int:
        return self.number


class BigWorld:
    """One community of many members, one with a long wall, and people with short walls."""

    seed, now = 1, NOW

    def __init__(self, members: int, posts: int) -> None:
        self.people = Lazy(members)
        self.posts = posts
        self.communities = {
            GROUP: Community(GROUP, "big", "Большое", "group", 0, "Музыка", "", 1),
            WALL_GROUP: Community(WALL_GROUP, "wall", "Стена", "page", 0, "Музыка", "", 1),
        }
        self._members = tuple(range(1, members + 1))

    def members(self, community_id: int, /) -> tuple[int, ...]:
        return self._members if community_id == GROUP else ()

    def subscriptions(self, user_id: int, /) -> tuple[int, ...]:
        return ()

    def followed(self, user_id: int, /) -> tuple[int, ...]:
        return ()

    @functools.lru_cache(maxsize=100)  # noqa: B019 - the world lives as long as the process
    def wall(self, owner_id: int, /) -> tuple[Post, ...]:
        number = self.posts if owner_id == -WALL_GROUP else owner_id % 60 if owner_id > 0 else 0
        return tuple(
            Post(
                owner_id,
                n,
                owner_id,
                NOW - 100 * (number - n),
                " ".join(WORDS[(n + k) % len(WORDS)] for k in range(20)),
            )
            for n in range(number, 0, -1)
        )


def serve(members: int, posts: int, latency: float, rate: float) -> None:
    """The server's process: answers ``stats`` on stdin with what came in since the last question."""
    from simulator.server import ServerSettings, start_server

    settings = ServerSettings(requests_per_second=rate, latency=latency, daily_quota={})
    with start_server(BigWorld(members, posts), settings) as running:
        print(json.dumps({"url": running.api_url, "tokens": running.tokens}), flush=True)
        seen = 0
        for _ in sys.stdin:
            calls = running.log[seen:]
            seen += len(calls)
            outer = [one for one in calls if not one.inner]
            good = sorted(one.at for one in outer if one.error != 6)
            print(
                json.dumps({"calls": len(outer), "too_fast": sum(one.error == 6 for one in outer), "at": good}),
                flush=True,
            )


def ours(case: str, url: str, token: str, rate: float, people: int) -> int:
    """Collect with our collector; returns rows stored."""
    from collector.client import VkClient
    from collector.collect import collect
    from collector.settings import AudienceSpec, CollectSettings, VkSettings
    from collector.token import Token
    from storage import open_store

    specs = {
        "members": ((AudienceSpec("a", (f"club{GROUP}",)),), ("members",)),
        "wall": ((AudienceSpec("a", (f"club{WALL_GROUP}",)),), ("posts",)),
        "walls": ((AudienceSpec("a", (), tuple(range(1, people + 1))),), ("walls",)),
    }
    audiences, what = specs[case]
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "study.db") as store:
        client = VkClient(Token(token), VkSettings(api_url=url, requests_per_second=rate))
        with client:
            collect(store, CollectSettings(audiences, what=what), client=client)
        return int(store.value("SELECT (SELECT count(*) FROM memberships) + (SELECT count(*) FROM posts)"))


def theirs(case: str, url: str, token: str, rate: float, people: int) -> int:
    """The same with vk_api, its rows in a list; returns how many."""
    import jconfig
    import requests
    import vk_api

    class Redirect(requests.Session):
        def post(self, address: Any, *args: Any, **kwargs: Any) -> Any:
            return super().post(f"{url}/{str(address).rpartition('/')[2]}", *args, **kwargs)

    session = vk_api.VkApi(token=token, api_version="5.199", session=Redirect(), config=jconfig.MemoryConfig)
    tools, user = vk_api.VkTools(session), token.startswith("vk1.sim") and ".user" in token
    every = tools.get_all if user else tools.get_all_slow
    if case != "walls":
        facts = {
            "group_ids": GROUP if case == "members" else WALL_GROUP,
            "fields": "members_count,activity,city,status",
        }
        session.method("groups.getById", facts)
    if case == "members":
        values = {"group_id": GROUP, "fields": "sex,bdate,city,education,last_seen,occupation,schools"}
        return len(every("groups.getMembers", 1000, values)["items"])
    if case == "wall":
        return len(every("wall.get", 100, {"owner_id": -WALL_GROUP})["items"])
    if user:
        asked = [{"owner_id": number, "count": 100} for number in range(1, people + 1)]
        found, _ = vk_api.vk_request_one_param_pool(
            session, "wall.get", key="owner_id", values=[one["owner_id"] for one in asked],
            default_values={"count": 100},
        )  # fmt: skip
        return sum(len(one["items"]) for one in found.values())
    return sum(
        len(session.method("wall.get", {"owner_id": number, "count": 100})["items"]) for number in range(1, people + 1)
    )


def measured(who: str, case: str, url: str, token: str, rate: float, people: int) -> dict[str, Any]:
    """Run one side in a process of its own; rows, seconds and peak MB."""
    command = [sys.executable, __file__, "--side", who, case, url, token, str(rate), str(people)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return {"rows": -1, "mb": 0.0, "seconds": seconds}
    return {**json.loads(done.stdout.splitlines()[-1]), "seconds": seconds}


def utilisation(at: list[float], rate: float) -> float:
    """Calls a second over the allowed rate, from the first call of the work to its last; of 1."""
    steady = [moment for moment in at if moment >= at[0] + 2]
    if len(steady) < 10:
        return float("nan")
    return (len(steady) - 1) / (steady[-1] - steady[0]) / rate


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--latency", type=float, default=0.7)
    parser.add_argument("--rate", type=float, default=3.0)
    parser.add_argument("--only", choices=("members", "wall", "walls"))
    parser.add_argument("--only-token", choices=("user", "service"))
    parser.add_argument("--only-side", choices=("ours", "vk_api"))
    parser.add_argument("--serve", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--side", nargs=6, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        members, posts, latency, rate = chosen.serve
        serve(int(members), int(posts), float(latency), float(rate))
        return 0
    if chosen.side:
        who, case, url, token, rate, people = chosen.side
        rows = (ours if who == "ours" else theirs)(case, url, token, float(rate), int(people))
        print(json.dumps({"rows": rows, "mb": peak_mb()}))
        return 0
    part = 10 if chosen.small else 1
    people = 2000 // part
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", *map(str, (100_000 // part, 5000 // part, chosen.latency, chosen.rate))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin and server.stdout
    hello = json.loads(server.stdout.readline())
    print(f"{'case':8} {'token':8} {'who':7} {'rows':>8} {'calls':>6} {'s':>7} {'use':>6} {'err 6':>6} {'MB':>6}")
    for case in ("members", "wall", "walls"):
        for kind in ("user", "service"):
            for who in ("ours", "vk_api"):
                if chosen.only not in (None, case) or chosen.only_token not in (None, kind):
                    continue
                if chosen.only_side not in (None, who):
                    continue
                found = measured(who, case, hello["url"], hello["tokens"][kind], chosen.rate, people)
                server.stdin.write("stats\n")
                server.stdin.flush()
                stats = json.loads(server.stdout.readline())
                use = utilisation(stats["at"], chosen.rate) if stats["at"] else float("nan")
                print(
                    f"{case:8} {kind:8} {who:7} {found['rows']:8} {stats['calls']:6} {found['seconds']:7.1f} "
                    f"{use:6.1%} {stats['too_fast']:6} {found['mb']:6.0f}",
                    flush=True,
                )
    server.stdin.close()
    server.wait()
    return 0


def peak_mb() -> float:
    """Peak memory of this process, MB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 if sys.platform != "darwin" else 1024 * 1024)


if __name__ == "__main__":
    raise SystemExit(main())
