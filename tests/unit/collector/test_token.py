"""A token is found where it may be, and shown nowhere."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector import token
from collector.errors import VkStop
from collector.settings import VkSettings
from collector.token import Token, find_token
from collector.windows_acl import access_list, crowds

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


OWNER = "(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)"


@pytest.mark.parametrize(
    ("listed", "others"),
    [
        (f"D:PAI{OWNER}", []),
        (f"D:AI{OWNER}(A;ID;0x1200a9;;;BU)", ["Users"]),
        (f"D:AI{OWNER}(A;ID;0x1301bf;;;AU)(A;ID;FR;;;BU)(A;ID;FR;;;BU)", ["Authenticated Users", "Users"]),
        (f"D:{OWNER}(A;;FRFX;;;S-1-1-0)", ["Everyone"]),
        (f"D:{OWNER}(A;OICIIO;GA;;;WD)(D;;FA;;;WD)(A;;0x100000;;;WD)S:(ML;;NW;;;LW)(A;;FA;;;WD)", []),
        (f"O:BAG:SYD:{OWNER}(A;;CCDCLC;;;WD)", ["Everyone"]),
        ("D:NO_ACCESS_CONTROL", ["Everyone"]),
        ("", ["Everyone"]),
    ],
)
def test_on_windows_the_access_list_tells_who_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str, others: list[str]
) -> None:
    assert crowds(listed) == others
    file = tmp_path / "t"
    file.write_text(SECRET)
    monkeypatch.setattr(token, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr(token, "access_list", lambda path: listed)
    if others:
        with pytest.raises(VkStop, match="icacls") as error:
            find_token(VkSettings(token_file=file), {})
        assert others[0] in str(error.value) and SECRET not in str(error.value)
    else:
        assert find_token(VkSettings(token_file=file), {}).reveal() == SECRET


@pytest.mark.skipif(os.name != "nt", reason="asks Windows itself")
def test_windows_tells_its_access_list(tmp_path: Path) -> None:
    assert access_list(tmp_path).count("D:") == 1


class _Keyring:
    """Stands for the package: what it holds, or the error it raises."""

    class errors:  # noqa: N801
        KeyringError = type("KeyringError", (Exception,), {})
        NoKeyringError = type("NoKeyringError", (KeyringError, RuntimeError), {})

    def __init__(self, held: str | Exception | None) -> None:
        self._held = held

    def get_password(self, service: str, name: str) -> str | None:
        assert (service, name) == ("vkaudience", "T")
        if isinstance(self._held, Exception):
            raise self._held
        return self._held


def test_the_keyring_is_asked_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", _Keyring(f" {SECRET}\n"))
    assert find_token(VkSettings(token_env="T"), {}).reveal() == SECRET
    assert find_token(VkSettings(token_env="T"), {"T": "other"}).reveal() == "other"
    with pytest.raises(VkStop, match=r"нет\.token"):
        find_token(VkSettings(token_env="T", token_file=tmp_path / "нет.token"), {})


@pytest.mark.parametrize("held", [None, _Keyring.errors.NoKeyringError("none here")])
def test_a_keyring_without_our_key_is_as_none(monkeypatch: pytest.MonkeyPatch, held: Exception | None) -> None:
    monkeypatch.setitem(sys.modules, "keyring", _Keyring(held))
    with pytest.raises(VkStop, match="keyring set vkaudience T"):
        find_token(VkSettings(token_env="T"), {})


def test_a_keyring_that_stays_shut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", _Keyring(_Keyring.errors.KeyringError("Locked!")))
    with pytest.raises(VkStop, match="Locked!"):
        find_token(VkSettings(token_env="T"), {})


@pytest.mark.parametrize("text", ["", "  ", "vk1 secret", "ключ"])
def test_no_token_or_a_broken_one_needs_a_person(text: str) -> None:
    with pytest.raises(VkStop):
        find_token(VkSettings(), {"VK_TOKEN": text})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VkStop, match=r"нет\.token"):
        find_token(VkSettings(token_file=tmp_path / "нет.token"), {})


def test_a_token_hides_itself() -> None:
    key = Token(SECRET)
    assert SECRET not in f"{key} {key!r} {key.fingerprint} {[key]}"
    assert key.fingerprint == Token(SECRET).fingerprint != Token("x").fingerprint
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_a_token_is_taken_out_of_what_others_say() -> None:
    said = "bad key a/b+c%, see https://x.example/?t=a%2Fb%2Bc%25"
    assert Token("a/b+c%").scrub(said) == "bad key ***, see https://x.example/?t=***"
    assert Token("").scrub(said) == said
