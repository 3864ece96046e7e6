"""One account on one time axis: what formats, meters and reports say of the same calls, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from generator.base.drawing import Draw, draw
from generator.base.wording import n, plural, usd
from generator.charts import Chart, account_chart
from generator.charts.files import csv_bytes
from generator.importers import IMPORTERS
from generator.ledger.reconciliation import BY_LINE, COUNTED_BY_LINE, DIFFERENCES, MISSING, OTHERS, RECOGNISED, Missing
from generator.pages.parts.base import Download, Page, PageKind
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.sentences import period
from generator.pages.parts.twin import json_twin
from generator.records.results import Pack, Reconciliation, ReportLine, WindowBalance
from generator.records.rows import FormatTotals

if TYPE_CHECKING:
    from generator.dossier import Dossier

TITLES = {importer.id: importer.title for importer in IMPORTERS}
WINDOW_COLUMNS = (
    "simulated", "window", "start", "end", "readings", "longest_gap_seconds", "moved_points", "calls", "unpriced",
    "cost_usd", "other_windows", "predicted_points", "remainder_low", "remainder_high",
)  # fmt: skip
LINE_COLUMNS = (
    "simulated", "report", "surface", "start", "end", "model", "requests", "input_tokens", "cache_write_tokens",
    "cache_read_tokens", "output_tokens", "mixed_tokens", "cost_usd", "logged_requests", "logged_input_tokens",
    "logged_cache_write_tokens", "logged_cache_read_tokens", "logged_output_tokens", "logged_usd",
)  # fmt: skip


@dataclass(frozen=True)
class FormatRow:
    """One format's word on the calls. `recognised` and `differences` are (words, number of calls)."""

    account: FormatTotals
    title: str
    recognised: tuple[tuple[str, int], ...]
    differences: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LineRow:
    """One line of a report; `cells` are (report, report - logs) for input, writes, reads and output.

    A difference is None where the report does not count calls once.
    """

    line: ReportLine
    cells: tuple[tuple[int | None, int | None], ...]


