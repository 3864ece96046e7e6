"""A proof beside the published pack: same root, and the rows that the pack shows say the same."""

from __future__ import annotations

from collections.abc import Iterator

from generator.proofs.checking import opened, statement_of
from generator.proofs.fields import field_names, field_texts
from generator.proofs.prooffile import FindingProof
from generator.proofs.publication import findings_of, root_of, statement
from generator.records.results import Pack

Row = dict[str, str]
TIMES = ("at", "first_seen", "ended", "started", "resets_at")
"""A pack at level `findings` moves its clocks by less than a minute, so times are not compared."""


def pack_faults(proof: FindingProof, evidence: Pack) -> tuple[str, ...]:
    """Everything in which a proof differs from the pack."""
    return tuple(_faults(proof, evidence))


def _faults(proof: FindingProof, evidence: Pack) -> Iterator[str]:
    if evidence.commitments is None:
        yield "the pack was made without commitments"
        return
    if root_of(evidence) != evidence.commitments.root:
        yield "the pack states a root that is not that of its own findings"
    if proof.root != evidence.commitments.root or proof.pack.evidence != evidence.id:
        yield "the proof leads to another root than that of the pack"
    said = statement_of(proof)
    if proof.finding.statement not in {statement(one) for one in findings_of(evidence) if said and one.id == said.id}:
        yield "the pack says something else of this finding"
    rows = _rows(evidence)
    for record in proof.records:
        fields = {name: text for name, text in opened(record).items() if not name.startswith(TIMES)}
        known = rows.get((record.kind, record.file, _name(record.kind, fields)), ())
        if known and not any(fields.items() <= row.items() for row in known):
            yield f"record {record.index + 1} of log file {record.file + 1} differs from the pack's row"


def _name(kind: str, fields: Row) -> str:
    return fields.get("id" if kind == "request" else "line", "")


def _rows(evidence: Pack) -> dict[tuple[str, int, str], list[Row]]:
    """Rows of the pack by kind, file and what names them."""
    rows: dict[tuple[str, int, str], list[Row]] = {}
    for kind, records in (("request", evidence.requests), ("meter", evidence.meters), ("counter", evidence.counters)):
        for record in records:
            row = dict(zip(field_names(kind), field_texts(kind, record), strict=True))
            rows.setdefault((kind, record.source.file, _name(kind, row)), []).append(row)
    return rows
