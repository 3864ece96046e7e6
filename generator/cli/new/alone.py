"""One `new` at a time writes into content/: from reading what ids are free until one of them is taken."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.base.problems import BusyError, Problem

_PATIENCE = 30.0  # seconds; another one needs a few
_STEP = 0.05  # seconds


@contextmanager
def alone(content: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the lock of the folder itself, so that no file of a lock is left in it. Raises BusyError after `patience`.

    The lock ends with the process (https://man7.org/linux/man-pages/man2/flock.2.html). Where the system or the disk
    has no such locks, `write` alone sees to it that no other record is lost.
    """
    try:
        import fcntl

        handle = os.open(content, os.O_RDONLY)
    except (ImportError, OSError):  # a folder that is not there is told by who reads it
        yield
        return
    until = time.monotonic() + patience
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    words = "another `new` is writing a record"
                    raise BusyError(Problem("content", 0, 0, "W-file", words, "wait for it, then run again")) from None
                time.sleep(_STEP)
                continue
            except OSError:  # a disk without locks
                pass
            break
        yield
    finally:
        os.close(handle)
