"""What every page may know of its site."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.base.bundle import file_name
from generator.curated.case import Words
from generator.curated.issues.forms import FORMS
from generator.curated.issues.tracker import form_address
from generator.pages.parts.licence import LICENCE
from generator.site.feeds import fed_pages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from generator.dossier import Dossier
    from generator.dossier.history import History

CARD = "card.png"
"""Picture for previews of links: of a page beside it, of the site at its root."""


VEGA = f"assets/live/{file_name()}"
"""Path of the script that draws charts live."""


@dataclass(frozen=True)
class SiteContext:
    """What every template may know of the site. `built` is the day of the snapshot, given, never read from a clock."""

    id: str  # of the case, first part of its URLs: 2026-03
    title: str
    built: date
    version: str
    repository: str | None = None
    contact: str | None = None  # https or mailto
    issues: str | None = None  # form or tracker that takes a title and a text
    program: str = ""  # address that the program is installed from
    program_here: bool = False  # the repository holds the program
    address: str = ""  # of the root, where one is set that a reader could open
    stated: str = ""  # the address that mkdocs.yml states, be it an example's
    records: str = ""  # SHA-256 of the records
    licence: str = ""
    card: str = ""  # picture for previews of links to pages that have none of their own, by its path
    grades: Mapping[str, str] = field(default_factory=dict)  # computed, by claim; "" is asked for where none is known
    notice: str = ""  # on every page
    vega: str = ""  # script that draws charts live, by its path; "" = none is made
    frozen: str = ""  # number of the newest snapshot
    histories: Mapping[str, History] = field(default_factory=dict)  # by place of the record below the case
    words: Words = field(default_factory=Words)
    own: bool = False  # only somebody's own logs: the root is its home, and no page asks for claims or reports
    lacking: bool = False  # it lacks pages that templates link to, so that links are text there
    fed: Mapping[str, str] = field(default_factory=dict)  # folder of the feeds of a page, by its path

    @property
    def snapshot(self) -> str:
        """What the build is called: its day."""
        return self.built.isoformat()

    @property
    def forms(self) -> Mapping[str, str]:
        """Where the forms of the repository are filled in, by the word of the record they make; "" without them."""
        return {form.word: form_address(self.repository, self.issues, form) for form in FORMS}

    @classmethod
    def of(cls, dossier: Dossier) -> SiteContext:
        """What the dossier says of its site."""
        case = dossier.library.case
        return cls(
            id=case.id,
            title=case.title,
            built=dossier.day,
            version=dossier.version,
            repository=str(case.repository) if case.repository else None,
            contact=str(case.contact) if case.contact else None,
            issues=str(case.issues) if case.issues else None,
            program=str(case.program) if case.program else "",
            program_here=case.program_here,
            address=dossier.edition.address,
            stated=dossier.edition.stated,
            records=dossier.edition.records,
            licence=LICENCE,
            card=CARD,
            vega=VEGA,
            grades={claim: verdict.grade.value for claim, verdict in dossier.verdicts.items()},
            notice=case.notice or "",
            frozen=dossier.library.snapshots[-1].id if dossier.library.snapshots else "",
            histories=dossier.histories,
            words=case.words,
            own=case.own,
            lacking=case.own,
            fed=fed_pages(dossier.library),
        )
