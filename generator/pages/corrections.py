"""What stood here and was wrong, and who has answered: the two lists by which the site can be held to its word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.curated.case import Person
    from generator.curated.voices import Asked, Correction, Reply
    from generator.dossier import Dossier

TEMPLATE = """\
id: author-on-c-064
page: c/C-064
date: 2026-12-01
by: Name or role, as you want it
stands: author
text: |
  What you have to say, in full.
received: By mail from the address that the article names.
"""


@dataclass(frozen=True)
class CorrectionsContext:
    """Variables of corrections.md.j2."""

    corrections: tuple[Correction, ...]
    titles: dict[str, str]  # of the pages that were corrected, by their place below the case; "" = none on record
    replies: tuple[Reply, ...]
    asked: tuple[Asked, ...]  # newest first
    people: tuple[Person, ...]
    answers_within: int | None  # days
    template: str
    """A reply as it is written down."""


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    library = dossier.library
    case = library.case
    yield Page(
        path=f"{case.id}/corrections/",
        template="corrections.md.j2",
        title="Corrections and replies",
        description=f"Corrections: {len(library.corrections)}. Replies on record: {len(library.replies)}.",
        context=CorrectionsContext(
            corrections=library.corrections,
            titles=_titles(dossier),
            replies=tuple(reversed(library.replies)),
            asked=library.asked,
            people=case.people,
            answers_within=case.answers_within,
            template=TEMPLATE,
        ),
        asked=("report an error", "you are wrong", "how to reply"),
    )


def _titles(dossier: Dossier) -> dict[str, str]:
    """What is shown by its title of today; a figure, or what is gone, by the one that the list of ids has."""
    named = dict.fromkeys((one.page for one in dossier.library.corrections if one.page), "")
    locked = {row.place: row.title for row in dossier.library.locked}
    return named | locked | {fact.place: fact.title for fact in dossier.facts}


KIND = PageKind("corrections", pages)
