"""The command `collect`: an evidence pack of logs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.base.listing import listed
from generator.base.wording import plural, printable
from generator.cli.context import (
    JOBS,
    LEVEL,
    SIMULATED_KEY,
    VENDORS,
    discovered,
    examined,
    finish,
    judge_by,
    reading_of,
    state_folder,
    vendors_of,
)
from generator.cli.public import ORIGIN, clone_of, origin_in, public_evidence
from generator.cli.remembered import NO_CACHE, clock_ns, remembered

if TYPE_CHECKING:
    from generator.records.results import Pack


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
@ORIGIN
@VENDORS
@NO_CACHE
@JOBS
def collect(  # noqa: PLR0917  click passes options so
    logs: tuple[Path, ...],
    folder: Path,
    level: str,
    simulated: bool,  # noqa: FBT001
    origin: Path | None,
    vendors: Path | None,
    afresh: bool,  # noqa: FBT001
    jobs: int | None,
) -> None:
    """Make an evidence pack that is safe to commit: numbers, enums and keyed pseudonyms.

    The key of the pseudonyms is made on first use in your state folder (mode 0600) and never leaves it. What was read
    is kept as by `scan`, unless you say --no-cache.

    \b
    Examples:
      witnessmark collect ~/.claude/projects --into content/evidence/mine
      witnessmark collect logs/ --into content/evidence/team --level aggregate
      witnessmark collect agentv.git --origin content/origins/agentv.yml --into content/evidence/agentv
    """
    from generator.packs.key import load_key
    from generator.packs.pack import check_name, write_pack

    check_name(folder)
    if origin is not None:
        _public(logs, folder, origin, jobs, simulated=simulated)
        return
    began, listing = clock_ns(), listed(logs)
    key = SIMULATED_KEY if simulated else load_key(state_folder() / "key")
    judge_by(vendors := vendors or vendors_of(folder))
    memory = remembered(key, listing, began, afresh=afresh)
    found = discovered(logs, listing, memory.importers if memory else {})
    reading = reading_of(found, key, jobs, vendors, memory)
    if memory:
        memory.save()
    evidence = examined(found, reading, key, folder.resolve().name, level, simulated=simulated, commit=True)
    write_pack(evidence, folder)
    _say(folder, evidence)
    finish(found, evidence, reading.tallies)


def _public(logs: tuple[Path, ...], folder: Path, origin: Path, jobs: int | None, *, simulated: bool) -> None:
    """A pack of a public log: in full, with the place and the hash of each line."""
    from generator.packs.pack import write_pack

    record = origin_in(origin)
    if simulated:
        raise click.UsageError("--origin is for logs of real use, and --simulated for others")
    if record.id != folder.resolve().name:
        raise click.UsageError(f"the pack of this origin is named {record.id}: --into content/evidence/{record.id}")
    with clone_of(record, logs) as place:
        found, evidence = public_evidence(place, record.id, jobs)
        write_pack(evidence, folder)
        _say(folder, evidence)
        finish(found, evidence)


def _say(folder: Path, evidence: Pack) -> None:
    findings = sum(run.found for run in evidence.runs)
    told = "told, of days that are over" if evidence.level.value == "aggregate" else "read"
    click.echo(
        f"Wrote {printable(folder)}: {plural(evidence.totals.requests, 'call')} {told}, {plural(findings, 'finding')}, "
        f"{plural(len(evidence.requests), 'row')} shown (level {evidence.level.value})."
    )
