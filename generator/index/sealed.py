"""Files that only this program, this key and this user can have written: anything else there is no answer.

Each file begins with what wrote it and with an HMAC over its name and content. The owner's key makes it, so a file that
is broken, cut, swapped for another one or made by somebody else is told from one of ours.
"""

from __future__ import annotations

import hmac
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

MAGIC = b"WMINDEX1"
DIGEST_BYTES = 32
LABEL = b"index 1"  # so that seals and pseudonyms share no key
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SpoiledError(Exception):
    """What is kept cannot be used. The text says why, in words without a path."""


class Sealed:
    """Sealed files in one folder of the user's own."""

    def __init__(self, base: Path, key: bytes, program: bytes) -> None:
        self.secret = hmac.digest(key, LABEL, "sha256")
        self.program = program
        self.folder = base / f"scan-{self.digest(b'folder').hex()[:16]}"  # two keys do not take turns in one

    def digest(self, *parts: bytes) -> bytes:
        """Keyed digest: nobody without the key can try out names."""
        whole = b"".join(len(part).to_bytes(8) + part for part in parts)
        return hmac.digest(self.secret, whole, "sha256")

    def read(self, name: str) -> bytes | None:
        """Content of a file; None where there is none. Raises SpoiledError for one that is not ours."""
        try:
            self._check_folder()
            handle = os.open(self.folder / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError:
            raise SpoiledError("cannot be read") from None
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_mode & OTHERS or status.st_uid != os.geteuid():
            os.close(handle)
            raise SpoiledError("is not yours alone")
        with os.fdopen(handle, "rb") as file:
            whole = file.read()
        head = len(MAGIC) + DIGEST_BYTES
        written, seal, content = whole[:head], whole[head : head + DIGEST_BYTES], whole[head + DIGEST_BYTES :]
        if written.startswith(MAGIC) and len(written) == head and written != MAGIC + self.program:
            raise SpoiledError("is of another version of the program")
        if not written.startswith(MAGIC) or not hmac.compare_digest(seal, self._seal(name, content)):
            raise SpoiledError("is broken")
        return content

    def write(self, name: str, content: bytes) -> None:
        """Put a file in its place in one step, readable by its owner only. Raises OSError."""
        handle, made = tempfile.mkstemp(dir=self.folder, prefix=".")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + self.program + self._seal(name, content))
                file.write(content)
            Path(made).replace(self.folder / name)
        except BaseException:
            Path(made).unlink(missing_ok=True)
            raise

    def make(self) -> None:
        """Make the folder, for its owner only. Raises OSError, SpoiledError."""
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._check_folder()

    def names(self) -> dict[str, os.stat_result]:
        """Names of all files in the folder, with their states."""
        with suppress(OSError), os.scandir(self.folder) as entries:
            return {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        return {}

    def remove(self, *names: str) -> None:
        """Take files away; what is not there is no matter."""
        for name in names:
            path = self.folder / name
            with suppress(OSError):
                path.unlink()
            shutil.rmtree(path, ignore_errors=True)  # where somebody put a folder in its place

    def _check_folder(self) -> None:
        """Raises SpoiledError where somebody else may put files there, FileNotFoundError where there is none."""
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & OTHERS:
            raise SpoiledError("is not yours alone")

    def _seal(self, name: str, content: bytes) -> bytes:
        return self.digest(b"file", self.program, name.encode(), content)
