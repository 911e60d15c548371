"""Rows a second of ``import`` beside a bare ``executemany`` of the same rows, measured in one run.

    python benchmarks/import_rows.py [ROWS]

The bare side is given what the import wrote as ready tuples, table by table: posts, and where there are authors also
people, their aliases, memberships and places in audiences. The import reads, checks, numbers and tells rows apart
besides. Bar: a ratio of at least 0.5; the cases show what quoted cells and authors cost. The sides take turns, and the
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
    """The same rows as CSV and JSONL; with authors also as VK's answers hold them."""
    table, lines, raw = folder / "rows.csv", folder / "rows.jsonl", folder / "wall.jsonl"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    with lines.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    files = {"csv": table, "jsonl": lines}
    if rows[0][2]:
        with raw.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(as_vk(row), ensure_ascii=False) + "\n" for row in rows)
        files["raw VK JSON"] = raw
    return files


def as_vk(row: tuple[str, ...]) -> dict[str, object]:
    """A row as an item of ``wall.get``."""
    counters = {name: {"count": len(row[1]) % 50} for name in ("likes", "comments", "reposts", "views")}
    number, author = int(row[0]), int(row[2].removeprefix("автор ")) + 1
    post = {"id": number, "owner_id": -1 - number % 8, "from_id": author, "date": int(row[4]), "text": row[1]}
    return {**post, **counters, "post_type": "post", "attachments": [], "marked_as_ads": 0, "hash": "x" * 18}


def bare(folder: Path, study: Path) -> float:
    """Seconds of a plain executemany of a study's rows into the same tables and columns, 1000 rows a transaction."""
    ready = {}
    with open_store(study) as store, open_store(folder / f"bare {study.name}") as empty:
        for (name,) in list(store.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")):
            # Read anew each time: Python keeps the bytes of a text that SQLite was given before.
            rows = [tuple(row) for row in store.rows(f"SELECT * FROM {name} ORDER BY rowid")]
            if rows and not empty.value(f"SELECT count(*) FROM {name}"):
                names = [row[1] for row in store.rows(f"PRAGMA table_info({name})")]
                filled = [place for place in range(len(names)) if any(row[place] is not None for row in rows)]
                columns = ", ".join(names[place] for place in filled)
                sql = f"INSERT INTO {name} ({columns}) VALUES ({', '.join('?' * len(filled))})"
                ready[sql] = [tuple([row[place] for place in filled]) for row in rows]

        def work() -> None:
            for sql, rows in ready.items():
                for start in range(0, len(rows), 1000):
                    empty.many(sql, rows[start : start + 1000])

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


def measure(rows: list[tuple[str, ...]]) -> dict[str, tuple[float, float]]:
    """Kind of file -> seconds of its import and of the bare side, the best of the turns of each."""
    best: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        files = write_files(Path(name), rows)
        for turn in range(TURNS):
            folder = Path(name) / str(turn)
            folder.mkdir()
            for kind, file in files.items():
                own, plain = imported(folder, file, kind), bare(folder, folder / f"{kind}.db")
                before = best.get(kind, (own, plain))
                best[kind] = min(own, before[0]), min(plain, before[1])
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
        print(f"{title}:")
        for kind, (own, plain) in measure(rows).items():
            print(
                f"  import of {kind}: {number / own:,.0f} rows/s, bare executemany {number / plain:,.0f}, "
                f"ratio {plain / own:.2f}"
            )


if __name__ == "__main__":
    main()
