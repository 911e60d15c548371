"""Posts a second of ``lemmatize`` over a study, from an empty and from a stored table of forms, in one run.

    python benchmarks/lemmas_store.py TEXTS.jsonl.gz [POSTS]

Short posts: the sentences of 4 to 24 words of the corpus, each once, shuffled by a fixed seed. The whole stage is
timed: reading, cleaning, language, lemmas, rows, marks of copies. The peer reads and writes no study: it splits the
texts into words and asks pymorphy3 about each distinct form once. CPU seconds of one process; warm: the documents are
deleted, the forms stay.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.lemmas import megabytes
from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings
from storage import Store, open_store, walls
from storage.rows import Post

BATCH, RUNS = 1000, 3


def short_posts(path: Path, most: int) -> list[str]:
    """Different short texts."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [part for line in lines for part in re.split(r"(?<=[.!?\n])\s+", json.loads(line)["text"])]
    texts = sorted({text for text in found if 4 <= len(text.split()) < 25})
    random.Random(1).shuffle(texts)
    return texts[:most]


def fill(store: Store, texts: list[str]) -> None:
    """Twenty posts on each person's wall."""
    posts = [
        Post(1 + at // 20, 1 + at, from_id=1 + at // 20, published_at=1_700_000_000 + at, text=text)
        for at, text in enumerate(texts)
    ]
    for start in range(0, len(posts), BATCH):
        walls.save_posts(store, posts[start : start + BATCH], 1)


def peer(texts: list[str]) -> None:
    """pymorphy3, each distinct form once, lemmas joined."""
    from pymorphy3 import MorphAnalyzer

    parse, known, word = MorphAnalyzer(lang="ru").parse, dict[str, str](), re.compile(r"\w+")
    for text in texts:
        forms = word.findall(text.lower())
        for form in forms:
            if form not in known:
                known[form] = parse(form)[0].normal_form
        " ".join([known[form] for form in forms])


def seconds(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def again(store: Store, settings: LemmaSettings) -> float:
    """CPU seconds of the stage with the table of forms alone."""
    with store.write() as connection:
        connection.execute("DELETE FROM documents")
    return seconds(lambda: lemmatize(store, settings))


def main() -> None:
    """Measure both modes and the peer and print rates and ratios."""
    texts = short_posts(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40_000)
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"{len(texts):,} posts of {words:.1f} words")
    base = len(texts) / seconds(lambda: peer(texts))
    print(f"pymorphy3, each form once: {base:,.0f} posts/s")
    for mode in ("fast", "context"):
        settings = LemmaSettings(mode=mode)
        with tempfile.TemporaryDirectory() as name, open_store(Path(name) / "study.db") as store:
            fill(store, texts)
            before = megabytes()
            cold = len(texts) / seconds(lambda: lemmatize(store, settings))  # noqa: B023
            warm = len(texts) / min(again(store, settings) for _ in range(RUNS))
            print(
                f"{mode}: from empty {cold:,.0f} posts/s (x{cold / base:.2f}), warm {warm:,.0f} posts/s "
                f"(x{warm / base:.2f}), {megabytes() - before:.0f} MB more"
            )


if __name__ == "__main__":
    main()
