"""Show the site on this machine and build again when content, templates or evidence change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from generator.base.problems import WitnessmarkError
from generator.base.wording import plural
from generator.build import build

POLL_SECONDS = 1.0
WATCHED = ("content", "templates", "mkdocs.yml")


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Requests of a preview are of no interest."""


def serve(
    root: Path,
    port: int,
    *,
    now: Callable[[], datetime],
    version: str,
    say: Callable[[str], None],
    cache: Path | None = None,
) -> None:
    """Serve until interrupted, bound to 127.0.0.1 only. A build that is refused leaves the old site up."""
    build_again = partial(_build, root, now=now, version=version, say=say, cache=cache)
    build_again()
    handler = partial(_Quiet, directory=str(root / "site"))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        seen = fingerprint(root)
        stop = threading.Event()
        while not stop.wait(POLL_SECONDS):
            current = fingerprint(root)
            if current != seen:
                seen = current
                build_again()


def fingerprint(root: Path) -> frozenset[tuple[str, int, int]]:
    """Name, size and time of every watched file: what changes when somebody saves."""
    found = set()
    for name in WATCHED:
        path = root / name
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file():
                status = file.stat()
                found.add((str(file), status.st_size, status.st_mtime_ns))
    return frozenset(found)


def _build(
    root: Path, *, now: Callable[[], datetime], version: str, say: Callable[[str], None], cache: Path | None
) -> None:
    try:
        built = build(root, now=now(), version=version, cache=cache)
    except WitnessmarkError as error:
        say(str(error))
        return
    say(f"built {plural(built.pages, 'page')}")
