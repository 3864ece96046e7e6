"""Files of a pack, opened without trust: ordinary files of bounded size, and problems that name their place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from generator.base.problems import PackError, Problem

MOST_TABLE_BYTES = 100 * 2**20
"""Of one table. A hosted repository takes no larger file (docs.github.com, "About large files on GitHub": 100 MiB);
a million calls take about 65 MiB.
"""
MOST_MANIFEST_BYTES = 16 * 2**20
"""Of `pack.json`. A finding takes about 1.5 kB and a log file 0.6 kB: 16 MiB hold 5,000 findings in 10,000 files."""

DAMAGED = (
    "take the file from version control again; where the logs still exist, `witnessmark collect` makes the pack anew"
)
UNKNOWN = "if a newer witnessmark made the pack, update the program; else ask the maker of the pack"
IMPOSSIBLE = "no log gives that: ask the maker of the pack, or leave the pack out"
TOO_LARGE = "collect fewer logs into one pack, or at level findings or aggregate"


def problem(path: Path, code: str, message: str, hint: str) -> Problem:
    """A mistake in one file of a pack; shown with the two folders above it, as evidence/NAME/pack.json."""
    above = path.absolute().parent
    return Problem(f"{above.parent.name}/{above.name}/{path.name}", 0, 0, code, message, hint)


def read_regular(path: Path, most: int) -> bytes:
    """All bytes of an ordinary file of up to `most` bytes; follows no link and waits on no pipe. Raises PackError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise PackError(_not_a_file(path))
            data = file.read(most + 1)
    except FileNotFoundError:
        raise PackError(problem(path, "W-pack-file", "is missing", DAMAGED)) from None
    except OSError as error:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise PackError(_not_a_file(path)) from None
        reason = os.strerror(error.errno or 0).lower()
        raise PackError(problem(path, "W-pack-file", f"cannot be read: {reason}", "look at its permissions")) from None
    if len(data) > most:
        raise PackError(problem(path, "W-pack-size", f"holds more than {most:,} bytes", TOO_LARGE))
    return data


def _not_a_file(path: Path) -> Problem:
    hint = "a pack holds plain files: put the file itself there, no link, pipe or folder"
    return problem(path, "W-pack-file", "is not an ordinary file", hint)
