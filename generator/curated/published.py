"""What a case lacks that whoever publishes it should give: warnings, since a site can be built and read without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from generator.base.problems import Problem
from generator.curated.yamlfile import read

if TYPE_CHECKING:
    from generator.curated.case import Case

_SITE_URL = re.compile(r"^site_url:[ \t]*[\"']?([^\s\"'#]*)", re.MULTILINE)
_EXAMPLE = re.compile(r"https?://(?:[^/:]+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)(?:[:/]|\Z)")
"""Names that are never anybody's (RFC 2606)."""
_ADDRESS_HINT = "before you publish, set site_url: to the address of the site, such as https://name.github.io/project/"
_HINT = "before you publish, set contact: (a page or mailto:name@host) or issues: (a form that takes title and body)"


def lacking(case: Case, content: Path) -> Iterator[Problem]:
    """Warnings: nobody can be written to, or mkdocs.yml beside `content` does not say where the site is published."""
    yield from _unaddressed(content.parent / "mkdocs.yml")
    if case.contact is None and case.issues is None:
        message = "warning: the case names nobody to write to, so a reader who finds a mistake is sent to a file"
        yield read(content / "case.yml", "content/case.yml").problem((), "W-contact", message, _HINT)


def _unaddressed(config: Path) -> Iterator[Problem]:
    text = config.read_text("utf-8", "replace") if config.is_file() else None
    if text is None:
        return
    stated = _SITE_URL.search(text)
    if stated is None or not stated[1]:
        line, message = 1, "warning: there is no site_url, so feeds, citations and previews of links have no address"
    elif _EXAMPLE.match(stated[1]):
        line, message = text.count("\n", 0, stated.start()) + 1, "warning: site_url is an example's address"
    else:
        return
    yield Problem(config.name, line, 1, "W-unpublished", message, _ADDRESS_HINT)
