"""Every record of the case as one row of the same shape: what timeline and explore list, filter and count.

Simulated findings are no records of the case and have no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from generator.charts.weeks import monday
from generator.curated.claims import Claim
from generator.curated.models import Event, Incident, Layer, Report
from generator.pages.parts.claims_of_record import Graded, claims_on_records
from generator.pages.parts.sentences import sentence
from generator.pages.parts.source_types import of_event, of_kind, of_report
from generator.pages.parts.spans import Span, event_span, incident_span, numbered, report_span
from generator.records.results import Lean

if TYPE_CHECKING:
    from generator.dossier import Dossier
    from generator.dossier.rows import FindingView

NONE = "none"
"""Value of a facet that a record does not state."""

LOOKS = {
    "cli_release": "release",
    "model_release": "release",
    "product_launch": "release",
    "product_ga": "release",
    "user_report": "report",
    "incident": "outage",
    "statement": "official",
    "policy_change": "official",
    "doc_fact": "official",
    "limit_reset": "official",
    "promotion": "official",
    "regression": "fault",
    "fix": "fault",
    "leak": "fault",
}
"""Shape of each kind of event on the line; the kind is also written out."""

KINDS = {
    "cli_release": "release",
    "model_release": "model",
    "product_launch": "product",
    "product_ga": "product",
    "user_report": "report",
    "incident": "outage",
    "statement": "statement",
    "policy_change": "policy",
    "doc_fact": "docs",
    "limit_reset": "limits",
    "promotion": "promotion",
    "regression": "regression",
    "fix": "fix",
    "leak": "leak",
}
"""One word for each kind of event."""

_LAYERS = {
    Lean.CLIENT: Layer.CLIENT,
    Lean.SERVICE: Layer.SERVER,
    Lean.POLICY: Layer.ACCOUNT,
    Lean.ACCOUNT: Layer.ACCOUNT,
}


@dataclass(frozen=True)
class Entry:
    """One record. Facets hold ids; `none` where the record states nothing."""

    record: str  # claim, report, event, incident, finding
    id: str
    title: str
    path: str  # of its page, inside the case
    look: str  # release, report, finding, official, outage, fault; "claim" for a claim
    word: str  # its kind in one word
    span: Span | None  # None: undated
    surfaces: tuple[str, ...]
    symptoms: tuple[str, ...] = ()
    layer: str = NONE
    graded: Graded = ()
    sources: tuple[str, ...] = (NONE,)
    note: str = ""
    counted_on: date | None = field(default=None, repr=False)  # day that week tables count it on, if not the first

    @property
    def anchor(self) -> str:
        """Its place in a list."""
        return self.id if self.record in ("claim", "event", "finding") else f"{self.record[0]}-{self.id}"

    @property
    def week(self) -> str:
        """Monday of its week; a claim's is that of its first day."""
        day = self.counted_on or (self.span.day if self.span else None)
        return monday(day).isoformat() if day else NONE

    def values(self, facet: str) -> tuple[str, ...]:
        """What the record states on a facet."""
        stated: dict[str, tuple[str, ...]] = {
            "kind": (self.look,),
            "record": (self.record,),
            "surface": self.surfaces,
            "symptom": self.symptoms,
            "layer": (self.layer,),
            "grade": tuple(dict.fromkeys(grade.value for _, grade in self.graded)),
            "source": self.sources,
            "week": (self.week,),
        }
        return stated[facet] or (NONE,)


def entries(dossier: Dossier) -> tuple[Entry, ...]:
    """All records: claims, reports, events, incidents, findings in logs."""
    graded = claims_on_records(dossier)
    issues = numbered(dossier.library.reports)
    library = dossier.library
    return (
        *(_claim(claim, dossier) for claim in library.claims),
        *(_report(report, report_span(report, issues), graded, dossier) for report in library.reports),
        *(_event(event, graded, dossier) for event in library.events),
        *(_incident(incident, graded, dossier) for incident in library.incidents),
        *(_finding(view, graded, dossier) for view in dossier.findings),
    )


