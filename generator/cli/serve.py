"""Show the site on this machine, what changes at once, and build again when content, templates or evidence change."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from generator.cli.building import Building
from generator.cli.live import Live
from generator.cli.preview import preview

POLL_SECONDS = 0.25
WATCHED = ("content", "templates", "mkdocs.yml")


def serve(
    root: Path,
    port: int,
    *,
    now: Callable[[], datetime],
    version: str,
    say: Callable[[str], None],
    cache: Path | None = None,
    builder: Callable[[Path], Building] | None = None,
) -> None:
    """Serve until interrupted, bound to 127.0.0.1 only. A build that fails in any way leaves the old site up.

    What changes is shown at once, a page at a time; the whole site follows, built in a process of its own, which a
    further change ends. Raises OSError where the port is taken.
    """
    live = Live(root, now=now, version=version, cache=cache)
    begin = builder or Building
    with preview(root / "site", port, live) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pause = threading.Event()
        seen = fingerprint(root)
        building: Building | None = begin(root)
        try:
            live.look()
            while True:
                current = fingerprint(root)
                if current != seen:
                    changed = {name for name, *_ in seen ^ current}
                    seen = current
                    if building:
                        building.stop()
                    live.change(changed)
                    for line in live.told:
                        say(line)
                    building = begin(root)
                if building and (result := building.result()) is not None:
                    say(result.said)
                    if result.done:
                        live.published()
                    else:
                        live.tell(tuple(result.said.splitlines()))
                    building = None
                pause.wait(POLL_SECONDS)
        finally:
            if building:
                building.stop()
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
