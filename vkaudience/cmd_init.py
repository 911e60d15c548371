"""``vkaudience init NAME``: a folder with a config.toml that works and explains itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from storage import AudienceError, ConfigError
from vkaudience.command import common
from vkaudience.config import audience_faults
from vkaudience.example import full_config
from vkaudience.output import say, say_json
from vkaudience.russian import NAME, typed
from vkaudience.synced import warning

TEMPLATE = """\
# Исследование. Образец, где пояснён каждый ключ: vkaudience init образец --full
[study]
name = {name}
question = ""            # вопрос исследования, одной фразой: его спросят первым

[vk]
token_env = "VK_TOKEN"   # переменная среды с сервисным ключом; сам ключ сюда не пишут

[collect]
what = ["members", "posts", "walls"]
# sample = 1000          # людей на сообщество; без строки — все (в сутки VK отдаёт 5000 стен)
max_posts = 100          # постов на стену: одна страница, один вызов

{audiences}
[topics]
n_topics = 20

[report]
language = "ru"
"""
AUDIENCE = "[[audiences]]\nname = {name}\ncommunities = [{community}]\n"
NO_AUDIENCE = """\
# Кого собирать: впишите адрес и уберите «# ». Тексты из файлов (import) приносят свои аудитории, им это не нужно.
# [[audiences]]
# name = "имя аудитории"
# communities = ["vk.com/имя_сообщества"]
"""


@click.command("init")
@click.argument("name", metavar="ИМЯ")
@click.option("--community", "communities", multiple=True, help="сообщество: vk.com/имя; можно несколько раз")
@click.option("--full", is_flag=True, help="все ключи, каждый с пояснением")
@common
def command(options: Any, as_json: bool, quiet: bool, name: str, communities: tuple[str, ...], full: bool) -> int:
    """Создать исследование: папку ИМЯ с config.toml."""
    if not name.strip():
        raise ConfigError("Имя исследования пустое.", "", "Пример: vkaudience init music")
    tables = [{"name": one, "communities": (one,), "people": None, "definition": "any"} for one in communities]
    if faults := audience_faults(tables):
        raise ConfigError(
            "Из таких сообществ исследования не выйдет:\n" + "\n".join(f"  - {fault}" for fault in faults), "",
            "Исправьте --community и повторите.",
        )  # fmt: skip
    file = Path(name) / "config.toml"
    if file.exists():
        raise ConfigError(f"{file} уже есть.", "Чужие настройки не перезаписываются.", "Возьмите другое имя.")
    own = "\n".join(AUDIENCE.format(name=_quoted(item), community=_quoted(item)) for item in communities)
    title = _quoted(Path(name).name)
    text = full_config(title, own) if full else TEMPLATE.format(name=title, audiences=own or NO_AUDIENCE)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AudienceError(f"Не удаётся создать {file}", str(error), "Выберите другую папку.") from error
    if synced := warning(file):
        say(synced, err=True)
    if as_json:
        say_json({"event": "init", "file": str(file)})
        return 0
    say(f"Создано: {file}")
    if quiet:
        return 0
    todo = "впишите вопрос" if communities else "впишите сообщества и вопрос"
    start = f"{NAME} --config {typed(file)}"
    say(f"Дальше: {todo}, положите ключ в VK_TOKEN и запустите\n  {start} collect")
    if not communities:
        say(f"Если тексты уже есть, ни сообществ, ни ключа не надо:\n  {start} import ФАЙЛ")
    return 0


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False)
