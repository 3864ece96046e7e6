"""Findings of packs with the rows around them, as a page shows them; of public logs also where each line lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from generator.base.counting import Counts
from generator.base.problems import Problem
from generator.base.wording import utc
from generator.curated.origins import Origin
from generator.detectors import Detector
from generator.detectors.shared.answers import counts_of_run
from generator.ledger.steps import Step
from generator.ledger.threads import Thread, threads_of
from generator.packs.redact import NEIGHBOURS
from generator.packs.safety import FEWEST_CALLS
from generator.proofs.prooffile import FindingProof
from generator.proofs.public import Prove
from generator.records.results import Finding, Level, Pack, Run
from generator.records.rows import Counter, CounterReading, MeterReading, Request, SourceRef

TOKEN_COUNTERS = frozenset({Counter.INPUT_TOKENS, Counter.OUTPUT_TOKENS})


def counts_in(detector: Detector, run: Run, evidence: Pack) -> Counts:
    """What may be said of one run over one body of evidence."""
    few = FEWEST_CALLS if evidence.level is Level.AGGREGATE else 0
    return counts_of_run(detector, run, simulated=evidence.simulated, few=few)


@dataclass(frozen=True)
class PublicPlace:
    """Where anybody can read a line, and how to tell that it is the same line."""

    path: str  # below the top of the repository
    line: int
    page: str  # address for people
    raw: str  # address of the bare file
    sha256: str  # of the line with its end

    @property
    def command(self) -> str:
        """Prints the hash of the public line."""
        return f"curl -sL {self.raw} | sed -n {self.line}p | sha256sum"


@dataclass(frozen=True)
class ThreadRow:
    """One request of the thread around a finding, as a page shows it."""

    position: int
    request: str  # pseudonym
    at: datetime
    expected: int | None  # None for the first request of a thread or after a gap in the pack
    read: int
    written: int
    uncached: int
    output: int
    pause: float | None  # seconds since the end of the previous answer
    lifetime: str  # "5m", "1h", "unknown"
    reason: str | None  # why the identity broke here: a benign id, "unexplained", or None
    cited: bool
    source: str  # "log-0003 line 812"
    place: PublicPlace | None = None  # where the log is public


@dataclass(frozen=True)
class ReadingRow:
    """One reading of the meter or counter around a finding, as a page shows it."""

    at: datetime
    value: float  # percent of a meter; tokens or USD of a counter
    unit: str
    resets_at: datetime | None
    cited: bool
    source: str


@dataclass(frozen=True)
class FindingView:
    """A finding with everything its page needs."""

    finding: Finding
    pack: Pack
    detector: Detector
    run: Run
    rate: Counts  # findings of this detector in this evidence, of all units examined
    rows: tuple[ThreadRow, ...]
    readings: tuple[ReadingRow, ...] = ()
    origin: Origin | None = None
    proof: FindingProof | None = None

    @property
    def when(self) -> str:
        """Its moment, or its first and last day."""
        first, last = self.finding.at, self.finding.until or self.finding.at
        return utc(first) if first.date() == last.date() else f"{first.date()} to {last.date()}"

    def is_within(self, first: date, last: date) -> bool:
        """Does any day of it lie in these?"""
        return self.finding.at.date() <= last and (self.finding.until or self.finding.at).date() >= first


def without_origin(packs: Iterable[Pack], origins: Iterable[Origin] | None) -> Iterator[Problem]:
    """Packs of public logs without an origin, or with files that it does not name; none where origins are unknown."""
    known = {origin.id: origin for origin in origins or ()}
    for pack in packs if origins is not None else ():
        path = f"content/evidence/{pack.id}/pack.json"
        origin = known.get(pack.id)
        if origin is None and pack.origin:
            hint = f"say where the log is, in content/origins/{pack.id}.yml"
            yield Problem(path, 0, 0, "W-origin", "is of a public log whose origin is not told", hint)
        elif origin is not None and not (pack.origin and set(pack.origin) <= set(origin.by_digest)):
            hint = f"make it again: witnessmark collect CLONE --origin content/origins/{pack.id}.yml"
            yield Problem(path, 0, 0, "W-origin", "holds files that its origin does not name", hint)


class Places:
    """Public places of the lines of one pack; none where its log is private."""

    def __init__(self, evidence: Pack, origin: Origin | None) -> None:
        self._files = [origin.by_digest.get(digest) for digest in evidence.origin] if origin else []
        self._origin = origin
        self._lines = {line.source: line.sha256 for line in evidence.lines}

    def of(self, source: SourceRef) -> PublicPlace | None:
        """Of one line."""
        file = self._files[source.file] if self._files else None
        sha256 = self._lines.get(source)
        if file is None or self._origin is None or sha256 is None:  # not published, or its rows are not lines
            return None
        origin = self._origin
        return PublicPlace(file.path, source.line, origin.page(file, source.line), origin.raw(file), sha256)


def views(evidence: Pack, detectors: Sequence[Detector], origin: Origin | None, prove: Prove) -> Iterable[FindingView]:
    """Every finding of a pack, by the order of its runs."""
    places = Places(evidence, origin)
    proofs = prove(evidence)
    by_id = {detector.id: detector for detector in detectors}
    threads = threads_of(evidence.requests, evidence.marks)
    by_thread = {(thread.session, thread.agent): thread for thread in threads}
    by_request = {request.id: thread for thread in threads for request in thread.requests}
    for run in evidence.runs:
        detector = by_id.get(run.detector)
        if detector is None:
            continue
        rate = counts_in(detector, run, evidence)
        for finding in run.findings:
            thread = by_thread.get((finding.session, finding.agent))
            shown = (
                (thread,)
                if thread
                else tuple(
                    {id(by_request[one]): by_request[one] for one in finding.requests if one in by_request}.values()
                )
            )
            rows = tuple(row for thread in shown for row in _rows(thread, finding, evidence, places))
            readings = _readings(finding, evidence)
            proof = proofs.get(finding.id)
            yield FindingView(finding, evidence, detector, run, rate, rows, readings, origin, proof)


def _readings(finding: Finding, evidence: Pack) -> tuple[ReadingRow, ...]:
    """Readings of the finding's series around those that it cites."""
    if not finding.readings:
        return ()
    cited = set(finding.readings)
    series: Sequence[MeterReading | CounterReading] = (
        [one for one in evidence.meters if (one.account, one.window) == (finding.account, finding.window)]
        if finding.window
        else _counter_series(evidence, cited)
    )
    places = [index for index, one in enumerate(series) if one.source in cited]
    if not places:
        return ()
    shown = series[max(0, places[0] - NEIGHBOURS) : places[-1] + NEIGHBOURS + 1]
    return tuple(_reading_row(one, evidence, cited=one.source in cited) for one in shown)


