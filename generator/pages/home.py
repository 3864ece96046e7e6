"""The list of cases at the root, and the answer of the case on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.charts import Chart, reports_chart
from generator.charts.card import card_svg
from generator.curated.case import Case
from generator.curated.claims import Claim
from generator.curated.counting import is_user_report
from generator.curated.models import Detail, SurfaceText
from generator.dossier.stated import COLUMNS
from generator.grading import ComputedGrade
from generator.pages.parts.api import entrance
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.drawn import rates, same_work

if TYPE_CHECKING:
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Column:
    """One of the three answers, with the claims it rests on."""

    title: str
    text: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Holdings:
    """What the site has, counted. Simulated logs are in no number."""

    claims: int
    """Without repeats."""
    reports: int
    """Without echoes."""
    echoes: int
    users: int
    incidents: int
    events: int
    sources: int
    logs: int
    """Logs of real use."""
    requests: int
    """Calls in them."""
    findings: int
    detectors: int


@dataclass(frozen=True)
class Gaps:
    """What the site has not, counted."""

    not_checkable: int
    """Claims that nothing public can settle, without repeats."""
    with_logs: int
    """User reports that show log lines or request ids."""
    unopened: int
    """Reports known only from an index."""
    article_calls: int
    """Calls in real logs on the article's days."""
    dark_surfaces: tuple[SurfaceText, ...]
    """Surfaces without any real log."""


@dataclass(frozen=True)
class HomeContext:
    """Variables of home.md.j2."""

    case: Case
    columns: tuple[Column, ...]
    strip: tuple[tuple[ComputedGrade, tuple[Claim, ...]], ...]
    """Claims by computed grade, without repeats, in the order of the article."""
    chart: Chart | None
    """Reports week by week; None before there is one."""
    same_work: Chart | None
    """What the same tasks cost, run by run, cited on the page of its measurement; None where nobody measured that."""
    holdings: Holdings
    gaps: Gaps
    headline: str | None
    """Title of the headline page; None where there is none."""
    special: str | None
    """Whether the window was special, in one sentence; None where that is not tested."""


@dataclass(frozen=True)
class CasesContext:
    """Variables of cases.md.j2."""

    case: Case
    holdings: Holdings
    grades: tuple[tuple[ComputedGrade, int], ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The root of the site and the home of the case."""
    case = dossier.library.case
    claims = [claim for claim in dossier.library.claims if claim.same_as is None]
    counted = Counter(dossier.verdicts[claim.id].grade for claim in claims)
    grades = tuple((grade, counted[grade]) for grade in ComputedGrade if counted[grade])
    holdings = _holdings(dossier)
    yield Page(
        path="",
        template="cases.md.j2",
        title="Cases",
        description="Statements about runaway AI usage, each followed down to its evidence.",
        context=CasesContext(case, holdings, grades),
        downloads=(entrance(dossier),),
        card=card_svg("Statements about runaway AI usage, each followed down to its evidence.", over=case.title),
    )
    costs = same_work(dossier)
    some = any(map(is_user_report, dossier.library.reports))
    chart = rates(dossier) or (reports_chart(dossier, drawn=dossier.draw) if some else None)
    yield Page(
        path=f"{case.id}/",
        template="home.md.j2",
        title=case.title,
        description=case.question,
        context=HomeContext(
            case=case,
            columns=tuple(
                Column(title, answer.text, tuple(dossier.claims[claim] for claim in answer.claims))
                for (title, _), answer in zip(COLUMNS, case.answers, strict=True)
            ),
            strip=tuple((grade, _with(dossier, claims, grade)) for grade, _ in grades),
            chart=chart,
            same_work=costs,
            holdings=holdings,
            gaps=_gaps(dossier),
            headline=dossier.library.headline.title if dossier.library.headline else None,
            special=dossier.special.answer if dossier.special else None,
        ),
        downloads=(*(chart.downloads() if chart else ()), *(costs.downloads() if costs else ())),
        citation=cite(
            dossier,
            f"{case.id}/",
            case.title,
            Cited(case.answer or case.question, kind="case"),
            (chart,) if chart else (),
        ),
        card=card_svg(case.answer or case.question, over=case.title),
    )


KIND = PageKind("home", pages)


def _with(dossier: Dossier, claims: list[Claim], grade: ComputedGrade) -> tuple[Claim, ...]:
    return tuple(claim for claim in claims if dossier.verdicts[claim.id].grade is grade)


def _holdings(dossier: Dossier) -> Holdings:
    library = dossier.library
    own = [pack for pack in dossier.packs if not pack.simulated]
    return Holdings(
        claims=sum(claim.same_as is None for claim in library.claims),
        reports=len(dossier.independent_reports),
        echoes=len(library.reports) - len(dossier.independent_reports),
        users=sum(map(is_user_report, library.reports)),
        incidents=len(library.incidents),
        events=len(library.events),
        sources=len(library.sources),
        logs=len(own),
        requests=sum(pack.totals.requests for pack in own),
        findings=sum(run.found for pack in own for run in pack.runs),
        detectors=len(dossier.detectors) if dossier.vendors else 0,
    )


def _gaps(dossier: Dossier) -> Gaps:
    library = dossier.library
    case = library.case
    own = [pack for pack in dossier.packs if not pack.simulated]
    first, last = case.article_window_start.isoformat(), case.article_window_end.isoformat()
    lit = {request.surface for pack in own for request in pack.requests}
    return Gaps(
        not_checkable=sum(
            dossier.verdicts[claim.id].grade is ComputedGrade.NOT_CHECKABLE
            for claim in library.claims
            if claim.same_as is None
        ),
        with_logs=sum(is_user_report(report) and report.detail is Detail.LOGS for report in library.reports),
        unopened=sum(not report.opened for report in library.reports),
        article_calls=sum(day.requests for pack in own for day in pack.days if first <= day.day <= last),
        dark_surfaces=tuple(surface for surface in library.surfaces if surface.id not in lit),
    )
