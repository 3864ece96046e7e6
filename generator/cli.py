"""The commands. The only module that prints, reads the clock or the environment, or ends the process."""

from __future__ import annotations

import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.problems import Exit, LogError, Problem, WitnessmarkError

if TYPE_CHECKING:
    from generator.importers import Discovery
    from generator.results import Evidence

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
    help="aggregate: sums a day. findings: rows that findings cite and their neighbours. full: every row.",
)
JOBS = click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Processes for reading. [default: cores]")
SIMULATED_KEY = b"simulated logs hold nothing private"  # so that anyone makes the same specimen pack
EXIT_CODES = """\b
Exit codes:
  0 done            3 done in part (a detector failed, or a file that
  1 internal error    nobody claims)
  2 content or      4 no log could be read
    usage error     5 publishing refused
  74 input/output   75 another build runs   130 interrupted
"""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="witnessmark")
def cli() -> None:
    """Follow every statement about runaway AI usage down to its evidence.

    \b
    Examples:
      witnessmark scan                        your own Claude Code logs: was it me?
      witnessmark scan ~/old-logs --json      the same for a program
      witnessmark collect ~/.claude/projects --into content/evidence/mine
      witnessmark check                       every mistake in content/, with its place
      witnessmark build                       the site, into site/
      witnessmark serve                       the site on this machine, rebuilt on change

    Logs never leave this machine: no command opens a connection, and only `collect` writes anything of them,
    as numbers and keyed pseudonyms.
    """


@cli.command()
@LOGS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@JOBS
def scan(logs: tuple[Path, ...], as_json: bool, jobs: int | None) -> None:  # noqa: FBT001  click passes flags so
    """Read logs, run the detectors, print what was found. Writes nothing.

    \b
    LOGS: transcripts or folders of them. Without LOGS, what Claude Code uses:
      $CLAUDE_CONFIG_DIR/projects, ~/.claude/projects, ~/.config/claude/projects

    \b
    Examples:
      witnessmark scan
      witnessmark scan ~/.claude/projects/my-project
      witnessmark scan backup/ --json | jq .detectors
    """
    import secrets

    found = _discover(logs or _default_logs())
    evidence = _evidence(found, secrets.token_bytes(32), jobs, "scan", "findings")
    if as_json:
        import msgspec

        from generator.terminal import scan_json

        click.echo(msgspec.json.format(msgspec.json.encode(scan_json(evidence, len(found.unclaimed))), indent=2))
    else:
        from generator.terminal import print_scan

        print_scan(_console(), evidence, [file.path for file in found.claimed])
    _finish(found, evidence)


@cli.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--into",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the pack, as content/evidence/NAME.",
)
@LEVEL
@click.option("--simulated", is_flag=True, help="The logs are made by `witnessmark simulate`: label everything.")
@JOBS
def collect(logs: tuple[Path, ...], folder: Path, level: str, simulated: bool, jobs: int | None) -> None:  # noqa: FBT001
    """Make an evidence pack that is safe to commit: numbers, enums and keyed pseudonyms.

    The key of the pseudonyms is made on first use in your state folder (mode 0600) and never leaves it.

    \b
    Examples:
      witnessmark collect ~/.claude/projects --into content/evidence/mine
      witnessmark collect logs/ --into content/evidence/team --level aggregate
    """
    from generator.pack import load_key, write_pack

    found = _discover(logs)
    key = SIMULATED_KEY if simulated else load_key(_state_folder() / "key")
    evidence = _evidence(found, key, jobs, folder.name, level, simulated=simulated)
    write_pack(evidence, folder)
    findings = sum(run.found for run in evidence.runs)
    click.echo(
        f"Wrote {folder}: {evidence.totals.requests:,} calls read, {findings:,} findings, "
        f"{len(evidence.requests):,} rows shown (level {evidence.level.value})."
    )
    _finish(found, evidence)


@cli.command()
@ROOT
@click.option(
    "--logs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Also show findings from these logs; nothing of them is written to content/.",
)
@LEVEL
@JOBS
def build(root: Path, logs: tuple[Path, ...], level: str, jobs: int | None) -> None:
    """Build the site into site/, or leave the old one as it was.

    \b
    Examples:
      witnessmark build
      witnessmark build --logs ~/.claude/projects
    """
    from generator.build import build as build_site
    from generator.pack import load_key

    extra: tuple[Evidence, ...] = ()
    found = _discover(logs) if logs else None
    if found:
        _warn_unclaimed(found)
        extra = (_evidence(found, load_key(_state_folder() / "key"), jobs, "own-logs", level),)
    built = build_site(root.resolve(), extra, now=_now(), version=__version__, track=_track())
    click.echo(f"Built {built.pages:,} pages with {built.findings:,} findings.")
    click.echo(
        f"Open {os.path.relpath(built.site / 'index.html')}, or run `witnessmark serve` and go to http://127.0.0.1:8000/"
    )
    if built.failed:
        click.echo(f"Detectors that failed: {', '.join(built.failed)}", err=True)
    if built.failed or (found and found.unclaimed):
        sys.exit(Exit.PARTIAL)