def _counter_series(evidence: Pack, cited: set[SourceRef]) -> list[CounterReading]:
    keys = {
        (one.session, one.counter) for one in evidence.counters if one.source in cited and one.counter in TOKEN_COUNTERS
    }
    return [one for one in evidence.counters if (one.session, one.counter) in keys]


def _reading_row(one: MeterReading | CounterReading, evidence: Pack, *, cited: bool) -> ReadingRow:
    return ReadingRow(
        at=one.at,
        value=round(100 * one.used, 2) if isinstance(one, MeterReading) else one.value,
        unit="percent" if isinstance(one, MeterReading) else "tokens",
        resets_at=one.resets_at if isinstance(one, MeterReading) else None,
        cited=cited,
        source=f"{evidence.tallies[one.source.file].label} line {one.source.line}",
    )


def _rows(thread: Thread, finding: Finding, evidence: Pack, places: Places) -> tuple[ThreadRow, ...]:
    cited = set(finding.requests)
    at = [index for index, request in enumerate(thread.requests) if request.id in cited]
    if not at:
        return ()
    steps = {step.after.id: step for step in thread.steps}
    shown = thread.requests[max(0, at[0] - NEIGHBOURS) : at[-1] + NEIGHBOURS + 1]
    return tuple(_row(request, steps.get(request.id), evidence, places, cited=request.id in cited) for request in shown)


def _row(request: Request, step: Step | None, evidence: Pack, places: Places, *, cited: bool) -> ThreadRow:
    return ThreadRow(
        position=request.position or 0,
        request=request.id,
        at=request.first_seen,
        expected=step.expected if step else None,
        read=request.cache_read_tokens,
        written=request.cache_write_tokens,
        uncached=request.input_tokens,
        output=request.output_tokens,
        pause=step.age if step else None,
        lifetime=step.lifetime.value if step else "unknown",
        reason=step.reason if step else None,
        cited=cited,
        source=f"{evidence.tallies[request.source.file].label} line {request.source.line}",
        place=places.of(request.source),
    )
