"""Command `check-leaks`: is text of your logs on a finished site?"""

from __future__ import annotations

from pathlib import Path

import click

from generator.base.wording import printable
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
@click.option("--files", is_flag=True, help="Also which file log-0001 is, and so on. For your eyes.")
@ROOT
def check_leaks(
    logs: tuple[Path, ...],
    site: Path | None,
    canary: Path | None,
    files: bool,  # noqa: FBT001  click passes options so
    root: Path,
) -> None:
    """Look for text of LOGS on the finished site: words in a row, paths, addresses, ids, in any usual coding.

    A line a page, with the first place in the logs and how many there are, never the text. Logs are called log-0001
    and so on, in the order given, those of a folder by name. Text of content/, templates/ and this program is public
    already and no alarm.

    \b
    Examples:
      witnessmark check-leaks ~/.claude/projects
      witnessmark check-leaks ~/.claude/projects --files
    """
    from generator.base.problems import ContentError, Problem, PublishRefusedError
    from generator.guard.leaks import find_canaries, find_leaks, is_site, read_canaries
    from generator.guard.logs import labelled
    from generator.guard.public import public_files

    if not logs and canary is None:
        raise click.UsageError("name logs, or a file with --canary")
    looked = (site or root / "site").resolve()
    if not is_site(looked):
        hint = "build it first: witnessmark build; or name a finished one: --site FOLDER"
        raise ContentError(Problem(looked.name, 0, 0, "W-no-site", "there is no built site here to look through", hint))
    if files:
        for label, path in labelled(logs):
            click.echo(f"{label}  {printable(path)}")
    problems = [*find_canaries(looked, read_canaries(canary) if canary else ())]
    problems += find_leaks(looked, logs, public_files(root.resolve())) if logs else ()
    if problems:
        raise PublishRefusedError(*problems)
    click.echo("Nothing of these logs was found on the site.")
