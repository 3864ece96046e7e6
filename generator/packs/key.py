"""The owner's key, from which pseudonyms, salts and the clock of packs are made. It never leaves its folder.

A key that somebody else can read or replace hides nothing: whoever has it can try out names. So it is taken only where
its owner alone can get at it.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from generator.base.problems import PackError, Problem

KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
ANEW = "packs made with it were not safe: move it away and collect again; a new one is made"


def load_key(path: Path) -> bytes:
    """The key at this place; made on first use, readable by its owner only. Never in the repository.

    Raises PackError where it is not safe there, OSError where none can be made.
    """
    if not os.path.lexists(path):
        _make(path)
    _check_folder(path.parent)
    descriptor = _opened(path)
    with os.fdopen(descriptor, "rb") as file:
        _check_file(path, os.fstat(descriptor))
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise _problem(path, "is not a key of 32 bytes", "move it away; a new one is made")
    return key


def _opened(path: Path) -> int:
    """An open file. Raises PackError for what is none; O_NONBLOCK, since a pipe would wait."""
    if path.is_symlink():
        raise _problem(path, "is a link", "a link can lead to a file that others know: move it away; a new key is made")
    if not path.is_file():
        raise _problem(path, "is not an ordinary file", "move it away; a new key is made")
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        raise _problem(path, "cannot be read", "give it back to your user: chown, then chmod 600") from None


def _check_file(path: Path, status: os.stat_result) -> None:
    """Raises PackError where anybody but the user can read or change it. Windows has no such bits."""
    if not stat.S_ISREG(status.st_mode):
        raise _problem(path, "is not an ordinary file", "move it away; a new key is made")
    if os.name != "posix":
        return
    if status.st_mode & OTHERS:
        raise _problem(
            path, "can be read or changed by others", f"chmod 600 {path}, if nobody has read it; else {ANEW}"
        )
    if status.st_uid != os.geteuid():
        raise _problem(path, "belongs to another user", ANEW)


def _check_folder(folder: Path) -> None:
    """Raises PackError where others can put a key of theirs into the folder."""
    if not folder.is_dir():
        raise _problem(folder, "is not a folder", "move it away; the folder of the key is made there")
    status = folder.stat()
    if os.name == "posix" and (status.st_mode & OTHERS_WRITE or status.st_uid not in {0, os.geteuid()}):
        hint = f"chmod 700 {folder}, then move the key away if you do not know it to be yours; a new one is made"
        raise _problem(folder, "is a folder in which others can put another key", hint)


def _make(path: Path) -> None:
    if not os.path.lexists(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_folder(path.parent)
    descriptor, made = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        with suppress(FileExistsError):  # another run was quicker, and its key is whole
            os.link(made, path)
    except OSError:  # a file system without links
        os.replace(made, path)  # noqa: PTH105  one call, as the link
    finally:
        Path(made).unlink(missing_ok=True)


def _problem(path: Path, message: str, hint: str) -> PackError:
    return PackError(Problem(_spelt(path), 0, 0, "W-key", message, hint))


def _spelt(path: Path) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(path))
