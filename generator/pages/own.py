"""The home of a site that is only somebody's own logs: what was read, and what was found in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural, usd
from generator.charts import Chart, days_chart
from generator.charts.card import card_svg
from generator.pages.evidence import Body, body_of
from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.curated.case import Case
    from generator.detectors import Detector
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Told:
    """What one detector found in all logs together."""

    detector: Detector
    found: int


@dataclass(frozen=True)
class OwnContext:
    """Variables of own.md.j2."""

    case: Case
    sentence: str
    bodies: tuple[Body, ...]
    told: tuple[Told, ...]
    """Detectors that found something, most first."""
    quiet: int
    """Detectors that looked and found nothing."""
    figures: tuple[Chart, ...]


def pages(dossier: Dossier) -> Iterator[Page]:
    """The root of the site."""
    case = dossier.library.case
    bodies = tuple(body_of(pack, dossier) for pack in (dossier.real_packs or dossier.packs))
    counted = [Told(view.detector, sum(run.found for body, run, _ in view.runs if _among(body.id, bodies))) for view in
               dossier.detector_views]  # fmt: skip
    told = tuple(sorted((one for one in counted if one.found), key=lambda one: (-one.found, one.detector.id)))
    figures = tuple(days_chart(body.evidence.days, drawn=dossier.draw) for body in bodies[:1] if body.evidence.days)
    sentence = _sentence(bodies, told)
    yield Page(
        path="",
        template="own.md.j2",
        title=case.title,
        description=sentence,
        context=OwnContext(case, sentence, bodies, told, len(counted) - len(told), figures),
        downloads=tuple(file for figure in figures for file in figure.downloads()),
        simulated=any(body.evidence.simulated for body in bodies),
        card=card_svg(sentence, over=case.title),
    )


KIND = PageKind("own", pages)


def _among(name: str, bodies: tuple[Body, ...]) -> bool:
    return any(body.evidence.id == name for body in bodies)


def _sentence(bodies: tuple[Body, ...], told: tuple[Told, ...]) -> str:
    if not bodies:
        return "No log is on this site yet."
    calls = sum(body.evidence.totals.requests for body in bodies)
    cost = usd(sum(body.evidence.totals.cost_usd for body in bodies))
    found = sum(one.found for one in told)
    log = "simulated log" if all(body.evidence.simulated for body in bodies) else "log"
    return f"{plural(calls, 'call')} of {plural(len(bodies), log)}, {cost} at list price: {plural(found, 'finding')}."
