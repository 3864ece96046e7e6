"""Where a figure has its own page: an address that follows from the page that shows it and from its id alone.

Another figure that comes or goes never moves one, so these addresses can be promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.curated.figure_ids import figure_id

if TYPE_CHECKING:
    from generator.charts import Chart
    from generator.dossier import Dossier

FOLDER = "g"
AT_HOME = frozenset({"finding", "detector"})
"""Kinds of pages that are about their figure: the page is the figure's own."""


def figure_place(dossier: Dossier, path: str, chart: Chart, kind: str) -> str:
    """Path of the page of a figure: below g/, or `path` itself for one that has no other, as one of simulated data."""
    case = dossier.library.case.id
    if chart.simulated or kind in AT_HOME or not path.startswith(f"{case}/"):
        return path
    id = figure_id(path.removeprefix(f"{case}/"), chart.id)
    gone = any(row.kind == "figure" and row.id == id and row.gone for row in dossier.library.locked)
    return path if gone else f"{case}/{FOLDER}/{id}/"
