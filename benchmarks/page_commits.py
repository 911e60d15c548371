"""Posts a second that the collector commits page by page, beside a bare ``executemany``, measured in one run.

    python benchmarks/page_commits.py [PAGES]

A page is 100 posts, committed with the walk's cursor, the counters of the posts and the ledger of calls, as the
collector does it. The bare sides write ready tuples to one table: all in one transaction, and a commit a page. Bar: at
least 0.25 of the first.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage import journal, open_store, walls
from storage.rows import Post, Walk

PAGE = 100
TEXT = "сегодня гуляли по городу, купили кофе и слушали новый альбом группы " * 4
COLUMNS = "owner_id, id, from_id, published_at, text, likes, comments, reposts, views"


def posts(page: int) -> list[Post]:
    """One page of a wall."""
    return [
        Post(-1, page * PAGE + n, from_id=-1, published_at=1_700_000_000 + n, text=f"{TEXT}{page} {n}", likes=n,
             comments=1, reposts=2, views=n * 10)
        for n in range(1, PAGE + 1)
    ]  # fmt: skip


def ours(folder: Path, pages: list[list[Post]]) -> None:
    """As the collector commits a page."""
    with open_store(folder / "ours.db") as store:
        for number, page in enumerate(pages, start=1):
            with store.write():
                walls.save_posts(store, page, 1_700_000_000)
                journal.save_walk(store, Walk("posts", -1, cursor=str(number), got=number * PAGE, updated_seen=1))
                journal.count_calls(store, "0" * 16, {"wall.get": 1}, 1_700_000_000)


def bare(folder: Path, pages: list[list[Post]], *, each: bool) -> None:
    """``executemany`` of tuples into one table of the same columns, pragmas as in a study."""
    connection = sqlite3.connect(folder / f"bare{each}.db", isolation_level=None)
    with open_store(":memory:") as store:
        synchronous = store.value("PRAGMA synchronous")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"CREATE TABLE posts ({COLUMNS}, PRIMARY KEY (owner_id, id))")
    sql = f"INSERT INTO posts ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    connection.execute("BEGIN")
    for page in pages:
        if each:
            connection.execute("COMMIT")
            connection.execute("BEGIN")
        connection.executemany(
            sql,
            [
                (p.owner_id, p.id, p.from_id, p.published_at, p.text, p.likes, p.comments, p.reposts, p.views)
                for p in page
            ],
        )
    connection.execute("COMMIT")
    connection.close()


def main() -> None:
    """Measure the three, each three times, and print the best of each."""
    pages = [posts(page) for page in range(int(sys.argv[1]) if len(sys.argv) > 1 else 300)]
    total = len(pages) * PAGE
    sides: dict[str, Callable[[Path], None]] = {
        "executemany, one transaction": lambda folder: bare(folder, pages, each=False),
        "executemany, a commit a page": lambda folder: bare(folder, pages, each=True),
        "ours, a commit a page": lambda folder: ours(folder, pages),
    }
    rates: dict[str, float] = {}
    for name, side in sides.items():
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                side(Path(folder))
                rates[name] = max(rates.get(name, 0.0), total / (time.perf_counter() - start))
    first = next(iter(rates.values()))
    for name, rate in rates.items():
        print(f"{name:30} {rate:9,.0f} posts a second  x{rate / first:.2f}")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB with {total:,} posts in hand"
    )


if __name__ == "__main__":
    main()
