"""What commands share: options, the clock, the environment, and reading logs with their account."""

from __future__ import annotations

import gc
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.base.problems import Exit, LogError, Problem
from generator.base.wording import noun, plural, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.base.progress import Track
    from generator.importers import Discovery
    from generator.proofs.commitments import LogTree
    from generator.records.results import Pack
    from generator.records.rows import LogData, Tally

ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    show_default=True,
    help="Folder with content/, templates/ and mkdocs.yml.",
)
LOGS = click.argument("logs", nargs=-1, type=click.Path(path_type=Path, exists=True))
LEVEL = click.option(
    "--level",
    type=click.Choice(["aggregate", "findings", "full"]),
    default="findings",
    show_default=True,
    help="aggregate: sums of days that are over. findings: rows they cite, and neighbours. full: every row.",
)
JOBS = click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Processes for reading. [default: cores]")
MOST_LINKS = 20  # links named one by one
PIPED = 160  # columns that keep tables whole in a file
NARROWEST = 40  # columns; below it a terminal breaks the lines itself
LAST_SECOND = 7_258_118_400  # 2200-01-01T00:00:00Z
SIMULATED_KEY = b"simulated logs hold nothing private"  # so that anyone makes the same specimen pack


def default_logs() -> tuple[Path, ...]:
    """Where Claude Code keeps transcripts here, and what `meter` kept. Raises LogError where there is neither."""
    from generator.importers.claude.claude_code import folders, usual_folders

    kept = (meter_folder(),) if meter_folder().is_dir() else ()
    places = (os.environ.get("CLAUDE_CONFIG_DIR"), Path.home(), os.environ.get("XDG_CONFIG_HOME"))
    found = (*folders(*places), *kept)
    if not found:
        looked = ", ".join(map(_from_home, usual_folders(*places)))
        hint = "CLAUDE_CONFIG_DIR names that place; " if places[0] else ""
        hint += "name a folder: witnessmark scan LOGS"
        raise LogError(Problem(looked, 0, 0, "W-no-logs", "there are no Claude Code logs here", hint))
    return found


def _from_home(path: Path) -> str:
    """The path as people write it: ~/.claude/projects."""
    return f"~/{path.relative_to(Path.home()).as_posix()}" if path.is_relative_to(Path.home()) else str(path)


def discover(paths: tuple[Path, ...]) -> Discovery:
    """Files below the paths and who reads them. Raises LogError where nobody reads any."""
    from generator import importers

    found = importers.discover(paths)
    if not found.claimed:
        warn_unclaimed(found)
        raise LogError(
            Problem(
                ", ".join(str(path) for path in paths),
                0,
                0,
                "W-no-logs",
                "holds no log that an importer knows",
                "the page 'Get your logs' lists what is read, and where to find it",
            )
        )
    return found


def evidence_of(
    found: Discovery,
    key: bytes,
    jobs: int | None,
    name: str,
    level: str,
    *,
    simulated: bool = False,
    commit: bool = False,
) -> Pack:
    """Read the files and run the detectors; `commit`: also hash every record, so that it can be proved later."""
    return examined(found, reading_of(found, key, jobs), key, name, level, simulated=simulated, commit=commit)


def examined(
    found: Discovery,
    reading: LogData,
    key: bytes,
    name: str,
    level: str,
    *,
    simulated: bool = False,
    commit: bool = False,
) -> Pack:
    """The same of files that are read."""
    from generator.packs.examine import examine
    from generator.proofs.publication import committed
    from generator.records.results import Level

    evidence = examine(
        reading, id=name, simulated=simulated, level=Level(level), tool_version=__version__, track=track()
    )
    if not commit or evidence.level is Level.AGGREGATE:  # sums prove nothing, and trees tell the calls of each file
        return evidence
    return committed(evidence, trees_of(found, reading, key))


def log_trees_of(found: Discovery, key: bytes, jobs: int | None) -> tuple[LogTree, ...]:
    """Read the files and hash every record."""
    return trees_of(found, reading_of(found, key, jobs), key)


def reading_of(found: Discovery, key: bytes, jobs: int | None) -> LogData:
    """Read the files."""
    from generator.importers import read

    gc.disable()  # records hold no cycles, and walking hundreds of thousands of them is a third of the time
    return read(found.claimed, key=key, jobs=processes(jobs), track=track())


def processes(jobs: int | None) -> int:
    """How many processes work: as many as were asked for, else one a processor."""
    return jobs or os.cpu_count() or 1


def own_key() -> tuple[bytes, bool]:
    """The owner's key, made where there is none; else one for this run, and False, where none can be kept.

    Raises PackError where there is one that is not safe.
    """
    import secrets

    from generator.packs.key import KEY_BYTES, load_key

    try:
        return load_key(state_folder() / "key"), True
    except OSError:  # a home that cannot be written to: the logs can be read all the same
        return secrets.token_bytes(KEY_BYTES), False


