"""Archived copies: which hosts keep them, and whether a copy is one of the page that a record names.

The public archives of the web are few and known; a copy anywhere else is a page like any other, which may go as the
first one did. Where the address of a copy names the page that was copied, that is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from generator.base.problems import Problem
from generator.curated.address import canonical, host_of
from generator.curated.entries import Entry, Outside

_SHORT = r"/[A-Za-z0-9]{4,8}"
_DATED = r"/(?:[0-9]{4,14}|[0-9]{4}\.[0-9]{2}\.[0-9]{2}-[0-9]{6})/(?P<page>.+)"
_WAYBACK = re.compile(r"/web/[0-9]{4,14}(?:[a-z]{2}_)?/(?P<page>.+)")
_TODAY = re.compile(rf"(?:{_SHORT}|{_DATED})")
_NATIONAL = re.compile(r"/(?:[a-z]+/)*[0-9]{8,14}(?:[a-z]{2}_)?/(?P<page>.+)")
HOSTS = {
    "web.archive.org": _WAYBACK,
    "archive.org": re.compile(r"/details/[A-Za-z0-9._-]+(?:/.*)?|/web/[0-9]{4,14}(?:[a-z]{2}_)?/(?P<page>.+)"),
    **dict.fromkeys(("archive.today", *(f"archive.{end}" for end in ("fo", "is", "li", "md", "ph", "vn"))), _TODAY),
    "ghostarchive.org": re.compile(r"/(?:archive|varchive)/[A-Za-z0-9_-]+"),
    "perma.cc": re.compile(r"/[A-Z0-9]{4}-[A-Z0-9]{4}(?:\?.*)?"),
    "arquivo.pt": _NATIONAL,  # of Portugal
    "webarchive.loc.gov": _NATIONAL,  # of the United States
    "webarchive.nationalarchives.gov.uk": _NATIONAL,
    "webarchive.org.uk": _NATIONAL,
}
"""Hosts of archives without www., and what the path of a copy looks like there."""
_KNOWN = "web.archive.org, archive.today and its other names, perma.cc, ghostarchive.org, or a national web archive"


def fault_of(copy: str, originals: Iterable[str]) -> tuple[str, str] | None:
    """What is wrong with an archived copy of one of these pages, and a hint; None where nothing is.

    Raises ValueError for what is no web address.
    """
    parts = urlsplit(copy)
    path = HOSTS.get(host_of(copy))
    if path is None:
        return "is no address of an archive that is known here", _KNOWN
    found = path.fullmatch(parts.path + (f"?{parts.query}" if parts.query else ""))
    if found is None:
        return "is of an archive, and is no copy there", "the address of the copy itself, with its date or its code"
    page = found.groupdict().get("page")
    if page is None or any(_same(_whole(page), original) for original in originals):
        return None
    return "is a copy of another page", "archive the address of the record"


def _same(page: str, original: str) -> bool:
    """Are both one document? A mark on the page is never archived, and a query often not."""
    one, other = page.partition("#")[0], original.partition("#")[0]
    queries = {query for address in (one, other) if (query := urlsplit(address).query)}
    return canonical(one) == canonical(other) and len(queries) < 2  # noqa: PLR2004  both say another one


def _whole(page: str) -> str:
    """Archives write the address of the page with both slashes, with one, or without its beginning."""
    page = unquote(page) if "://" not in page else page
    return re.sub(r"^(?:https?:/{1,2})?", "https://", page, count=1)


def copies_are_of_the_record(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """An archived copy is in an archive, and of an address of its record."""
    for entry in entries:
        copy, url = entry.value("archive_url"), entry.value("url")
        if entry.record is None or not isinstance(copy, str) or not isinstance(url, str):
            continue
        more = entry.value("more_urls")
        if fault := fault_of(copy, (url, *(more if isinstance(more, list) else ()))):
            yield entry.problem(("archive_url",), "W-archive", *fault)
