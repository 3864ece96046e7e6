"""A build in a process of its own, which can be ended: for the preview."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

END_SECONDS = 5.0
"""After that a build that was asked to end is killed; the next one mends what it left."""


_NICE = 10


@dataclass(frozen=True)
class Result:
    """What became of a build: is the new site there, and what the build said."""

    done: bool
    said: str


class Building:
    """One build of a repository, begun when this is made."""

    def __init__(self, root: Path) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the build runs
        command = [sys.executable, "-m", "generator", "build", "--root", str(root)]
        self._process = subprocess.Popen(  # noqa: S603  the command is ours, no shell
            command, stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT, start_new_session=True
        )
        with suppress(OSError, AttributeError):  # the page that somebody waits for goes first
            os.setpriority(os.PRIO_PGRP, self._process.pid, _NICE)

    @property
    def ended(self) -> bool:
        """Is there a result?"""
        return self._process.poll() is not None

    def result(self) -> Result | None:
        """None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        self._said.close()
        done = code in _DONE
        return Result(done, lines[0] if done and lines else "\n".join(lines) or f"the build ended with {code}")

    def stop(self) -> None:
        """End it with all that it began, MkDocs too. A site that it has not finished is not published."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._said.close()

    def _signal(self, kind: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, kind)


_DONE = (0, 3)
"""Exit codes with a new site: all done, and done in part."""
