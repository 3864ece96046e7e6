"""The bodies of evidence: what was read, what was not, what the days and the breaks look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from generator.base.wording import n, plural, stat, usd
from generator.charts import Chart, days_chart
from generator.charts.files import csv_bytes
from generator.pages.findings import Answer, Listed, listed
from generator.pages.parts.base import Download, Page, PageKind
from generator.pages.parts.breaks import BreakRow, break_rows, breaks_figure_of
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.fleet_view import FleetView, fleet_view
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.sentences import period
from generator.pages.parts.twin import json_twin
from generator.pages.reconciled import has_account
from generator.records.fleet import Fleet

if TYPE_CHECKING:
    from generator.curated.origins import Origin
    from generator.dossier import Dossier
    from generator.records.results import Pack

LEVELS = {
    "aggregate": "Sums only, of days that are over: no row of a log is shown. At least five calls of two sessions are "
    "behind each figure, so small days are told with the next one and small models under other. Counts are rounded to "
    "fives, tokens to thousands, dollars to ten cents; what is fewer than five counts as none. Of a sum that is mostly "
    "one call or session only a part is told. Breaks and answers of detectors may be of fewer days than the sums. "
    "Lines are those that gave the calls told.",
    "findings": "Rows that findings cite, with eight neighbours each; all clocks are put back by the same part of a "
    "minute, which nobody knows without the owner's key.",
    "full": "Every row, with its exact time.",
}
FLEET_LEVEL = (
    "Sums of many users only: no row of a log, no finding and no name is shown. What rests on too few users, or mostly "
    "on one, is left out, in sums too."
)
DAY_COLUMNS = (
    "simulated", "day", "model", "requests", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens",
)  # fmt: skip


@dataclass(frozen=True)
class FileRow:
    """Account of one log file: every line stands in one column."""

    label: str
    importer: str
    bytes: int
    read: int
    used: int
    other: int
    recovered: int
    skipped: int
    pending: int
    blank: int
    balances: bool
    path: str | None = None  # where the log is public: its path in the repository
    address: str | None = None


@dataclass(frozen=True)
class Body:
    """A body of evidence in the list."""

    evidence: Pack
    period: str
    files: int
    lines: int
    findings: int
    title: str
    origin: Origin | None


@dataclass(frozen=True)
class EvidenceListContext:
    """Variables of evidence_list.md.j2."""

    bodies: tuple[Body, ...]


@dataclass(frozen=True)
class EvidenceContext:
    """Variables of evidence.md.j2."""

    body: Body
    sentence: str
    counts: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str], ...]
    level_text: str
    files: tuple[FileRow, ...]
    sums: FileRow
    types: tuple[tuple[str, int], ...]
    skipped: tuple[tuple[str, int], ...]
    marks: tuple[tuple[str, int], ...]
    breaks: tuple[BreakRow, ...]
    break_count: int
    answers: tuple[Answer, ...]
    days_figure: Chart | None
    breaks_figure: Chart | None
    usage_lines: int
    lines_per_call: float | None
    account: bool  # has it a page that compares calls, meter and reports?
    found: tuple[Listed, ...]
    fleet: FleetView | None  # of many users
    previous: Body | None
    next: Body | None


def pages(dossier: Dossier) -> Iterator[Page]:
    """The list, then each body of evidence: real logs before simulated ones."""
    case = dossier.library.case
    bodies = tuple(body_of(evidence, dossier) for evidence in _ordered(dossier))
    yield Page(
        path=f"{case.id}/evidence/",
        template="evidence_list.md.j2",
        title="Logs used as evidence",
        description="The logs behind the findings: what was read of each, line by line, and what was not.",
        context=EvidenceListContext(bodies),
    )
    for before, body, after in neighbours(bodies):
        context, downloads = _context(dossier, body, (before, after))
        yield Page(
            path=f"{case.id}/evidence/{body.evidence.id}/",
            template="evidence.md.j2",
            title=f"{'Simulated evidence' if body.evidence.simulated else 'Evidence'}: {body.title}",
            description=context.sentence,
            context=context,
            downloads=downloads,
            citation=cite(
                dossier,
                f"{case.id}/evidence/{body.evidence.id}/",
                f"{'Simulated evidence' if body.evidence.simulated else 'Evidence'}: {body.title}",
                Cited(context.sentence, kind="evidence"),
                (context.days_figure, context.breaks_figure),
            ),
            written_in=f"content/evidence/{body.evidence.id}/",
            searchable=not body.evidence.simulated,
            simulated=body.evidence.simulated,
        )


def _ordered(dossier: Dossier) -> list[Pack]:
    return sorted(dossier.packs, key=lambda evidence: (evidence.simulated, evidence.id))


def body_of(evidence: Pack, dossier: Dossier) -> Body:
    """A pack for a list."""
    return Body(
        evidence=evidence,
        period=period(evidence),
        files=len(evidence.tallies),
        lines=sum(tally.read for tally in evidence.tallies),
        findings=sum(run.found for run in evidence.runs),
        title=dossier.title_of(evidence),
        origin=dossier.origins.get(evidence.id),
    )


def _context(
    dossier: Dossier, body: Body, around: tuple[Body | None, Body | None]
) -> tuple[EvidenceContext, tuple[Download, ...]]:
    evidence = body.evidence
    files = _files(evidence, body.origin)
    usage_lines = sum(tally.usage_lines for tally in evidence.tallies)
    calls = evidence.totals.requests
    note = "Simulated data." if evidence.simulated else ""
    days_figure = days_chart(evidence.days, note=note, drawn=dossier.draw) if evidence.days else None
    days_figure = replace(days_figure, simulated=evidence.simulated) if days_figure else None
    breaks_figure = breaks_figure_of(evidence, dossier.draw)
    figures = tuple(figure for figure in (days_figure, breaks_figure) if figure)
    context = EvidenceContext(
        body=body,
        sentence=_sentence(body),
        counts=(
            stat(calls, "call"),
            stat(evidence.totals.steps, "step", after="that can be tested"),
            stat(sum(row.count for row in evidence.breaks), "break"),
            stat(body.findings, "finding"),
        ),
        facts=(
            ("Kind", _kind(body)),
            ("Level", evidence.level.value),
            ("Threads", n(evidence.totals.threads)),
            ("Price", f"{usd(evidence.totals.cost_usd)} at list price"),
        ),
        totals=_totals(evidence),
        level_text=FLEET_LEVEL if isinstance(evidence.fleet, Fleet) else LEVELS[evidence.level.value],
        files=files,
        sums=_sum(files),
        types=_counted(*(tally.types for tally in evidence.tallies)),
        skipped=_counted(*(tally.skipped for tally in evidence.tallies)),
        marks=_counted(evidence.marks_by_kind),
        breaks=break_rows(evidence.breaks),
        break_count=sum(row.count for row in evidence.breaks),
        answers=tuple(
            Answer(view.detector, run, rate)
            for view in dossier.detector_views
            for other, run, rate in view.runs
            if other is evidence
        ),
        days_figure=days_figure,
        breaks_figure=breaks_figure,
        usage_lines=usage_lines,
        lines_per_call=usage_lines / calls if calls and usage_lines else None,
        account=has_account(evidence),
        found=tuple(listed(dossier, view) for view in dossier.findings if view.pack is evidence),
        fleet=fleet_view(evidence),
        previous=around[0],
        next=around[1],
    )
    days = ((evidence.simulated, *msgspec.structs.astuple(day)) for day in evidence.days)
    links = {"evidence": f"{dossier.library.case.id}/evidence/"}
    return context, (
        Download("days.csv", csv_bytes(DAY_COLUMNS, days)),
        *(download for figure in figures for download in figure.downloads()),
        json_twin("evidence", evidence.id, _record(evidence), links),
    )


def _sentence(body: Body) -> str:
    totals = body.evidence.totals
    told = f"{plural(totals.requests, 'call')} in {plural(totals.sessions, 'session')}"
    if isinstance(body.evidence.fleet, Fleet):
        users = plural(body.evidence.fleet.users, "user")
        days = f", {body.period} UTC" if body.evidence.days else ""
        return f"What {users} have in common: {told} are told{days}."
    return f"{told}, {body.period} UTC, from {plural(body.files, 'log file')} with {plural(body.lines, 'line')}."


def _kind(body: Body) -> str:
    if body.evidence.simulated:
        return "simulated"
    if isinstance(body.evidence.fleet, Fleet):
        return "many users"
    return "public log" if body.origin else "own logs"


def _totals(evidence: Pack) -> tuple[tuple[str, str], ...]:
    totals = evidence.totals
    seldom = (
        ("of them of other makers' models, not judged", totals.other_makers, n(totals.other_makers)),
        ("Rounds of advisors and compactions beside them", totals.rounds_apart, n(totals.rounds_apart)),
        ("List price of those rounds, in the sum", totals.rounds_usd, usd(totals.rounds_usd)),
        ("Attempts before another model answered", totals.declined, n(totals.declined)),
        ("List price of those attempts, not in the sum", totals.declined_usd, usd(totals.declined_usd)),
        ("Web searches, charged apart and not in the sum", totals.web_searches, n(totals.web_searches)),
    )
    return (
        ("Calls", n(totals.requests)),
        ("of them known only from a parent's transcript", n(totals.nested_requests)),
        ("Uncached input tokens", n(totals.input_tokens)),
        ("Cache write tokens", n(totals.cache_write_tokens)),
        ("Cache read tokens", n(totals.cache_read_tokens)),
        ("Output tokens", n(totals.output_tokens)),
        ("List price, not a bill", usd(totals.cost_usd)),
        ("Calls without a known price", n(totals.unpriced)),
        ("Sessions", n(totals.sessions)),
        ("Calls of no known session", n(totals.unthreaded)),
        ("Threads", n(totals.threads)),
        *((name, text) for name, value, text in seldom if value),
        *((f"Judged by the rules of {id}, SHA-256", digest[:16]) for id, digest in evidence.vendors.items()),
    )


def _files(evidence: Pack, origin: Origin | None) -> tuple[FileRow, ...]:
    public = [origin.by_digest[digest] for digest in evidence.origin] if origin else [None] * len(evidence.tallies)
    return tuple(
        FileRow(
            label=tally.label,
            importer=tally.importer,
            bytes=tally.bytes,
            read=tally.read,
            used=tally.used,
            other=tally.other,
            recovered=tally.recovered,
            skipped=sum(tally.skipped.values()),
            pending=tally.pending,
            blank=tally.blank,
            balances=tally.balances,
            path=file.path if file else None,
            address=origin.page(file, 1).partition("#")[0] if file and origin else None,
        )
        for tally, file in zip(evidence.tallies, public, strict=True)
    )


def _sum(files: tuple[FileRow, ...]) -> FileRow:
    return FileRow(
        label="all files",
        importer="",
        bytes=sum(row.bytes for row in files),
        read=sum(row.read for row in files),
        used=sum(row.used for row in files),
        other=sum(row.other for row in files),
        recovered=sum(row.recovered for row in files),
        skipped=sum(row.skipped for row in files),
        pending=sum(row.pending for row in files),
        blank=sum(row.blank for row in files),
        balances=all(row.balances for row in files),
    )


def _counted(*counts: dict[Any, int]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update({str(key): number for key, number in count.items()})
    return tuple(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _record(evidence: Pack) -> dict[str, Any]:
    fleet = evidence.fleet if isinstance(evidence.fleet, Fleet) else None
    return {
        "simulated": evidence.simulated,
        "level": evidence.level.value,
        "file_sha256": list(evidence.origin),
        "tool_version": evidence.tool_version,
        "root": None if evidence.commitments is None else evidence.commitments.root,
        "files": [msgspec.to_builtins(tally) for tally in evidence.tallies],
        "totals": msgspec.to_builtins(evidence.totals),
        "days": [msgspec.to_builtins(day) for day in evidence.days],
        "marks": {kind.value: number for kind, number in evidence.marks_by_kind.items()},
        "breaks": [msgspec.to_builtins(row) for row in evidence.breaks],
        "runs": [
            {key: value for key, value in msgspec.to_builtins(run).items() if key != "findings"}
            for run in evidence.runs
        ],
        "findings": [finding.id for run in evidence.runs for finding in run.findings],
    } | ({} if fleet is None else {"fleet": msgspec.to_builtins(fleet)})


KIND = PageKind("evidence", pages)
