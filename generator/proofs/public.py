"""Proofs of findings in public logs, made from the pack alone: it holds all rows, and the secrets of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from generator.base.kept import Store
from generator.base.problems import PackError, Problem
from generator.proofs.commitments import LogTree, secret_trees
from generator.proofs.prooffile import FindingProof
from generator.proofs.proving import prove_finding
from generator.records.results import Finding, Pack

Proofs = dict[str, FindingProof]
"""Proofs by the id of their finding."""
Prove = Callable[[Pack], Proofs]
"""Anything that proves the findings of a pack: `public_proofs`, or that behind a folder."""
FORM = "1"  # raised when other fields are opened


def kept_in(folder: Path | None) -> Prove:
    """`public_proofs` that keeps what it made below `folder`, if there is one, under the digest of its pack."""
    if folder is None:
        return public_proofs
    store = Store(folder / "proofs", ".proofs")

    def prove(evidence: Pack) -> Proofs:
        if not evidence.origin or evidence.commitments is None:
            return {}
        name = _name(evidence)
        with suppress(msgspec.MsgspecError):  # of another form
            return msgspec.json.decode(store.read(name) or "", type=Proofs)
        proofs = public_proofs(evidence)
        store.write(name, msgspec.json.encode(proofs).decode())
        return proofs

    return prove


def _name(evidence: Pack) -> str:
    """Of the whole pack: a root alone does not say that the rows are those that it commits to."""
    return hashlib.sha256(FORM.encode() + msgspec.msgpack.encode(evidence)).hexdigest()


def public_proofs(evidence: Pack) -> Proofs:
    """The proof of each finding that cites a record, by id; empty where the log is not public.

    Only files that a finding cites are hashed again. Raises PackError where the rows are not those that were
    committed to.
    """
    if not evidence.origin or evidence.commitments is None:
        return {}
    found = [finding for run in evidence.runs for finding in run.findings if finding.requests or finding.readings]
    try:
        trees = _trees(evidence, found)
        return {finding.id: prove_finding(evidence, finding.id, trees) for finding in found}
    except (PackError, IndexError) as error:
        path, hint = f"content/evidence/{evidence.id}/pack.json", "make it again from the public log, or leave it out"
        words = "holds other rows, findings or secrets than its root commits to"
        raise PackError(Problem(path, 0, 0, "W-proof-root", words, hint)) from error


def _trees(evidence: Pack, findings: Iterable[Finding]) -> tuple[LogTree, ...]:
    secrets = evidence.commitments.secrets if evidence.commitments else ()
    cited = {request for finding in findings for request in finding.requests}
    files = {request.source.file for request in evidence.requests if request.id in cited}
    files |= {place.file for finding in findings for place in finding.readings}
    return secret_trees(evidence, {file: bytes.fromhex(secrets[file]) for file in sorted(files)})
