"""A draft becomes a file: whole or not at all, and never over something that is there."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from generator.base.problems import ContentError, Problem
from generator.curated.drafting import Draft


def write(root: Path, draft: Draft) -> None:
    """Write the file. Raises ContentError where it is not as it was when the draft was made, and OSError."""
    path = root / draft.path
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(draft.data)
        if draft.before is None:
            _placed(part, path, draft)
            return
        if path.is_symlink() or path.read_bytes() != draft.before:
            raise ContentError(Problem(draft.path, 0, 0, "W-file", "was changed meanwhile", "run the command again"))
        shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _placed(part: Path, path: Path, draft: Draft) -> None:
    """A second name for the file fails where there is one already, in one step; some disks know no second names."""
    try:
        with suppress(NotImplementedError, PermissionError):
            os.link(part, path)
            return
        with path.open("xb") as file:
            file.write(draft.data)
    except FileExistsError:
        message = "the file is there already"
        raise ContentError(Problem(draft.path, 0, 0, "W-file", message, "run the command again")) from None
