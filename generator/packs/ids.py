"""Ids of a pack against the registries of this program: a strange id could be a sentence in a page.

The registries are those that the pages look ids up in. An id that leaves one of them needs a step of the ladder
(`packs/schema.py`), so packs of older programs hold only ids that are known here once they are read.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from generator.detectors import DETECTORS
from generator.detectors.shared.attribution import LEANINGS
from generator.detectors.shared.needs import NEEDS
from generator.importers import IMPORTERS
from generator.importers.claude.calls import EFFORTS
from generator.ledger.explanations import EXPLANATIONS, UNEXPLAINED
from generator.ledger.reconciliation import MISSING
from generator.packs.aggregate import ALL_FILES
from generator.packs.quantities import QUANTITIES
from generator.records.models import public_model
from generator.records.results import Finding, Level, Pack, Run

Flaw = tuple[str, str]

MOST_TYPES, LONGEST_TYPE = 100, 40
"""Record types of one file and letters of each: they are names of each format, in no registry of their own."""
MODELS = (
    ("requests", "model"),
    ("requests", "requested_model"),
    ("rounds", "model"),
    ("rounds", "requested_model"),
    ("buckets", "model"),
    ("counters", "model"),
)
"""Columns with names of models."""
_LABEL = re.compile(r"log-[0-9]{4,9}")
_ERRORS = frozenset(
    name.lower() for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
)


@dataclass(frozen=True)
class Known:
    """Every id that a pack may hold, by what it names."""

    detectors: frozenset[str]
    explanations: dict[str, frozenset[str]]  # by detector
    leans: dict[str, str]  # the layer of each reason
    needs: frozenset[str]
    quantities: frozenset[str]
    breaks: frozenset[str]
    importers: frozenset[str]
    missing: frozenset[str]


@cache
def known() -> Known:
    """The registries of this program."""
    return Known(
        detectors=frozenset(detector.id for detector in DETECTORS),
        explanations={detector.id: frozenset(benign.id for benign in detector.benign) for detector in DETECTORS},
        leans={leaning.id: leaning.lean.value for leaning in LEANINGS.values()},
        needs=frozenset(NEEDS),
        quantities=QUANTITIES,
        breaks=frozenset({UNEXPLAINED, *(explanation.id for explanation in EXPLANATIONS)}),
        importers=frozenset(importer.id for importer in IMPORTERS),
        missing=frozenset(MISSING),
    )


def strange_ids(evidence: Pack) -> Iterator[Flaw]:
    """Place of every id that this program does not know, and what it should be."""
    ids = known()
    yield from _models(evidence)
    for index, tally in enumerate(evidence.tallies):
        where = f"evidence.tallies[{index}]"
        if not _LABEL.fullmatch(tally.label) and not (evidence.level is Level.AGGREGATE and tally.label == ALL_FILES):
            yield f"{where}.label", "is not the label of a file"
        yield from _among((tally.importer,), ids.importers, f"{where}.importer", "is not a format")
        if len(tally.types) > MOST_TYPES or any(len(name) > LONGEST_TYPE for name in tally.types):
            yield f"{where}.types", "names record types that no format has"
    for index, account in enumerate(evidence.formats):
        yield from _among((account.importer,), ids.importers, f"evidence.formats[{index}].importer", "is not a format")
    for index, row in enumerate(evidence.breaks):
        where = f"evidence.breaks[{index}].reason"
        yield from _among((row.reason,), ids.breaks, where, "is not an explanation of the ledger")
    for index, run in enumerate(evidence.runs):
        yield from _run(run, ids, f"evidence.runs[{index}]")
    sides = evidence.reconciliation
    yield from _among(sides.missing, ids.missing, "evidence.reconciliation.missing", "names a source that is none")
    for index, line in enumerate(sides.lines):
        where = f"evidence.reconciliation.lines[{index}]"
        yield from _among((line.report,), ids.importers, f"{where}.report", "is not a format")
    yield from _rows(evidence, ids)


def _models(evidence: Pack) -> Iterator[Flaw]:
    """A name that no log could have given: digits in it may be anything."""
    lines = evidence.reconciliation.lines
    places: list[tuple[str, str | None]] = [
        *((f"evidence.days[{index}].model", day.model) for index, day in enumerate(evidence.days)),
        *((f"evidence.reconciliation.lines[{index}].model", line.model) for index, line in enumerate(lines)),
        *((f"evidence.reconciliation.lines[{index}].logged", line.logged.model) for index, line in enumerate(lines)),
        *(
            (f"evidence.{table}.{name}", model)
            for table, name in MODELS
            for model in {getattr(row, name) for row in getattr(evidence, table)}
        ),
    ]
    for where, model in places:
        if model is not None and public_model(model) != model:
            words = "is not a name of a model that this program knows"
            yield where, f"{words}, nor one of a vendor in content/vendors/"


def _run(run: Run, ids: Known, where: str) -> Iterator[Flaw]:
    if run.detector not in ids.detectors:
        yield f"{where}.detector", "is not a detector"
        return
    yield from _among(run.missing, ids.needs, f"{where}.missing", "names an input that is none")
    explanations = ids.explanations[run.detector]
    yield from _among(run.explained, explanations, f"{where}.explained", "names no explanation of this detector")
    if run.error is not None and run.error not in _ERRORS:
        yield f"{where}.error", "is not the type of an error"
    for index, finding in enumerate(run.findings):
        yield from _finding(finding, run, ids, f"{where}.findings[{index}]")


def _finding(finding: Finding, run: Run, ids: Known, where: str) -> Iterator[Flaw]:
    if finding.detector != run.detector:
        yield f"{where}.detector", "is another detector than that of its run"
    for name, named in (("ruled_out", finding.ruled_out), ("not_ruled_out", finding.not_ruled_out)):
        explanations = ids.explanations[run.detector]
        yield from _among(named, explanations, f"{where}.{name}", "names no explanation of this detector")
    if ids.leans.get(finding.lean_reason) != finding.lean.value:
        known = finding.lean_reason in ids.leans
        yield f"{where}.lean_reason", "is a reason for another lean" if known else "is not a reason for a lean"
    names = [quantity.name for quantity in finding.quantities]
    yield from _among(names, ids.quantities, f"{where}.quantities", "names a quantity that is none")


def _rows(evidence: Pack, ids: Known) -> Iterator[Flaw]:
    reports = {bucket.report for bucket in evidence.buckets}
    yield from _among(reports, ids.importers, "evidence.buckets.report", "is not a format")
    efforts = {request.effort for request in evidence.requests if request.effort is not None}
    yield from _among(efforts, {*EFFORTS, "other"}, "evidence.requests.effort", "is not an effort")


def _among(named: Collection[str], known: Collection[str], where: str, message: str) -> Iterator[Flaw]:
    if not all(name in known for name in named):
        yield where, f"{message} that this program knows"
