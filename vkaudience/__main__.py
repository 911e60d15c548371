"""The command line: reads options and config, runs a command; failures become messages and exit codes."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from storage import AudienceError
from vkaudience.commands import COMMANDS
from vkaudience.config import Config, load_config
from vkaudience.failures import EXIT_CODES, INTERRUPTED, exit_code, of_the_system, tell_error, unexpected
from vkaudience.output import deafen, murmur
from vkaudience.russian import Context, in_russian, program, remember, usage_fault
from vkaudience.show import silence, talk, verbose
from vkaudience.version import __version__

__all__ = ["COMMANDS", "EXIT_CODES", "INTERRUPTED", "cli", "main"]


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

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return in_russian(command)

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
    remember(config, db)
    talk(verbose=verbose)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            # A cp866 or cp1251 console cannot show every letter; a question mark is better than a crash.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    silence()
    remember(None, None)
    try:
        code = cli.main(arguments, prog_name=program(), standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        # The reader (head, a closed pager) has seen enough; Python's own flush at exit must not complain.
        deafen(sys.stdout)
        return 0
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help; click has it from 8.2 on
            error.show()
        else:
            tell_error(usage_fault(error))
        return error.exit_code
    except AudienceError as error:
        tell_error(error)
        return exit_code(error)
    except (KeyboardInterrupt, click.Abort):
        murmur("Остановлено. Собранное цело: та же команда продолжит.")
        return INTERRUPTED
    except Exception as error:
        if verbose():
            raise
        tell_error(of_the_system(error) if isinstance(error, OSError) else unexpected(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
