"""Commands of the laboratory: `simulate`, `calibrate` and `schemas`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.base.wording import plural, printable
from generator.cli.context import JOBS, ROOT, console, now, track
from generator.cli.tables import write

if TYPE_CHECKING:
    from generator.curated.calibration import Calibration
    from generator.detectors import Detector

CALIBRATION = "measurements/calibration.yml"


@click.command()
@click.option(
    "--into",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the transcripts; must be empty or absent.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another one plants other faults.")
@click.option("--sessions", type=click.IntRange(1, 100_000), default=24, show_default=True, help="Sessions.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-08-03",
    show_default=True,
    help="Day of the first session.",
)
@click.option("--every", type=click.IntRange(1, 1000), default=7, show_default=True, help="Hours from one to the next.")
@click.option("--no-faults", is_flag=True, help="Plant no fault: what is found then is a false alarm.")
def simulate(folder: Path, seed: int, sessions: int, start: datetime, every: int, no_faults: bool) -> None:  # noqa: FBT001, PLR0917
    """Write simulated transcripts, meters, telemetry and a usage report with planted faults, to try the tool on.

    Client versions and prices follow the dates: from 4 March on, one session in 41 hours meets all of them.

    \b
    Examples:
      witnessmark simulate --into /tmp/specimen && witnessmark scan /tmp/specimen
      witnessmark simulate --into /tmp/spring --start 2026-03-04 --every 41
    """
    from generator.simulator import FaultRates, exported
    from generator.simulator import simulate as make

    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError("the folder is not empty")
    made = make(
        seed,
        sessions=sessions,
        start=start.replace(tzinfo=UTC),
        faults=None if no_faults else FaultRates.specimen(),
        every=timedelta(hours=every),
    )
    files = made.files | exported(made.files, seed)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    click.echo(f"Wrote {plural(len(files), 'simulated log')} into {printable(folder)}.")


@click.command()
@ROOT
@click.option("--seeds", type=click.IntRange(1, 1000), default=20, show_default=True, help="Seeds of simulated logs.")
@click.option("--sessions", type=click.IntRange(1, 100_000), default=300, show_default=True, help="Sessions a seed.")
@click.option(
    "--corpora",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also measure the base rates again: a folder with one folder for each id of measurements/corpora.yml.",
)
@click.option("--only", "ids", multiple=True, metavar="DETECTOR", help="Measure this one again, keep the other rows.")
@click.option("--dry", is_flag=True, help="Print the table; write nothing.")
@JOBS
def calibrate(
    *, root: Path, seeds: int, sessions: int, corpora: Path | None, ids: tuple[str, ...], dry: bool, jobs: int | None
) -> None:
    """Score every detector on simulated faults and on runs without any; write content/measurements/.

    The seeds are held out: rules were tuned on others. With --corpora, the public logs are read as well.

    \b
    Examples:
      witnessmark calibrate --dry --seeds 4
      witnessmark calibrate --only cache-break
      witnessmark calibrate --corpora ../shared/corpora/claude-code
    """
    from generator.cli.terminal import print_calibration
    from generator.simulator.calibrate import FIRST_SEED, table
    from generator.simulator.calibrate import calibrate as score

    asked, known = _detectors(ids), _known_table(root / "content") if ids else None
    numbers = range(FIRST_SEED, FIRST_SEED + seeds)
    made = table(score(numbers, sessions, jobs or os.cpu_count() or 1, track(), asked), sessions, measured=now().date())
    print_calibration(console(), made)
    if dry:
        return
    write(root / "content" / CALIBRATION, [made if known is None else _with_others(known, made)])
    if corpora is not None:
        from generator.cli.rates import measure_again

        measure_again(root / "content", (corpora,), jobs)


@click.command(hidden=True)
@ROOT
def schemas(root: Path) -> None:
    """Write the JSON Schemas of content/ and the commands of the manual; `make schemas` runs this.

    They hold the surfaces and symptoms of the case: run it after a change of these too. Which file has which schema is
    written into .vscode/settings.json, whose other settings stay.
    """
    from generator.base.commands import written
    from generator.cli.manual import described
    from generator.curated.schema_words import vocabulary_of
    from generator.curated.schemas import schema_files
    from generator.detectors import DETECTORS

    folder = root / "content" / "schemas"
    made = schema_files(vocabulary_of(root / "content", frozenset(one.id for one in DETECTORS)))
    folder.mkdir(parents=True, exist_ok=True)
    for old in {path.name for path in folder.glob("*.json")} - made.keys():
        (folder / old).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    whole = click.get_current_context().find_root().command
    if (code := root / "generator" / "base").is_dir() and isinstance(whole, click.Group):
        (code / "commands.json").write_text(written(described(whole)), "utf-8")
    _tell_editors(root / ".vscode" / "settings.json")
    click.echo(f"Wrote {plural(len(made), 'schema')} into {printable(folder)}.")


def _tell_editors(path: Path) -> None:
    """Which schema is for which files. Settings with comments, which JSON has not, are left to their owner."""
    from generator.curated.schemas import schema_globs

    try:
        settings = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except ValueError:
        click.echo(f"{printable(path)} is no plain JSON and stays as it is.", err=True)
        return
    if isinstance(settings, dict):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(settings | {"yaml.schemas": schema_globs()}, indent=2) + "\n", "utf-8")


def _detectors(ids: tuple[str, ...]) -> tuple[Detector, ...]:
    """Those named, or all. Raises UsageError where one is unknown."""
    from generator.curated.checking import did_you_mean
    from generator.detectors import DETECTORS

    known = {detector.id: detector for detector in DETECTORS}
    for id in ids:
        if id not in known:
            raise click.UsageError(f'there is no detector "{id}" {did_you_mean(id, known)}'.rstrip())
    return tuple(known[id] for id in dict.fromkeys(ids)) or DETECTORS


def _known_table(content: Path) -> Calibration:
    """The table in content. Raises UsageError where there is none, ContentError where it has mistakes."""
    from generator.curated.calibration import Calibration
    from generator.curated.library import load_kind

    known = load_kind(content, Calibration)
    if not known:
        raise click.UsageError("there is no table to put one row into; run without --only")
    return known[0]


def _with_others(known: Calibration, made: Calibration) -> Calibration:
    """The known table with the rows just made. Raises UsageError where it is of other simulated logs."""
    from generator.simulator.calibrate import put_into

    try:
        return put_into(known, made)
    except ValueError as error:
        raise click.UsageError(f"{error}; run without --only") from None
