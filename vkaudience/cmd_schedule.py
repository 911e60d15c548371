"""``vkaudience schedule``: every night's run, told to the system's own scheduler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from storage import AudienceError, ConfigError
from vkaudience import schedule
from vkaudience.command import common
from vkaudience.config import ENV_PREFIX
from vkaudience.doors import STATE
from vkaudience.output import say, say_json
from vkaudience.schedule import Job
from vkaudience.schema import SECTIONS

UNITS = Path(".config/systemd/user")


@click.command("schedule")
@click.option("--at", default="03:30", show_default=True, metavar="ЧЧ:ММ", help="во сколько, по местному времени")
@click.option("--kind", type=click.Choice(("auto", *schedule.KINDS)), default="auto", help="чем запускать")
@click.option("--on-fail", metavar="КОМАНДА", help="что запустить, если ночью не вышло (см. run --on-fail)")
@click.option("--install", is_flag=True, help="поставить, а не только показать")
@click.option("--remove", is_flag=True, help="убрать поставленное")
@common
def command(
    options: Any, as_json: bool, quiet: bool, at: str, kind: str, on_fail: str | None, install: bool, remove: bool
) -> int:
    """Показать или поставить ежедневный запуск этого исследования: systemd, cron или планировщик Windows."""
    if install and remove:
        raise ConfigError("--install и --remove вместе не имеют смысла.", "", "Оставьте одно.")
    config = options.load()
    file = (options.config or Path("config.toml")).resolve()
    if not file.is_file():
        raise ConfigError(f"Файла настроек нет: {file}", "Без него нечего запускать.", "Создайте: vkaudience init ИМЯ.")
    database = options.db.resolve() if options.db else None
    words = ["--config", str(file), *(("--db", str(database)) if database else ()), "run", "--quiet"]
    words += ["--on-fail", on_fail] if on_fail else []
    # -P, as start.py does: a nlp.py in the study's folder must not stand in for ours.
    command = (sys.executable, "-P", "-m", "vkaudience", *words)
    job = Job(config["study"]["name"] or file.parent.name, command, file.parent, *_time(at), database, file.name)
    chosen = _found() if kind == "auto" else kind
    texts = _texts(job, chosen)
    if install or remove:
        _change(job, chosen, remove=remove)
    if as_json:
        say_json({"event": "schedule", "kind": chosen, "name": job.unit, "installed": install, "texts": texts})
        return 0
    if not install and not remove:
        for name, text in texts.items():
            say(f"# {name}\n{text}")
        say("Поставить: та же команда с --install. Убрать: с --remove.", err=True)
    else:
        say(
            f"{'Убрано' if remove else 'Поставлено'}: {job.unit} ({chosen})"
            + ("." if remove else f", каждый день в {at}.")
        )
    if not remove and not quiet:
        _advise(config, chosen, job)
    return 0


def _time(text: str) -> tuple[int, int]:
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and int(hour) < 24 and int(minute) < 60:
        return int(hour), int(minute)
    raise ConfigError(f"{text!r} — не время.", "", "Пишите часы и минуты: --at 03:30.")


def _found() -> str:
    """The scheduler of this machine."""
    if sys.platform == "win32":
        return "windows"
    return "systemd" if shutil.which("systemctl") and sys.platform.startswith("linux") else "cron"


def _texts(job: Job, kind: str) -> dict[str, str]:
    if kind == "systemd":
        return {f"{job.unit}.service": schedule.service(job), f"{job.unit}.timer": schedule.timer(job)}
    return {"crontab": schedule.cron(job)} if kind == "cron" else {f"{job.unit}.xml": schedule.windows(job)}


def _change(job: Job, kind: str, *, remove: bool) -> None:
    {"systemd": _systemd, "cron": _cron, "windows": _windows}[kind](job, remove)


def _systemd(job: Job, remove: bool) -> None:
    folder = Path.home() / UNITS
    names = (f"{job.unit}.service", f"{job.unit}.timer")
    if remove and not any((folder / name).exists() for name in names):
        raise _absent(job)
    if remove:
        _call("systemctl", "--user", "disable", "--now", names[1])
        for name in names:
            (folder / name).unlink(missing_ok=True)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in zip(names, (schedule.service(job), schedule.timer(job)), strict=True):
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    _call("systemctl", "--user", "daemon-reload")
    if not remove:
        _call("systemctl", "--user", "enable", "--now", names[1])


def _cron(job: Job, remove: bool) -> None:
    listed = _run(("crontab", "-l"))
    # No crontab yet is an error to crontab, and an empty one to us; any other trouble must not wipe the table.
    if listed.returncode and "no crontab" not in listed.stderr.lower():
        raise _refused("crontab -l", listed)
    before = listed.stdout if not listed.returncode else ""
    kept = schedule.without(before, job)
    if remove and kept.split() == before.split():
        raise _absent(job)
    _call("crontab", "-", given=kept + ("" if remove else schedule.cron(job)))


def _windows(job: Job, remove: bool) -> None:
    if remove:
        _call("schtasks", "/Delete", "/TN", job.unit, "/F")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        file.write_text(schedule.windows(job), encoding="utf-16")
        _call("schtasks", "/Create", "/TN", job.unit, "/XML", str(file), "/F")


def _absent(job: Job) -> AudienceError:
    return AudienceError(
        f"Убирать нечего: {job.unit} здесь не стоит.", "",
        "Планировщик, --config и --db нужны те же, с какими ставили.",
    )  # fmt: skip


def _call(*words: str, given: str | None = None) -> None:
    done = _run(words, given)
    if done.returncode:
        raise _refused(" ".join(words), done)


def _run(words: tuple[str, ...], given: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(words, input=given, capture_output=True, check=False, encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise AudienceError(
            f"Программы {words[0]} здесь нет.", "", "Выберите другой планировщик: --kind cron, systemd или windows."
        ) from error


def _refused(what: str, done: subprocess.CompletedProcess[str]) -> AudienceError:
    said = (done.stderr or done.stdout).strip()[:300]
    return AudienceError(
        f"Не вышло: {what}", said, "Сделайте это вручную: что и под каким именем стоит, печатает команда без --install."
    )


_VARIABLES = {f"{ENV_PREFIX}{section}_{key}".upper() for section, keys in SECTIONS.items() for key in keys} | {STATE}
LOGS = {
    "systemd": "journalctl --user -u {unit}; старое удаляет сам журнал",
    "cron": "{folder}/last-run.log, только последнего запуска",
    "windows": "vkaudience status: у планировщика Windows своего журнала вывода нет",
}


def _advise(config: Any, kind: str, job: Job) -> None:
    """What makes the difference between a year of data and a year of silence."""
    if config["vk"]["token_file"] is None:
        say(
            "Ключа в расписании нет, и переменной среды у планировщика тоже: положите ключ в файл с правами 0600 и "
            "назовите его в config.toml: [vk] token_file.", err=True,
        )  # fmt: skip
    if own := sorted(_VARIABLES & os.environ.keys()):
        say(f"Этих переменных среды у планировщика не будет: {', '.join(own)}. Впишите нужное в config.toml.", err=True)
    if kind == "systemd":
        say("Чтобы запускалось и без входа в систему: loginctl enable-linger", err=True)
    say("Что сказал запуск: " + LOGS[kind].format(unit=job.unit, folder=job.folder) + ".", err=True)
    say("Следите, что сбор жив: vkaudience status --max-age 36h (код 1, если давно не собиралось).", err=True)
