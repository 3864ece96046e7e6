"""What each file was taken for, what each format says of the same calls, and how reports and meters compare."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from generator.base.wording import noun, plural
from generator.cli.terminal.tables import print_rows
from generator.cli.terminal.words import say
from generator.importers import IMPORTERS
from generator.ledger.reconciliation import BY_LINE, COUNTED_BY_LINE, DIFFERENCES, MISSING, RECOGNISED
from generator.records.results import Pack, ReportLine, WindowBalance
from generator.records.rows import FormatTotals, Tally

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = {importer.id: importer for importer in IMPORTERS}
SHOWN_LINES = 20  # report lines in the terminal; --json has all


def sources_json(evidence: Pack) -> dict[str, Any]:
    """Members of the object that `scan --json` prints."""
    return {
        "files_by_format": {
            name: {"files": len(tallies), "rows": sum(tally.read for tally in tallies), **_checked(name)}
            for name, tallies in _by_importer(evidence.tallies).items()
        },
        "formats": [msgspec.to_builtins(account) for account in evidence.formats],
        "reports": [msgspec.to_builtins(line) for line in evidence.reconciliation.lines],
        "reports_counted_by_line": sorted(COUNTED_BY_LINE & {line.report for line in evidence.reconciliation.lines}),
        "windows": [msgspec.to_builtins(window) for window in evidence.reconciliation.windows],
        "missing_to_decide": [{"id": slug, "text": MISSING[slug].text} for slug in evidence.reconciliation.missing],
    }


def print_sources(console: Console, evidence: Pack) -> None:
    """Everything above in order; a part of which there is nothing is left out."""
    _print_files(console, evidence)
    if len(evidence.formats) > 1:
        _print_formats(console, evidence)
    if evidence.reconciliation.lines:
        _print_reports(console, evidence.reconciliation.lines)
    if evidence.reconciliation.windows:
        _print_windows(console, evidence.reconciliation.windows)
        _print_missing(console, evidence)


def _by_importer(tallies: tuple[Tally, ...]) -> dict[str, list[Tally]]:
    found: defaultdict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        found[tally.importer].append(tally)
    return dict(sorted(found.items()))


def _checked(name: str) -> dict[str, str]:
    """What the reader of a format was checked against; nothing for a format that this version does not know."""
    if name not in FORMATS:
        return {}
    guide = FORMATS[name].guide
    return {"verified": guide.verified.value, "reader": guide.verified.words, "tried": guide.tried}


def _print_files(console: Console, evidence: Pack) -> None:
    print_rows(
        console,
        "\nWhat the files were taken for",
        ("Taken for", "Files", "Rows", "Used", "Skipped", "Reader"),
        [
            (
                f"{FORMATS[name].title} ({name})" if name in FORMATS else name,
                f"{len(tallies):,}",
                f"{sum(tally.read for tally in tallies):,}",
                f"{sum(tally.used + tally.recovered for tally in tallies):,}",
                f"{sum(sum(tally.skipped.values()) for tally in tallies):,}",
                _checked(name).get("reader", ""),
            )
            for name, tallies in _by_importer(evidence.tallies).items()
        ],
    )


def _print_formats(console: Console, evidence: Pack) -> None:
    """What each format alone would have said, and the total with every call counted once."""
    rows: list[tuple[str, ...]] = [
        (
            account.importer,
            f"{account.calls:,}",
            f"{account.only_here:,}",
            f"{account.lacking:,}",
            f"{account.input_tokens:,}",
            f"{account.cache_write_tokens:,}",
            f"{account.cache_read_tokens:,}",
            f"{account.output_tokens:,}",
        )
        for account in evidence.formats
    ]
    totals = evidence.totals
    rows.append(
        (
            "together, each call once",
            f"{totals.requests:,}",
            "",
            "",
            f"{totals.input_tokens:,}",
            f"{totals.cache_write_tokens:,}",
            f"{totals.cache_read_tokens:,}",
            f"{totals.output_tokens:,}",
        )
    )
    rows.append(("added up, each call in each", f"{sum(one.calls for one in evidence.formats):,}", *[""] * 6))
    print_rows(
        console,
        "\nThe same calls in several formats, each counted once",
        ("Format", "Calls", "Only here", "Lacking", "Input", "Cache writes", "Cache reads", "Output"),
        rows,
    )
    for account in evidence.formats:
        for sentence in explained(account):
            say(console, f"{account.importer}: {sentence}", indent=2, style="dim")


def explained(account: FormatTotals) -> list[str]:
    """Each difference of one format to the calls as they are kept, in a sentence."""
    found = [f"{plural(count, 'call')} {RECOGNISED[key]}." for key, count in account.matched.items()]
    found += [f"{plural(count, 'call')} {DIFFERENCES[what]}." for what, count in account.differences.items()]
    if account.lacking:
        found.append(
            f"{plural(account.lacking, 'call')} between its first and its last "
            f"{noun(account.lacking, 'is', 'are')} only in other formats (a client's own calls, such as titles, "
            "are in telemetry and proxy logs but not in transcripts)."
        )
    return found


def _print_reports(console: Console, lines: tuple[ReportLine, ...]) -> None:
    """Reports beside the calls of the same span; never added to them."""
    print_rows(
        console,
        "\nReports beside logged calls (report - logs; "
        f"{min(SHOWN_LINES, len(lines))} of {plural(len(lines), 'line')})",
        ("Report", "From (UTC)", "Model", "Input", "Cache writes", "Cache reads", "Output", "Cost"),
        [
            (
                line.report,
                f"{line.start:%Y-%m-%d}",
                line.model,
                *(
                    _against(told, logged, comparable=line.report not in COUNTED_BY_LINE)
                    for told, logged in _pairs(line)
                ),
                "-" if line.cost_usd is None else f"${line.cost_usd:,.2f} - ${line.logged_usd:,.2f}",
            )
            for line in lines[:SHOWN_LINES]
        ],
    )
    if any(line.report in COUNTED_BY_LINE for line in lines[:SHOWN_LINES]):
        say(console, f"* {BY_LINE}", style="dim")


def _pairs(line: ReportLine) -> tuple[tuple[int | None, int], ...]:
    return (
        (line.input_tokens, line.logged.input_tokens),
        (line.cache_write_tokens, line.logged.cache_write_tokens),
        (line.cache_read_tokens, line.logged.cache_read_tokens),
        (line.output_tokens, line.logged.output_tokens),
    )


def _against(report: int | None, logged: int, *, comparable: bool) -> str:
    """What a report says, and how much more or less that is than the logs hold, where that means anything."""
    if report is None:
        return "-"
    if not comparable:
        return f"{report:,}*"
    return f"{report:,}" if report == logged else f"{report:,} ({report - logged:+,})"


def _print_windows(console: Console, windows: tuple[WindowBalance, ...]) -> None:
    moved = sum(window.moved for window in windows)
    judged = [window for window in windows if window.predicted is not None]
    console.print(
        f"\n[bold]Meter[/] {plural(len(windows), 'reset window')}, moved by {plural(moved, 'point')}; "
        f"{len(judged):,} of them can be compared with the price of a point in the account's other windows."
    )
    outside = [window for window in judged if (window.low or 0) > 0]
    if judged:
        rest = sum(window.remainder or 0 for window in judged)
        more = "more" if rest > 0 else "less"
        console.print(
            f"      together {abs(rest):,.1f} points {more} than predicted; {len(outside):,} of them moved by "
            "more than the whole interval of the prediction."
        )


def _print_missing(console: Console, evidence: Pack) -> None:
    console.print("[bold]What is missing to decide a remainder[/]")
    for slug in evidence.reconciliation.missing:
        console.print(f"  - {MISSING[slug].text} {MISSING[slug].how}", style="dim")
