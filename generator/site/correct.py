"""Where a reader goes who found a mistake on the page of a record: a form, a person, or the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from generator.curated.issues.forms import CORRECTION
from generator.curated.issues.tracker import form_address

if TYPE_CHECKING:
    from generator.pages.parts.base import Page
    from generator.site.context import SiteContext

_MOST_TITLE = 120  # letters of a title in an address: some hosts refuse long ones


@dataclass(frozen=True)
class CorrectThis:
    """The way for one page."""

    address: str  # https or mailto; "" = the site's page on corrections
    written_in: str  # file of the repository that would change


def correction(page: Page, site: SiteContext) -> CorrectThis | None:
    """The way for the record of a page; None for a page of no record."""
    if not page.written_in:
        return None
    subject = f"{CORRECTION.title}{_cut(page.title)} ({page.path})"
    place = site.address + page.path if site.address else page.path
    answers = {"page": place, "file": page.written_in}
    if form := form_address(site.repository, site.issues, CORRECTION, answers, subject):
        return CorrectThis(form, page.written_in)
    text = (
        f"Page: {place}\nFile: {page.written_in}\nSnapshot: {site.snapshot}\n\n"
        "Which sentence is wrong, what would be right, and a source that others can open:\n"
    )
    if site.issues:
        return CorrectThis(_with_query(site.issues, {"title": subject, "body": text}), page.written_in)
    if site.contact and site.contact.startswith("mailto:"):
        query = urlencode({"subject": subject, "body": text}, quote_via=quote)  # RFC 6068: a space is %20, no plus
        return CorrectThis(f"{site.contact}?{query}", page.written_in)
    return CorrectThis(site.contact or "", page.written_in)


def _with_query(address: str, fields: dict[str, str]) -> str:
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, urlencode(fields, quote_via=quote)) if part)
    return urlunsplit(parts._replace(query=query))


def _cut(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _MOST_TITLE else f"{line[: _MOST_TITLE - 1].rstrip()}\u2026"
