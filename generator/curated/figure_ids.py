"""Ids of figures: they follow from the page that shows the figure and from its own id, and are kept for ever."""

from __future__ import annotations

import re

LONGEST_ID = 64  # characters, as of every id (models.py)
_OTHER = re.compile(r"[^a-z0-9]+")


def figure_id(page: str, chart: str) -> str:
    """Id of a figure: that of the chart, after the id of the record on whose page it is where it does not say it.

    `page` is below the case: m/same-tasks/.
    """
    id = _OTHER.sub("-", chart.lower()).strip("-")
    owners = [_OTHER.sub("-", part.lower()).strip("-") for part in page.strip("/").split("/")[1:]]
    return "-".join((*(part for part in owners if f"-{part}-" not in f"-{id}-"), id))


def too_long(id: str) -> tuple[str, str]:
    """Message and hint for an id beyond `LONGEST_ID`."""
    return f"the id of its figure would have {len(id)} characters, {LONGEST_ID} may be kept", f"a shorter id: now {id}"
