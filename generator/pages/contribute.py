"""How to add a report, a reply, a correction or evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.curated.codes import CODES
from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.dossier import Dossier

TEMPLATE = """\
id: example-12345
title: Weekly limit reached in one working day
date: {day}
date_basis: posted
period: window
surfaces: [{surface}]
client_version: 2.1.81
plans: [max-5x]
symptoms: [{symptom}]
figures:
  - {{metric: weekly limit used, start: 21 %, end: 100 %}}
url: https://github.com/OWNER/REPOSITORY/issues/12345
source_type: issue
detail: none
layer: unknown
evidence_class: user-report
independence: independent
opened: true
provenance: read by the contributor
"""


@dataclass(frozen=True)
class ContributeContext:
    """Variables of contribute.md.j2."""

    repository: str | None
    template: str
    symptoms: tuple[str, ...]
    surfaces: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    reads_logs: bool  # is there a vendor whose logs are read?


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page."""
    case, library = dossier.library.case, dossier.library
    yield Page(
        path=f"{case.id}/contribute/",
        template="contribute.md.j2",
        title="Contribute",
        description="Add a public report in five minutes, reply, correct an error, or send evidence from your logs.",
        context=ContributeContext(
            repository=str(case.repository) if case.repository else None,
            template=_example(dossier),
            symptoms=tuple(symptom.id for symptom in library.symptoms),
            surfaces=tuple(surface.id for surface in library.surfaces),
            codes=tuple(CODES.items()),
            reads_logs=bool(dossier.vendors),
        ),
    )


KIND = PageKind("contribute", pages)


def _example(dossier: Dossier) -> str:
    """A report with the words of the case, so that `check` takes it."""
    case, library = dossier.library.case, dossier.library
    named = {surface.title: surface.id for surface in library.surfaces}
    first = next(iter(named.values()), "all")
    symptom = next((one.id for one in library.symptoms), "")
    surface = named.get(case.words.tracker or "", first)
    return TEMPLATE.format(day=case.article_window_end.isoformat(), surface=surface, symptom=symptom)
