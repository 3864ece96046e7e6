"""A table of days of the page "Was March special?" as a chart, for that page and for the home of the case."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from generator.charts import Chart, published_chart
from generator.curated.measurements import Mark, Plot, PublishedTable

if TYPE_CHECKING:
    from generator.dossier import Dossier
    from generator.dossier.special import Table


def drawn_table(dossier: Dossier, table: Table) -> Chart | None:
    """The chart; None where the table is not drawn."""
    drawn = table.drawn
    if drawn is None:
        return None
    first, last = (dt.date.fromisoformat(day) for day in drawn.band)
    plot = Plot(
        kind="days",
        label=drawn.label,
        values=(drawn.value,),
        low=drawn.low,
        high=drawn.high,
        panel=drawn.panel,
        band=(first, last),
        band_label=drawn.band_label,
        dates=tuple(Mark(day=dt.date.fromisoformat(day), word=word) for day, word in drawn.dates),
        axis=drawn.axis,
        sentence=drawn.sentence,
    )
    whole = PublishedTable(
        id=table.id, title=table.title, columns=table.columns, rows=table.rows, note=table.note or None, plot=plot
    )
    return published_chart(whole, plot, drawn=dossier.draw)
