"""Was March special? The answer first, then what the data could have shown, then every count with its test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from generator.charts import Chart
from generator.charts.files import Download, csv_bytes
from generator.curated.registered import Registered
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.drawn import drawn_table, same_work
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.dossier import Dossier
    from generator.dossier.special import Section, Special, Table, Verdict

COLUMNS = ("Question", "Result", "Chance alone", "With all tests")


@dataclass(frozen=True)
class Shown:
    """A table, drawn where it is one of days."""

    table: Table
    chart: Chart | None
    csv: str


@dataclass(frozen=True)
class Part:
    """A section with its pictures first and its other tables after the figures."""

    section: Section
    charts: tuple[Shown, ...]
    tables: tuple[Shown, ...]


@dataclass(frozen=True)
class SpecialContext:
    """Variables of special.md.j2."""

    special: Special
    plan: Registered
    same_work: Chart | None  # what did change: the cost of the same tasks, run by run
    power: Part
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    verdicts: tuple[tuple[str, str, str, str], ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The page; none where the case registers no tests."""
    special, plan = dossier.special, dossier.library.case.registered
    if special is None or plan is None:
        return
    path = f"{dossier.library.case.id}/{plan.page}/"
    power, *parts = (_part(dossier, section) for section in (special.power, *special.sections))
    costs = same_work(dossier)
    charts = (shown.chart for part in (power, *parts) for shown in part.charts)
    citation = cite(dossier, path, plan.title, Cited(special.answer, kind="special"), charts)
    yield Page(
        path=path,
        template="special.md.j2",
        title=plan.title,
        description=special.answer,
        context=SpecialContext(
            special=special,
            plan=plan,
            same_work=costs,
            power=power,
            parts=tuple(parts),
            columns=COLUMNS,
            verdicts=tuple(_row(verdict) for verdict in special.verdicts),
        ),
        downloads=(
            json_twin("special", plan.page, _record(special, plan), _links(dossier, path, plan)),
            *(costs.downloads() if costs else ()),
            *(file for part in (power, *parts) for shown in (*part.charts, *part.tables) for file in _files(shown)),
        ),
        citation=citation,
    )


KIND = PageKind("special", pages)


def _part(dossier: Dossier, section: Section) -> Part:
    shown = [_shown(dossier, table) for table in section.tables]
    return Part(section, tuple(one for one in shown if one.chart), tuple(one for one in shown if not one.chart))


def _shown(dossier: Dossier, table: Table) -> Shown:
    chart = drawn_table(dossier, table)
    return Shown(table, chart, chart.csv if chart else f"{table.id}.csv")


def _files(shown: Shown) -> tuple[Download, ...]:
    if shown.chart:
        return shown.chart.downloads()
    return (Download(shown.csv, csv_bytes(shown.table.columns, shown.table.rows)),)


def _row(verdict: Verdict) -> tuple[str, str, str, str]:
    return (verdict.question, verdict.result, _p(verdict.p), f"{_p(verdict.adjusted)}{' *' if verdict.found else ''}")


def _p(value: float) -> str:
    return "under 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004  no test here says more


def _links(dossier: Dossier, path: str, plan: Registered) -> dict[str, Any]:
    case = dossier.library.case.id
    return {
        "page": path,
        "incidents": f"{case}/incidents/",
        "reports": f"{case}/reports/",
        "measurement": f"{case}/m/{plan.neutral_questions}/",
        "events": [f"{case}/e/{one.event}/" for one in plan.rollouts],
    }


def _record(special: Special, plan: Registered) -> dict[str, Any]:
    """Everything on the page, with the plan; estimates as everywhere else."""
    sections = [
        {
            "id": section.id,
            "title": section.title,
            "says": section.says,
            "function": section.function,
            "estimates": [{"what": what, **estimate.json()} for what, estimate in section.estimates],
            "tables": [
                {"id": table.id, "title": table.title, "columns": table.columns, "rows": table.rows, "note": table.note}
                for table in section.tables
            ],
            "cautions": section.cautions,
        }
        for section in (special.power, *special.sections)
    ]
    return {
        "answer": special.answer,
        "sentences": special.sentences,
        "plan": plan.model_dump(mode="json"),
        "tests": [asdict(verdict) | {"found": verdict.found} for verdict in special.verdicts],
        "sections": sections,
        "cannot": special.cannot,
    }