@cli.command()
@ROOT
def check(root: Path) -> None:
    """Check all of content/ and print every mistake as path:line:col: code message (hint).

    \b
    Example:
      witnessmark check
    """
    from generator.build import read_content

    dossier = read_content(root.resolve(), now=_now(), version=__version__)
    library = dossier.library
    click.echo(
        f"content/ is sound: {len(library.claims)} claims, {len(library.reports)} reports, "
        f"{len(library.incidents)} incidents, {len(library.events)} events, {len(library.sources)} sources, "
        f"{len(dossier.examples)} worked examples, {len(dossier.evidence)} evidence packs."
    )


@cli.command()
@ROOT
@click.option("--port", type=click.IntRange(1024, 65535), default=8000, show_default=True)
def serve(root: Path, port: int) -> None:
    """Build, show the site on this machine only, and build again when content or templates change.

    \b
    Example:
      witnessmark serve --port 8123
    """
    from generator.serve import serve as serve_site

    click.echo(f"http://127.0.0.1:{port}/  (Ctrl-C ends it)", err=True)
    serve_site(root.resolve(), port, now=_now, version=__version__, say=lambda text: click.echo(text, err=True))


@cli.command()
@click.option(
    "--into",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the transcripts; must be empty or absent.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--sessions", type=click.IntRange(1, 100_000), default=24, show_default=True)
@click.option("--no-faults", is_flag=True, help="Plant no fault: what is found then is a false alarm.")
def simulate(folder: Path, seed: int, sessions: int, no_faults: bool) -> None:  # noqa: FBT001
    """Write simulated transcripts with planted faults, to try the tool on.

    \b
    Example:
      witnessmark simulate --into /tmp/specimen && witnessmark scan /tmp/specimen
    """
    from generator.simulator import FaultRates
    from generator.simulator import simulate as make

    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError("the folder is not empty")
    made = make(
        seed,
        sessions=sessions,
        start=datetime(2026, 8, 3, tzinfo=UTC),
        faults=None if no_faults else FaultRates.specimen(),
    )
    for name, data in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    click.echo(f"Wrote {len(made.files)} simulated transcripts into {folder}.")


def _default_logs() -> tuple[Path, ...]:
    from generator.importers.claude_code import folders

    found = folders(os.environ.get("CLAUDE_CONFIG_DIR"), Path.home())
    if not found:
        hint = "name a folder: witnessmark scan LOGS"
        raise LogError(Problem("~/.claude/projects", 0, 0, "W-no-logs", "there are no Claude Code logs here", hint))
    return found


def _discover(paths: tuple[Path, ...]) -> Discovery:
    from generator.importers import discover

    found = discover(paths)
    if not found.claimed:
        _warn_unclaimed(found)
        raise LogError(
            Problem(
                ", ".join(str(path) for path in paths),
                0,
                0,
                "W-no-logs",
                "holds no log that an importer knows",
                "Claude Code transcripts are *.jsonl files; see the page 'Check yours'",
            )
        )
    return found


def _evidence(
    found: Discovery, key: bytes, jobs: int | None, name: str, level: str, *, simulated: bool = False
) -> Evidence:
    from generator.evidence import examine
    from generator.importers import read
    from generator.results import Level

    gc.disable()  # records hold no cycles, and walking hundreds of thousands of them is a third of the time
    reading = read(found.claimed, key=key, jobs=jobs or os.cpu_count() or 1, track=_track())
    return examine(reading, id=name, simulated=simulated, level=Level(level), tool_version=__version__, track=_track())


def _warn_unclaimed(found: Discovery) -> None:
    for path in found.unclaimed:
        problem = Problem(
            str(path), 0, 0, "W-unclaimed", "no importer knows this file", "it was left out of the account"
        )
        click.echo(str(problem), err=True)


def _finish(found: Discovery, evidence: Evidence) -> None:
    from generator.results import Outcome

    _warn_unclaimed(found)
    if found.unclaimed or any(run.outcome is Outcome.FAILED for run in evidence.runs):
        sys.exit(Exit.PARTIAL)


def _now() -> datetime:
    """The clock, or SOURCE_DATE_EPOCH where a reproducible build sets it."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)


def _state_folder() -> Path:
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "witnessmark"


def _track() -> Any:
    from generator import progress

    return progress.bar if sys.stderr.isatty() else progress.silent


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=160)


def main() -> None:
    """Run the command and end with the exit code that README documents."""
    try:
        cli(standalone_mode=False)
    except WitnessmarkError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(error.exit)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.CONTENT)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was changed.", err=True)
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror}", err=True)
        sys.exit(Exit.IO)
