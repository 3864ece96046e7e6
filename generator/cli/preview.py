"""The server of the preview: files of the site for a browser on this machine, and for nobody else.

A page of another site can make a browser ask 127.0.0.1 under a name of its own (DNS rebinding); the Host header tells
(https://www.rfc-editor.org/rfc/rfc9110#name-host-and-authority, status 421).
"""

from __future__ import annotations

import io
import json
import os
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from generator.base.problems import WitnessmarkError

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost", "[::1]")
INDEX = "index.html"
CHANGES, SCRIPT = "-/changes", "-/changes.js"
"""Addresses that no site has: no folder of a site is called a hyphen."""
_SCRIPT = Path(__file__).with_name("changes.js")


class News(Protocol):
    """What may be newer than the folder, and tells of changes."""

    number: int

    def file(self, path: str) -> bytes | None:
        """A file that is newer than that of the folder, if there is one."""

    def news(self, seen: int) -> tuple[int, tuple[str, ...]]:
        """Number of the last change, and what is wrong with it; waits for one that is not `seen`."""


def preview(folder: Path, port: int, news: News | None = None) -> ThreadingHTTPServer:
    """A server of the folder, bound to 127.0.0.1 only. Raises OSError where the port is taken.

    With `news`, every page asks for changes and loads itself again.
    """
    return _Server((ADDRESS, port), partial(_Handler, directory=str(folder), news=news))


class _Server(ThreadingHTTPServer):
    """A thread a request; a browser that hangs up is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: what could not be sent is asked for again."""


class _Handler(SimpleHTTPRequestHandler):
    """Gives out ordinary files and pages of folders that have one; says nothing of itself, and logs nothing."""

    def __init__(self, *arguments: Any, news: News | None = None, **options: Any) -> None:
        self._news = news
        super().__init__(*arguments, **options)

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
        if self._news and (newer := self._newer(self._news)) is not None:
            return self._whole(*newer)
        if not self._is_published(self.translate_path(self.path)):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _newer(self, news: News) -> tuple[bytes, str] | None:
        """What is not given out as it stands in the folder, with its type."""
        address = urlsplit(self.path)
        name = unquote(address.path).lstrip("/")
        if name == CHANGES:
            seen = parse_qs(address.query).get("seen", [""])[0]
            number, told = news.news(int(seen) if seen.isdecimal() else -1)
            return json.dumps({"version": number, "told": told}).encode(), "application/json"
        if name == SCRIPT:
            return _SCRIPT.read_bytes(), "text/javascript"
        number = news.number
        data = None
        with suppress(WitnessmarkError, OSError):  # what is wrong was told when it changed
            data = news.file(name)
        path = self.translate_path(self.path)
        if data is None and address.path.endswith("/") and self._is_published(path):
            data = (Path(path) / INDEX).read_bytes()
        if data is None:
            return None
        page = name.endswith("/") or not name
        return (_asking(data, number), "text/html") if page else (data, self.guess_type(name))

    def _whole(self, data: bytes, kind: str) -> io.BytesIO:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return io.BytesIO(data)

    def _is_published(self, path: str) -> bool:
        root = os.path.realpath(self.directory)
        with suppress(OSError, ValueError):  # a name that is too long, or that no file can have
            page = os.path.join(path, INDEX) if os.path.isdir(path) else path  # noqa: PTH112, PTH118  as its parent class
            real = Path(os.path.realpath(page))
            if real.is_relative_to(root) and real.is_file():
                return not any(part.startswith(".") for part in real.relative_to(root).parts)
        return False


def _asking(page: bytes, number: int) -> bytes:
    """The page with the script that asks for changes after this one; its policy lets scripts of the site run."""
    script = f'<script src="/{SCRIPT}?seen={number}"></script></body>'.encode()
    return page.replace(b"</body>", script, 1)
