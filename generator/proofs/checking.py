"""Checking proofs, with nothing but the proof. `templates/assets/verify.js` says the same in a reader's browser.

A fault is a plain sentence; no fault means that everything in the file belongs to the root.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.proofs.commitments import field_commitment, record_leaf
from generator.proofs.fields import NAMED_BY, field_names
from generator.proofs.prooffile import FindingProof, Header, Opened, RecordPart
from generator.proofs.publication import file_leaf, finding_leaf, pack_root
from generator.proofs.tree import root_by_inclusion
from generator.records.results import FindingId
from generator.records.rows import Pseudonym, Slug, SourceRef


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a proof says of its finding, read back."""

    detector: Slug
    excess_tokens: int
    expected_tokens: int | None
    id: FindingId
    observed_tokens: int | None
    readings: tuple[SourceRef, ...]
    requests: tuple[Pseudonym, ...]
    version: str


def faults(proof: FindingProof) -> tuple[str, ...]:
    """Everything that is wrong with a proof."""
    return tuple(_faults(proof))


def statement_of(proof: FindingProof) -> Statement | None:
    """The finding that the proof is about; None where its text is not one."""
    try:
        return msgspec.json.decode(proof.finding.statement, type=Statement)
    except msgspec.MsgspecError:
        return None


def opened(record: RecordPart) -> dict[str, str]:
    """Shown fields of a record."""
    return {field.name: field.text for field in record.fields if isinstance(field, Opened)}


def _faults(proof: FindingProof) -> Iterator[str]:
    if _header_root(proof.pack) != proof.root:
        yield "the root is not that of the pack which the proof describes"
    part = proof.finding
    leaf = finding_leaf(part.statement)
    if _root(leaf, part.index, proof.pack.findings, part.path) != proof.pack.findings_root:
        yield "the finding is not one of the pack"
    roots = {file.file: file for file in proof.files}
    if len(roots) != len(proof.files):
        yield "a log file is named twice"
    for file in proof.files:
        leaf = file_leaf(file.size, bytes.fromhex(file.root))
        if _root(leaf, file.file, proof.pack.files, file.path) != proof.pack.files_root:
            yield f"log file {file.file + 1} is not one of the pack"
    if len({(record.file, record.index) for record in proof.records}) != len(proof.records):
        yield "a record is named twice"
    for record in proof.records:
        owner = roots.get(record.file)
        if owner is None or _root(_leaf(record), record.index, owner.size, record.path) != owner.root:
            yield f"record {record.index + 1} of log file {record.file + 1} is not one of the pack, or was changed"
    yield from _citation_faults(proof)


def _citation_faults(proof: FindingProof) -> Iterator[str]:
    """Are the records those that the finding cites, all of them and no others?"""
    said = statement_of(proof)
    if said is None:
        yield "the finding cannot be read"
        return
    shown: set[tuple[str, ...]] = set()
    for record in proof.records:
        fields = opened(record)
        if not _is_whole(record):
            yield f"record {record.index + 1} of log file {record.file + 1} has other fields than its kind"
            continue
        shown.add((fields["id"],) if record.kind == "request" else (str(record.file), fields["line"]))
    cited = {(request,) for request in said.requests} | {(str(place.file), str(place.line)) for place in said.readings}
    if shown != cited:
        yield "the records shown are not those that the finding cites"


def _is_whole(record: RecordPart) -> bool:
    """Has it the fields of its kind, each in its place, and those open by which a finding cites it?"""
    names = field_names(record.kind) if record.kind in NAMED_BY else ()
    if len(names) != len(record.fields):
        return False
    pairs = zip(record.fields, names, strict=True)
    in_place = all(field.name == name for field, name in pairs if isinstance(field, Opened))
    return in_place and opened(record).keys() >= set(NAMED_BY.get(record.kind, ("",)))


def _header_root(header: Header) -> str:
    files, findings = bytes.fromhex(header.files_root), bytes.fromhex(header.findings_root)
    return pack_root(header.evidence, header.files, files, header.findings, findings).hex()


def _root(leaf: bytes, index: int, size: int, path: tuple[str, ...]) -> str:
    root = root_by_inclusion(leaf, index, size, [bytes.fromhex(step) for step in path])
    return "" if root is None else root.hex()


def _leaf(record: RecordPart) -> bytes:
    return record_leaf(
        record.kind,
        (
            field_commitment(field.name, field.text, bytes.fromhex(field.salt))
            if isinstance(field, Opened)
            else bytes.fromhex(field)
            for field in record.fields
        ),
    )
