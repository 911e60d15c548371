"""Lemmas beside their peers in one run: accuracy by cross-validation, speed from empty and warm, memory, load.

    python -m benchmarks.lemmas GOLD_FOLDER [--corpus TEXTS.jsonl.gz] [--silver TEXTS.jsonl.gz] [--tokens 200000]

GOLD_FOLDER holds tables of form, lemma, universal part of speech (social.tsv, news.tsv, ...). Accuracy: content words,
case-insensitive, ё = е; blocks of 20 neighbouring sentences, five folds, the weights made anew for each fold from the
other four (and from texts tagged by natasha with ``--silver``). The corrections are the shipped ones in every fold.
Speed: CPU seconds of this process over the corpus's sentences, as a ratio to pymorphy3 parsing every token; each
system runs in a process of its own. Systems that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nlp.clean import clean
from nlp.lemmatizer import Context, Fast
from nlp.lexicon import Lexicon
from nlp.tables import corrections
from nlp.training.__main__ import train
from nlp.training.gold import Token, read_gold, tag
from nlp.weights import Weights, weights, written
from nlp.words import sentences

CONTENT = {"NOUN", "PROPN", "VERB", "ADJ", "ADV"}
FOLDS, BLOCK = 5, 20
Sentences = list[list[str]]
System = Callable[[Sentences], Iterator[list[str]]]


def naive(texts: Sentences) -> Iterator[list[str]]:
    from pymorphy3 import MorphAnalyzer

    parse = MorphAnalyzer(lang="ru").parse
    for text in texts:
        yield [parse(token)[0].normal_form for token in text]


def cached(texts: Sentences) -> Iterator[list[str]]:
    from pymorphy3 import MorphAnalyzer

    parse, known = MorphAnalyzer(lang="ru").parse, {}  # type: Any, dict[str, str]
    for text in texts:
        for token in text:
            if token not in known:
                known[token] = parse(token)[0].normal_form
        yield [known[token] for token in text]


def natasha(texts: Sentences) -> Iterator[list[str]]:
    from natasha import NewsEmbedding, NewsMorphTagger

    from nlp.morphology import vocabulary

    tagger, words = NewsMorphTagger(NewsEmbedding()), vocabulary()
    for text in texts:
        tagged = tagger(text).tokens
        yield [words.lemmatize(token.text, token.pos, token.feats) for token in tagged]


def simplemma(texts: Sentences) -> Iterator[list[str]]:
    from simplemma import lemmatize

    for text in texts:
        yield [lemmatize(token, lang="ru") for token in text]


def lemmagen3(texts: Sentences) -> Iterator[list[str]]:
    from lemmagen3 import Lemmatizer

    lemma = Lemmatizer("ru").lemmatize
    for text in texts:
        yield [lemma(token.lower()) for token in text]


def context(texts: Sentences) -> Iterator[list[str]]:
    from nlp import lemmatize_tokens

    return lemmatize_tokens(texts, mode="context")


def fast(texts: Sentences) -> Iterator[list[str]]:
    from nlp import lemmatize_tokens

    return lemmatize_tokens(texts, mode="fast")


def unshipped(texts: Sentences) -> Iterator[list[str]]:
    """``fast`` without the shipped lemmas of frequent words: every word is looked up."""
    yield from map(Fast(Lexicon(corrections(), keep=False), weights("fast")).lemmas, texts)


SYSTEMS: dict[str, System] = {
    system.__name__: system for system in (naive, cached, natasha, simplemma, lemmagen3, unshipped, fast, context)
}
SLOW = ("naive", "natasha")
"""Timed on the first tenth of the corpus: what they do for a token does not depend on the others."""


def same(lemma: str, gold: str) -> bool:
    """Equal but for case and ё."""
    return lemma.lower().replace("ё", "е") == gold.lower().replace("ё", "е")


def score(gold: list[list[Token]], said: list[list[str]]) -> str:
    """Per cent of all words, content words and proper names."""
    counts = {"all": [0, 0], "content": [0, 0], "names": [0, 0]}
    for sentence, lemmas in zip(gold, said, strict=True):
        for token, lemma in zip(sentence, lemmas, strict=True):
            kinds = ["all"] * (token.pos != "PUNCT") + ["content"] * (token.pos in CONTENT)
            for kind in kinds + ["names"] * (token.pos == "PROPN"):
                counts[kind][0] += same(lemma, token.lemma)
                counts[kind][1] += 1
    return "  ".join(f"{kind} {100 * right / max(n, 1):5.1f}" for kind, (right, n) in counts.items())


def cross_validated(
    gold: dict[str, list[list[Token]]], silver: list[list[Token]], mode: str
) -> dict[str, tuple[list[list[Token]], list[list[str]]]]:
    """register -> (sentences, lemmas), each sentence by weights that have not seen its block."""
    book = Lexicon(corrections())
    results: dict[str, tuple[list[list[Token]], list[list[str]]]] = {name: ([], []) for name in gold}
    for fold in range(FOLDS):
        taught = [one for part in gold.values() for at, one in enumerate(part) if at // BLOCK % FOLDS != fold]
        learned = Weights(written(train(taught, silver, book, mode), ""))
        chooser = Fast(book, learned) if mode == "fast" else Context(book, learned)
        for name, part in gold.items():
            for at, sentence in enumerate(part):
                if at // BLOCK % FOLDS == fold:
                    results[name][0].append(sentence)
                    results[name][1].append(chooser.lemmas([one.form for one in sentence]))
    return results


def accuracy(folder: Path, silver: list[list[Token]]) -> None:
    """Print a line for each system and register."""
    gold = {path.stem: list(read_gold(path)) for path in sorted(folder.glob("*.tsv"))}
    for name, system in SYSTEMS.items():
        if not installed(name):
            continue
        if name == "unshipped":
            continue  # the lemmas are those of ``fast``
        if name in ("fast", "context"):
            results = cross_validated(gold, silver, name)
        else:
            results = {
                part: (text, list(system([[token.form for token in one] for one in text])))
                for part, text in gold.items()
            }
        for part, (text, said) in results.items():
            print(f"{name:10} {part:8} {score(text, said)}", flush=True)


def installed(name: str) -> bool:
    """Whether a system can run here."""
    return name not in ("natasha", "simplemma", "lemmagen3") or importlib.util.find_spec(name) is not None


def corpus(path: Path, most: int) -> Sentences:
    """Sentences of a corpus's texts, up to so many tokens."""
    found: Sentences = []
    count = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for sentence in sentences(clean(json.loads(line)["text"]).text):
                found.append(sentence)
                count += len(sentence)
            if count >= most:
                break
    return found


