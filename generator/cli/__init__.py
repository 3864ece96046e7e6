"""The commands. The only package that prints, reads the clock or the environment, or ends the process."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

import click

from generator import __version__
from generator.base.problems import Exit, WitnessmarkError
from generator.base.wording import printable
from generator.cli import (
    fleet,
    from_issue,
    hosting,
    init,
    lab,
    leaks,
    links,
    logs,
    manual,
    meter,
    offline,
    permanence,
    proofs,
    rates,
    scan,
    site,
    verify_site,
)
from generator.cli.lacking import lacking
from generator.cli.new import new

EXIT_CODES = """\b
Exit codes:
  0 done            3 done in part (a detector failed, or a file that
  1 internal error    nobody claims, or that gave nothing)
  2 content or      4 no log could be read
    usage error     5 publishing refused
  74 input/output   75 another build runs
 130 interrupted   141 nobody reads the output any more
"""


class UnheardError(Exception):
    """Nobody reads the output any more. Click would end with the code of an internal error."""


class Commands(click.Group):
    """All commands."""

    def invoke(self, context: click.Context) -> Any:
        """Run one; raises UnheardError."""
        try:
            return super().invoke(context)
        except BrokenPipeError as error:
            raise UnheardError from error


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="witnessmark")
def cli() -> None:
    """Follow every statement about runaway AI usage down to its evidence.

    \b
    Examples:
      witnessmark scan                        your own Claude Code logs: was it me?
      witnessmark scan --by project           what each project used, by day, week, model, ...
      witnessmark scan ~/old-logs --json      the same for a program
      witnessmark collect ~/.claude/projects --into content/evidence/mine
      witnessmark fleet --help                the same of many users, on Apache Spark
      witnessmark prove --help                prove a published number, show no log
      witnessmark meter record --help         keep your usage meter from now on
      witnessmark new report URL              a new record in content/, asked for or by options
      witnessmark check                       every mistake in content/, with its place
      witnessmark build                       the site, into site/
      witnessmark check-leaks LOGS            is text of your logs on the finished site?
      witnessmark links --missing             addresses of which no archived copy is on record
      witnessmark init DIR                    a case about another service, or a site of your own logs
      witnessmark snapshot                    number and freeze the site, to be cited
      witnessmark serve                       the site on this machine, rebuilt on change
      witnessmark offline                     the site as one zip, to read without a network

    Logs never leave this machine: no command opens a connection, but `fleet` to a --master elsewhere.
    What is written of them: `collect`, `fleet` and `build --logs` numbers, enums and keyed pseudonyms,
    `prove` the fields that you open, `meter` the meter's figures into your state folder, `calibrate`
    and `base-rates` sums of public sets.
    """


for command in (
    scan.scan,
    logs.collect,
    fleet.fleet,
    meter.meter,
    proofs.prove,
    proofs.verify,
    site.build,
    site.check,
    site.serve,
    offline.offline,
    verify_site.verify_site,
    leaks.check_leaks,
    permanence.lock,
    permanence.bury,
    permanence.snapshot,
    links.links,
    from_issue.from_issue,
    from_issue.issue_forms,
    new,
    init.init,
    lab.simulate,
    lab.calibrate,
    rates.base_rates,
    lab.schemas,
    manual.completion,
    hosting.hosting,
):
    cli.add_command(command)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """End on SIGTERM as on Ctrl-C: folders are put right, child processes end, no traceback."""
    raise KeyboardInterrupt


def _say(text: str) -> None:
    with suppress(OSError):  # standard error may be a file on the disk that is full
        click.echo(text, err=True)


def _open_streams() -> None:
    """Give back what a shell closed (`>&-`): else the next file that is opened would take the place of the output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the smallest free number
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files may hold letters that the output's encoding lacks
            stream.reconfigure(errors="backslashreplace")


def _unheard() -> None:
    """End as a program does that SIGPIPE ends, without a word: whoever read the output has seen enough."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Exit.UNHEARD)


def main() -> None:
    """Run the command and end with the exit code that README documents."""
    _open_streams()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        cli(standalone_mode=False, complete_var=manual.VARIABLE)
        sys.stdout.flush()
    except WitnessmarkError as error:
        for problem in error.problems:
            _say(str(problem))
        sys.exit(error.exit)
    except click.ClickException as error:
        error.message = "\n".join(map(printable, error.message.split("\n")))  # type: ignore[misc]
        error.show()
        sys.exit(Exit.CONTENT)
    except ModuleNotFoundError as error:
        if (hint := lacking(error)) is None:
            raise
        _say(hint)
        sys.exit(Exit.CONTENT)
    except (click.Abort, KeyboardInterrupt):
        _say("Interrupted; nothing is left half done.")
        sys.exit(Exit.INTERRUPTED)
    except (BrokenPipeError, UnheardError):
        _unheard()
    except OSError as error:
        _say(f"{printable(error.filename or 'write')}: {error.strerror or error}")
        sys.exit(Exit.IO)
