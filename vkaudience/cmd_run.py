"""``vkaudience run``: all stages, each skipping what is done."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from typing import Any

import click

from storage import AudienceError
from vkaudience import pipeline
from vkaudience.checks import looks_secret
from vkaudience.command import common, run_stage
from vkaudience.config import token_variable
from vkaudience.failures import exit_code
from vkaudience.output import say

FAILED = (1, 2, 3)
# A command that never ends would hold the scheduler's job, and with it every night to come.
PATIENCE_SECONDS = 600


@click.command("run")
@click.option("--partial", is_flag=True, help="строить темы и отчёт, даже если сбор на паузе или ключ не действует")
@click.option("--on-fail", metavar="КОМАНДА", help="что запустить, если не вышло: код и причина в её переменных среды")
@common
def command(options: Any, partial: bool, on_fail: str | None, as_json: bool, quiet: bool) -> int:
    """Всё по порядку: собрать, лемматизировать, построить темы, написать отчёт."""
    stage = functools.partial(pipeline.run, partial=partial)
    try:
        code = run_stage(options, "run", stage, as_json=as_json, quiet=quiet)
    except AudienceError as error:
        if on_fail:
            _call(on_fail, options, exit_code(error), error.what)
        raise
    except Exception as error:
        if on_fail:
            _call(on_fail, options, 1, str(error))
        raise
    if on_fail and code in FAILED:
        _call(on_fail, options, code, "")
    return code


def _call(line: str, options: Any, code: int, why: str) -> None:
    """Run the person's own command, as their shell reads it; no token of the environment goes along."""
    named = token_variable(options.config, os.environ).upper()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() != named and "TOKEN" not in name.upper() and not looks_secret(value)
    }
    told = {"VKAUDIENCE_EXIT": str(code), "VKAUDIENCE_ERROR": why[:1000]}
    answer = _patiently(line, {**kept, **told})
    if answer is None:
        say(f"Команда из --on-fail не кончилась за {PATIENCE_SECONDS:g} с и остановлена.", err=True)
    elif answer:
        say(f"Команда из --on-fail ответила кодом {answer}.", err=True)


def _patiently(line: str, environ: dict[str, str]) -> int | None:
    """The exit code of a shell's line; None when it did not end and was stopped, with what it had started."""
    # Nobody is there to answer: one that asks (sudo, ssh) is not to wait for it.
    done = subprocess.Popen(line, shell=True, env=environ, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return done.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        if sys.platform == "win32":
            subprocess.run(("taskkill", "/F", "/T", "/PID", str(done.pid)), capture_output=True, check=False)
            done.kill()
        else:
            os.killpg(done.pid, signal.SIGKILL)
        done.wait()
        return None
