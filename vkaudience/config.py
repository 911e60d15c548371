"""config.toml to checked settings. All faults are reported at once, unknown keys with the nearest name.

Precedence: option > environment (``VKAUDIENCE_SECTION_KEY``) > file > default. Paths in the file are
relative to the file's folder.
"""

from __future__ import annotations

import contextlib
import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage import ConfigError
from vkaudience.checks import check, looks_secret
from vkaudience.rooms import refusals
from vkaudience.rules import parse_rule
from vkaudience.schema import LISTS, SECRET_KEYS, SECTIONS, Key

DEFAULT_NAME = "config.toml"
ENV_PREFIX = "VKAUDIENCE_"
KEEP_AWAY = (
    "ключ доступа не пишут в этот файл — его пересылают и выкладывают. "
    "Положите его в переменную среды (token_env) или в отдельный файл с правами 0600 (token_file)"
)


@dataclass(frozen=True, slots=True)
class Config:
    """The checked config: section -> key -> value, and the two lists of tables."""

    sections: Mapping[str, Mapping[str, Any]]
    audiences: tuple[Mapping[str, Any], ...] = ()
    hypotheses: tuple[Mapping[str, Any], ...] = ()
    path: Path | None = None

    def __getitem__(self, section: str) -> Mapping[str, Any]:
        return self.sections[section]

    @property
    def database(self) -> Path:
        """Where the study file is."""
        return Path(self.sections["study"]["database"])

    def given(self, section: str) -> dict[str, Any]:
        """The values of a section that are not None: arguments for a room's settings."""
        return {name: value for name, value in self.sections[section].items() if value is not None}


