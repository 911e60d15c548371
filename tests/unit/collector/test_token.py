"""A token is found where it may be, and shown nowhere."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from collector.errors import VkStop
from collector.settings import VkSettings
from collector.token import Token, find_token

SECRET = "vk1.sim.secret"


def test_the_environment_comes_first_then_the_private_file(tmp_path: Path) -> None:
    file = tmp_path / "ключ.token"
    file.write_text(f"\ufeff{SECRET}\n", encoding="utf-8")
    file.chmod(0o600)
    settings = VkSettings(token_env="T", token_file=file)
    assert find_token(settings, {}).reveal() == SECRET
    assert find_token(settings, {"T": "other"}).reveal() == "other"


@pytest.mark.skipif(os.name != "posix", reason="Windows protects files by lists, not by these bits")
def test_a_file_others_can_read_is_refused_with_the_cure(tmp_path: Path) -> None:
    file = tmp_path / "t"
    file.write_text(SECRET)
    file.chmod(0o644)
    with pytest.raises(VkStop) as error:
        find_token(VkSettings(token_file=file), {})
    assert "chmod 600" in str(error.value) and SECRET not in str(error.value)


@pytest.mark.parametrize("text", ["", "  ", "vk1 secret", "ключ"])
def test_no_token_or_a_broken_one_needs_a_person(text: str) -> None:
    with pytest.raises(VkStop):
        find_token(VkSettings(), {"VK_TOKEN": text})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VkStop, match=r"нет\.token"):
        find_token(VkSettings(token_file=tmp_path / "нет.token"), {})


def test_a_token_hides_itself() -> None:
    token = Token(SECRET)
    assert SECRET not in f"{token} {token!r} {token.fingerprint} {[token]}"
    assert token.fingerprint == Token(SECRET).fingerprint != Token("x").fingerprint
    with pytest.raises(TypeError):
        pickle.dumps(token)


def test_a_token_is_taken_out_of_what_others_say() -> None:
    said = "bad key a/b+c%, see https://x.example/?t=a%2Fb%2Bc%25"
    assert Token("a/b+c%").scrub(said) == "bad key ***, see https://x.example/?t=***"
    assert Token("").scrub(said) == said
