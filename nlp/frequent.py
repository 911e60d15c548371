"""The lemmas of frequent words as ``fast`` chooses them, shipped so that a new study need not look them up again.

A file of data made by ``python -m nlp.training.frequent``: it holds what the dictionary and the weights say, and is
left aside where either is another one than it was made with. Corrections come first: a word that the corrections in
use name is looked up.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from nlp.candidates import folded
from nlp.lexicon import recipe
from nlp.tables import shipped
from nlp.weights import weights

FILE = "frequent_words.tsv"
Pair = tuple[str, str]


def version() -> str:
    """Of the dictionary without corrections and of the weights, on which alone the lemmas in the file depend."""
    return f"{recipe({})} {weights('fast').version}"


def frequent_words(corrected: Iterable[str]) -> dict[str, Pair]:
    """word as it is written -> (lemma, part of speech), but for the words that are ``corrected``; empty when the file
    was made with another dictionary.
    """
    found = dict(_shipped())
    for form in corrected:
        for spelling in (*spellings(form), *spellings(folded(form))):
            found.pop(spelling, None)
    return found


def spellings(form: str) -> tuple[str, str, str]:
    """The ways of writing a lower-cased form that the file has."""
    return form, form.capitalize(), form.upper()


@functools.cache
def _shipped() -> Mapping[str, Pair]:
    lines = [line for line in shipped(FILE).splitlines() if line and not line.startswith("#")]
    found: dict[str, Pair] = {}
    if lines and lines[0] == version():
        for line in lines[1:]:
            lemma, pos, *words = line.split(" ")
            found.update(dict.fromkeys(words, (lemma, pos)))
    return found
