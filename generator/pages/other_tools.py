"""What the rules of other tools would say: naive and refined counts side by side, and real tools on the public sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import n, stat
from generator.charts import Chart
from generator.pages.calibration import calibrated
from generator.pages.parts.base import Page, PageKind
from generator.pages.parts.cite import cite
from generator.pages.parts.naive_figure import naive_figure
from generator.pages.parts.peers import RIGHT, PeerView, peer_views
from generator.pages.parts.public_sets import public_total
from generator.pages.parts.twin import json_twin

if TYPE_CHECKING:
    from generator.curated.base_rates import Measurement
    from generator.curated.calibration import CalibratedDetector, Calibration
    from generator.curated.peers import Peer
    from generator.detectors import Detector
    from generator.dossier import DetectorView, Dossier

TITLE = "What the rules of other tools would say"


@dataclass(frozen=True)
class Pair:
    """Naive and refined count on one set of logs; None where the logs cannot tell."""

    where: str
    naive: int | None
    refined: int | None


@dataclass(frozen=True)
class RuleRow:
    """One naive rule beside the detector that refines it."""

    detector: Detector
    pairs: tuple[Pair, ...]
    simulated: CalibratedDetector | None


@dataclass(frozen=True)
class OtherToolsContext:
    """Variables of other_tools.md.j2."""

    figure: Chart | None
    """Both counts on the public logs, question by question."""
    rows: tuple[RuleRow, ...]
    wheres: tuple[str, ...]
    calibration: Calibration | None
    measurements: tuple[Measurement, ...]
    peers: tuple[PeerView, ...]
    right: Mapping[str, str]  # words for who is right
    stats: tuple[tuple[str, str], ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The one page."""
    scores = {detector.id: row for detector, row in calibrated(dossier)}
    rows = tuple(
        RuleRow(view.detector, tuple(_pairs(view, dossier)), scores.get(view.detector.id))
        for view in dossier.detector_views
    )
    peers = dossier.library.peers
    path = f"{dossier.library.case.id}/other-tools/"
    figure = naive_figure(dossier)
    yield Page(
        path=path,
        template="other_tools.md.j2",
        title=TITLE,
        description="Simple rules in use elsewhere, and what is left of their counts after every innocent explanation.",
        context=OtherToolsContext(
            figure=figure,
            rows=rows,
            wheres=tuple(pair.where for pair in rows[0].pairs) if rows else (),
            calibration=dossier.library.calibration,
            measurements=dossier.library.measurements,
            peers=tuple(peer_views(peers)),
            right=RIGHT,
            stats=_stats(rows),
        ),
        downloads=(
            json_twin("other-tools", "all", _twin(rows, peers), {"page": path}),
            *(figure.downloads() if figure else ()),
        ),
        citation=cite(dossier, path, TITLE, figures=(figure,)),
    )


def _pairs(view: DetectorView, dossier: Dossier) -> Iterator[Pair]:
    """Public sets first, then own logs; simulated packs have the calibration beside them."""
    if dossier.library.measurements:
        total = public_total(view.detector, dossier.library.measurements)
        yield Pair("public logs", total.naive if total else None, total.rate.hits if total else None)
    for evidence, run, _ in view.runs:
        if not evidence.simulated:
            known = run.outcome.value in {"found", "quiet"}
            yield Pair(evidence.id, run.naive if known else None, run.found if known else None)


def _stats(rows: tuple[RuleRow, ...]) -> tuple[tuple[str, str], ...]:
    pairs = [pair for row in rows for pair in row.pairs]
    return (
        stat(len(rows), "rule"),
        stat(sum(pair.naive is not None for pair in pairs), "count", after="in real logs"),
        (n(sum((pair.naive or 0) > (pair.refined or 0) for pair in pairs)), "in which less is left"),
    )


def _twin(rows: tuple[RuleRow, ...], peers: tuple[Peer, ...]) -> dict[str, object]:
    record: dict[str, object] = {"rules": [_record(row) for row in rows]}
    return record | ({"tools": [peer.model_dump(mode="json", exclude_none=True) for peer in peers]} if peers else {})


def _record(row: RuleRow) -> dict[str, object]:
    return {
        "detector": row.detector.id,
        "naive_rule": row.detector.naive_text,
        "naive_unit": row.detector.naive_unit,
        "finding_unit": row.detector.finding_unit or row.detector.unit,
        "counts": [{"where": pair.where, "naive": pair.naive, "refined": pair.refined} for pair in row.pairs],
    }


KIND = PageKind("other_tools", pages)
