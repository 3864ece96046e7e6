"""Charts that more than one page shows: tables of "Was March special?", and tables of measurements."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from generator.charts import Chart, published_chart
from generator.curated.measurements import Computation, Mark, Plot, PublishedTable

if TYPE_CHECKING:
    from generator.curated.measurements import Published
    from generator.dossier import Dossier
    from generator.dossier.special import Table

SAME_TASKS, COST_BY_RUN = "same-tasks", "cost-by-run"
RATES = "complaints-by-week"


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


def pictured(dossier: Dossier, one: Published, table: str) -> Chart | None:
    """The chart of a table of the measurement; None where it has no such table, or does not draw it."""
    computed = dossier.computed.get(one.id)
    tables = (*(computed.tables if computed else ()), *one.tables)
    found = next((other for other in tables if other.id == table and other.plot), None)
    return published_chart(found, found.plot, drawn=dossier.draw) if found and found.plot else None


def same_work(dossier: Dossier) -> Chart | None:
    """What the same tasks cost, run by run; None where the case has no such measurement."""
    one = next((one for one in dossier.library.published if one.id == SAME_TASKS), None)
    return pictured(dossier, one, COST_BY_RUN) if one and one.computed is Computation.SAME_TASKS else None


def rates(dossier: Dossier) -> Chart | None:
    """Complaints for each 1,000 issues filed: counts alone follow the size of the tracker."""
    tables = [table for section in (dossier.special.sections if dossier.special else ()) for table in section.tables]
    wanted = next((table for table in tables if table.id == RATES), None)
    return drawn_table(dossier, wanted) if wanted else None
