"""Show the site on this machine and build again when content, templates or evidence change."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from generator.base.problems import WitnessmarkError
from generator.base.wording import plural, printable
from generator.build import build
from generator.cli.preview import preview

POLL_SECONDS = 1.0
WATCHED = ("content", "templates", "mkdocs.yml")


def serve(
    root: Path,
    port: int,
    *,
    now: Callable[[], datetime],
    version: str,
    say: Callable[[str], None],
    cache: Path | None = None,
) -> None:
    """Serve until interrupted, bound to 127.0.0.1 only. A build that fails in any way leaves the old site up.

    Raises OSError where the port is taken.
    """
    build_again = partial(_build, root, now=now, version=version, say=say, cache=cache)
    with preview(root / "site", port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pause = threading.Event()
        seen: frozenset[tuple[str, int, int]] | None = None
        try:
            while True:
                current = fingerprint(root)
                if current != seen:
                    seen = current
                    build_again()
                pause.wait(POLL_SECONDS)
        finally:
            server.shutdown()


def fingerprint(root: Path) -> frozenset[tuple[str, int, int]]:
    """Name, size and time of every watched file: what changes when somebody saves. A file may go meanwhile."""
    found = set()
    for file in _watched(root):
        with suppress(OSError):
            status = os.stat(file)  # noqa: PTH116  of paths that os.walk gave
            found.add((file, status.st_size, status.st_mtime_ns))
    return frozenset(found)


def _watched(root: Path) -> list[str]:
    files = []
    for name in WATCHED:
        path = str(root / name)
        files += [path, *(f"{folder}/{file}" for folder, _, names in os.walk(path) for file in names)]
    return files


def _build(
    root: Path, *, now: Callable[[], datetime], version: str, say: Callable[[str], None], cache: Path | None
) -> None:
    try:
        built = build(root, now=now(), version=version, cache=cache)
    except WitnessmarkError as error:
        say(str(error))
    except OSError as error:
        say(f"{printable(error.filename or 'write')}: {error.strerror or error}; the site is as it was")
    except Exception as error:  # noqa: BLE001  whatever it is, the preview goes on
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        say(f"{place}: internal error {type(error).__name__}; the site is as it was. Please report it.")
    else:
        say(f"built {plural(built.pages, 'page')}")