def trees_of(found: Discovery, reading: LogData, key: bytes) -> tuple[LogTree, ...]:
    """Hash every record of a reading."""
    from generator.proofs.commitments import FIRST_LINE_BYTES, identities, log_trees

    known = []
    for file in found.claimed:
        with file.path.open("rb") as stream:
            known.append((file.path.name, stream.read(FIRST_LINE_BYTES)))
    return log_trees(reading, identities(known), key)


def warn_unclaimed(found: Discovery) -> None:
    """Name every file that nobody read, with the formats it comes nearest to."""
    for file in found.unclaimed:
        nearest = f"nearest: {', '.join(file.nearest)}" if file.nearest else "nothing in it is like any known format"
        hint = "; ".join(part for part in (file.advice, nearest, "it was left out of the account") if part)
        problem = Problem(str(file.path), 0, 0, "W-unclaimed", "no importer knows this file", hint)
        click.echo(str(problem), err=True)
    aside = [f"{count:,} {kind}" for kind, count in sorted(found.companions.items())]
    others = [f"{count:,} {printable(suffix)}" for suffix, count in sorted(found.others.items())]
    if aside:
        click.echo(f"Left aside, known to hold no usage of their own: {', '.join(aside)}.", err=True)
    if found.links:
        click.echo(
            f"{plural(len(found.links), 'link was', 'links were')} not followed; "
            f"name what {noun(len(found.links), 'it leads', 'they lead')} to, if it is a log:",
            err=True,
        )
        for link in found.links[:MOST_LINKS]:
            click.echo(f"  {printable(link)}", err=True)
        if len(found.links) > MOST_LINKS:
            click.echo(f"  and {len(found.links) - MOST_LINKS:,} more", err=True)
    if others:
        click.echo(f"Left aside, no logs by their names: {', '.join(others)}.", err=True)


def warn_silent(found: Discovery, tallies: Sequence[Tally]) -> bool:
    """Name every file that a format claims and that gave nothing, or not all; is there any?"""
    from generator.importers.rows import gave_nothing
    from generator.records.rows import SkipReason

    problems = []
    for file, tally in zip(found.claimed, tallies, strict=True):
        reasons = gave_nothing(tally)
        if reasons:
            message = f"was read as {tally.importer} and gave nothing: {reasons}"
            hint = f"the page 'Get your logs' says what {tally.importer} needs, and what it cannot show"
            problems.append(Problem(str(file.path), 0, 0, "W-nothing", message, hint))
        elif tally.skipped.get(SkipReason.INCOMPLETE):
            hint = "let its program end, or export again"
            problems.append(Problem(str(file.path), 0, 0, "W-part", "was read in part: it is incomplete", hint))
    for problem in problems:
        click.echo(str(problem), err=True)
    return bool(problems)


def finish(found: Discovery, evidence: Pack, tallies: Sequence[Tally] | None = None) -> None:
    """End with exit code 3 where a file was left out or gave nothing, or a detector failed.

    `tallies`: those of the files, where those of the evidence may be sums (level `aggregate`).
    """
    from generator.records.results import Outcome

    warn_unclaimed(found)
    silent = warn_silent(found, evidence.tallies if tallies is None else tallies)
    if silent or found.unclaimed or any(run.outcome is Outcome.FAILED for run in evidence.runs):
        sys.exit(Exit.PARTIAL)


def now() -> datetime:
    """The clock, or SOURCE_DATE_EPOCH where a reproducible build sets it.

    Raises UsageError for what is no such number (https://reproducible-builds.org/specs/source-date-epoch/), or is a
    year after 2199, as no log may be of.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now(UTC)
    if not re.fullmatch(r"[0-9]{1,10}", epoch) or int(epoch) >= LAST_SECOND:
        raise click.UsageError(
            "SOURCE_DATE_EPOCH must be whole seconds since 1970, in plain digits, before the year 2200"
        )
    return datetime.fromtimestamp(int(epoch), UTC)


def state_folder() -> Path:
    """Where the key of the pseudonyms lives. A relative XDG_STATE_HOME counts for nothing, as its specification says:
    it would be a folder of the repository that packs are committed to.
    """
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "state") / "witnessmark"


def cache_folder() -> Path:
    """What can be made again at any time. A relative XDG_CACHE_HOME counts for nothing, as its specification says."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "witnessmark"


def meter_folder() -> Path:
    """Where the commands of `meter` write unless told otherwise."""
    return state_folder() / "meter"


def track() -> Track:
    """Progress bars where somebody watches."""
    from generator.base.progress import bar, silent

    return bar if sys.stderr.isatty() else silent


def console(piped: int = PIPED) -> Any:
    """The terminal, its width that of COLUMNS or of the window; `piped` columns where there is neither."""
    from rich.console import Console

    class Terminal(Console):
        """A console that leaves it to the command what happens when nobody reads any more."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    named = re.fullmatch(r"[0-9]{1,4}", os.environ.get("COLUMNS", "")) is not None
    environ = {name: value for name, value in os.environ.items() if named or name != "COLUMNS"}  # rich reads \u00b2
    made = Terminal(highlight=False, _environ=environ)
    seen = named or sys.stdout.isatty() or sys.stderr.isatty()
    return Terminal(highlight=False, _environ=environ, width=max(made.width, NARROWEST) if seen else piped)
