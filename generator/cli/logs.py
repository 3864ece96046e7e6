"""Commands on logs: `scan` and `collect`."""

from __future__ import annotations

from pathlib import Path

import click

from generator.base.problems import printable
from generator.cli.context import (
    JOBS,
    LEVEL,
    LOGS,
    SIMULATED_KEY,
    console,
    default_logs,
    discover,
    evidence_of,
    finish,
    state_folder,
)


@click.command()
@LOGS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@JOBS
def scan(logs: tuple[Path, ...], as_json: bool, jobs: int | None) -> None:  # noqa: FBT001  click passes flags so
    """Read logs, run the detectors, print what was found. Writes nothing, but for a temporary copy of a tracker's
    database that holds rows in a -wal file beside it.

    \b
    LOGS: transcripts or folders of them. Without LOGS, what Claude Code uses:
      $CLAUDE_CONFIG_DIR/projects, or ~/.claude/projects, ~/.config/claude/projects and
      $XDG_CONFIG_HOME/claude/projects
      and what `witnessmark meter` kept in your state folder

    \b
    Examples:
      witnessmark scan
      witnessmark scan ~/.claude/projects/my-project
      witnessmark scan backup/ --json | jq .detectors
    """
    import secrets

    found = discover(logs or default_logs())
    evidence = evidence_of(found, secrets.token_bytes(32), jobs, "scan", "findings")
    if as_json:
        import msgspec

        from generator.cli.terminal import scan_json

        click.echo(msgspec.json.format(msgspec.json.encode(scan_json(evidence, len(found.unclaimed))), indent=2))
    else:
        from generator.cli.terminal import print_scan

        print_scan(console(), evidence, [file.path for file in found.claimed])
    finish(found, evidence)


@click.command()
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
    from generator.packs.pack import check_name, load_key, write_pack

    check_name(folder)
    found = discover(logs)
    key = SIMULATED_KEY if simulated else load_key(state_folder() / "key")
    evidence = evidence_of(found, key, jobs, folder.resolve().name, level, simulated=simulated, commit=True)
    write_pack(evidence, folder)
    findings = sum(run.found for run in evidence.runs)
    click.echo(
        f"Wrote {printable(folder)}: {evidence.totals.requests:,} calls read, {findings:,} findings, "
        f"{len(evidence.requests):,} rows shown (level {evidence.level.value})."
    )
    finish(found, evidence)
