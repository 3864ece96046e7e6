"""Base rates measured on public sets of transcripts: figures only, with the command that gave them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from generator.base.problems import ContentError
from generator.curated.listfile import read_list
from generator.curated.models import Line, Model, Slug, Text, WebUrl

Count = Annotated[int, Field(ge=0)]
FILE = "measurements/corpora.yml"


class MeasuredBreaks(Model):
    """Breaks of the cache identity with one reason."""

    reason: Slug
    count: Count
    excess_tokens: Count
    usd: Annotated[float, Field(ge=0)]


class MeasuredDetector(Model):
    """What one detector said of the set; `naive` is what the usual rule would have reported.

    `missing` names inputs that the set does not hold.
    """

    id: Slug
    outcome: Literal["found", "quiet", "not-measurable", "failed"] = "quiet"
    examined: Count
    findings: Count
    naive: Count
    missing: tuple[Slug, ...] = ()


class Measurement(Model):
    """One public set of transcripts, measured once."""

    id: Slug
    title: Line
    url: WebUrl
    licence: Line
    requests: Count
    steps: Count
    breaks: tuple[MeasuredBreaks, ...] = ()
    detectors: tuple[MeasuredDetector, ...] = ()
    measured: date
    command: Text


def load_measurements(content: Path) -> tuple[Measurement, ...]:
    """The sets of content/measurements/corpora.yml in its order; none where the file is absent. Raises ContentError."""
    path = content / FILE
    if not path.exists():
        return ()
    document, found = read_list(path, f"content/{FILE}", Measurement)
    places: dict[str, int] = {}
    for index, measurement in enumerate(found):
        if measurement.id in places:
            first = document.place((places[measurement.id], "id")).line
            raise ContentError(document.problem((index, "id"), "W-unique", "the id is taken", f"first in line {first}"))
        places[measurement.id] = index
    return found
