"""Command `check-leaks`: is text of your logs on a finished site?"""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.context import ROOT

CANARY = click.option(
    "--canary",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of strings, one a line, that must never be published, however they are coded.",
)


@click.command("check-leaks")
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--site",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Finished site to look through.  [default: site/ under --root]",
)
@CANARY
@ROOT
def check_leaks(logs: tuple[Path, ...], site: Path | None, canary: Path | None, root: Path) -> None:
    """Look for text of LOGS on the finished site: words in a row, paths, addresses, ids, in any usual coding.

    Names the page and the place in the log, never the text. Text of content/, templates/ and this program is public
    already and no alarm.

    \b
    Example:
      witnessmark check-leaks ~/.claude/projects
    """
    from generator.base.problems import PublishRefusedError
    from generator.guard.leaks import find_canaries, find_leaks, read_canaries
    from generator.guard.public import public_files

    if not logs and canary is None:
        raise click.UsageError("name logs, or a file with --canary")
    looked = (site or root / "site").resolve()
    problems = [*find_canaries(looked, read_canaries(canary) if canary else ())]
    problems += find_leaks(looked, logs, public_files(root.resolve())) if logs else ()
    if problems:
        raise PublishRefusedError(*problems)
    click.echo("Nothing of these logs was found on the site.")
