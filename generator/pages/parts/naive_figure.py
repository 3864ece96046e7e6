"""The chart of simple and careful counts on the public logs, which two pages lead with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.charts import Chart, naive_chart
from generator.charts.naive import Pair
from generator.pages.parts.public_sets import public_total

if TYPE_CHECKING:
    from generator.dossier import Dossier


def naive_figure(dossier: Dossier) -> Chart | None:
    """Every question that the public logs can answer; None where no rule counts anything in them."""
    sets = dossier.library.measurements
    pairs = tuple(
        Pair(
            detector.title,
            total.naive,
            total.rate.hits,
            detector.naive_unit,
            detector.finding_unit or detector.unit,
        )
        for detector in dossier.detectors
        if (total := public_total(detector, sets))
    )
    if not any(pair.simple or pair.careful for pair in pairs):
        return None
    further = len(dossier.detectors) - len(pairs)
    return naive_chart(pairs, sum(one.requests for one in sets), len(sets), further=further, drawn=dossier.draw)
