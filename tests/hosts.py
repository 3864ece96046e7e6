"""A host of static files as the common ones are: under a path of its own, text packed with gzip, 404.html at any depth."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

PACKED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".csv", ".atom", ".ris", ".bib"}
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass
class Host:
    """Where it answers, and the paths that it was asked for."""

    address: str
    asked: list[str] = field(default_factory=list)


@cache
def packed(path: Path) -> bytes:
    """The file over the wire: level 6 is what nginx and others are set to or near."""
    data = path.read_bytes()
    return gzip.compress(data, 6, mtime=0) if path.suffix in PACKED else data


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, prefix: str, host: list[Host], *rest: object) -> None:
        self.folder, self.prefix, self.host = folder, prefix, host
        super().__init__(*rest)  # type: ignore[arg-type]

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.host[0].asked.append(path)
        inside = path.removeprefix(self.prefix) if path.startswith(self.prefix) else None
        file = self.folder / inside if inside is not None else self.folder / "404.html"
        if inside is not None and file.is_dir() and not path.endswith("/"):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", f"{path}/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        file = file / "index.html" if file.is_dir() else file
        found = inside is not None and file.is_file()
        self._send(file if found else self.folder / "404.html", HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)

    def _send(self, file: Path, status: HTTPStatus) -> None:
        body = packed(file)
        self.send_response(status)
        kind = TYPES.get(file.suffix) or guess_type(file.name)[0] or "application/octet-stream"
        self.send_header("Content-Type", kind)
        if file.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a browser that hangs up is no error."""


@contextmanager
def hosted(folder: Path, prefix: str = "/") -> Iterator[Host]:
    """Serve the folder below the prefix; outside of it the host has nothing but its 404.html."""
    known: list[Host] = []
    server = _Server(("127.0.0.1", 0), partial(_Handler, folder, prefix, known))
    known.append(Host(f"http://127.0.0.1:{server.server_port}{prefix}"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield known[0]
    finally:
        server.shutdown()
        server.server_close()
