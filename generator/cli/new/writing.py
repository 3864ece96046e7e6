"""A draft becomes a file: whole or not at all, and never over something that is there."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from generator.base.problems import ContentError, Problem
from generator.curated.drafting import Draft

_AGAIN = "run the command again"


def write(root: Path, draft: Draft) -> None:
    """Write the file. Raises ContentError where it is not as it was when the draft was made, and OSError."""
    put(root, draft.path, draft.before, draft.data)


def put(root: Path, shown: str, before: bytes | None, data: bytes) -> None:
    """Write the file at `shown` below the root, which holds `before` now (None = there is none).

    Raises ContentError where it does not, or where a link is on the way to it, and OSError; all is then as it was.
    """
    refuse_links(root, shown)
    path = root / shown
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:  # never an old file, and never through a link
            file.write(data)
        if before is None:
            _placed(part, path, shown, data)
            return
        if path.is_symlink() or not path.is_file() or path.read_bytes() != before:
            raise ContentError(Problem(shown, 0, 0, "W-file", "was changed meanwhile", _AGAIN))
        shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def refuse_links(root: Path, shown: str) -> None:
    """Raise ContentError where the file or a folder on the way to it is a link: what is written would be elsewhere."""
    path = root
    for step in shown.split("/"):
        path /= step
        if path.is_symlink():
            where = path.relative_to(root).as_posix()
            raise ContentError(Problem(where, 0, 0, "W-file", "is a link", "put the file or the folder itself there"))


def _placed(part: Path, path: Path, shown: str, data: bytes) -> None:
    """A second name for the file fails where there is one already, in one step; some disks know no second names."""
    try:
        with suppress(NotImplementedError, PermissionError):
            os.link(part, path)
            return
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise ContentError(Problem(shown, 0, 0, "W-file", "the file is there already", _AGAIN)) from None
