"""``python -m nlp.training GOLD.tsv ... [--silver TEXTS.jsonl.gz] --out FOLDER``: make the weights of both modes."""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nlp.lexicon import Lexicon
from nlp.tables import corrections
from nlp.training.gold import Token, examples, read_gold, tag
from nlp.training.perceptron import learn
from nlp.training.texts import cleaned_texts
from nlp.weights import FILES, written

PASSES = 5
SEEDS = (1, 2, 3)
"""Orders of the examples; the weights are the mean, so that what lies near the border does not hang on one order."""
BLIND = {"context": 0.4, "fast": 0.0}
"""The share of examples seen without the form itself."""
GOLD_COPIES = 4
"""How often gold examples are seen for one silver one: few, but right and of the register that matters."""
LEAST_SEEN = 4
"""Times a word stands in the gold to be known to its neighbours."""
LEAST_WEIGHT = 60
"""Weights nearer to nothing, in thousandths, are left out of the file."""


def vocabulary(gold: Sequence[Sequence[Token]]) -> frozenset[str]:
    """The words that neighbours recognise: those frequent in the gold."""
    counts = Counter(token.form.lower() for sentence in gold for token in sentence)
    return frozenset(word for word, count in counts.items() if count >= LEAST_SEEN)


def train(
    gold: Sequence[Sequence[Token]], silver: Sequence[Sequence[Token]], book: Lexicon, mode: str
) -> dict[str, int]:
    """The weights of a mode."""
    known, context = vocabulary(gold), mode == "context"
    right = [one for sentence in gold for one in examples(sentence, book, known, context=context)]
    likely = [one for sentence in silver for one in examples(sentence, book, known, context=context)]
    taught = likely + right * (GOLD_COPIES if likely else 1)
    total: Counter[str] = Counter()
    for seed in SEEDS:
        total.update(learn(taught, passes=PASSES, seed=seed, blind=BLIND[mode]))
    learned = {feature: weight // len(SEEDS) for feature, weight in total.items()}
    return {feature: weight for feature, weight in learned.items() if abs(weight) >= LEAST_WEIGHT}


def main() -> None:
    """Read the arguments, write the files."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+", help="tables of form, lemma, part of speech")
    parser.add_argument("--silver", type=Path, help="texts to be tagged by natasha: JSON lines, gzip, key text")
    parser.add_argument("--sentences", type=int, default=10**9, help="silver sentences to use")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights")
    options = parser.parse_args()
    gold = [sentence for path in options.gold for sentence in read_gold(path)]
    silver = list(itertools.islice(tag(cleaned_texts(options.silver)), options.sentences)) if options.silver else []
    remarks = (Path(__file__).parent / "remarks.txt").read_text(encoding="utf-8").strip()
    book = Lexicon(corrections())
    for mode, name in FILES.items():
        options.out.joinpath(name).write_bytes(written(train(gold, silver, book, mode), remarks))


if __name__ == "__main__":
    main()