def megabytes() -> float:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6


def timed(name: str, path: Path, most: int) -> None:
    """Print one system's speed as JSON, to be read by the process that started this one."""
    texts = corpus(path, most // 10 if name in SLOW else most)
    count, before = sum(map(len, texts)), megabytes()
    start = time.process_time()
    next(iter(SYSTEMS[name]([["мама"]])))
    load, loaded = time.process_time() - start, megabytes() - before
    start = time.process_time()
    for _ in SYSTEMS[name](texts):
        pass
    spent = time.process_time() - start - (load if name in SLOW else 0)
    print(json.dumps({"rate": count / spent, "load": load, "loaded": loaded, "after": megabytes() - before}))


def speed(path: Path, most: int) -> None:
    """Print a line for each system: tokens a CPU second, the ratio to naive, load, memory."""
    rates: dict[str, float] = {}
    for name in SYSTEMS:
        if not installed(name):
            print(f"{name:10} is not installed")
            continue
        command = [sys.executable, "-m", "benchmarks.lemmas", "-", "--time", name, "--corpus", str(path)]
        done = subprocess.run([*command, "--tokens", str(most)], capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        rates[name] = told["rate"]
        ratio = told["rate"] / rates["naive"]
        print(
            f"{name:10} {told['rate']:9.0f} tokens a CPU second  x{ratio:5.2f}  load {told['load']:.2f} s "
            f"{told['loaded']:4.0f} MB, after the corpus {told['after']:4.0f} MB",
            flush=True,
        )


def main() -> None:
    """Read the arguments, measure what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", help="folder of gold tables, or - for none")
    parser.add_argument("--corpus", type=Path, help="texts for speed: JSON lines, gzip, key text")
    parser.add_argument("--silver", type=Path, help="texts to be tagged by natasha for training")
    parser.add_argument("--silver-texts", type=int, default=2000)
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--time", choices=tuple(SYSTEMS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.time:
        timed(options.time, options.corpus, options.tokens)
        return
    if options.corpus:
        speed(options.corpus, options.tokens)
    if options.gold != "-":
        texts = corpus_texts(options.silver, options.silver_texts) if options.silver else iter(())
        accuracy(Path(options.gold), list(tag(texts)) if options.silver else [])


def corpus_texts(path: Path, most: int) -> Iterator[str]:
    """The first cleaned texts of a corpus."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, most):
            yield clean(json.loads(line)["text"]).text


if __name__ == "__main__":
    main()
