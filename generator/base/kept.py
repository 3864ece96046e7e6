"""What takes long and can be made again, kept in a folder of the user's: pictures, proofs, what files hold.

An entry holds the digest of its name and text: one that is broken, half written or of another name is made again. The
entries may tell of private logs, so nobody else may read them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

MOST_FILES = 4_000
"""Entries of a folder before the older half is removed: some 200 MB of pictures."""
MOST_BYTES = 16 * 1024 * 1024  # of one entry


class Store:
    """Entries in a folder. Whatever the system refuses is as if there were no folder."""

    def __init__(self, folder: Path, suffix: str, most: int = MOST_BYTES) -> None:
        self.folder, self.suffix, self.most = folder, suffix, most
        self._ready = False

    def read(self, name: str) -> str | None:
        """The text of an entry; None where there is none that is whole."""
        data = self.get(name)
        with suppress(UnicodeDecodeError):
            return data.decode() if data is not None else None
        return None

    def write(self, name: str, text: str) -> None:
        """Put an entry in its place in one step."""
        self.put(name, text.encode())

    def get(self, name: str) -> bytes | None:
        """The bytes of an entry; None where there is none that is whole."""
        path = self.folder / (name + self.suffix)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(handle, "rb") as file:
                data = file.read(self.most)
            os.utime(path)  # the oldest goes first
        except OSError:
            return None
        seal, _, held = data.partition(b"\n")
        return held if seal == _seal(name, held) else None

    def put(self, name: str, data: bytes) -> None:
        """Put an entry in its place in one step. One that is too large to be read again is not written."""
        if len(data) > self.most - len(_seal(name, data)) - 1:
            return
        with suppress(OSError):
            self._make_ready()
            handle, temporary = tempfile.mkstemp(dir=self.folder)  # mode 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_seal(name, data) + b"\n" + data)
                Path(temporary).replace(self.folder / (name + self.suffix))
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
        entries = sorted(self.folder.glob(f"*{self.suffix}"), key=lambda path: path.lstat().st_mtime_ns)
        if len(entries) > MOST_FILES:
            for path in entries[: len(entries) // 2]:
                path.unlink()
        self._ready = True


def _seal(name: str, data: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + data).hexdigest().encode()
