"""What programs read in the head of a page: JSON-LD, tags of Google Scholar, and the card of a link preview.

A title or a sentence may be a stranger's: in JSON-LD no sign is left that could end its <script>
(https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from generator.curated.scalars import HIDDEN
from generator.dossier.edition import PUBLISHER
from generator.pages.parts.licence import LICENCE_URL
from generator.site.context import CARD
from generator.site.untrusted import plain_title

if TYPE_CHECKING:
    from generator.pages.parts.base import Page
    from generator.site.context import SiteContext

_CONTEXT = "https://schema.org"
_TYPES = {"claim": "ClaimReview", "measurement": "Dataset", "data": "Dataset", "case": "Article"}
_IN_A_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_FORMATS = {".csv": "text/csv", ".json": "application/json"}


def head_fields(page: Page, site: SiteContext) -> dict[str, Any]:
    """Fields of the front matter that main.html prints: `ld`, `scholar` and `card`."""
    fields: dict[str, Any] = {"ld": _script(_linked(page, site))}
    if page.citation:
        fields["scholar"] = plain_title(page.citation.title)
    card = page.path + CARD if page.card else site.card
    if site.card and card:
        fields["card"] = card
    return fields


def _linked(page: Page, site: SiteContext) -> dict[str, Any]:
    cited = page.citation
    kind = cited.kind if cited else "page"
    publisher = {"@type": "Organization", "name": PUBLISHER}
    found: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": _TYPES.get(kind, "WebPage"),
        "name": cited.title if cited else page.title,
        "description": cited.sentence if cited else page.description,
        "url": site.address + page.path if site.address else "",
        "datePublished": site.built.isoformat(),
        "version": f"{site.version}, snapshot {site.snapshot}",
        "license": LICENCE_URL,
        "author": publisher,
        "publisher": publisher,
        "isPartOf": {"@type": "WebSite", "name": site.title, **({"url": site.address} if site.address else {})},
    }
    if cited and kind == "claim":
        found |= {
            "claimReviewed": cited.sentence,
            "itemReviewed": {"@type": "Claim", "text": cited.sentence},
            # The grade as a word: a number would claim a scale that the rules do not have.
            "reviewRating": {"@type": "Rating", "alternateName": cited.grade.rpartition(": ")[2]},
        }
    if found["@type"] == "Dataset":
        found["distribution"] = [_download(page, file.name, site) for file in page.downloads if _format(file.name)]
    return {name: value for name, value in found.items() if value}


def _download(page: Page, name: str, site: SiteContext) -> dict[str, str]:
    place = site.address + page.path + name if site.address else name
    return {"@type": "DataDownload", "contentUrl": place, "encodingFormat": _format(name)}


def _format(name: str) -> str:
    return next((kind for ending, kind in _FORMATS.items() if name.endswith(ending)), "")


def _script(data: dict[str, Any]) -> str:
    """JSON that stays inside its <script>, on one line."""
    return HIDDEN.sub("", json.dumps(data, ensure_ascii=False, separators=(",", ":"))).translate(_IN_A_SCRIPT)
