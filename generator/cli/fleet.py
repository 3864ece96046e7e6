"""The command `fleet`: the same detectors over many users, on Apache Spark, and a report of all of them together."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.problems import ClusterError, Exit, Problem
from generator.base.wording import plural, printable
from generator.cli.context import SIMULATED_KEY, state_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.fleet.answers import Answer
    from generator.records.results import Pack

FEWEST = 5  # as everywhere else here (packs/safety.py); the threshold of official statistics is 3 to 10
JAVA = "install Java 17 or 21 (Debian 12: apt install default-jre-headless), or set JAVA_HOME"


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--into",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the report's pack, as content/evidence/NAME.",
)
@click.option(
    "--master", default="local[*]", show_default=True, help="Spark's master URL: local[2], spark://HOST:7077."
)
@click.option(
    "--fewest",
    type=click.IntRange(2, 1000),
    default=FEWEST,
    show_default=True,
    help="Users that every figure rests on at least; what rests on fewer is left out and counted.",
)
@click.option(
    "--findings",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also every user's runs and findings, a line each, by pseudonym. Of single people: not to be published.",
)
@click.option("--simulated", is_flag=True, help="The logs are made by `witnessmark simulate`: label everything.")
def fleet(  # noqa: PLR0917  click passes options so
    inputs: tuple[Path, ...],
    folder: Path,
    master: str,
    fewest: int,
    findings: Path | None,
    simulated: bool,  # noqa: FBT001
) -> None:
    """Run the detectors over many users on Apache Spark, and write one report that names none of them.

    \b
    INPUTS, each of them:
      a folder that holds a folder of each user, with logs as `scan` reads them
      a pack, or a folder of packs, of level full or findings
      OpenTelemetry events in Parquet, a file or a folder of files: columns of the
      table otel_logs (Timestamp, LogAttributes, ResourceAttributes, ServiceName,
      ScopeName, Body, EventName); users are told apart by user.account_uuid,
      user.account_id, user.id or user.email

    Each user is judged alone, as `witnessmark collect` does it, with the same findings. The report is a pack of level
    aggregate: shares of sessions by client version with intervals, and two natural experiments. No figure rests on
    fewer users than --fewest says, or mostly on one. Two reports of nearly the same users tell, one taken from the
    other, of those who differ: publish one.

    Needs the extra: pip install 'witnessmark[fleet]', and Java 17. With a --master elsewhere, logs must lie where its
    machines can read them, the program must be installed there, and the key of the pseudonyms travels to them.

    \b
    Examples:
      witnessmark fleet /srv/transcripts --into content/evidence/team --master 'local[4]'
      witnessmark fleet events/ --into content/evidence/team --fewest 20
      witnessmark fleet packs/ --into content/evidence/team --findings ours.jsonl
    """
    from generator.fleet.inputs import inputs_of
    from generator.fleet.judging import Settings
    from generator.fleet.report import report
    from generator.fleet.spark import judged, session
    from generator.packs.key import load_key
    from generator.packs.pack import check_name, write_pack

    check_name(folder)
    found = inputs_of(inputs)
    _check_here()
    key = SIMULATED_KEY if simulated else load_key(state_folder() / "key")
    settings = Settings(key=key, tool_version=__version__, simulated=simulated, findings=findings is not None)
    with session(master) as running:
        answers = judged(running, found, settings)
    left_out = _say_problems(found.problems, answers)
    evidence = report(answers, id=folder.resolve().name, fewest=fewest, tool_version=__version__, simulated=simulated)
    write_pack(evidence, folder)
    if findings is not None:
        _write_findings(findings, answers)
    _say(folder, evidence)
    if left_out:
        sys.exit(Exit.PARTIAL)


def _check_here() -> None:
    """Raises ClusterError without Java, ModuleNotFoundError without Spark's own library; tells Spark which Python."""
    import pyspark  # noqa: F401  its absence is said before anything is read

    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").is_file() if home else shutil.which("java")):
        raise ClusterError(Problem(home or "java", 0, 0, "W-fleet-java", "Spark needs Java, which is not here", JAVA))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def _say_problems(problems: Sequence[Problem], answers: Sequence[Answer]) -> bool:
    """Name everything that was left out; was anything?"""
    every = [
        *problems,
        *(Problem(one.path, 0, 0, one.code, one.message, one.hint) for answer in answers for one in answer.troubles),
    ]
    for problem in sorted(every):
        click.echo(str(problem), err=True)
    return bool(every)


def _write_findings(path: Path, answers: Sequence[Answer]) -> None:
    """One line a body of evidence, readable by its owner alone."""
    import msgspec

    lines = [
        msgspec.json.encode({"user": one.user, "runs": one.runs})
        for one in sorted(answers, key=lambda one: (one.user, one.requests))
        if one.requests
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"".join(line + b"\n" for line in lines))


def _say(folder: Path, evidence: Pack) -> None:
    from generator.records.fleet import Fleet

    assert isinstance(evidence.fleet, Fleet)  # what a report is
    told = evidence.fleet
    click.echo(
        f"Wrote {printable(folder)}: {plural(told.users, 'user')}, {plural(len(told.rates), 'share')} told; "
        f"{plural(told.suppressed, 'share')} and {plural(told.suppressed_days, 'day')} of a model left out, as each "
        f"is of fewer than {told.fewest:,} users, or mostly of one."
    )
