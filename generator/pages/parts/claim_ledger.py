"""The list of all claims with their grades, in the order of the article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from generator.charts import grades_chart
from generator.curated.claims import Claim
from generator.curated.models import Report
from generator.grading import ComputedGrade, Verdict
from generator.grading.agreement import agree

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.dossier import Dossier

_LINE = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class LedgerRow:
    """One claim in the ledger. A repeat of an earlier claim is listed and not counted."""

    claim: Claim
    verdict: Verdict
    reports: int


@dataclass(frozen=True)
class LedgerSection:
    """The claims of one section of the article, in its order."""

    anchor: str
    title: str
    rows: tuple[LedgerRow, ...]
    counts: tuple[tuple[ComputedGrade, int], ...]


@dataclass(frozen=True)
class ClaimsContext:
    """Variables of claims.md.j2."""

    article: str
    total: int
    distinct: int
    repeats: int
    differ: int
    sections: tuple[LedgerSection, ...]
    by_rules: tuple[tuple[ComputedGrade, tuple[Claim, ...]], ...]
    figure: Chart | None = None
    """Claims by section and grade, where the page shows it."""


def ledger(dossier: Dossier) -> ClaimsContext:
    """Variables of the page of all claims."""
    claims = sorted(dossier.library.claims, key=lambda claim: (_first_line(claim), claim.id))
    distinct = tuple(claim for claim in claims if claim.same_as is None)
    sections: list[LedgerSection] = []
    for title, group in groupby(claims, key=lambda claim: claim.section):
        rows = tuple(LedgerRow(claim, dossier.verdicts[claim.id], len(reports_at(dossier, claim))) for claim in group)
        counts = _counts(row.verdict.grade for row in rows if row.claim.same_as is None)
        sections.append(LedgerSection(f"section-{len(sections)}", title, rows, counts))
    computed = {claim.id: dossier.verdicts[claim.id].grade for claim in distinct}
    return ClaimsContext(
        article=dossier.library.case.article,
        total=len(claims),
        distinct=len(distinct),
        repeats=len(claims) - len(distinct),
        differ=sum(not agree(computed[claim.id], claim.grade) for claim in distinct),
        sections=tuple(sections),
        by_rules=tuple(
            (grade, tuple(claim for claim in distinct if computed[claim.id] is grade))
            for grade in ComputedGrade
            if grade in computed.values()
        ),
    )


def grades_figure(dossier: Dossier) -> Chart | None:
    """Claims by section and grade, repeats left out; None where there is no claim."""
    sections = [(section.title, dict(section.counts)) for section in ledger(dossier).sections]
    if not any(counts for _, counts in sections):
        return None
    return grades_chart(sections, drawn=dossier.draw)


def _first_line(claim: Claim) -> int:
    match = _LINE.search(claim.lines)
    return int(match[0]) if match else 0


def _counts(grades: Iterable[ComputedGrade]) -> tuple[tuple[ComputedGrade, int], ...]:
    counted = Counter(grades)
    return tuple((grade, counted[grade]) for grade in ComputedGrade if counted[grade])


def reports_at(dossier: Dossier, claim: Claim) -> tuple[Report, ...]:
    """Public reports among the sources of a claim, oldest first."""
    found = {report.id: report for url in claim.sources for report in dossier.reports_citing(str(url))}
    return tuple(sorted(found.values(), key=lambda report: (report.date, report.id)))
