"""The quick sums against the features they stand for, and the weights file."""

from __future__ import annotations

import pytest

from nlp import rerank, tables
from nlp.as_written import candidates
from nlp.candidates import Candidate
from nlp.lemmatizer import Context, Fast
from nlp.lexicon import Lexicon
from nlp.rerank import EDGE, OFFSETS
from nlp.scoring import Alone, ask, said, side
from nlp.weights import FILES, Weights, weights, written
from nlp.words import sentences

TEXT = (
    "Мы стали сильнее. Трубы делают из стали! Лечу на самолёте к Маше Ивановой; печь в печи, три пары белил… "
    "Вдоль берега берегли воду. Мыла раму мылом, деньги и счастье есть у всех 😀 #тег мемасики Фурсенко хайпанули"
)


@pytest.fixture(scope="module")
def book() -> Lexicon:
    return Lexicon(tables.corrections())


def found(book: Lexicon) -> list[list[tuple[str, list[Candidate]]]]:
    return [[(token, candidates(token, book)) for token in sentence] for sentence in sentences(TEXT)]


def summed(features: list[list[str]], learned: Weights) -> tuple[int, ...]:
    return tuple(sum(learned.weight(feature) for feature in own) for own in features)


@pytest.mark.parametrize("mode", FILES)
def test_sums_without_neighbours(book: Lexicon, mode: str) -> None:
    learned = weights(mode)
    alone = Alone(learned)
    for token, own in (pair for sentence in found(book) for pair in sentence):
        static = summed(rerank.static_features(token.lower(), own), learned)
        assert alone.scores(token.lower(), own) == static
        for shape in (rerank.LOWER, rerank.TITLE, rerank.FIRST, rerank.UPPER):
            more = summed(rerank.shape_features(shape, own), learned)
            assert alone.shaped(static, shape, own) == tuple(map(sum, zip(static, more, strict=True)))


def test_what_neighbours_say(book: Lexicon) -> None:
    learned = weights("context")
    for sentence in found(book):
        seen = [EDGE, *(rerank.neighbour(token.lower(), own, learned.vocabulary) for token, own in sentence), EDGE]
        for at, (_, own) in enumerate(sentence):
            for offset in (-1, 1):
                features = rerank.context_features(offset, seen[at + 1 + offset], own)
                quick = said(side(offset, seen[at + 1 + offset], learned), [ask(one) for one in own])
                assert quick == summed(features, learned)


def test_a_sentence_is_decided_by_all_its_features(book: Lexicon) -> None:
    learned = weights("context")
    context = Context(book)
    for sentence in found(book):
        edges = [EDGE, EDGE]
        seen = edges + [rerank.neighbour(token.lower(), own, learned.vocabulary) for token, own in sentence] + edges
        pairs = context.sentence([token for token, _ in sentence])
        for at, (token, own) in enumerate(sentence):
            shape = rerank.LOWER if token.islower() else rerank.FIRST if at == 0 else rerank.TITLE
            parts = [rerank.static_features(token.lower(), own), rerank.shape_features(shape, own)]
            for offset in OFFSETS:
                beside = seen[at + 2 + offset]
                parts.append(rerank.context_features(offset, beside, own))
                if abs(offset) == 1 and beside.word:
                    parts.append([[rerank.word_feature(offset, beside.word, one.lemma)] for one in own])
            scores = [sum(summed(part, learned)[number] for part in parts) for number in range(len(own))]
            best = own[scores.index(max(scores))]
            assert pairs[at][0] == best.lemma, token


def test_neighbours_decide(book: Lexicon) -> None:
    context = Context(book)
    for text, lemma in (("Трубы делают из стали .", "сталь"), ("Мы стали сильнее .", "стать")):
        assert lemma in [pair[0] for pair in context.sentence(text.split())]


def test_forgetting_changes_nothing(book: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = [token for sentence in sentences(TEXT) for token in sentence]
    expected = Context(book).sentence(tokens)
    monkeypatch.setattr("nlp.lemmatizer._MOST_REMEMBERED", 2)
    assert Context(book).sentence(tokens) == expected


@pytest.mark.parametrize("way", [Fast, Context])
def test_words_are_forgotten_without_a_change(
    book: Lexicon, monkeypatch: pytest.MonkeyPatch, way: type[Fast] | type[Context]
) -> None:
    texts = [" ".join(sentence) for sentence in sentences(TEXT)] * 3
    table = way(book)
    expected = [list(table.text(text)) for text in texts]
    monkeypatch.setattr(way, "most", 10)
    bounded = way(book)
    longest = max(len(text.split()) for text in texts)
    for text, words in zip(texts, expected, strict=True):
        assert [word[:2] for word in bounded.text(text)] == [word[:2] for word in words]
        assert len(bounded) <= 10 + longest
    assert [bounded.lemmas(text.split()) for text in texts] == [table.lemmas(text.split()) for text in texts]


def test_a_file_gives_back_its_weights() -> None:
    table = {
        "k~NOUN": 5,
        "l~стали~стать~VERB": -7,
        "l~стали~сталь~NOUN": 9,
        "-1w~из~NOUN": 3,
        "1l~сталь~из": 2,
        "s~1": 0,
    }
    data = written(table, "Заметка.\n\nЕщё.")
    learned = Weights(data)
    assert {name: learned.weight(name) for name in table} == table
    assert learned.weight("нет~такого") == 0
    assert (learned.vocabulary, learned.lemmas) == ({"из"}, {"сталь"})
    assert written(dict(reversed(table.items())), "Заметка.\n\nЕщё.") == data
    assert Weights(data + b"k~VERB\t\t1\n").version != learned.version


@pytest.mark.parametrize("mode", FILES)
def test_shipped_weights_name_their_source_and_licence(mode: str) -> None:
    from importlib import resources

    head = (resources.files("nlp") / "data" / FILES[mode]).read_text(encoding="utf-8")[:1000]
    assert "CC BY-SA 4.0" in head
    assert "Taiga" in head


@pytest.mark.parametrize("tokens", [[], [""], [" "], ["~"], ["|", "\t"], ["\ud800"], ["а" * 10_000], ["."] * 3000])
def test_odd_tokens_come_back_aligned(book: Lexicon, tokens: list[str]) -> None:
    assert len(Fast(book).sentence(tokens)) == len(tokens)
    assert len(Context(book).sentence(tokens)) == len(tokens)
