"""Public logs: `--origin` says where one was published, and it is read from a clone of that repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import __version__
from generator.base.problems import LogError, Problem
from generator.base.wording import printable
from generator.cli.context import discover, reading_of, track, trees_of

if TYPE_CHECKING:
    from generator.curated.origins import Origin, PublicFile
    from generator.importers import Discovery
    from generator.records.results import Pack

PUBLIC_KEY = b"public logs hold nothing private"  # so that anyone gets the same ids from the same public log
ORIGIN = click.option(
    "--origin",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The log is public: a file as content/origins/NAME.yml says where. LOGS is then one clone of the repository.",
)
OTHER_CLONE = "clone it with all its branches: git clone --mirror REPOSITORY"


def origin_in(path: Path) -> Origin:
    """The record in a file of content/origins/. Raises ContentError."""
    from generator.base.problems import ContentError
    from generator.curated.checking import checked
    from generator.curated.origins import Origin
    from generator.curated.yamlfile import read

    found = checked(Origin, read(path, printable(path)), ())
    if isinstance(found, list):
        raise ContentError(*found)
    return found


def clone_of(origin: Origin, logs: tuple[Path, ...]) -> AbstractContextManager[Path]:
    """The unpacked files of the one clone that was named. Raises UsageError or LogError."""
    if len(logs) != 1:
        raise click.UsageError("--origin goes with one clone of the repository that it names")
    return unpacked(origin, logs[0])


@contextmanager
def unpacked(origin: Origin, clone: Path) -> Iterator[Path]:
    """A temporary folder with the files of a public log, each held to its SHA-256.

    `clone` is a git repository that holds the commits, or a folder into which the files were copied already. Raises
    LogError with all files that are missing or differ.
    """
    problems = []
    with tempfile.TemporaryDirectory(prefix="witnessmark-") as name:
        folder = Path(name)
        for file in origin.files:
            data = _data(origin, file, clone)
            if data is None:
                problems.append(_problem(file, "is not in this clone at the commit that the origin names"))
                continue
            lines = data.count(b"\n") + (not data.endswith(b"\n"))
            if hashlib.sha256(data).hexdigest() != file.sha256:
                problems.append(_problem(file, "differs from the SHA-256 in the origin"))
                continue
            if (len(data), lines) != (file.bytes, file.lines):
                problems.append(_problem(file, f"has {len(data)} bytes and {lines} lines, and the origin says others"))
                continue
            target = folder / origin.local(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if problems:
            raise LogError(*problems)
        yield folder


def public_evidence(folder: Path, name: str, jobs: int | None) -> tuple[Discovery, Pack]:
    """The pack of an unpacked public log: every row, the digests of its lines, and the secrets of its proofs."""
    from generator.packs.examine import examine
    from generator.packs.origin import with_lines
    from generator.proofs.publication import committed
    from generator.records.results import Level

    found = discover((folder,))
    reading = reading_of(found, PUBLIC_KEY, jobs)
    evidence = examine(reading, id=name, simulated=False, level=Level.FULL, tool_version=__version__, track=track())
    marked = with_lines(evidence, [file.path for file in found.claimed])
    return found, committed(marked, trees_of(found, reading, PUBLIC_KEY), public=True)


def _data(origin: Origin, file: PublicFile, clone: Path) -> bytes | None:
    place = f"{origin.at(file)}:{file.path}"
    copied = clone / origin.local(file)
    try:
        shown = subprocess.run(  # noqa: S603  no shell; commit and path are held to their patterns
            ["git", "-C", str(clone), "cat-file", "blob", place],  # noqa: S607  the reader's own git
            capture_output=True,
            check=False,
            env=_offline(),
        )
        if shown.returncode == 0:
            return shown.stdout
    except OSError:  # no git here
        pass
    return copied.read_bytes() if copied.is_file() else None


def _offline() -> dict[str, str]:
    """The environment of a git that looks at this clone alone and asks no other machine for what it lacks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}


def _problem(file: PublicFile, message: str) -> Problem:
    return Problem(file.path, 0, 0, "W-origin", message, OTHER_CLONE)
