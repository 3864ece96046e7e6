"""Where the site is, the lock of the one build, and the exchange of the new site for the old.

The published folder is exchanged as a whole: a reader of `site/` sees the old site or the new one. Where the
system cannot exchange two folders in one step, two renames do it under a journal, and the next run finishes what a
killed one began; between the two renames there is no site.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from generator.base.problems import BusyError, Problem, PublishRefusedError
from generator.site import manifest

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV}


@dataclass(frozen=True)
class Layout:
    """Where things stand under the root of a repository."""

    root: Path
    run: str = ""  # tells one run's folder from that of a killed one, whose MkDocs may still be writing

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
        return self.root / "build" / f"site{self.run}"

    @property
    def aside(self) -> Path:
        """The old site between two renames."""
        return self.root / "build" / "site.old"

    @property
    def journal(self) -> Path:
        """Names the new site while two renames are under way."""
        return self.root / "build" / "swap.journal"

    @property
    def published(self) -> Path:
        """What is served."""
        return self.root / "site"

    @property
    def lock(self) -> Path:
        """Held by the one build that may run."""
        return self.root / "build" / ".lock"


@contextmanager
def held(layout: Layout) -> Iterator[None]:
    """Hold the lock of the one build that may run; who holds it may take it again.

    Raises BusyError at once, and PublishRefusedError where the site or its workshop is no plain folder.
    """
    refuse_links(layout)
    layout.lock.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(layout.lock, timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            Problem("build/.lock", 0, 0, "S001", "another build is running", "wait for it, then run again")
        ) from None
    try:
        yield
    finally:
        lock.release()


def refuse_links(layout: Layout) -> None:
    """Raise PublishRefusedError where `site` or `build` is a link or a file.

    A folder cannot be exchanged for a link: the link would go, and what it led to would stay the old site.
    """
    problems = []
    for path in (layout.published, layout.lock.parent):
        if path.is_symlink():
            hint = "put a folder in its place; to serve the site elsewhere, copy it there, or let a link lead to it"
            problems.append(Problem(path.name, 0, 0, "S002", "is a link, and is neither followed nor replaced", hint))
        elif path.exists() and not path.is_dir():
            problems.append(Problem(path.name, 0, 0, "S002", "is not a folder", "move it away"))
    if problems:
        raise PublishRefusedError(*problems)


def swap(layout: Layout) -> None:
    """Put the built site in the place of the published one and remove the old; `site/.gitignore` stays.

    Raises PublishRefusedError where the published one has become a link meanwhile.
    """
    refuse_links(layout)
    keep = layout.published / ".gitignore"
    if keep.is_file() and not keep.is_symlink():
        shutil.copyfile(keep, layout.built / ".gitignore")
    if hasattr(os, "sync"):
        os.sync()  # the new site is on the disk before the old one goes; not tried by cutting the power
    if not layout.published.exists():
        layout.built.rename(layout.published)
        return
    if not _exchange(layout.built, layout.published):
        _rename_twice(layout)
    with suppress(OSError):  # the new site stands: what is left over waits for the next run
        _remove_leftovers(layout)


def _rename_twice(layout: Layout) -> None:
    with layout.journal.open("w", encoding="utf-8") as file:
        file.write(layout.built.name)
        file.flush()
        os.fsync(file.fileno())
    try:
        layout.published.rename(layout.aside)
        layout.built.rename(layout.published)
    except BaseException:  # an interrupt too must not leave the place empty
        if not layout.published.exists():
            layout.aside.rename(layout.published)
        raise


def mend(layout: Layout) -> None:
    """Finish what a killed run began: its new site if that is whole, else the old one; then remove its leftovers."""
    if not layout.published.exists():
        new = _journaled(layout)
        if new and not manifest.differences(new):
            new.rename(layout.published)
        elif layout.aside.exists():
            layout.aside.rename(layout.published)
    _remove_leftovers(layout)


def _journaled(layout: Layout) -> Path | None:
    """The new site that the journal names, where there is one."""
    if not layout.journal.is_file():
        return None
    name = layout.journal.read_text("utf-8", "replace")
    folder = layout.journal.parent / name
    return folder if re.fullmatch(r"site(\.[0-9a-f]+)?", name) and folder.is_dir() else None


def _remove_leftovers(layout: Layout) -> None:
    """Only with a site published. Folders of killed runs as far as they go: their MkDocs may still be writing there."""
    layout.journal.unlink(missing_ok=True)
    remove(layout.aside)
    for left in layout.lock.parent.glob("site*"):
        shutil.rmtree(left, ignore_errors=True)


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


def remove(path: Path) -> None:
    """Remove what is there, if anything: a folder with all that is in it, a file, or a link itself."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
