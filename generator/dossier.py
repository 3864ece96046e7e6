"""The join of content and packs; the only thing pages see.

Everything here is looked up or counted once, so that two pages can never disagree about a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from generator.base.counting import Counts
from generator.base.drawing import Draw, draw
from generator.curated.counting import is_independent
from generator.curated.examples import Example
from generator.curated.kinds import Library
from generator.curated.models import Claim, Event, Incident, Report, Source, SurfaceText, Symptom
from generator.curated.prices import PriceRow, compare
from generator.detectors import Detector
from generator.detectors.shared.answers import counts_of_run
from generator.grading import Verdict, grades
from generator.ledger.steps import Step
from generator.ledger.threads import Thread, threads_of
from generator.packs.aggregate import FEWEST_CALLS
from generator.packs.redact import NEIGHBOURS
from generator.records.results import Finding, Level, Pack, Run
from generator.records.rows import Counter, CounterReading, MeterReading, Request, SourceRef

TOKEN_COUNTERS = frozenset({Counter.INPUT_TOKENS, Counter.OUTPUT_TOKENS})


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
    rate: Counts  # findings of this detector in this evidence, and units examined
    rows: tuple[ThreadRow, ...]
    readings: tuple[ReadingRow, ...] = ()


@dataclass(frozen=True)
class DetectorView:
    """A detector with its runs over every pack and its worked examples."""

    detector: Detector
    runs: tuple[tuple[Pack, Run, Counts], ...]
    findings: tuple[FindingView, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Dossier:
    """Library and packs, joined."""

    library: Library
    packs: tuple[Pack, ...]
    detectors: tuple[Detector, ...]
    built: datetime
    version: str
    draw: Draw = draw  # draws the charts of the pages

    @cached_property
    def findings(self) -> tuple[FindingView, ...]:
        """All findings: own logs before simulated ones, then by detector, then by excess."""
        found: dict[str, FindingView] = {}
        for pack in sorted(self.packs, key=lambda one: (one.simulated, one.id)):
            for view in _views(pack, self.detectors):
                # Two packs of one log hold the same finding: one page. If either says simulated, it is.
                if view.finding.id not in found or pack.simulated:
                    found[view.finding.id] = view
        order = {detector.id: place for place, detector in enumerate(self.detectors)}
        return tuple(sorted(found.values(), key=lambda view: (view.pack.simulated, order[view.detector.id])))

    @cached_property
    def detector_views(self) -> tuple[DetectorView, ...]:
        """One view a detector, in the order of the site."""
        return tuple(
            DetectorView(
                detector=detector,
                runs=tuple(
                    (pack, run, _counts(detector, run, pack))
                    for pack in self.packs
                    for run in pack.runs
                    if run.detector == detector.id
                ),
                findings=tuple(view for view in self.findings if view.detector.id == detector.id),
                examples=tuple(example for example in self.library.examples if example.detector == detector.id),
            )
            for detector in self.detectors
        )

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Claims by id."""
        return {claim.id: claim for claim in self.library.claims}

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Computed grade of each claim, by its id."""
        return grades(self.library, self.packs)

    @cached_property
    def reports(self) -> dict[str, Report]:
        """Reports by id."""
        return {report.id: report for report in self.library.reports}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by URL."""
        return {str(source.url): source for source in self.library.sources}

    @cached_property
    def surfaces(self) -> dict[str, SurfaceText]:
        """Surfaces by their own id and by the id of each variant."""
        found = {surface.id: surface for surface in self.library.surfaces}
        for surface in self.library.surfaces:
            found.update({variant.id: surface for variant in surface.variants})
        return found

    @cached_property
    def symptoms(self) -> dict[str, Symptom]:
        """Symptoms by id."""
        return {symptom.id: symptom for symptom in self.library.symptoms}

    def surface_ids(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """The case's surfaces among these scopes, variants folded into their surface; "all" is every surface."""
        wanted = set(scopes)
        if "all" in wanted:
            return tuple(surface.id for surface in self.library.surfaces)
        named = {self.surfaces[scope].id for scope in wanted if scope in self.surfaces}
        return tuple(surface.id for surface in self.library.surfaces if surface.id in named)

    def scope_title(self, scope: str) -> str:
        """Readable title of a surface, variant or other scope."""
        for surface in self.library.surfaces:
            if surface.id == scope:
                return surface.title
            for variant in surface.variants:
                if variant.id == scope:
                    return variant.title
        return next((other.title for other in self.library.elsewhere if other.id == scope), scope)

    @cached_property
    def _by_surface(self) -> dict[str, dict[str, tuple[str, ...]]]:
        found: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for kind, records in self._scoped():
            for record_id, scopes in records:
                for surface in self.surface_ids(scopes):
                    found[surface][kind].append(record_id)
        return {surface: {kind: tuple(ids) for kind, ids in kinds.items()} for surface, kinds in found.items()}

    def _scoped(self) -> tuple[tuple[str, list[tuple[str, tuple[str, ...]]]], ...]:
        library = self.library
        return (
            ("claim", [(claim.id, claim.surfaces) for claim in library.claims]),
            ("report", [(report.id, report.surfaces) for report in library.reports]),
            ("incident", [(incident.id, incident.scope) for incident in library.incidents]),
            ("event", [(event.id, event.surfaces) for event in library.events]),
        )

    def claims_on(self, surface: str) -> tuple[Claim, ...]:
        """Claims that name the surface or one of its variants."""
        wanted = set(self._by_surface.get(surface, {}).get("claim", ()))
        return tuple(claim for claim in self.library.claims if claim.id in wanted)

    def reports_on(self, surface: str) -> tuple[Report, ...]:
        """Reports that name the surface or one of its variants, oldest first."""
        wanted = set(self._by_surface.get(surface, {}).get("report", ()))
        return tuple(report for report in self.library.reports if report.id in wanted)

    def incidents_on(self, surface: str) -> tuple[Incident, ...]:
        """Incidents whose scope names the surface or "all"."""
        wanted = set(self._by_surface.get(surface, {}).get("incident", ()))
        return tuple(incident for incident in self.library.incidents if incident.id in wanted)

    def events_on(self, surface: str) -> tuple[Event, ...]:
        """Events that name the surface or one of its variants."""
        wanted = set(self._by_surface.get(surface, {}).get("event", ()))
        return tuple(event for event in self.library.events if event.id in wanted)

    def reports_with(self, symptom: str) -> tuple[Report, ...]:
        """Reports that show the symptom, oldest first."""
        return tuple(report for report in self.library.reports if symptom in report.symptoms)

    def claims_with(self, symptom: str) -> tuple[Claim, ...]:
        """Claims that state the symptom."""
        return tuple(claim for claim in self.library.claims if symptom in claim.symptoms)

    def echoes_of(self, report: str) -> tuple[Report, ...]:
        """Reports that only repeat this one."""
        return tuple(other for other in self.library.reports if other.echo_of == report)

    def claims_citing(self, url: str) -> tuple[Claim, ...]:
        """Claims whose sources include the URL."""
        return tuple(claim for claim in self.library.claims if url in {str(source) for source in claim.sources})

    def events_citing(self, url: str) -> tuple[Event, ...]:
        """Events whose sources include the URL."""
        return tuple(event for event in self.library.events if url in map(str, (event.url, *event.more_urls)))

    def reports_citing(self, url: str) -> tuple[Report, ...]:
        """Reports at the URL."""
        return tuple(report for at, report in self._reports_by_url if at == url)

    @cached_property
    def _reports_by_url(self) -> tuple[tuple[str, Report], ...]:
        return tuple((str(report.url), report) for report in self.library.reports)  # a URL is slow to print

    @cached_property
    def prices(self) -> tuple[PriceRow, ...]:
        """Documented prices beside those in use, up to the day of the build."""
        return compare(self.library.prices, self.day)

    @property
    def independent_reports(self) -> tuple[Report, ...]:
        """Reports without echoes."""
        return tuple(report for report in self.library.reports if is_independent(report))

    @property
    def day(self) -> date:
        """Day of the build, UTC."""
        return self.built.date()


def _counts(detector: Detector, run: Run, evidence: Pack) -> Counts:
    few = FEWEST_CALLS if evidence.level is Level.AGGREGATE else 0
    return counts_of_run(detector, run, simulated=evidence.simulated, few=few)


def _views(evidence: Pack, detectors: Sequence[Detector]) -> Iterable[FindingView]:
    by_id = {detector.id: detector for detector in detectors}
    threads = threads_of(evidence.requests, evidence.marks)
    by_thread = {(thread.session, thread.agent): thread for thread in threads}
    by_request = {request.id: thread for thread in threads for request in thread.requests}
    for run in evidence.runs:
        detector = by_id.get(run.detector)
        if detector is None:
            continue
        rate = _counts(detector, run, evidence)
        for finding in run.findings:
            thread = by_thread.get((finding.session, finding.agent))
            shown = (
                (thread,)
                if thread
                else tuple(
                    {id(by_request[one]): by_request[one] for one in finding.requests if one in by_request}.values()
                )
            )
            rows = tuple(row for thread in shown for row in _rows(thread, finding, evidence))
            yield FindingView(finding, evidence, detector, run, rate, rows, _readings(finding, evidence))


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


def _rows(thread: Thread, finding: Finding, evidence: Pack) -> tuple[ThreadRow, ...]:
    cited = set(finding.requests)
    places = [index for index, request in enumerate(thread.requests) if request.id in cited]
    if not places:
        return ()
    steps = {step.after.id: step for step in thread.steps}
    shown = thread.requests[max(0, places[0] - NEIGHBOURS) : places[-1] + NEIGHBOURS + 1]
    return tuple(_row(request, steps.get(request.id), evidence, cited=request.id in cited) for request in shown)


def _row(request: Request, step: Step | None, evidence: Pack, *, cited: bool) -> ThreadRow:
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
    )
