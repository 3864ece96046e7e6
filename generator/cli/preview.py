"""The server of the preview: files of the site for a browser on this machine, and for nobody else.

A page of another site can make a browser ask 127.0.0.1 under a name of its own (DNS rebinding); the Host header tells
(https://www.rfc-editor.org/rfc/rfc9110#name-host-and-authority, status 421).
"""

from __future__ import annotations

import io
import os
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost", "[::1]")
INDEX = "index.html"


def preview(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder, bound to 127.0.0.1 only. Raises OSError where the port is taken."""
    return _Server((ADDRESS, port), partial(_Handler, directory=str(folder)))


class _Server(ThreadingHTTPServer):
    """A thread a request; a browser that hangs up is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: what could not be sent is asked for again."""


class _Handler(SimpleHTTPRequestHandler):
    """Gives out ordinary files and pages of folders that have one; says nothing of itself, and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Requests of a preview are of no interest."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """The status line and the date, without the name and version of the server."""
        self.send_response_only(code, message)
        self.send_header("Date", self.date_time_string())

    def parse_request(self) -> bool:
        """Is it a request that is answered? One under another name is not."""
        if not super().parse_request():
            return False
        if not self._is_for_us():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        return True

    def _is_for_us(self) -> bool:
        port = self.connection.getsockname()[1]
        hosts = self.headers.get_all("Host") or []
        return len(hosts) == 1 and hosts[0].strip().lower() in {f"{name}:{port}" for name in NAMES}

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """The file, if the site publishes it; else 404, also for what is hidden, or outside of the site."""
        if not self._is_published(self.translate_path(self.path)):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _is_published(self, path: str) -> bool:
        root = os.path.realpath(self.directory)
        with suppress(OSError, ValueError):  # a name that is too long, or that no file can have
            page = os.path.join(path, INDEX) if os.path.isdir(path) else path  # noqa: PTH112, PTH118  as its parent class
            real = Path(os.path.realpath(page))
            if real.is_relative_to(root) and real.is_file():
                return not any(part.startswith(".") for part in real.relative_to(root).parts)
        return False
