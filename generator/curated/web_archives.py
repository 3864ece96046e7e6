"""Archives of the web: which hosts keep copies, what the address of a copy looks like, and which page it copies.

The public archives are few and known: https://en.wikipedia.org/wiki/List_of_Web_archiving_initiatives
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_DOTTED = r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}-[0-9]{6}"
_WAYBACK = re.compile(r"/web/[0-9]{4,14}(?:[a-z]{2}_)?/(?P<page>.+)")
_TODAY = re.compile(
    r"/(?!(?:about|blog|donate|error|media|newest|oldest|robots|search|submit|terms)$)[A-Za-z0-9]{4,6}"
    rf"|/(?:[0-9]{{4,14}}|{_DOTTED})/(?P<page>.+)"
)
_NATIONAL = re.compile(r"/(?:[a-z-]+/)*[0-9]{8,14}(?:[a-z]{2}_)?/(?P<page>.+)")
_CODED = re.compile(r"/(?:archive|varchive)/[A-Za-z0-9_-]+")
COPIES = {
    "web.archive.org": _WAYBACK,
    "archive.org": _WAYBACK,  # its items under /details/ are whatever anybody uploaded, and name no page
    **dict.fromkeys(("archive.today", *(f"archive.{end}" for end in ("fo", "is", "li", "md", "ph", "vn"))), _TODAY),
    "ghostarchive.org": _CODED,
    "perma.cc": re.compile(r"/[A-Z0-9]{4}-[A-Z0-9]{4}(?:\?.*)?"),
    "arquivo.pt": _NATIONAL,  # of Portugal
    "webarchive.loc.gov": _NATIONAL,  # of the United States
    "webarchive.nationalarchives.gov.uk": _NATIONAL,
    "webarchive.org.uk": _NATIONAL,
}
"""Hosts of archives without www., and what the path of a copy looks like there."""

_INNER = re.compile(
    r"/(?:[A-Za-z_-]+/)*"  # /web/, /wayback/, /save/, /newest/, /ukgwa/en/
    rf"(?:(?:[0-9]{{1,14}}(?:[a-z]{{2}}_)?\*?|\*|{_DOTTED})/)?"  # a time, a star for all times, or neither
    r"(?:https?:/{1,2}(?P<whole>[^/]+(?:/.*)?)|(?P<bare>[^/:?]+\.[A-Za-z][^/:?]*(?::[0-9]+)?(?:[/?].*)?))",
    re.IGNORECASE,
)
_TIMED = re.compile(rf"/(?:[a-z_-]+/)*(?:[0-9]{{1,14}}(?:[a-z]{{2}}_)?\*?|\*|{_DOTTED})/", re.IGNORECASE)
_OUTSIDE_WEB = frozenset({"web.archive.org", "archive.org"})
_FORMS = frozenset({"", "submit", "wayback/available", "save"})  # what takes the address of a page as ?url=
_KNOWN = 16_384  # addresses whose parts are kept: each is compared with many others
_DEPTH = 20  # copies in copies, beyond which an address is nobody's honest work


@dataclass(frozen=True)
class Parts:
    """A web address that could be taken apart; `host` is without www. and without a dot at its end."""

    split: SplitResult
    host: str
    port: int | None  # None = the usual one of the scheme


@lru_cache(_KNOWN)
def parts_of(url: str) -> Parts | None:
    """The parts of an address; None for what is no address, such as a broken IPv6 host or a port above 65535."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return None
    usual = port is None or (split.scheme.lower(), port) in {("http", 80), ("https", 443)}
    return Parts(split, (split.hostname or "").rstrip(".").removeprefix("www."), None if usual else port)


def page_in(url: str) -> str | None:
    """The address of the page that an archive keeps here, however the archive's own address says so; None elsewhere.

    Also lists of copies and commands to make one, as /web/*/ and /save/: whatever comes of them is of that page.
    """
    parts = parts_of(url)
    if parts is None or parts.host not in COPIES or COPIES[parts.host] is _CODED:
        return None
    asked = dict(parse_qsl(parts.split.query)).get("url", "")
    if parts.split.path.strip("/") in _FORMS and "." in asked:
        return _address(asked)
    path = parts.split.path
    if "%3a" in path.lower() and "://" not in path:
        path = unquote(path)
    if parts.host in _OUTSIDE_WEB and not path.lower().startswith(("/web/", "/save/")):
        return None
    found = _INNER.fullmatch(path)
    if found is None or (found["whole"] is None and not _TIMED.match(path) and not path.startswith("/save/")):
        return None
    start = found.start("whole") if found["whole"] is not None else found.start("bare")
    scheme = "http://" if re.search("http:/{1,2}$", path[:start], re.IGNORECASE) else "https://"
    query = f"?{parts.split.query}" if parts.split.query else ""
    mark = f"#{parts.split.fragment}" if parts.split.fragment else ""
    return _address(f"{scheme}{path[start:].lstrip('/')}{query}{mark}")


def _address(page: str) -> str | None:
    """The page with the beginning of an address; None where it is none."""
    inner = page if re.match("https?://", page, re.IGNORECASE) else f"https://{page}"
    return inner if parts_of(inner) else None


@lru_cache(_KNOWN)
def unwrapped(url: str) -> str:
    """The address whose copy an archive keeps here, also of a copy of a copy."""
    for _ in range(_DEPTH):
        inner = page_in(url)
        if inner is None:
            return url
        url = inner
    return url
