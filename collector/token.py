"""The access token: found in the environment or a private file, and never shown.

A token is a password to somebody's account; it lives in one object that hides itself.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from collector.errors import VkStop
from collector.settings import VkSettings
from collector.windows_acl import access_list, crowds

# Separates our fingerprints from any other use of the same hash; it is no secret.
_PURPOSE = b"vkaudience token fingerprint v1"
_SERVICE = "vkaudience"


class Token:
    """A token that no ``repr``, ``str``, format or pickle shows; :meth:`reveal` is for the HTTP client alone."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """The token itself, for the Authorization header."""
        return self._secret

    @property
    def fingerprint(self) -> str:
        """16 hex digits that name the token in ledgers without telling it."""
        return hmac.new(_PURPOSE, self._secret.encode(), hashlib.sha256).hexdigest()[:16]

    def scrub(self, text: str) -> str:
        """``text`` without the token, as it is or as an address would hold it: VK's words may echo it."""
        for shown in {self._secret, quote(self._secret, safe="")} - {""}:
            text = text.replace(shown, "***")
        return text

    def __repr__(self) -> str:
        return "Token(***)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a token is not written anywhere")


def find_token(settings: VkSettings, environ: Mapping[str, str]) -> Token:
    """The token from the environment, else from the file, else from the system's keyring under the variable's name.

    Raises VkStop when there is none, it is broken, its file is open to others or the keyring does not open.
    """
    text = environ.get(settings.token_env, "").strip()
    if not text and settings.token_file is not None:
        text = _read(settings.token_file)
    elif not text:
        text = _from_keyring(settings.token_env)
    if not text:
        raise _stop(
            "Нет ключа доступа VK.",
            f"Положите сервисный ключ своего приложения в переменную среды {settings.token_env} или в файл "
            "(token_file в config.toml, права 0600), или в хранилище паролей системы: pip install keyring в среде "
            f"программы, keyring set {_SERVICE} {settings.token_env}. Без ключа работают demo, simulate и import.",
        )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise _stop("Ключ доступа VK испорчен: в нём пробелы или буквы не из латиницы.", "Скопируйте ключ заново.")
    return Token(text)


def _read(file: Path) -> str:
    try:
        _refuse_open(file)
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "это не текст в UTF-8"
        raise _stop(f"Файл с ключом {file} не читается: {why}.", "Проверьте token_file в config.toml.") from None


def _from_keyring(name: str) -> str:
    """What the system's keyring holds for us; nothing where there is no keyring."""
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        return ""
    try:
        return (keyring.get_password(_SERVICE, name) or "").strip()
    except keyring.errors.NoKeyringError:
        return ""
    except keyring.errors.KeyringError as error:
        raise _stop(
            f"Хранилище паролей системы не открылось: {error}.",
            f"Откройте его или положите ключ в переменную среды {name}.",
        ) from None


def _refuse_open(file: Path) -> None:
    """Raise VkStop for a file that other people of this machine may read."""
    if os.name == "posix" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _stop(f"Файл с ключом {file} открыт другим пользователям.", f"Закройте его: chmod 600 {file}")
    if os.name == "nt" and (others := crowds(access_list(file))):
        raise _stop(
            f"Файл с ключом {file} открыт другим пользователям: {', '.join(others)}.",
            f'Закройте его: icacls "{file}" /inheritance:r /grant:r "%USERNAME%:F"',
        )


def _stop(what: str, todo: str) -> VkStop:
    return VkStop("", None, "", what=what, todo=todo)
