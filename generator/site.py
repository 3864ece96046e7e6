"""Gate everything, write everything, run MkDocs, check the result, swap it in. The only writer of the site.

The published folder is exchanged as a whole: a reader of `site/` sees the old site or the new one. Where the
system cannot exchange two folders in one step, two renames do it, and a run that was killed between them is mended
by the next.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from generator.problems import BusyError, Problem, PublishRefusedError
from generator.render import RenderedFile, checked_path
from generator.sitecheck import check_site

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

Gate = Callable[[Sequence[RenderedFile]], Iterable[Problem]]
"""Looks through all files before any is written; one problem and nothing is."""

_MKDOCS_MINUTES = 10
_LINE = re.compile(r"^(WARNING|ERROR)\s+-\s+(.*)$")
_SITE_URL = re.compile(r"^site_url:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
_ITEM = re.compile(r"^\s+- (\S+)$")
_CONFIG = "mkdocs.yml"
_DOC_FILE = re.compile(r"[Dd]oc file '([^']+)'")
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV}


@dataclass(frozen=True)
class Layout:
    """Where things stand under the root of a repository."""

    root: Path

    @property
    def config(self) -> Path:
        """MkDocs reads it; docs_dir and site_dir in it are the two folders below."""
        return self.root / "mkdocs.yml"

    @property
    def docs(self) -> Path:
        """Only this module writes here; content/ is never a docs folder (MkDocs copies and follows all it finds)."""
        return self.root / "build" / "docs"

    @property
    def built(self) -> Path:
        """The new site, until it is swapped in; the old one for a moment after."""
        return self.root / "build" / "site"

    @property
    def aside(self) -> Path:
        """The old site between two renames."""
        return self.root / "build" / "site.old"

    @property
    def published(self) -> Path:
        """What is served."""
        return self.root / "site"

    @property
    def lock(self) -> Path:
        """Held by the one build that may run."""
        return self.root / "build" / ".lock"


def publish_site(files: Sequence[RenderedFile], layout: Layout, *, built_on: date, gate: Gate) -> Path:
    """Publish all files or none; returns the published folder.

    Raises PublishRefusedError with every problem of the gate, of MkDocs or of the site checker; BusyError when
    another build holds the lock.
    """
    problems = tuple(gate(files))
    if problems:
        raise PublishRefusedError(*problems)
    layout.lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(layout.lock, timeout=0):
            mend(layout)
            write_docs(files, layout)
            run_mkdocs(layout, built_on)
            refuse_if(check_site(layout.built, base=base_path(layout.config)))
            swap(layout)
    except Timeout:
        raise BusyError(
            Problem("build/.lock", 0, 0, "S001", "another build is running", "wait for it, then run again")
        ) from None
    return layout.published


def base_path(config: Path) -> str:
    """Path of the site on its host, from site_url: /project/ on a project page, else /."""
    match = _SITE_URL.search(config.read_text("utf-8"))
    return urlsplit(match[1]).path.rstrip("/") + "/" if match else "/"


def refuse_if(problems: Sequence[Problem]) -> None:
    """Raise PublishRefusedError if there is any problem."""
    if problems:
        raise PublishRefusedError(*problems)


def write_docs(files: Iterable[RenderedFile], layout: Layout) -> None:
    """A fresh docs folder that holds these files and nothing else."""
    _remove(layout.docs)
    for file in files:
        target = layout.docs / checked_path(file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)


def run_mkdocs(layout: Layout, built_on: date) -> None:
    """Build into `layout.built`; every warning is a refusal. Never with -q, which hides what strict mode counts."""
    _remove(layout.built)
    epoch = int(datetime.combine(built_on, time(), UTC).timestamp())
    command = [sys.executable, "-P", "-m", "mkdocs", "build", "--strict", "--config-file", str(layout.config)]
    # An environment of its own: the same bytes whoever builds, wherever.
    environment = {
        "SOURCE_DATE_EPOCH": str(epoch),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "NO_MKDOCS_2_WARNING": "1",
        "NO_COLOR": "1",
    }
    done = subprocess.run(  # noqa: S603  the command is ours, no shell
        command,
        cwd=layout.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=_MKDOCS_MINUTES * 60,
        check=False,
    )
    problems = mkdocs_problems(done.stdout)
    if done.returncode and not problems:
        last = done.stdout.strip().splitlines()[-1:] or ["no output"]
        problems = [Problem(_CONFIG, 0, 0, "S101", f"mkdocs ended with {done.returncode}: {last[0][:300]}")]
    refuse_if(problems)


def mkdocs_problems(output: str) -> list[Problem]:
    """Warnings and errors in the output of MkDocs; a list under a warning gives one problem an item."""
    problems: list[Problem] = []
    above = ""
    for line in output.splitlines():
        if match := _LINE.match(line):
            above = match[2]
            page = _DOC_FILE.search(above)
            problems.append(Problem(page[1] if page else _CONFIG, 0, 0, "S101", above[:500]))
        elif (item := _ITEM.match(line)) and above:
            if problems[-1] == Problem(_CONFIG, 0, 0, "S101", above[:500]):
                problems.pop()
            problems.append(Problem(item[1], 0, 0, "S101", above.rstrip(":")[:500]))
        else:
            above = ""
    return problems


def swap(layout: Layout) -> None:
    """Put the built site in the place of the published one and remove the old; `site/.gitignore` stays."""
    keep = layout.published / ".gitignore"
    if keep.is_file():
        shutil.copyfile(keep, layout.built / ".gitignore")
    if not layout.published.exists():
        layout.built.rename(layout.published)
        return
    if not _exchange(layout.built, layout.published):
        layout.published.rename(layout.aside)
        layout.built.rename(layout.published)
    _remove(layout.built)
    _remove(layout.aside)


def mend(layout: Layout) -> None:
    """Undo what a killed run left: bring an old site back that was set aside, else remove it."""
    if layout.aside.exists() and not layout.published.exists():
        layout.aside.rename(layout.published)
    _remove(layout.aside)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (renameat2, Linux). False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(one))


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
