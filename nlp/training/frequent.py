"""``python -m nlp.training.frequent TEXTS.jsonl.gz --out nlp/data/frequent_words.tsv``: the lemmas of frequent words.

To be made again after the dictionary, ``common_lemmas.tsv`` or the weights changed; not after a correction. Words of
Russian letters alone, names of people left out: how a word with a hyphen or a Latin letter is repaired may depend on
the corrections in use.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from nlp.as_written import found_in
from nlp.candidates import analyser
from nlp.frequent import Pair, spellings, version
from nlp.lemmatizer import Fast
from nlp.lexicon import Lexicon
from nlp.training.texts import cleaned_texts
from nlp.weights import weights

MOST = 20_000
_RUSSIAN = re.compile(r"(?!.*(.)\1\1)[а-яё]{1,30}")
_PLAIN, _GUESSED, _SEVERAL = 1, 4, 6
"""What it costs to look up a word with one candidate, an unknown one and one with several, one by another."""
REMARKS = """\
# Lemmas of frequent words, made by "python -m nlp.training.frequent": the version of what they were made with, then
# lemma, part of speech, words; the words are those that save most among the words in posts of public Telegram channels
# (repository NKTKLN/telegram-news-classifier, CC BY 4.0).
"""


def frequent(texts: Iterable[str], most: int = MOST) -> dict[str, Pair]:
    """The words of cleaned texts that are likely to come again and costly to look up; of equal ones the first by
    alphabet.
    """
    counts = Counter(token for text in texts for token in found_in(text))
    fast = Fast(Lexicon({}, keep=False), weights("fast"))
    saved = {word: (1 - 0.5**count) * _cost(word.lower()) for word, count in counts.items() if _is_plain(word)}
    found: dict[str, Pair] = {}
    for word in sorted(saved, key=lambda one: (-saved[one], one)):
        if fast[word][1] != "NAME":
            found[word] = fast[word]
            if len(found) == most:
                break
    return found


def _is_plain(word: str) -> bool:
    form = word.lower()
    return _RUSSIAN.fullmatch(form) is not None and word in spellings(form)


def _cost(form: str) -> int:
    if analyser().sure(form):
        return _PLAIN
    return _SEVERAL if analyser().known(form) else _GUESSED


def lines(found: Mapping[str, Pair]) -> str:
    """The file: sorted, so that the same words are the same bytes."""
    by_pair: defaultdict[Pair, list[str]] = defaultdict(list)
    for word in sorted(found):
        by_pair[found[word]].append(word)
    rows = (f"{lemma} {pos} {' '.join(words)}\n" for (lemma, pos), words in sorted(by_pair.items()))
    return f"{REMARKS}{version()}\n{''.join(rows)}"


def main() -> None:
    """Read the arguments, write the file."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.frequent", description=__doc__)
    parser.add_argument("texts", type=Path, help="JSON lines, gzip, key text")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.write_bytes(lines(frequent(cleaned_texts(options.texts))).encode())


if __name__ == "__main__":
    main()
