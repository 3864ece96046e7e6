"""Proof files: what one holds, and strict reading of strangers' ones. Types only, all sizes bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from generator.base.problems import ContentError, Problem
from generator.records.results import Digest
from generator.records.rows import Slug

LARGEST_PROOF = 64 * 1024 * 1024  # bytes
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]  # what JSON readers agree on
Path = Annotated[tuple[Digest, ...], msgspec.Meta(max_length=64)]
FieldName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z")]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: a key that is not known is refused."""


class Header(Strict, frozen=True):
    """What the root of a pack is the hash of."""

    evidence: Slug
    files: Count
    files_root: Digest
    findings: Count
    findings_root: Digest


class Opened(Strict, frozen=True):
    """A field that is shown: with its salt, its commitment can be made again."""

    name: FieldName
    text: Annotated[str, msgspec.Meta(max_length=200)]
    salt: Digest


class FindingPart(Strict, frozen=True):
    """The finding as published, and its audit path."""

    index: Count
    statement: Annotated[str, msgspec.Meta(max_length=16_000_000)]
    path: Path


class FilePart(Strict, frozen=True):
    """One log file: its place in the pack, number of records, root and audit path."""

    file: Count
    size: Count
    root: Digest
    path: Path


class RecordPart(Strict, frozen=True):
    """One record: opened fields, and bare commitments of the others in their places."""

    file: Count
    index: Count
    kind: FieldName
    fields: Annotated[tuple[Opened | Digest, ...], msgspec.Meta(max_length=200)]
    path: Path


class FindingProof(Strict, frozen=True):
    """Records that a finding cites, opened in part, with the way to the root of the pack."""

    proof: Literal["finding-1"]
    root: Digest
    pack: Header
    finding: FindingPart
    files: tuple[FilePart, ...]
    records: tuple[RecordPart, ...]


def parse_proof(data: bytes, name: str) -> FindingProof:
    """The proof in a file. Raises ContentError, without any of its text."""
    if len(data) > LARGEST_PROOF:
        raise ContentError(Problem(name, 0, 0, "W-proof", "is too large to be a proof"))
    try:
        return msgspec.json.decode(data, type=FindingProof)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        hint = "`witnessmark prove` writes proofs"
        raise ContentError(Problem(name, 0, 0, "W-proof", "is not a proof of this version", hint)) from None


def written(proof: FindingProof) -> bytes:
    """The proof as a file."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n"


def digests_of(proof: FindingProof) -> Iterator[Digest]:
    """Every digest and salt that it holds."""
    yield from (proof.root, proof.pack.files_root, proof.pack.findings_root, *proof.finding.path)
    for file in proof.files:
        yield from (file.root, *file.path)
    for record in proof.records:
        yield from record.path
        yield from (field.salt if isinstance(field, Opened) else field for field in record.fields)
