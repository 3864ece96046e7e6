"""The command `scan`: what somebody's own logs say, every day."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.wording import printable
from generator.cli.context import (
    JOBS,
    LOGS,
    SIMULATED_KEY,
    console,
    default_logs,
    discover,
    finish,
    own_key,
    processes,
    reading_of,
    track,
)
from generator.cli.public import ORIGIN, PUBLIC_KEY, clone_of, origin_in
from generator.ledger.by import IN_TIME, By

if TYPE_CHECKING:
    from rich.console import Console

    from generator.cli.terminal import View
    from generator.importers import Discovery
    from generator.ledger.usage import Span, Usage

DAY = click.DateTime(["%Y-%m-%d", "%Y%m%d"])
TABLES = tuple(by.value for by in By)
WIDTH = 80  # columns where nothing tells a width
LOCAL_ZONE = "local"


@click.command()
@LOGS
@click.option("--by", "table", type=click.Choice(TABLES), help="Print usage by this instead of the report.")
@click.option("--since", type=DAY, metavar="DAY", help="First day, as 2026-03-01.")
@click.option("--until", type=DAY, metavar="DAY", help="Last day, included.")
@click.option(
    "--timezone", "zone", default="UTC", show_default=True, help='Zone of all days: "local", or as Europe/Berlin.'
)
@click.option("--all", "everything", is_flag=True, help="Also every file format, question, reason and finding.")
@click.option("--files", is_flag=True, help="Also which file log-0001 is, and so on. For your eyes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--csv", "as_csv", is_flag=True, help="Print usage by day, or as --by says, as CSV.")
@click.option("--share", is_flag=True, help="Print a few ratios, safe to paste: no tokens, names or times.")
@click.option("--simulated", is_flag=True, help="The logs are made by `witnessmark simulate`: ids as in its packs.")
@ORIGIN
@JOBS
def scan(  # noqa: PLR0917  click passes options so
    logs: tuple[Path, ...],
    table: str | None,
    since: datetime | None,
    until: datetime | None,
    zone: str,
    everything: bool,  # noqa: FBT001
    files: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    as_csv: bool,  # noqa: FBT001
    share: bool,  # noqa: FBT001
    simulated: bool,  # noqa: FBT001
    origin: Path | None,
    jobs: int | None,
) -> None:
    """Read logs, run the detectors, print what was found and what it cost.

    Writes nothing but, on the first run, the key of the pseudonyms into your state folder: with it, ids are the same
    in every run and in a pack that `collect` makes. A tracker's database with a -wal file beside it is copied to a
    temporary folder while it is read. Names of projects, files and sessions are printed only where you
    ask for them: --by project, --by skill, --files.

    \b
    LOGS: transcripts or folders of them. Without LOGS, what Claude Code uses:
      $CLAUDE_CONFIG_DIR/projects, or ~/.claude/projects, ~/.config/claude/projects and
      $XDG_CONFIG_HOME/claude/projects
      and what `witnessmark meter` kept in your state folder

    --since and --until choose the calls and findings that are shown; detectors see all of the logs, as a call is
    judged by the one before it.

    \b
    Examples:
      witnessmark scan
      witnessmark scan --by day --since 2026-03-16 --timezone Europe/Berlin
      witnessmark scan ~/.claude/projects/my-project --all
      witnessmark scan backup/ --json | jq .findings
      witnessmark scan --by session --csv > sessions.csv
      witnessmark scan agentv.git --origin content/origins/agentv.yml --all
    """
    from generator.ledger.usage import Span

    if sum((as_json, as_csv, share)) > 1:
        raise click.UsageError("--json, --csv and --share exclude each other")
    span = Span(_zone(zone), *(day.date() if day else None for day in (since, until)))
    _in_order(span.since, span.until)
    with ExitStack() as stack:
        if origin is not None and simulated:
            raise click.UsageError("--origin is for logs of real use, and --simulated for others")
        key: bytes | None = SIMULATED_KEY if simulated else None
        if origin is not None:
            logs, key = (stack.enter_context(clone_of(origin_in(origin), logs)),), PUBLIC_KEY
        paths = logs or default_logs()
        found = discover(paths)
        view = _view(found, span, zone, jobs, key=key, simulated=simulated, public=origin is not None)
        _print(
            view, found, paths, table, as_json=as_json, as_csv=as_csv, share=share, everything=everything, files=files
        )
        finish(found, view.evidence)


def _print(
    view: View, found: Discovery, paths: tuple[Path, ...], table: str | None, *,
    as_json: bool, as_csv: bool, share: bool, everything: bool, files: bool,
) -> None:  # fmt: skip
    if as_json:
        _print_json(view, found, *_table(table, view, found, paths), files=files)
    elif as_csv:
        from generator.cli.terminal import usage_csv

        click.echo(usage_csv(*_table(table, view, found, paths)), nl=False)
    elif share:
        from generator.cli.terminal import shared

        click.echo(shared(view))
    else:
        out = console(WIDTH)
        _print_text(out, view, _table(table, view, found, paths) if table else None, everything=everything)
        if files:
            _print_files(out, view, found, sessions=table == By.SESSION)


def _zone(name: str) -> tzinfo | None:
    """The time zone; None is that of the machine. Raises BadParameter."""
    from zoneinfo import ZoneInfo

    if name == LOCAL_ZONE:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # not there, or no name that could be there
        hint = f'there is no time zone "{printable(name)[:40]}"; say UTC, local or a name as Europe/Berlin'
        raise click.BadParameter(hint, param_hint="--timezone") from None


def _in_order(since: date | None, until: date | None) -> None:
    if since and until and since > until:
        raise click.UsageError(f"--since {since} is after --until {until}")


def _view(
    found: Discovery, span: Span, zone: str, jobs: int | None, *, key: bytes | None, simulated: bool, public: bool
) -> View:
    """Read the logs, run the detectors, and keep what the days allow."""
    from generator.cli.terminal import view_of
    from generator.ledger.subjects import subjects
    from generator.packs.examine import examine
    from generator.records.results import Level

    key, kept = (key, True) if key else own_key()
    reading = reading_of(found, key, jobs)
    shown = subjects(reading)
    evidence = examine(
        reading,
        id="scan",
        simulated=simulated,
        level=Level.FULL if public else Level.FINDINGS,  # a public log hides nothing: times as on its page
        tool_version=__version__,
        shown=shown,
        jobs=processes(jobs),
        track=track(),
    )
    return view_of(evidence, reading, shown, span, zone, keyed=kept)


def _table(name: str | None, view: View, found: Discovery, paths: tuple[Path, ...]) -> tuple[By, tuple[Usage, ...]]:
    """The table that was asked for, by day where none was."""
    from generator.cli.labels import project_namer, skill_namer
    from generator.ledger.usage import namer, usage_by

    by = By(name or By.DAY)
    if by is By.PROJECT:
        of = project_namer(found, paths)
    elif by is By.SKILL:
        of = skill_namer(found)
    else:
        of = namer(by, view.span)
    return by, usage_by(view.requests, of, in_time=by in IN_TIME, beside=view.rounds)


def _print_json(view: View, found: Discovery, by: By, rows: tuple[Usage, ...], *, files: bool) -> None:
    import msgspec

    from generator.cli.labels import labels_by_session, paths_by_label
    from generator.cli.terminal import scan_json

    said = scan_json(view, len(found.unclaimed), by, rows)
    if files:
        said["paths"] = paths_by_label(found)
        said["sessions"] = labels_by_session(view.requests)
    click.echo(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())


def _print_text(out: Console, view: View, asked: tuple[By, tuple[Usage, ...]] | None, *, everything: bool) -> None:
    from generator.cli.terminal import print_all, print_scan, print_usage, print_verdict

    if everything:
        print_all(out, view)
    elif asked is None:
        print_scan(out, view)
    else:
        print_verdict(out, view)
    if asked is not None:
        print_usage(out, view, *asked)


def _print_files(out: Console, view: View, found: Discovery, *, sessions: bool) -> None:
    """Each path on one line, however long: it is there to be copied. `sessions`: also which files a session is in."""
    from rich.text import Text

    from generator.cli.labels import labels_by_session, paths_by_label

    if sessions:
        out.print(Text("\nSessions, and the logs in which their calls were read", style="bold"))
        for session, labels in labels_by_session(view.requests).items():
            out.print(Text(f"{session}  {' '.join(labels)}"), soft_wrap=True)
    out.print(Text("\nYour files, by the names that reports give them (local paths: do not paste)", style="bold"))
    for label, path in paths_by_label(found).items():
        out.print(Text(f"{label}  {path}"), soft_wrap=True)
