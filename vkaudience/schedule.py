"""A study that runs every night: what each system's scheduler has to be told. Pure texts; nothing is run here.

No token is ever in them: it is read at each run from the file that ``token_file`` names. A night that was missed
because the machine slept is made up: by ``Persistent`` and ``StartWhenAvailable``, with cron at the next start.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

CONFIG = "config.toml"
KINDS = ("systemd", "cron", "windows")
# Paused by the daily limit, or a community that VK hides: the night's work was done.
GOOD = (4, 5)


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: ``command`` in ``folder`` every day at ``hour``:``minute``, local time.

    ``database``: the study, where it is not the one that the config names; ``config``: the name of that file.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    hour: int
    minute: int
    database: Path | None = None
    config: str = CONFIG

    @property
    def unit(self) -> str:
        """A name that every scheduler takes; its number tells studies of one name, or of no Latin letter, apart."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        others = (str(self.database or ""), "" if self.config == CONFIG else self.config)
        what = "|".join((self.name, str(self.folder), *filter(None, others)))
        mark = f"{zlib.crc32(what.encode()):08x}"
        return f"vkaudience-{plain}-{mark}" if plain else f"vkaudience-{mark}"


def service(job: Job) -> str:
    """The systemd service."""
    return "\n".join(
        (
            "[Unit]",
            f"Description=vkaudience: {_percent(_line(job.name))}",
            "",
            "[Service]",
            "Type=oneshot",
            f"WorkingDirectory={_percent(str(job.folder))}",
            "ExecStart=" + " ".join(_quoted(word) for word in job.command),
            f"SuccessExitStatus={' '.join(map(str, GOOD))}",
            "",
        )
    )


def timer(job: Job) -> str:
    """The systemd timer."""
    return "\n".join(
        (
            "[Unit]",
            f"Description=vkaudience: {_percent(_line(job.name))}",
            "",
            "[Timer]",
            f"OnCalendar=*-*-* {job.hour:02d}:{job.minute:02d}:00",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        )
    )


def cron(job: Job) -> str:
    """Two lines of a crontab: every night, and after a start of the machine for a night that was missed.

    The output of the last run replaces that of the one before, so no log grows; earlier runs are in ``status``.
    """
    run = f"cd {shlex.quote(str(job.folder))} && {shlex.join(job.command)} > last-run.log 2>&1"
    run = run.replace("%", r"\%")
    marked = f"{run} # {job.unit}"
    return f"{job.minute} {job.hour} * * * {marked}\n@reboot {marked}\n"


def without(crontab: str, job: Job) -> str:
    """A crontab without this job's lines; all others stay as they are."""
    kept = [line for line in crontab.splitlines() if not line.rstrip().endswith(f"# {job.unit}")]
    return "".join(f"{line}\n" for line in kept)


def windows(job: Job) -> str:
    """A task for ``schtasks /Create /XML``; runs as the user who made it, only while signed in, so no password."""
    # The scheduler starts the program itself, no shell between: the words are read back by the C runtime's rules.
    words = subprocess.list2cmdline(job.command[1:])
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        f"  <RegistrationInfo><Description>vkaudience: {escape(_line(job.name))}</Description></RegistrationInfo>\n"
        "  <Triggers><CalendarTrigger>\n"
        f"    <StartBoundary>2026-01-01T{job.hour:02d}:{job.minute:02d}:00</StartBoundary>\n"
        "    <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>\n"
        "  </CalendarTrigger></Triggers>\n"
        '  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType></Principal></Principals>\n'
        "  <Settings>\n"
        "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
        "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
        "    <StartWhenAvailable>true</StartWhenAvailable>\n"
        "    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n"
        "  </Settings>\n"
        '  <Actions Context="Author"><Exec>\n'
        f"    <Command>{escape(job.command[0])}</Command>\n"
        f"    <Arguments>{escape(words)}</Arguments>\n"
        f"    <WorkingDirectory>{escape(str(job.folder))}</WorkingDirectory>\n"
        "  </Exec></Actions>\n"
        "</Task>\n"
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a systemd command line."""
    safe = _percent(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{safe}"'
