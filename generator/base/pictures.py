"""Each picture drawn once: again in one run by memory, in the next run by a folder of the user's.

An entry is named by the digest of all that decides its bytes, and holds the digest of its name and picture: one that is
broken, half written or of another name is drawn again. Without a folder, or with one that cannot be used, pictures
only take longer. Pictures show findings of private logs, so nobody else may read them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.base.drawing import VEGA_LITE, Draw, Drawing, Rows, filled, finished, vega

MOST_FILES = 4_000
"""Entries of the folder before the older half is removed: some 200 MB."""
MOST_BYTES = 16 * 1024 * 1024  # of one entry
_SUFFIX = ".drawn"


def kept_in(folder: Path | None) -> Draw:
    """A `draw` that keeps what it has drawn, in `folder` too where there is one (created where it is missing)."""
    drawn: dict[str, Drawing] = {}
    store = _Store(folder / "pictures") if folder else None

    def draw(spec: Mapping[str, Any], data: Rows) -> Drawing:
        whole = filled(spec, data)
        name = _name(whole)
        if name not in drawn:
            svg = store.read(name) if store else None
            if svg is None:
                svg = vega(whole)
                if store:
                    store.write(name, svg)
            drawn[name] = finished(svg)
        return drawn[name]

    return draw


def _name(whole: Mapping[str, Any]) -> str:
    """Digest of the specification and of what draws it; the order of its keys counts, since it may be seen."""
    text = json.dumps([version("vl-convert-python"), VEGA_LITE, whole], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class _Store:
    """Entries in a folder. Whatever the system refuses is as if there were no folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready = False

    def read(self, name: str) -> str | None:
        """The picture of an entry; None where there is none that is whole."""
        path = self.folder / (name + _SUFFIX)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(handle, "rb") as file:
                data = file.read(MOST_BYTES)
            os.utime(path)  # the oldest goes first
        except OSError:
            return None
        seal, _, picture = data.partition(b"\n")
        if seal != _seal(name, picture):
            return None
        with suppress(UnicodeDecodeError):
            return picture.decode()
        return None

    def write(self, name: str, svg: str) -> None:
        """Put an entry in its place in one step."""
        picture = svg.encode()
        with suppress(OSError):
            self._make_ready()
            handle, temporary = tempfile.mkstemp(dir=self.folder)  # mode 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_seal(name, picture) + b"\n" + picture)
                Path(temporary).replace(self.folder / (name + _SUFFIX))
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def _make_ready(self) -> None:
        if self._ready:
            return
        for folder in (self.folder.parent, self.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink():
                raise OSError(errno.ELOOP, "is a link, which may lead to files of others", str(folder))
            folder.chmod(0o700)
        entries = sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda path: path.lstat().st_mtime_ns)
        if len(entries) > MOST_FILES:
            for path in entries[: len(entries) // 2]:
                path.unlink()
        self._ready = True


def _seal(name: str, picture: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + picture).hexdigest().encode()
