"""Logs that `witnessmark simulate` made: nobody may take them for real ones, so they are known by what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from generator.base.problems import LogError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from generator.importers import Discovery

MARKS = (b'"cwd":"/simulated/project-', b'"note":"simulated"', b'"key":"note","value":{"stringValue":"simulated"}')
"""What one of them stands in each simulated file (`simulator/transcript.py`, `polls.py`, `exports.py`)."""
_HEAD = 64 * 1024  # bytes of a file that are looked at


def are_simulated(found: Discovery, *, said: bool) -> bool:
    """Are the files simulated, by what is in them or since somebody says so? Raises LogError where only some are."""
    made = [file.path for file in found.claimed if _is_made(file.path)]
    if said or not made:
        return said
    if len(made) < len(found.claimed):
        words = f"{len(made)} of {len(found.claimed)} files are made by `witnessmark simulate`, the others are not"
        hint = "name the others alone, or give --simulated to label all of them"
        raise LogError(Problem("--logs", 0, 0, "W-simulated", words, hint))
    click.echo("These logs are made by `witnessmark simulate`, so what is shown of them says so.", err=True)
    return True


def _is_made(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    return any(mark in head for mark in MARKS)
