"""Tokens as they are written: which a text has, the shape of each, its candidates with what its capitals add."""

from __future__ import annotations

from collections.abc import Sequence

from nlp import rerank
from nlp.candidates import Candidate, capitalised, common_word, folded, usual_name
from nlp.lexicon import Lexicon
from nlp.twins import in_cyrillic
from nlp.words import LONGEST, parts, tokens_in, word_in

NO_WORD = ""
"""The part of speech of numbers and punctuation marks."""


def shape(token: str) -> str:
    """The shape of a token inside a sentence."""
    if not token[:1].isupper():
        return rerank.LOWER
    return rerank.UPPER if len(token) > 1 and token.isupper() else rerank.TITLE


def candidates(token: str, book: Lexicon) -> list[Candidate]:
    """The candidates of a token as it is written; one that is no word has itself alone, without part of speech."""
    form = token.lower()
    if form.isalpha() and len(form) <= LONGEST:
        found = book.candidates(form)
        return capitalised(form, found) if token[0].isupper() else found
    word = word_in(token)
    if word is None:
        lemma = folded(form)
        if book.corrects(lemma):
            return book.candidates(lemma)
        return [Candidate(lemma, NO_WORD, "NUMB" if lemma[:1].isalnum() else f"PNCT{lemma[:1].strip('~')}", "", 0)]
    found = book.candidates(word)
    return capitalised(word, found) if token[:1].isupper() else found


def russian_in_latin(token: str, book: Lexicon) -> str:
    """The token in Cyrillic letters if it is a Russian word in Latin capitals that no correction names; else empty."""
    return "" if book.corrects(token.lower()) else in_cyrillic(token)


def ambiguous(found: Sequence[Candidate]) -> bool:
    """Whether there is anything to choose."""
    if len(found) == 1:
        return False
    lemma = found[0].lemma
    return any(candidate.lemma != lemma for candidate in found)


def open_to_choice(token: str, found: Sequence[Candidate]) -> bool:
    """Whether neighbours or capitals may decide: several lemmas, or one that is a name too («Вера», «вера»)."""
    if ambiguous(found):
        return True
    return token[:1].isupper() and any(map(usual_name, found)) and any(map(common_word, found))


def found_in(text: str) -> list[str]:
    """The tokens of a text; what is too long to be a word is cut at its hyphens or left out."""
    found = tokens_in(text)
    if len(text) <= LONGEST or max(map(len, found), default=0) <= LONGEST:
        return found
    cut = [[token] if len(token) <= LONGEST else parts(token) if token[0].isalnum() else [token[0]] for token in found]
    return [token for some in cut for token in some]
