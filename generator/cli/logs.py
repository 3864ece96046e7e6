"""The command `collect`: an evidence pack of logs."""

from __future__ import annotations

from pathlib import Path

import click

from generator.base.wording import printable
from generator.cli.context import JOBS, LEVEL, SIMULATED_KEY, discover, examined, finish, reading_of, state_folder


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
    from generator.packs.key import load_key
    from generator.packs.pack import check_name, write_pack

    check_name(folder)
    found = discover(logs)
    key = SIMULATED_KEY if simulated else load_key(state_folder() / "key")
    reading = reading_of(found, key, jobs)
    evidence = examined(found, reading, key, folder.resolve().name, level, simulated=simulated, commit=True)
    write_pack(evidence, folder)
    findings = sum(run.found for run in evidence.runs)
    told = "told, of days that are over" if level == "aggregate" else "read"
    click.echo(
        f"Wrote {printable(folder)}: {evidence.totals.requests:,} calls {told}, {findings:,} findings, "
        f"{len(evidence.requests):,} rows shown (level {evidence.level.value})."
    )
    finish(found, evidence, reading.tallies)
