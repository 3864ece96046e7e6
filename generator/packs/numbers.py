"""Numbers of a pack that contradict each other. What a single number may be is checked where it is read.

Yields the place of a value, as evidence.runs[3].found, and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from generator.detectors import DETECTORS
from generator.packs.tables import EARLIEST, LATEST
from generator.records.results import Finding, Level, Outcome, Pack, Run, Unit
from generator.records.rows import FormatTotals, Tally

Flaw = tuple[str, str]

SUMS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
HIGHEST_SHARE = 1000.0  # a meter over its limit is a share over 1; importers take no more (LARGEST_SHARE)
_DETECTORS = {detector.id: detector for detector in DETECTORS}


def impossible_numbers(evidence: Pack) -> Iterator[Flaw]:
    """Every contradiction of one pack whose rows are read."""
    for index, tally in enumerate(evidence.tallies):
        yield from _tally(tally, f"evidence.tallies[{index}]")
    for index, account in enumerate(evidence.formats):
        yield from _format(account, f"evidence.formats[{index}]")
    for index, run in enumerate(evidence.runs):
        yield from _run(run, evidence, f"evidence.runs[{index}]")
    yield from _totals(evidence)
    yield from _days(evidence)
    yield from _windows(evidence)
    yield from _rows(evidence)
    yield from _origin(evidence)
    yield from _commitments(evidence)


def _tally(tally: Tally, where: str) -> Iterator[Flaw]:
    if not tally.balances:
        yield where, "does not account for every line: read is not used + other + recovered + skipped + pending + blank"
    if tally.usage_lines and not tally.read:
        yield f"{where}.usage_lines", "counts lines of a file that has none"


def _format(account: FormatTotals, where: str) -> Iterator[Flaw]:
    if account.only_here + sum(account.matched.values()) > account.calls and account.only_here > account.calls:
        yield f"{where}.only_here", "is more than its calls"
    if any(count > account.calls for count in account.differences.values()):
        yield f"{where}.differences", "are more than its calls"


def _run(run: Run, evidence: Pack, where: str) -> Iterator[Flaw]:
    shown = len(run.findings)
    if evidence.level is not Level.AGGREGATE and run.found != shown:
        yield f"{where}.found", "is not the number of its findings"
    if evidence.level is Level.AGGREGATE and shown:
        yield f"{where}.findings", "are shown at level aggregate, which shows none"
    detector = _DETECTORS.get(run.detector)
    if run.found and (not run.examined or (detector and detector.one_a_unit and run.found > run.examined)):
        yield f"{where}.examined", "is less than what was found in it"
    if (run.sessions_found or 0) > (run.sessions_examined or 0):
        yield f"{where}.sessions_found", "are more than the sessions that were looked at"
    if (run.outcome is Outcome.FAILED) != (run.error is not None):
        yield f"{where}.error", "does not fit the outcome"
    if run.found and run.outcome is not Outcome.FOUND:
        yield f"{where}.outcome", "does not fit what was found"
    for index, finding in enumerate(run.findings):
        yield from _finding(finding, evidence, f"{where}.findings[{index}]")


def _finding(finding: Finding, evidence: Pack, where: str) -> Iterator[Flaw]:
    yield from _time(finding.at, f"{where}.at")
    yield from _time(finding.until, f"{where}.until")
    if finding.until is not None and finding.until.tzinfo and finding.at.tzinfo and finding.until < finding.at:
        yield f"{where}.until", "is before its beginning"
    for index, quantity in enumerate(finding.quantities):
        if quantity.unit is Unit.SHARE and not 0 <= quantity.value <= HIGHEST_SHARE:
            yield f"{where}.quantities[{index}].value", "is a share that cannot be"
    for index, day in enumerate(finding.days):
        yield from _day(day.day, f"{where}.days[{index}].day")
        if day.hits > day.trials:
            yield f"{where}.days[{index}].hits", "are more than its trials"
    if any(place.file >= len(evidence.tallies) for place in finding.readings):
        yield f"{where}.readings", "name a file that the pack does not count"


def _totals(evidence: Pack) -> Iterator[Flaw]:
    totals = evidence.totals
    if totals.sessions + totals.unthreaded > totals.threads and evidence.level is not Level.AGGREGATE:
        yield "evidence.totals.threads", "are fewer than its sessions"
    for name in ("nested_requests", "other_makers", "unpriced", "unthreaded", "threads"):
        if getattr(totals, name) > totals.requests:
            yield f"evidence.totals.{name}", "are more than its requests"
    if evidence.level is Level.AGGREGATE:
        return  # days of few calls are left out there
    for name in ("requests", *SUMS):
        if getattr(totals, name) != sum(getattr(day, name) for day in evidence.days):
            yield f"evidence.totals.{name}", "is not the sum of its days"
    if sum(evidence.marks_by_kind.values()) < len(evidence.marks):
        yield "evidence.marks_by_kind", "are fewer than the rows of marks"
    if totals.requests < len(evidence.requests):
        yield "evidence.totals.requests", "are fewer than the rows of requests"
    if evidence.level is Level.FULL:
        yield from _against_rows(evidence)


def _against_rows(evidence: Pack) -> Iterator[Flaw]:
    """At level full every sum can be made again from the rows."""
    if evidence.totals.requests != len(evidence.requests):
        yield "evidence.totals.requests", "is not the number of its rows"
    for name in SUMS:
        if getattr(evidence.totals, name) != sum(getattr(row, name) for row in evidence.requests):
            yield f"evidence.totals.{name}", "is not the sum of its rows"


def _days(evidence: Pack) -> Iterator[Flaw]:
    for index, day in enumerate(evidence.days):
        yield from _day(day.day, f"evidence.days[{index}].day")
    for index, surface in enumerate(evidence.reconciliation.surfaces):
        yield from _day(surface.day, f"evidence.reconciliation.surfaces[{index}].day")
    for index, line in enumerate(evidence.reconciliation.lines):
        where = f"evidence.reconciliation.lines[{index}]"
        yield from _day(line.logged.day, f"{where}.logged.day")
        yield from _span(line.start, line.end, where)


def _windows(evidence: Pack) -> Iterator[Flaw]:
    for index, window in enumerate(evidence.reconciliation.windows):
        where = f"evidence.reconciliation.windows[{index}]"
        bounds = (window.predicted, window.low, window.high)
        if any(bound is None for bound in bounds) != all(bound is None for bound in bounds):
            yield where, "predicts without both bounds, or has bounds without a prediction"
        elif window.low is not None and window.high is not None and window.low > window.high:
            yield where, "has a lower bound above the upper one"
        yield from _span(window.start, window.end, where)
        if window.unpriced > window.calls:
            yield f"{where}.unpriced", "are more than its calls"


def _rows(evidence: Pack) -> Iterator[Flaw]:
    """Rows name files of the pack; meters are shares."""
    files = len(evidence.tallies)
    for name in ("requests", "rounds", "marks", "meters", "buckets", "counters", "lines"):
        rows = getattr(evidence, name)
        if rows and evidence.level is Level.AGGREGATE:
            yield f"evidence.{name}", "are shown at level aggregate, which shows none"
        elif any(row.source.file >= files for row in rows):
            yield f"evidence.{name}", "name a file that the pack does not count"
    if any(not 0 <= row.used <= HIGHEST_SHARE for row in evidence.meters):
        yield "evidence.meters", "hold a share that cannot be"
    if any(bucket.end <= bucket.start for bucket in evidence.buckets):
        yield "evidence.buckets", "end before they begin"


def _origin(evidence: Pack) -> Iterator[Flaw]:
    """A public log is told in full, and nothing of it is hidden."""
    if not evidence.origin:
        if evidence.lines or (evidence.commitments and evidence.commitments.secrets):
            yield "evidence.origin", "names no file, though lines or secrets of public files are there"
        return
    if len(evidence.origin) != len(evidence.tallies):
        yield "evidence.origin", "are not the files that the pack counts"
    if evidence.level is not Level.FULL or evidence.simulated:
        yield "evidence.level", "is not that of a public log, which is told in full"
    made = evidence.commitments
    if made is None or len(made.secrets) != len(evidence.tallies):
        yield "evidence.commitments.secrets", "are not those of the files that the pack counts"


def _commitments(evidence: Pack) -> Iterator[Flaw]:
    ids = [finding.id for run in evidence.runs for finding in run.findings]
    if len(set(ids)) < len(ids):
        yield "evidence.runs", "hold one finding twice"
    made = evidence.commitments
    if made is None:
        return
    if len(made.files) != len(evidence.tallies):
        yield "evidence.commitments.files", "are not the files that the pack counts"
    if made.findings != sum(len(run.findings) for run in evidence.runs):
        yield "evidence.commitments.findings", "is not the number of its findings"


def _day(day: str, where: str) -> Iterator[Flaw]:
    try:
        possible = EARLIEST.date() <= date.fromisoformat(day) < LATEST.date()
    except ValueError:
        possible = False
    if not possible:
        yield where, "is not a day that can be"


def _time(at: datetime | None, where: str) -> Iterator[Flaw]:
    if at is None:
        return
    if at.tzinfo is None:
        yield where, "is a time without a zone"
    elif not EARLIEST <= at.replace(tzinfo=None) < LATEST:
        yield where, "is not a time that can be"


def _span(start: datetime, end: datetime, where: str) -> Iterator[Flaw]:
    wrong = [*_time(start, f"{where}.start"), *_time(end, f"{where}.end")]
    yield from wrong
    if not wrong and end < start:
        yield f"{where}.end", "is before its beginning"
