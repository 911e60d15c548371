"""Rows a second of ``import`` beside a bare ``executemany`` of the same posts, measured in one run.

    python benchmarks/import_rows.py [ROWS]

The bare side is given ready tuples and one table; the import reads, checks and numbers the rows of a CSV and of a
JSONL file and writes people, memberships, counters and audiences besides. Bar: a ratio of at least 0.5 (posts of a
community without counters); the other cases show what their extra tables cost.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from collector.importing import ImportSettings, import_files
from storage import open_store

SYLLABLES = ("ва", "то", "ра", "ни", "ко", "ле", "мо", "се", "да", "пу", "ши", "бы")
HEADER = ("id", "text", "author", "community", "date")


def make_rows(number: int, people: int) -> list[tuple[str, ...]]:
    """Texts of about 300 letters by ``people`` authors in eight communities."""
    draw = random.Random(1)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(5000)]
    return [
        (
            str(place),
            " ".join(draw.choices(words, k=50)),
            f"автор {draw.randrange(people)}" if people else "",
            f"группа {place % 8}",
            str(1_700_000_000 + place),
        )
        for place in range(1, number + 1)
    ]


def write_files(folder: Path, rows: list[tuple[str, ...]]) -> dict[str, Path]:
    """The same rows as CSV and JSONL."""
    table, lines = folder / "rows.csv", folder / "rows.jsonl"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    with lines.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    return {"csv": table, "jsonl": lines}


def bare(folder: Path, rows: list[tuple[str, ...]]) -> float:
    """Seconds of a plain executemany into ``posts``, 1000 rows a transaction."""
    with open_store(folder / "bare.db") as store:
        ready = [(-1 - int(row[0]) % 8, int(row[0]), -1, int(row[4]), row[1], 1, 1) for row in rows]
        sql = (
            "INSERT INTO posts (owner_id, id, from_id, published_at, text, first_seen, last_seen) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )

        def work() -> None:
            for start in range(0, len(ready), 1000):
                store.many(sql, ready[start : start + 1000])

        return seconds(work)


def imported(folder: Path, file: Path, name: str) -> float:
    """Seconds of the whole stage."""
    with open_store(folder / f"{name}.db") as store:
        return seconds(lambda: import_files(store, ImportSettings((file,), source=name)))


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Measure each case beside its own bare run and print the ratios."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    for title, people in (("communities alone", 0), ("with authors, 20 rows each", number // 20)):
        rows = make_rows(number, people)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            base = bare(folder, rows)
            print(f"{title}: bare executemany {number / base:,.0f} rows/s")
            for kind, file in write_files(folder, rows).items():
                taken = imported(folder, file, kind)
                print(f"  import of {kind}: {number / taken:,.0f} rows/s, ratio {base / taken:.2f}")


if __name__ == "__main__":
    main()
