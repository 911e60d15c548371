"""Rows a second of ``import`` beside a bare ``executemany`` of the same posts, measured in one run.

    python benchmarks/import_rows.py [ROWS]

The bare side is given ready tuples and one table; the import reads, checks and numbers the rows of a CSV and of a
JSONL file and writes people, memberships, counters and audiences besides. Bar: a ratio of at least 0.5 (posts of a
community without counters); the other cases show what quoted cells and extra tables cost. The sides take turns, and the
best of each counts: a machine that does something else meanwhile slows down one of them.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
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


TURNS = 3


def make_rows(number: int, people: int, between: str = " ") -> list[tuple[str, ...]]:
    """Texts of about 300 letters by ``people`` authors in eight communities."""
    draw = random.Random(1)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(5000)]
    return [
        (
            str(place),
            between.join(" ".join(draw.choices(words, k=25)) for _ in range(2)),
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
        # A text of its own each time: Python keeps the bytes of one that SQLite was given before.
        texts = [row[1][:1] + row[1][1:] for row in rows]
        ready = [
            (-1 - int(row[0]) % 8, int(row[0]), -1, int(row[4]), text, 1, 1)
            for row, text in zip(rows, texts, strict=True)
        ]
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


def measure(rows: list[tuple[str, ...]]) -> dict[str, float]:
    """Seconds of each side, the best of its turns."""
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        files = write_files(Path(name), rows)
        for turn in range(TURNS):
            folder = Path(name) / str(turn)
            folder.mkdir()
            taken = {"bare": bare(folder, rows)}
            taken |= {kind: imported(folder, file, kind) for kind, file in files.items()}
            best = {side: min(best.get(side, time_taken), time_taken) for side, time_taken in taken.items()}
            shutil.rmtree(folder)
    return best


def main() -> None:
    """Measure each case beside its own bare run and print the ratios."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    cases = {
        "communities alone": make_rows(number, 0),
        "communities alone, commas and line ends in the texts": make_rows(number, 0, ",\n"),
        "with authors, 20 rows each": make_rows(number, number // 20),
    }
    for title, rows in cases.items():
        best = measure(rows)
        print(f"{title}: bare executemany {number / best['bare']:,.0f} rows/s")
        for kind in ("csv", "jsonl"):
            print(f"  import of {kind}: {number / best[kind]:,.0f} rows/s, ratio {best['bare'] / best[kind]:.2f}")


if __name__ == "__main__":
    main()
