"""Commands of the laboratory: `simulate` and `calibrate`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click


@click.command()
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
