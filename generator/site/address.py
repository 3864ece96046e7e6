"""Where the site is published, from `site_url` in mkdocs.yml."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

_SITE_URL = re.compile(r"^site_url:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


def site_url(config: Path) -> str:
    """The address that mkdocs.yml states; empty where it states none, or is no file: then MkDocs says so."""
    if not config.is_file():
        return ""
    match = _SITE_URL.search(config.read_text("utf-8", "replace"))
    return match[1] if match else ""


def base_path(address: str) -> str:
    """Path of the site on its host: /project/ on a project page, else /."""
    return urlsplit(address).path.rstrip("/") + "/"
