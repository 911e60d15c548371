"""The command line: reads options and config, runs a command, turns failures into messages and exit codes.

Exit codes: 0 done, 1 failed, 2 usage or config, 3 a human is needed, 4 paused by quota, 5 something named is
missing from the result, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from storage import AudienceError
from vkaudience.config import Config, load_config
from vkaudience.show import silence, talk, verbose
from vkaudience.version import __version__

# name -> (module, help line): listing commands imports none of them.
COMMANDS = {
    "demo": ("vkaudience.cmd_demo", "всё исследование на игрушечном VK, без ключа и без сети"),
    "init": ("vkaudience.cmd_init", "создать исследование: папку с config.toml"),
    "check": ("vkaudience.cmd_check", "проверить настройки и ключ: что он может"),
    "collect": ("vkaudience.cmd_collect", "собрать участников и стены; продолжает с места остановки"),
    "import": ("vkaudience.cmd_import", "взять тексты из файлов CSV, JSONL, JSON"),
    "lemmatize": ("vkaudience.cmd_lemmatize", "привести слова к начальной форме"),
    "topics": ("vkaudience.cmd_topics", "построить темы и профили"),
    "report": ("vkaudience.cmd_report", "написать отчёт"),
    "run": ("vkaudience.cmd_run", "всё по порядку, пропуская сделанное"),
    "simulate": ("vkaudience.cmd_simulate", "запустить игрушечный VK"),
    "status": ("vkaudience.cmd_status", "что собрано, что не закончено, что VK не отдал"),
}
EXIT_CODES = {"VkStop": 3, "VkQuota": 4, "ConfigError": 2}
INTERRUPTED = 130


@dataclass
class Options:
    """Options given before the command."""

    config: Path | None
    db: Path | None
    json: bool
    quiet: bool
    verbose: bool

    def load(self) -> Config:
        """The checked config with the options laid over it."""
        return load_config(self.config, os.environ, {"study.database": self.db} if self.db else {})


class LazyGroup(click.Group):
    """A group whose commands are imported when called, so that ``--help`` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Команды"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="файл настроек (по умолчанию config.toml этой папки)")
@click.option("--db", type=click.Path(path_type=Path), help="файл исследования")
@click.option("--json", "as_json", is_flag=True, help="результат — JSON, по объекту в строке")
@click.option("-q", "--quiet", is_flag=True, help="только итог и предупреждения")
@click.option("-v", "--verbose", is_flag=True, help="каждый вызов VK и подробности ошибок")
@click.version_option(__version__)
@click.pass_context
def cli(ctx: click.Context, config: Path | None, db: Path | None, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Кто эти люди и что им важно: аудитории сообществ VK."""
    ctx.obj = Options(config, db, as_json, quiet, verbose)
    talk(verbose=verbose)


def exit_code(error: AudienceError) -> int:
    """The exit code for an error, by the nearest named class of its family."""
    return next((EXIT_CODES[c.__name__] for c in type(error).__mro__ if c.__name__ in EXIT_CODES), 1)


def tell_error(error: AudienceError) -> None:
    """What, why and what next, on stderr."""
    lines = [f"Ошибка: {error.what}"]
    lines += [f"Почему: {error.why}"] if error.why else []
    lines += [f"Что делать: {error.todo}"] if error.todo else []
    click.echo("\n".join(lines), err=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            # A cp866 or cp1251 console cannot show every letter; a question mark is better than a crash.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    silence()
    try:
        code = cli.main(arguments, prog_name="vkaudience", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        # The reader (head, a closed pager) has seen enough; Python's own flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except AudienceError as error:
        tell_error(error)
        return exit_code(error)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Остановлено. Собранное цело: та же команда продолжит.", err=True)
        return INTERRUPTED
    except Exception as error:
        if verbose():
            raise
        tell_error(_unexpected(error))
        return 1


def _unexpected(error: Exception) -> AudienceError:
    return AudienceError(
        f"Программа споткнулась: {type(error).__name__}.",
        str(error)[:300],
        "Файл исследования цел. Повторите команду с -v и пришлите вывод авторам: это наша ошибка.",
    )


if __name__ == "__main__":
    sys.exit(main())