def load_config(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check a config file; without ``path``, ``config.toml`` of this folder or all defaults.

    ``overrides`` are options: ``{"study.database": Path(...)}``. Raises ConfigError listing every fault.
    """
    file = _file(path)
    data = _read(file) if file is not None else {}
    return check_config(data, environ, file, overrides or {})


def token_variable(path: Path | None, environ: Mapping[str, str]) -> str:
    """The environment variable that holds the key, also by a config that is refused for other faults."""
    with contextlib.suppress(ConfigError, KeyError, TypeError):
        file = _file(path)
        return environ.get(f"{ENV_PREFIX}VK_TOKEN_ENV") or str((_read(file) if file else {})["vk"]["token_env"])
    return str(SECTIONS["vk"]["token_env"].default)


def _file(path: Path | None) -> Path | None:
    return path or (Path(DEFAULT_NAME) if Path(DEFAULT_NAME).is_file() else None)


def check_config(
    data: Mapping[str, Any], environ: Mapping[str, str], file: Path | None, overrides: Mapping[str, Any]
) -> Config:
    """Check a parsed config; see :func:`load_config`."""
    folder = file.parent if file is not None else Path()
    faults: list[str] = []
    _unknown("", data, {**SECTIONS, **LISTS}, faults)
    sections = {
        name: _section(name, data.get(name, {}), keys, folder, environ, faults) for name, keys in SECTIONS.items()
    }
    lists = {name: _list(name, data.get(name, []), keys, folder, faults) for name, keys in LISTS.items()}
    faults += audience_faults(lists["audiences"])
    config = Config(sections, tuple(lists["audiences"]), tuple(lists["hypotheses"]), file)
    faults += refusals(config)
    if faults:
        raise ConfigError(
            f"Ошибки в настройках ({file or 'без файла'}):\n" + "\n".join(f"  - {fault}" for fault in faults),
            "",
            "Исправьте их и запустите команду ещё раз; образец с пояснениями: vkaudience init образец --full.",
        )
    for name, value in overrides.items():
        section, _, key = name.partition(".")
        sections[section][key] = value
    return config


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"Файла настроек нет: {file}", "", "Создайте исследование: vkaudience init ИМЯ, или укажите --config ФАЙЛ."
        ) from None
    except OSError as error:
        raise ConfigError(f"Файл настроек не читается: {file}", str(error), "Проверьте путь и права.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: файл не в UTF-8", str(error), "Сохраните его в кодировке UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{file}: это не TOML", str(error), "Исправьте строку; тексты и пути пишутся в кавычках."
        ) from error


def _section(
    name: str, table: Any, keys: Mapping[str, Key], folder: Path, environ: Mapping[str, str], faults: list[str]
) -> dict[str, Any]:
    if not isinstance(table, dict):
        faults.append(f"[{name}]: нужна таблица с ключами")
        table = {}
    values = _checked(f"[{name}] ", table, keys, folder, faults)
    for key_name, key in keys.items():
        text = environ.get(f"{ENV_PREFIX}{name}_{key_name}".upper())
        if text is not None:
            values[key_name] = _value(
                f"{ENV_PREFIX}{name}_{key_name}".upper(), _from_text(text), text, key, Path(), faults
            )
    return values


def _list(name: str, tables: Any, keys: Mapping[str, Key], folder: Path, faults: list[str]) -> list[dict[str, Any]]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        faults.append(f"{name}: пишется как [[{name}]] — по таблице на каждую запись")
        return []
    return [
        _checked(f"[[{name}]] №{number} ", table, keys, folder, faults) for number, table in enumerate(tables, start=1)
    ]


def _checked(
    where: str, table: Mapping[str, Any], keys: Mapping[str, Key], folder: Path, faults: list[str]
) -> dict[str, Any]:
    _unknown(where, table, keys, faults)
    values: dict[str, Any] = {}
    for name, key in keys.items():
        default = folder / key.default if key.kind == "path" and key.default else key.default
        values[name] = _value(where + name, table[name], table[name], key, folder, faults) if name in table else default
    return values


def _value(where: str, value: Any, raw: Any, key: Key, folder: Path, faults: list[str]) -> Any:
    if looks_secret(raw):
        faults.append(f"{where}: похоже на сам ключ доступа. {KEEP_AWAY}")
        return key.default
    try:
        return check(raw if key.kind in ("text", "path", "url", "timezone", "word") else value, key, folder)
    except ValueError as error:
        faults.append(f"{where} = {raw!r}: {error}")
        return key.default


def _from_text(text: str) -> Any:
    """An environment variable's text as a TOML value; bare words stay words."""
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text


def _unknown(where: str, table: Mapping[str, Any], keys: Mapping[str, Any], faults: list[str]) -> None:
    for name in table:
        if name in keys:
            continue
        if name.lower() in SECRET_KEYS:
            # The value is not repeated: it is a secret and messages get pasted into chats.
            faults.append(f"{where}{name}: {KEEP_AWAY}")
            continue
        near = difflib.get_close_matches(name, keys, n=1, cutoff=0.5)
        hint = f"; похоже на {near[0]!r}" if near else f"; есть: {', '.join(keys)}"
        faults.append(f"{where}{name!r}: такого ключа нет{hint}")


def audience_faults(tables: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with ``[[audiences]]``: their names, addresses and rules."""
    faults: list[str] = []
    seen: set[str] = set()
    for number, table in enumerate(tables, start=1):
        where = f"[[audiences]] №{number}"
        if not table["name"]:
            faults.append(f"{where}: нужно имя аудитории (name)")
        elif table["name"] in seen:
            faults.append(f"{where}: имя {table['name']!r} уже занято другой аудиторией")
        seen.add(table["name"] or "")
        if not table["communities"] and not table["people"]:
            faults.append(f"{where}: нужны сообщества (communities) или файл с людьми (people)")
        minus: tuple[str, ...] = ()
        try:
            minus = parse_rule(table["definition"], len(set(table["communities"]))).minus
        except ValueError as error:
            faults.append(f"{where} definition = {table['definition']!r}: {error}")
        _check_addresses((*table["communities"], *minus), where, faults)
    return faults


def _check_addresses(names: Iterable[str], where: str, faults: list[str]) -> None:
    from collector.address import parse_address

    for name in names:
        try:
            kind = parse_address(name).kind
        except ConfigError as error:
            faults.append(f"{where}: {error.what}. {error.todo}")
        else:
            if kind == "person":
                faults.append(f"{where}: {name!r} — человек, а не сообщество; людей кладут в файл (people)")
