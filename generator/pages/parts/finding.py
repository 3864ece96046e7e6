"""The page of one finding, in five blocks: what was found, a picture of it, its log lines, explanations, and how to
repeat and cite it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from generator.base.counting import FEWEST
from generator.base.drawing import Draw
from generator.base.wording import n, pct, usd, utc
from generator.charts import Chart, meter_chart, shares_chart, thread_chart
from generator.charts.files import csv_bytes
from generator.detectors.shared.attribution import LEANINGS
from generator.pages.parts.base import Download, Page
from generator.pages.parts.cite import Cited, cite
from generator.pages.parts.notes import notes_on
from generator.pages.parts.sentences import period, quantity_text, sentence
from generator.pages.parts.stated import stated
from generator.pages.parts.twin import json_twin
from generator.proofs.fields import checked_fields
from generator.proofs.prooffile import written

if TYPE_CHECKING:
    from datetime import date

    from generator.curated.claims import Claim
    from generator.curated.judged import Judged
    from generator.curated.origins import Origin
    from generator.detectors import Detector
    from generator.detectors.shared.attribution import Leaning
    from generator.detectors.shared.base import Benign
    from generator.dossier import Dossier
    from generator.dossier.rows import FindingView, ReadingRow, ThreadRow
    from generator.records.results import DayShare

GRADES = {"A": "exact", "B": "one assumption", "C": "needs a second source", "D": "not decidable"}
MOST_CARDS = 6  # cited lines shown as cards; the rest is in the table
READS = frozenset({"expected-read", "prompt-before"})  # quantities of findings about what was read from cache
COLUMNS = (
    "simulated", "finding", "position", "request", "time_utc", "expected_tokens", "read_tokens", "written_tokens",
    "uncached_tokens", "output_tokens", "pause_seconds", "lifetime", "reason", "cited", "source", "public_line",
    "line_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class FindingContext:
    """Variables of finding.md.j2."""

    view: FindingView
    origin: Origin | None
    title: str  # of the evidence
    period: str
    article_days: tuple[date, date]
    within: bool  # is the finding of the article's days?
    facts: tuple[tuple[str, str], ...]
    leaning: Leaning
    quantities: tuple[tuple[str, str], ...]
    readings: tuple[ReadingRow, ...]
    days: tuple[tuple[str, int, int, str], ...]
    not_ruled_out: tuple[Benign, ...]
    ruled_out: tuple[Benign, ...]
    figure: Chart | None
    related: tuple[FindingView, ...]  # other findings about the same calls
    claims: tuple[Claim, ...]
    cards: tuple[ThreadRow, ...]
    more_cited: int  # cited lines without a card
    rows: tuple[ThreadRow, ...]
    judged: Judged | None  # what a person found in its lines
    proof_fields: str  # JSON that the checker in the page needs
    previous: FindingView | None
    next: FindingView | None


def finding_page(dossier: Dossier, view: FindingView, before: FindingView | None, after: FindingView | None) -> Page:
    """The page with its rows, proof, citation and JSON twin."""
    finding, detector = view.finding, view.detector
    case = dossier.library.case
    days = (case.article_window_start, case.article_window_end)
    path = f"{case.id}/f/{finding.id}/"
    said, plain = sentence(view), record(view)
    figure = finding_figure(view, dossier.draw)
    graded = f"{finding.grade.value}: {GRADES[finding.grade.value]}"
    titled = f"Finding {finding.id}: {detector.title}"
    citation = cite(dossier, path, titled, Cited(said, graded, "finding"), (figure,))
    cited = tuple(row for row in view.rows if row.cited)
    context = FindingContext(
        view=view,
        origin=view.origin,
        title=dossier.title_of(view.pack),
        period=period(view.pack),
        article_days=days,
        within=view.is_within(*days),
        facts=_facts(view, plain),
        leaning=LEANINGS[finding.lean_reason],
        quantities=tuple(
            (one.name.replace("-", " "), stated(plain, f"quantities.{at}.value", partial(quantity_text, unit=one.unit)))
            for at, one in enumerate(finding.quantities)
        ),
        readings=view.readings,
        days=tuple((one.day, one.hits, one.trials, _share(one)) for one in finding.days),
        not_ruled_out=tuple(benign for benign in detector.benign if benign.id in finding.not_ruled_out),
        ruled_out=tuple(benign for benign in detector.benign if benign.id in finding.ruled_out),
        figure=figure,
        related=_related(dossier, view),
        claims=claims_of(dossier, detector),
        cards=cited[-MOST_CARDS:],
        more_cited=max(0, len(cited) - MOST_CARDS),
        rows=view.rows,
        judged=judged_of(dossier, view),
        proof_fields=checked_fields() if view.proof else "",
        previous=before,
        next=after,
    )
    return Page(
        path=path,
        template="finding.md.j2",
        title=f"{detector.title}, {finding.id}",
        description=said,
        context=context,
        downloads=(
            *(figure.downloads() if figure else ()),
            *((Download("data.csv", csv_bytes(COLUMNS, _csv_rows(view))),) if view.rows else ()),
            *((Download("proof.json", written(view.proof)),) if view.proof else ()),
            json_twin("finding", finding.id, plain, _links(context, case.id)),
        ),
        citation=citation,
        written_in=f"content/evidence/{view.pack.id}/",
        notes=notes_on(dossier, f"f/{finding.id}"),
    )


def record(view: FindingView) -> dict[str, Any]:
    """The finding for machines."""
    return {
        "simulated": view.pack.simulated,
        "evidence": view.pack.id,
        "public": view.origin is not None,
        "sentence": sentence(view),
        **msgspec.to_builtins(view.finding),
        "lines": [
            {"page": row.place.page, "raw": row.place.raw, "line": row.place.line, "sha256": row.place.sha256}
            for row in view.rows
            if row.cited and row.place
        ],
        "base_rate": view.rate.json(),
        "counterfactual": view.detector.counterfactual,
    }


def finding_figure(view: FindingView, drawn: Draw) -> Chart | None:
    """A picture of the thing found: a meter, days, or reads of the cache. None where a picture would show another."""
    figure: Chart | None = None
    if view.readings:
        figure = meter_chart(view.readings, drawn=drawn)
    elif sum(bool(day.trials) for day in view.finding.days) > 1:
        figure = shares_chart(view.finding.days, view.detector.title, drawn=drawn)
    elif view.rows and READS & {quantity.name for quantity in view.finding.quantities}:
        expected, observed = view.finding.expected_tokens, view.finding.observed_tokens
        loss = None if expected is None or observed is None else (expected, observed)
        figure = thread_chart(view.rows, loss=loss, drawn=drawn)
    return replace(figure, simulated=view.pack.simulated) if figure else None


def claims_of(dossier: Dossier, detector: Detector) -> tuple[Claim, ...]:
    """Claims about a symptom that the detector speaks to, without repeats."""
    wanted = set(detector.symptoms)
    wanted.update(symptom.id for symptom in dossier.library.symptoms if detector.id in symptom.detectors)
    return tuple(
        claim for claim in dossier.library.claims if wanted.intersection(claim.symptoms) and claim.same_as is None
    )


def _facts(view: FindingView, plain: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    finding = view.finding
    price = () if not finding.excess_usd else (("List price", stated(plain, "excess_usd", usd) + ", not a bill"),)
    excess = (("Paid for again", stated(plain, "excess_tokens", n) + " tokens"),) if finding.excess_tokens else ()
    return (
        ("When", stated(plain, "at", _utc) + (" to " + stated(plain, "until", _utc) if finding.until else "")),
        ("About", _about(view)),
        *excess,
        *price,
    )


def _utc(written: str) -> str:
    return utc(datetime.fromisoformat(written))


def _about(view: FindingView) -> str:
    finding = view.finding
    if finding.window:
        return f"{finding.window.value.replace('-', ' ')} meter"
    if finding.client:
        return f"client {finding.client}"
    if not finding.session:
        return "all calls of this log"
    return f"thread {finding.session[:8]}" + (" (sub-agent)" if finding.agent else "")


def _share(day: DayShare) -> str:
    return pct(day.hits / day.trials) if day.trials >= FEWEST else "\u2013"


def judged_of(dossier: Dossier, view: FindingView) -> Judged | None:
    """The verdict of whoever read its lines, found by its place: the first call that it cites."""
    cited = view.finding.requests[:1]
    first = next((row.place for row in view.rows if row.request in cited), None)
    if first is None:
        return None
    return next(
        (
            one
            for one in dossier.library.judged
            if one.set == view.pack.id
            and one.detector == view.detector.id
            and one.what == "finding"
            and one.line == first.line
            and _same_file(one.file, first.path)
        ),
        None,
    )


def _same_file(named: str, path: str) -> bool:
    """Is it the file of the set? A set may name it below a folder of its own, or by the first letters of its name."""
    folder, _, name = named.rpartition("/")
    return (
        named.endswith(path)
        or path.endswith(named)
        or (
            path.rpartition("/")[2].startswith(name.removesuffix(".jsonl")) and path.rpartition("/")[0].endswith(folder)
        )
    )


def _related(dossier: Dossier, view: FindingView) -> tuple[FindingView, ...]:
    """Other findings about the last of the same calls: one event seen by two detectors."""
    return tuple(
        other
        for other in dossier.findings
        if other is not view
        and other.pack is view.pack
        and view.finding.requests
        and view.finding.requests[-1] in other.finding.requests[-1:]
    )


def _csv_rows(view: FindingView) -> Iterator[tuple[Any, ...]]:
    for row in view.rows:
        place = row.place
        yield (
            view.pack.simulated, view.finding.id, row.position, row.request, row.at.isoformat(), row.expected,
            row.read, row.written, row.uncached, row.output, row.pause, row.lifetime, row.reason, row.cited, row.source,
            place.page if place else None, place.sha256 if place else None,
        )  # fmt: skip


def _links(context: FindingContext, case: str) -> dict[str, Any]:
    """Paths from the site's root."""
    view = context.view
    return {
        "page": f"{case}/f/{view.finding.id}/",
        "findings": f"{case}/findings/",
        "detector": f"{case}/d/{view.detector.id}/",
        "evidence": f"{case}/evidence/{view.pack.id}/",
        "rows": f"{case}/f/{view.finding.id}/data.csv" if view.rows else None,
        "proof": f"{case}/f/{view.finding.id}/proof.json" if view.proof else None,
        "claims": [f"{case}/c/{claim.id}/" for claim in context.claims],
    }
