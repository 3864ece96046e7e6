"""Links to pages that a site does not have, as text: an analysis of one's own logs has no claims and no reports."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Set as AbstractSet

from generator.site.manifest import FROZEN

_LINK = re.compile(r'<a (?:[^<>]*? )?href="([^"<>]*)"[^<>]*>(.*?)</a>', re.DOTALL)
_OUTSIDE = re.compile(r"[a-z]+:|//|#")


HUBS = (
    "reports", "measurements", "incidents", "timeline", "sources", "findings", "evidence", "promises", "other-tools",
    "prices", "detectors", "calibration", "check", "logs", "verify", "wanted", "was-it-me",
)  # fmt: skip
"""Pages that templates link to and that a case may lack."""


def lacks_hub(case: str, pages: AbstractSet[str]) -> bool:
    """Does the site lack one of them?"""
    return any(f"{case}/{hub}/" not in pages for hub in HUBS)


def living(body: str, path: str, pages: AbstractSet[str]) -> str:
    """The HTML and Markdown of the page at `path`; each link to a folder that is no page is the text of it."""
    return _LINK.sub(lambda link: link[0] if _lives(link[1], path, pages) else link[2], body)


def _lives(address: str, path: str, pages: AbstractSet[str]) -> bool:
    target = address.partition("#")[0]
    if _OUTSIDE.match(address) or (target and not target.endswith("/")):
        return True
    found = posixpath.normpath(posixpath.join("/" + path, target)).lstrip("/")
    return found.startswith(f"{FROZEN}/") or (f"{found}/" if found else "") in pages
