"""Topics beside their peers, in one run on one corpus: time, memory and quality.

    python benchmarks/topics.py [--corpus tg.jsonl.gz ...] [--planted N] [--seeds 5] [--k 20] [--engines NAME,...]
    python benchmarks/topics.py --growth 10000 100000 1000000

The corpora and the measures (``topic_eval.py``) are those of the folder ``topic-dev`` in $VKAUDIENCE_SHARED or in
``shared`` beside the checkout; every engine gets the same documents and the same vocabulary (words of 5 documents
and more, in at most a tenth of them). Peers that are not installed are left out and named. Every fit runs in a
process of its own, one thread, so that memory is its own; kernels are compiled before the clock starts.
``--planted N`` adds a generated corpus of N documents with 20 known topics.
"""

from __future__ import annotations

import argparse
import collections
import importlib
import importlib.util
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("VKAUDIENCE_SHARED", ROOT.parent / "shared")) / "topic-dev"
sys.path[:0] = [str(ROOT), str(SHARED)]

NEEDS = {
    "cvb0-jit": "numba", "cvb0-numpy": "scipy", "gensim": "gensim", "gensim tuned": "gensim",
    "tomotopy": "tomotopy", "scikit-learn": "sklearn",
}  # fmt: skip
"""Engine -> the package it needs."""
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
MEASURES = ("npmi_doc", "c_v", "diversity", "nmi", "purity", "ppl", "stability")
Found = tuple[Any, Any, list[str]]


def ours(documents: list[list[str]], k: int, seed: int, engine: str) -> Found:
    """``nlp.fit_topics`` by one of its kernels; the vocabulary is chosen already, so nothing is left out."""
    import nlp

    model = nlp.fit_topics(documents, k, seed, engine=engine, min_documents=1, max_share=1.0)  # type: ignore[arg-type]
    return model.doc_topics, model.topic_words, model.vocabulary


def gensim(documents: list[list[str]], k: int, seed: int, **settings: Any) -> Found:
    """Stock gensim, with its defaults or the settings given."""
    from gensim.corpora import Dictionary
    from gensim.models import LdaModel

    dictionary = Dictionary(documents)
    corpus = [dictionary.doc2bow(words) for words in documents]
    model = LdaModel(corpus, k, dictionary, random_state=seed, eval_every=None, **settings)
    gamma, _ = model.inference(corpus)
    return gamma / gamma.sum(axis=1, keepdims=True), model.get_topics(), [dictionary[i] for i in range(len(dictionary))]


def tomotopy(documents: list[list[str]], k: int, seed: int) -> Found:
    """Collapsed Gibbs sampling, 500 sweeps, one thread."""
    import numpy as np
    import tomotopy as tp

    model = tp.LDAModel(k=k, seed=seed)
    rows = [row for row, words in enumerate(documents) if words]
    for row in rows:
        model.add_doc(documents[row])
    model.train(500, workers=1)
    profiles = np.full((len(documents), k), np.nan)
    profiles[rows] = [document.get_topic_dist() for document in model.docs]
    return profiles, np.array([model.get_topic_word_dist(topic) for topic in range(k)]), list(model.used_vocabs)


def sklearn(documents: list[list[str]], k: int, seed: int) -> Found:
    """scikit-learn's online LDA, 20 passes."""
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=list)
    matrix = vectorizer.fit_transform(documents)
    model = LatentDirichletAllocation(k, learning_method="online", max_iter=20, batch_size=512, random_state=seed)
    profiles = model.fit_transform(matrix)
    words = model.components_ / model.components_.sum(axis=1, keepdims=True)
    return profiles, words, list(vectorizer.get_feature_names_out())


def fit(engine: str, documents: list[list[str]], k: int, seed: int) -> Found:
    """One fit of one engine."""
    if engine.startswith("cvb0"):
        return ours(documents, k, seed, engine)
    if engine == "gensim tuned":
        return gensim(documents, k, seed, alpha=[1.0] * k, eta=0.5, chunksize=2000, passes=20)
    return {"gensim": gensim, "tomotopy": tomotopy, "scikit-learn": sklearn}[engine](documents, k, seed)


def read(corpus: str) -> tuple[dict[str, Any], list[list[str]]]:
    """What ``topic_eval`` measures against, and the documents with the words every engine gets."""
    import topic_eval

    if corpus.startswith("planted:"):
        whole = planted(int(corpus.partition(":")[2]))
        return whole, whole["texts"]
    reference = topic_eval.prepare(str(SHARED / corpus))
    texts = reference["texts"]
    df = collections.Counter(word for words in texts for word in set(words))
    kept = {word for word, n in df.items() if 5 <= n <= 0.1 * len(texts)}
    return reference, [[word for word in words if word in kept] for words in texts]


