"""Three guides: for whoever asks about their own logs, adds a report, or publishes a site of their own.

Every block of shell commands is run by a test in a fresh home, so what a page says to type works.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.curated.mistakes import Mistake
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Guide:
    """One guide: its page, for whom it is, and how long it takes."""

    id: str
    title: str
    who: str
    minutes: int


AFFECTED = Guide("affected", "Was I affected?", "You use the service and want to know what your own logs say.", 5)
REPORT = Guide("add-a-report", "Add a report", "You know a public report that these pages do not have.", 5)
PUBLISH = Guide("publish", "Publish your own", "You want such a site of another service, or of your own logs.", 15)
GUIDES = (AFFECTED, REPORT, PUBLISH)


@dataclass(frozen=True)
class GuidesContext:
    """Variables of guides.md.j2."""

    guides: tuple[Guide, ...]


@dataclass(frozen=True)
class GuideContext:
    """Variables of each guide."""

    guide: Guide
    clone: str  # address that git clones; a placeholder where the case names no repository
    surface: str
    symptom: str
    day: str  # a day in the window of the case
    mistakes: tuple[Mistake, ...]  # typical ones, of whoever adds a report; empty for other guides


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, and a page for each guide."""
    case, library = dossier.library.case, dossier.library
    guides = tuple(guide for guide in GUIDES if guide != AFFECTED or dossier.vendors)  # whose logs could be asked
    yield Page(
        path=f"{case.id}/guides/",
        template="guides.md.j2",
        title="Guides",
        description="Was I affected? Add a report. Publish your own. Each in a few minutes, with every command.",
        context=GuidesContext(guides=guides),
        asked=("how to", "tutorial", "start"),
    )
    for guide in guides:
        yield Page(
            path=f"{case.id}/guides/{guide.id}/",
            template=f"guide_{guide.id.replace('-', '_')}.md.j2",
            title=guide.title,
            description=f"{guide.who} {guide.minutes} minutes.",
            context=GuideContext(
                guide=guide,
                clone=str(case.repository) if case.repository else "https://HOST/OWNER/NAME.git",
                surface=library.surfaces[0].id if library.surfaces else "SURFACE",
                symptom=library.symptoms[0].id if library.symptoms else "SYMPTOM",
                day=case.window_start.isoformat(),
                mistakes=library.mistakes if guide == REPORT else (),
            ),
        )


KIND = PageKind("guides", pages)