def happenings(found: Iterable[Entry]) -> Iterator[Entry]:
    """What has a place on a timeline: all records but claims, which speak of happenings."""
    return (entry for entry in found if entry.record != "claim")


def scopes(named: Iterable[str], dossier: Dossier) -> tuple[str, ...]:
    """Surfaces among these scopes; `all` stays "no surface named", other scopes are `other`."""
    wanted = set(named)
    kept = dossier.surface_ids(wanted - {"all"})
    elsewhere = any(scope not in dossier.surfaces for scope in wanted - {"all"})
    return (*kept, *(("all",) if "all" in wanted else ()), *(("other",) if elsewhere else ()))


def _claim(claim: Claim, dossier: Dossier) -> Entry:
    verdict = dossier.verdicts[claim.id]
    dates = claim.dates
    first = (dates.start or dates.end) if dates else None
    last = dates.end if dates and first and dates.end != first else None
    return Entry(
        record="claim",
        id=claim.id,
        title=claim.statement,
        path=f"c/{claim.id}/",
        look="claim",
        word=claim.kind,
        span=Span(first, last) if first else None,
        surfaces=scopes(claim.surfaces, dossier),
        symptoms=claim.symptoms,
        graded=((claim.id, verdict.grade),),
        sources=tuple(dict.fromkeys(of_kind(item.kind) for item in verdict.items)) or (NONE,),
    )


def _report(report: Report, span: Span, graded: dict[tuple[str, str], Graded], dossier: Dossier) -> Entry:
    return Entry(
        record="report",
        id=report.id,
        title=report.title,
        path=f"r/{report.id}/",
        look="report",
        word="echo" if report.echo_of else "report",
        span=span,
        surfaces=scopes(report.surfaces, dossier),
        symptoms=report.symptoms,
        layer=report.layer.value,
        graded=graded.get(("report", report.id), ()),
        sources=(of_report(report),),
        counted_on=report.date,
    )


def _event(event: Event, graded: dict[tuple[str, str], Graded], dossier: Dossier) -> Entry:
    return Entry(
        record="event",
        id=event.id,
        title=event.title,
        path=f"e/{event.id}/",
        look=LOOKS[event.kind],
        word=KINDS[event.kind],
        span=event_span(event),
        surfaces=scopes(event.surfaces, dossier),
        graded=graded.get(("event", event.id), ()),
        sources=(of_event(event.source_type),),
        note=f"{'official' if event.official else 'not official'}, {event.confidence} confidence",
    )


def _incident(incident: Incident, graded: dict[tuple[str, str], Graded], dossier: Dossier) -> Entry:
    return Entry(
        record="incident",
        id=incident.id,
        title=incident.title,
        path=f"i/{incident.id}/",
        look="outage",
        word="status",
        span=incident_span(incident),
        surfaces=scopes(incident.scope, dossier),
        graded=graded.get(("incident", incident.id), ()),
        sources=("status-page",),
        note="" if incident.impact == "none" else f"{incident.impact} impact",
    )


def _finding(view: FindingView, graded: dict[tuple[str, str], Graded], dossier: Dossier) -> Entry:
    finding = view.finding
    cited = set(finding.requests)
    named = {request.surface for request in view.pack.requests if request.id in cited and request.surface}
    return Entry(
        record="finding",
        id=finding.id,
        title=sentence(view),
        path=f"f/{finding.id}/",
        look="finding",
        word="finding",
        span=Span(finding.at, finding.until if finding.until and finding.until > finding.at else None),
        surfaces=scopes(named, dossier),
        symptoms=tuple(symptom.id for symptom in dossier.library.symptoms if finding.detector in symptom.detectors),
        layer=_LAYERS.get(finding.lean, Layer.UNKNOWN).value,
        graded=graded.get(("finding", finding.id), ()),
        sources=("others-finding" if view.origin else "own-finding",),
        note=f"{view.detector.title}, grade {finding.grade.value}",
    )
