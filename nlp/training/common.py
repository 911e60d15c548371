"""``python -m nlp.training.common TEXTS.jsonl.gz --out nlp/data/common_lemmas.tsv``: how common lemmas are.

A form that can belong to one lemma alone counts for it; another one is shared as the dictionary saw its readings, so
that ``дома`` and ``уже`` count too, and a form that it never saw tells nothing. ``common_by_hand.txt`` adds what every
VK wall has and the texts may lack: first names, everyday verbs and things. A line of the file is a number of bits and
the lemmas whose count takes so many.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from nlp.candidates import GUESSED, folded
from nlp.dictionary import dictionary
from nlp.lexicon import Lexicon
from nlp.tables import corrections
from nlp.training.texts import cleaned_texts
from nlp.words import words

BY_HAND = 5
"""Bits of a lemma that was named by hand, if the texts do not give it more."""
_MOST = 12
_RUSSIAN = re.compile("[а-я]{2,}")
REMARKS = """\
# How common lemmas are, made by "python -m nlp.training.common": bits of a count, then the lemmas with such a count in
# posts of public Telegram channels (repository NKTKLN/telegram-news-classifier, CC BY 4.0) or named by hand.
"""


def counted(texts: Iterable[str]) -> Counter[str]:
    """lemma -> how often it stands in cleaned texts."""
    forms = Counter(word for text in texts for word in words(text))
    book, shared, found = Lexicon(corrections(), keep=False), dictionary().seen, Counter[str]()
    for form, count in forms.items():
        candidates = book.candidates(form)
        first = candidates[0]
        if first.kind.startswith(GUESSED) or first.pos == "OTHER":
            continue
        if all(candidate.lemma == first.lemma for candidate in candidates):
            found[first.lemma] += count
            continue
        seen = shared(form)
        times = sum(share for _, share in seen)
        for lemma, share in seen:
            if share:
                found[folded(lemma)] += count * share // times
    return Counter({lemma: count for lemma, count in found.items() if count and _RUSSIAN.fullmatch(lemma)})


def lines(counts: Counter[str], by_hand: Iterable[str]) -> str:
    """The file: sorted, so that the same counts are the same bytes."""
    bits = {lemma: min(count.bit_length(), _MOST) for lemma, count in counts.items()}
    bits |= {lemma: max(bits.get(lemma, 0), BY_HAND) for lemma in by_hand}
    by_bits: defaultdict[int, list[str]] = defaultdict(list)
    for lemma in sorted(bits):
        by_bits[bits[lemma]].append(lemma)
    return REMARKS + "".join(f"{number}\t{' '.join(by_bits[number])}\n" for number in sorted(by_bits, reverse=True))


def main() -> None:
    """Read the arguments, write the file."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.common", description=__doc__)
    parser.add_argument("texts", type=Path, help="JSON lines, gzip, key text")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    by_hand = (Path(__file__).parent / "common_by_hand.txt").read_text(encoding="utf-8").split()
    options.out.write_text(lines(counted(cleaned_texts(options.texts)), by_hand), encoding="utf-8")


if __name__ == "__main__":
    main()
