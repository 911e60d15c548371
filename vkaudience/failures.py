"""Failures as a person and a scheduler meet them: a message that says what, why and what next, and an exit code.

Exit codes: 0 done, 1 failed, 2 usage or config, 3 a human is needed, 4 paused by quota, 5 something named is
missing from the result, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import errno

from storage import AudienceError
from vkaudience.output import say

EXIT_CODES = {"VkStop": 3, "VkQuota": 4, "ConfigError": 2}
INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT)


def exit_code(error: AudienceError) -> int:
    """The exit code for an error, by the nearest named class of its family."""
    return next((EXIT_CODES[c.__name__] for c in type(error).__mro__ if c.__name__ in EXIT_CODES), 1)


def tell_error(error: AudienceError) -> None:
    """What, why and what next, on stderr."""
    lines = [f"Ошибка: {error.what}"]
    lines += [f"Почему: {error.why}"] if error.why else []
    lines += [f"Что делать: {error.todo}"] if error.todo else []
    # The exit code must reach the scheduler even where the message cannot be written.
    with contextlib.suppress(OSError):
        say("\n".join(lines), err=True)


def of_the_system(error: OSError) -> AudienceError:
    """The operating system said no: a full disk, a folder without rights."""
    where = f": {error.filename}" if error.filename else ""
    why = error.strerror or type(error).__name__
    if error.errno in FULL:
        return AudienceError(f"На диске нет места{where}.", why, "Освободите место и повторите ту же команду.")
    return AudienceError(f"Система отказала в доступе к файлу{where}.", why, "Проверьте путь и права, повторите.")


def unexpected(error: Exception) -> AudienceError:
    """A fault of our own."""
    return AudienceError(
        f"Программа споткнулась: {type(error).__name__}.",
        str(error)[:300],
        "Файл исследования цел. Повторите команду с -v и пришлите вывод авторам: это наша ошибка.",
    )
