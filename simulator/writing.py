"""Sentences to texts: what a person or a community would post on a theme."""

from __future__ import annotations

from random import Random

from simulator.dirt import dirty
from simulator.grammar import render
from simulator.themes import small_talk, themes


def personal(rng: Random, theme: str, *, female: bool, sentences: int, talk: float) -> str:
    """Some sentences on a theme in the first person, with small talk between them."""
    chosen = themes()[theme]
    frames = rng.sample(chosen.frames, min(sentences, len(chosen.frames)))
    parts = []
    for frame in frames:
        if rng.random() < talk:
            parts.append(chat(rng, female=female))
        parts.append(render(frame, chosen.lexicon, female, rng))
    return joined(rng, parts)


def chat(rng: Random, *, female: bool) -> str:
    """One sentence about nothing in particular."""
    talk = small_talk()
    return render(rng.choice(talk.frames), talk.lexicon, female, rng)


def chats(rng: Random, sentences: int, *, female: bool) -> str:
    """Some sentences of small talk."""
    talk = small_talk()
    frames = rng.sample(talk.frames, sentences)
    return joined(rng, [render(frame, talk.lexicon, female, rng) for frame in frames])


def news(rng: Random, theme: str, sentences: int) -> str:
    """What a community publishes on its theme."""
    chosen = themes()[theme]
    frames = rng.sample(chosen.news, min(sentences, len(chosen.news)))
    return joined(rng, [render(frame, chosen.lexicon, True, rng) for frame in frames])


def finished(rng: Random, text: str, theme: str | None, club: str, people: list[int]) -> str:
    """The text with the dirt of real posts."""
    tags = themes()[theme].tags if theme else ()
    return dirty(rng, text, tags, club, people)


def joined(rng: Random, parts: list[str]) -> str:
    """Sentences one after another, each with an end."""
    ended = [part if part[-1:] in ".!?…)" else part + rng.choice((".", ".", "!")) for part in parts if part]
    return rng.choice((" ", " ", " ", "\n")).join(ended)