def planted(n: int) -> dict[str, Any]:
    """Documents of about 12 words, mostly of one of 20 topics over 5,000 words, labelled with it."""
    import numpy as np

    rng = np.random.default_rng(1)
    common = rng.dirichlet(np.full(5000, 0.1))
    topics = [0.8 * rng.dirichlet(np.full(5000, 0.02)) + 0.2 * common for _ in range(20)]
    lengths, main = rng.poisson(12, n), rng.integers(0, 20, n)
    shares = [rng.dirichlet(np.full(20, 0.05) + 2.0 * (np.arange(20) == one)) for one in main]
    draws = random.Random(1)
    sums = [np.cumsum(topic).tolist() for topic in topics]
    names = [f"слово{number}" for number in range(5000)]
    texts = []
    for length, share in zip(lengths, shares, strict=True):
        chosen = draws.choices(range(20), weights=share, k=int(length))
        texts.append([draws.choices(names, cum_weights=sums[topic])[0] for topic in chosen])
    docs = [{"id": str(number), "label": f"тема{one}"} for number, one in enumerate(main)]
    return {"docs": docs, "texts": texts, "path": "planted"}


def child(engine: str, corpus: str, k: int, seed: int) -> dict[str, Any]:
    """Fit and score, in a process of its own."""
    import numpy as np
    import topic_eval

    reference, documents = read(corpus)
    warm = [["кот", "кит"], ["код", "бит"]] * 20
    if engine.startswith("cvb0"):
        ours(warm, 2, 1, engine)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    profiles, words, vocabulary = fit(engine, documents, k, seed)
    told: dict[str, Any] = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    told["mb"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    told["topics"] = [[vocabulary[place] for place in np.argsort(-row, kind="stable")[:10]] for row in words]
    topic_eval.predict_scores = lambda *_: {}  # classifiers on the profiles: slow, and no bar stands on them
    run = {"topics": told["topics"], "theta": profiles, "phi": words, "vocab": vocabulary, "meta": {}}
    scores = topic_eval.evaluate(reference, run, heldout=documents)
    return {**told, **{name: float(scores[name]) for name in MEASURES if name in scores}}


def apart(*arguments: object) -> dict[str, Any]:
    """Run :func:`child` or :func:`grown` in a new process."""
    line = [sys.executable, __file__, "--child", *map(str, arguments)]
    done = subprocess.run(line, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(corpus: str, engines: list[str], k: int, seeds: int) -> None:
    """Print one table: a row an engine, means over the seeds with the spread of NMI."""
    import topic_eval

    print(f"\n## {corpus}, K = {k}, {seeds} seeds\n")
    print(f"| engine | CPU s | wall s | +MB | {' | '.join(MEASURES)} | sd of nmi |\n|{'---|' * (len(MEASURES) + 5)}")
    for engine in engines:
        runs = [apart("fit", engine, corpus, k, seed) for seed in range(1, seeds + 1)]
        stable = topic_eval.stability([run["topics"] for run in runs])
        cells = [f"{statistics.median(run[name] for run in runs):.2f}" for name in ("cpu", "wall", "mb")]
        means = {name: statistics.fmean(run[name] for run in runs) for name in MEASURES if name in runs[0]}
        cells += [f"{({**means, 'stability': stable}).get(name, float('nan')):.4g}" for name in MEASURES]
        print(f"| {engine} | {' | '.join(cells)} | {statistics.pstdev([run['nmi'] for run in runs]):.3f} |", flush=True)


def grown(engine: str, n: int, k: int) -> dict[str, Any]:
    """Time and memory of one fit of N generated short documents."""
    documents = planted(n)["texts"]
    ours([["кот", "кит"], ["код", "бит"]] * 20, 2, 1, engine)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    ours(documents, k, 1, engine)
    told = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    return {**told, "mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def growth(sizes: list[int], engines: list[str], k: int) -> None:
    """Print time and memory by the number of documents."""
    print("\n| engine | documents | CPU s | wall s | +MB | CPU s a 100,000 |\n|---|---|---|---|---|---|")
    for engine in engines:
        for n in sizes:
            run = apart("grow", engine, n, k)
            cells = f"{run['cpu']:.1f} | {run['wall']:.1f} | {run['mb']:.0f} | {run['cpu'] / n * 1e5:.1f}"
            print(f"| {engine} | {n} | {cells} |", flush=True)


def main() -> None:
    """Read the command line and print the tables."""
    if sys.argv[1:2] == ["--child"]:
        _, _, job, engine, *rest = sys.argv
        found = child(engine, rest[0], *map(int, rest[1:])) if job == "fit" else grown(engine, *map(int, rest))
        print(json.dumps(found))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", nargs="*", default=["tg.jsonl.gz", "sens.jsonl.gz"])
    parser.add_argument("--planted", type=int)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--k", type=int, default=20)
    parser.add_argument("--engines", default=",".join(NEEDS))
    parser.add_argument("--growth", type=int, nargs="+")
    asked = parser.parse_args()
    engines = [name for name in asked.engines.split(",") if importlib.util.find_spec(NEEDS[name])]
    print("not installed:", ", ".join(set(asked.engines.split(",")) - set(engines)) or "none")
    if asked.growth:
        growth(asked.growth, [name for name in engines if name.startswith("cvb0")], asked.k)
        return
    for corpus in [*asked.corpus, *([f"planted:{asked.planted}"] if asked.planted else [])]:
        compare(corpus, engines, asked.k, asked.seeds)


if __name__ == "__main__":
    main()
