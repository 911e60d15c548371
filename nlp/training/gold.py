"""Sentences with known lemmas, and what in them teaches a choice.

Gold text is a table of UD columns: form, lemma, universal part of speech, an empty line after a sentence. Silver text
was tagged by natasha's slovnet: no lemmas, but parts of speech, cases and numbers, which point at a candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nlp import rerank
from nlp.as_written import NO_WORD, ambiguous, candidates, shape
from nlp.candidates import Candidate, folded
from nlp.lexicon import Lexicon
from nlp.rerank import EDGE, OFFSETS

_POS = {
    "NOUN": ("NOUN",), "PROPN": ("NAME", "PROPN", "NOUN"), "VERB": ("VERB",), "AUX": ("VERB",), "ADJ": ("ADJ", "NUM"),
    "ADV": ("ADV",), "DET": ("PRON",), "PRON": ("PRON",), "NUM": ("NUM",), "ADP": ("FUNC",), "CCONJ": ("FUNC",),
    "SCONJ": ("FUNC",), "PART": ("FUNC",), "INTJ": ("FUNC",),
}  # fmt: skip
_CASES = {"Nom": "n", "Gen": "g", "Par": "g", "Dat": "d", "Acc": "a", "Ins": "t", "Loc": "l", "Voc": "v"}
_GENDERS = {"Masc": "m", "Fem": "f", "Neut": "n"}


class Token(NamedTuple):
    """A token of tagged text; ``lemma`` is empty in silver text, ``feats`` in gold."""

    form: str
    lemma: str
    pos: str
    feats: dict[str, str]


class Example(NamedTuple):
    """One ambiguous token: for each candidate its features, and which candidates are right."""

    features: list[list[str]]
    right: frozenset[int]


def read_gold(path: Path) -> Iterator[list[Token]]:
    """The sentences of a table."""
    sentence: list[Token] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("# "):
            form, lemma, pos = line.split("\t")
            sentence.append(Token(form, folded(lemma.lower()), pos, {}))
        elif sentence and not line:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def tag(texts: Iterable[str]) -> Iterator[list[Token]]:
    """Silver sentences: texts cut and tagged by natasha."""
    from natasha import Doc, NewsEmbedding, NewsMorphTagger, Segmenter

    segmenter, tagger = Segmenter(), NewsMorphTagger(NewsEmbedding())
    for text in texts:
        document = Doc(text)
        document.segment(segmenter)
        document.tag_morph(tagger)
        for sentence in document.sents:
            yield [Token(token.text, "", token.pos, token.feats) for token in sentence.tokens]


def right(token: Token, found: Sequence[Candidate]) -> frozenset[int]:
    """The candidates that a token's lemma or, without one, its tag stands for; none when nothing tells."""
    possible = _POS.get(token.pos, ())
    if token.lemma:
        same = {at for at, one in enumerate(found) if one.lemma == token.lemma}
        return frozenset({at for at in same if found[at].pos in possible} or same)
    marks = [_match(token, one) if one.pos in possible else 0 for one in found]
    best = frozenset(at for at, mark in enumerate(marks) if mark == max(marks) and mark)
    return best if len({found[at].lemma for at in best}) == 1 else frozenset()


def _match(token: Token, candidate: Candidate) -> int:
    """How well a candidate fits a tag; more than nothing, as the part of speech fits already."""
    feats, kind = token.feats, candidate.kind.lstrip("?")
    if token.pos in ("VERB", "AUX"):
        participle = (feats.get("VerbForm") == "Part") == kind.startswith("PRT")
        return 1 + participle + ((feats.get("Mood") == "Imp") == (kind == "VERB.impr"))
    fit = 1 + (token.pos == "PROPN" and candidate.pos in ("NAME", "PROPN"))
    fit += token.pos == "ADJ" and (feats.get("Variant") == "Short") == (kind == "ADJS")
    case = _CASES.get(feats.get("Case", ""))
    if case:
        number = "p" if feats.get("Number") == "Plur" else "s"
        bundle = case + number + ("" if number == "p" else _GENDERS.get(feats.get("Gender", ""), ""))
        agree = candidate.agree.split()
        fit += 2 * any(own.startswith(bundle[:2]) for own in agree) + (bundle in agree)
    return fit


def examples(
    sentence: Sequence[Token], book: Lexicon, vocabulary: frozenset[str], *, context: bool
) -> Iterator[Example]:
    """What a sentence teaches: its ambiguous tokens whose right candidate is known."""
    found = [candidates(token.form, book) for token in sentence]
    sides = [EDGE, EDGE]
    if context:
        sides += [
            rerank.neighbour(token.form.lower(), one, vocabulary) for token, one in zip(sentence, found, strict=True)
        ]
        sides += [EDGE, EDGE]
    first = True
    for at, (token, own) in enumerate(zip(sentence, found, strict=True)):
        if ambiguous(own):
            good = right(token, own)
            if good:
                yield Example(_features(token.form, own, sides, at, first and context), good)
        first = first and own[0].pos == NO_WORD


def _features(
    form: str, own: Sequence[Candidate], sides: Sequence[rerank.Neighbour], at: int, first: bool
) -> list[list[str]]:
    mark = shape(form)
    if first and mark == rerank.TITLE:
        mark = rerank.FIRST
    parts = [rerank.static_features(form.lower(), own), rerank.shape_features(mark, own)]
    if len(sides) > 2:
        for offset in OFFSETS:
            beside = sides[at + 2 + offset]
            parts.append(rerank.context_features(offset, beside, own))
            if abs(offset) == 1 and beside.word:
                parts.append([[rerank.word_feature(offset, beside.word, one.lemma)] for one in own])
    return [[feature for part in parts for feature in part[at]] for at in range(len(own))]
