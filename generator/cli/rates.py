"""The command `base-rates`: what the detectors say of public sets of transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from generator.cli.context import JOBS, ROOT, SIMULATED_KEY, discover, evidence_of, now
from generator.cli.tables import write

MEASUREMENTS = "measurements/corpora.yml"


@click.command("base-rates")
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="SETS..."
)
@ROOT
@JOBS
def base_rates(*, folders: tuple[Path, ...], root: Path, jobs: int | None) -> None:
    """Measure the base rates again on unpacked public sets; write content/measurements/corpora.yml.

    SETS are folders with one folder for each id of that file; a set that none of them holds keeps its figures.

    \b
    Examples:
      python ../shared/corpora/unpack.py /tmp/sets
      witnessmark base-rates /tmp/sets ../shared/corpora/claude-code
    """
    measure_again(root / "content", folders, jobs)


def measure_again(content: Path, folders: Sequence[Path], jobs: int | None) -> None:
    """Base rates of every public set of content that stands below one of the folders, by its id."""
    from generator.curated.base_rates import Measurement
    from generator.curated.library import load_kind
    from generator.dossier.base_rates import measured_again

    rows = []
    for known in load_kind(content, Measurement):
        folder = next((path for folder in folders if (path := folder / known.id).is_dir()), None)
        if folder is None:
            click.echo(f"{known.id}: not there, its figures stay as they were.", err=True)
            rows.append(known)
            continue
        evidence = evidence_of(discover((folder,)), SIMULATED_KEY, jobs, known.id, "full")
        rows.append(measured_again(known, evidence, measured=now().date()))
    write(content / MEASUREMENTS, rows)
