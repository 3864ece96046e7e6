"""Archived copies: whether a copy is in an archive, and of the page that a record names.

The public archives of the web are few and known; a copy anywhere else is a page like any other, which may go as the
first one did. Where the address of a copy names the page that was copied, that is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from generator.base.problems import Problem
from generator.curated.address import canonical
from generator.curated.entries import Entry, Outside
from generator.curated.web_archives import COPIES, page_in, parts_of

_KNOWN = "web.archive.org, archive.today and its other names, perma.cc, ghostarchive.org, or a national web archive"


def fault_of(copy: str, originals: Iterable[str]) -> tuple[str, str] | None:
    """What is wrong with an archived copy of one of these pages, and a hint; None where nothing is."""
    parts = parts_of(copy)
    path = COPIES.get(parts.host) if parts else None
    if parts is None or path is None:
        return "is not an address of an archive that is known here", _KNOWN
    found = path.fullmatch(parts.split.path + (f"?{parts.split.query}" if parts.split.query else ""))
    if found is None or parts.port is not None or "@" in parts.split.netloc:
        return "is of an archive, and is not a copy there", "the address of the copy itself, with its date or its code"
    if found.groupdict().get("page") is None:
        return None
    page = page_in(copy)
    if page is not None and any(_same(page, original) for original in originals):
        return None
    return "is a copy of another page", "archive the address of the record"


def _same(page: str, original: str) -> bool:
    """Are both one document? A mark on the page is never archived, and a query often not."""
    one, other = parts_of(page.partition("#")[0]), parts_of(original.partition("#")[0])
    if one is None or other is None or "@" in one.split.netloc:
        return False
    queries = {parts.split.query for parts in (one, other)} - {""}
    return canonical(one.split.geturl()) == canonical(other.split.geturl()) and len(queries) < 2  # noqa: PLR2004  both say another one


def copies_are_of_the_record(entries: Sequence[Entry], _: Outside) -> Iterator[Problem]:
    """An archived copy is in an archive, and of an address of its record."""
    for entry in entries:
        copy, url = entry.value("archive_url"), entry.value("url")
        if entry.record is None or not isinstance(copy, str) or not isinstance(url, str):
            continue
        more = entry.value("more_urls")
        if fault := fault_of(copy, (url, *(more if isinstance(more, list) else ()))):
            yield entry.problem(("archive_url",), "W-archive", *fault)