@dataclass(frozen=True)
class ReconciledContext:
    """Variables of reconciled.md.j2."""

    evidence: Pack
    sentence: str
    facts: tuple[tuple[str, str], ...]
    figure: Chart | None
    formats: tuple[FormatRow, ...]
    naive_calls: int
    windows: tuple[WindowBalance, ...]
    judged: int
    above: int
    remainder: float | None
    fewest: int
    lines: tuple[LineRow, ...]
    by_line: str  # what to know of a report that counts calls more than once; "" where there is none
    mixed: bool  # does a report hold tokens whose kinds it does not tell apart?
    missing: tuple[Missing, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page for each body of evidence."""
    case = dossier.library.case
    for evidence in sorted(dossier.packs, key=lambda evidence: (evidence.simulated, evidence.id)):
        if not has_account(evidence):
            continue
        context, downloads = reconciled_context(evidence, case.id, dossier.draw)
        kind = "Simulated account" if evidence.simulated else "One account"
        yield Page(
            path=f"{case.id}/evidence/{evidence.id}/account/",
            template="reconciled.md.j2",
            title=f"{kind} on one axis: {evidence.id}",
            description="Logged calls, usage meter and reports of the same account side by side, and what is missing.",
            context=context,
            downloads=downloads,
            citation=cite(
                dossier,
                f"{case.id}/evidence/{evidence.id}/account/",
                f"{kind} on one axis: {evidence.id}",
                Cited(context.sentence, kind="account"),
                (context.figure,),
            ),
            simulated=evidence.simulated,
        )


def has_account(evidence: Pack) -> bool:
    """Is there a meter or a report to compare with its calls?"""
    return bool(evidence.reconciliation.windows or evidence.reconciliation.lines)


def reconciled_context(evidence: Pack, case: str, drawn: Draw = draw) -> tuple[ReconciledContext, tuple[Download, ...]]:
    """Variables of the page of one pack, and the tables beside it; `case` is the id of the case."""
    account = evidence.reconciliation
    judged = [window for window in account.windows if window.predicted is not None]
    figure = _figure(evidence, account, drawn)
    context = ReconciledContext(
        evidence=evidence,
        sentence=_sentence(evidence, account),
        facts=(
            ("Calls", n(evidence.totals.requests)),
            ("List price", usd(evidence.totals.cost_usd)),
            ("Windows of the meter", n(len(account.windows))),
            ("Report lines", n(len(account.lines))),
        ),
        figure=figure,
        formats=tuple(_format_row(one) for one in evidence.formats),
        naive_calls=sum(one.calls for one in evidence.formats),
        windows=account.windows,
        judged=len(judged),
        above=sum((window.low or 0) > 0 for window in judged),
        remainder=sum(window.remainder or 0 for window in judged) if judged else None,
        fewest=OTHERS + 1,
        lines=tuple(_line_row(line) for line in account.lines),
        by_line=BY_LINE if any(line.report in COUNTED_BY_LINE for line in account.lines) else "",
        mixed=any(line.mixed_tokens is not None for line in account.lines),
        missing=tuple(MISSING[slug] for slug in account.missing),
    )
    return context, (
        Download("windows.csv", csv_bytes(WINDOW_COLUMNS, (_window_cells(evidence, one) for one in account.windows))),
        Download("reports.csv", csv_bytes(LINE_COLUMNS, (_line_cells(evidence, one) for one in account.lines))),
        *(figure.downloads() if figure else ()),
        json_twin("account", evidence.id, _record(evidence), {"evidence": f"{case}/evidence/{evidence.id}/"}),
    )


def _figure(evidence: Pack, account: Reconciliation, drawn: Draw) -> Chart | None:
    if not (account.surfaces or account.windows or account.lines):
        return None
    note = "Simulated data. " if evidence.simulated else ""
    chart = account_chart(
        account,
        note=f"{note}Points: how far the meter moved in a window. Grey: what the logged calls predict, with its "
        "interval; an arrow at 100, where a meter ends: the interval goes on. Red: moved by more than all of it.",
        drawn=drawn,
    )
    return replace(chart, simulated=evidence.simulated)


def _sentence(evidence: Pack, account: Reconciliation) -> str:
    parts = [f"{plural(evidence.totals.requests, 'logged call')}, {period(evidence)} UTC"]
    if account.windows:
        parts.append(f"{plural(len(account.windows), 'window')} of the usage meter")
    if account.lines:
        parts.append(f"{plural(len(account.lines), 'line')} of reports")
    return f"{', '.join(parts)}: compared with each other, never added."


def _format_row(account: FormatTotals) -> FormatRow:
    return FormatRow(
        account=account,
        title=TITLES.get(account.importer, account.importer),
        recognised=tuple((RECOGNISED[key], count) for key, count in account.matched.items()),
        differences=tuple((DIFFERENCES[what], count) for what, count in account.differences.items()),
    )


def _line_row(line: ReportLine) -> LineRow:
    pairs = (
        (line.input_tokens, line.logged.input_tokens),
        (line.cache_write_tokens, line.logged.cache_write_tokens),
        (line.cache_read_tokens, line.logged.cache_read_tokens),
        (line.output_tokens, line.logged.output_tokens),
    )
    comparable = line.report not in COUNTED_BY_LINE
    cells = tuple((told, told - logged if told is not None and comparable else None) for told, logged in pairs)
    return LineRow(line, cells)


def _window_cells(evidence: Pack, window: WindowBalance) -> tuple[object, ...]:
    return (
        evidence.simulated,
        window.window.value,
        window.start.isoformat(),
        window.end.isoformat(),
        window.readings,
        window.longest_gap,
        window.moved,
        window.calls,
        window.unpriced,
        round(window.cost_usd, 6),
        window.others,
        window.predicted,
        window.low,
        window.high,
    )


def _line_cells(evidence: Pack, line: ReportLine) -> tuple[object, ...]:
    logged = line.logged
    return (
        evidence.simulated,
        line.report,
        line.surface.value,
        line.start.isoformat(),
        line.end.isoformat(),
        line.model,
        line.requests,
        line.input_tokens,
        line.cache_write_tokens,
        line.cache_read_tokens,
        line.output_tokens,
        line.mixed_tokens,
        line.cost_usd,
        logged.requests,
        logged.input_tokens,
        logged.cache_write_tokens,
        logged.cache_read_tokens,
        logged.output_tokens,
        round(line.logged_usd, 6),
    )


def _record(evidence: Pack) -> dict[str, object]:
    return {
        "simulated": evidence.simulated,
        "formats": [msgspec.to_builtins(one) for one in evidence.formats],
        "reconciliation": msgspec.to_builtins(evidence.reconciliation),
    }


KIND = PageKind("reconciled", pages)
