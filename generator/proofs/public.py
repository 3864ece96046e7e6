"""Proofs of findings in public logs, made from the pack alone: it holds all rows, and the secrets of its files."""

from __future__ import annotations

from collections.abc import Iterable

from generator.proofs.commitments import LogTree, secret_trees
from generator.proofs.prooffile import FindingProof
from generator.proofs.proving import prove_finding
from generator.records.results import Finding, Pack


def public_proofs(evidence: Pack) -> dict[str, FindingProof]:
    """The proof of each finding that cites a record, by id; empty where the log is not public.

    Only files that a finding cites are hashed again. Raises PackError where the rows are not those that were
    committed to.
    """
    if not evidence.origin or evidence.commitments is None:
        return {}
    found = [finding for run in evidence.runs for finding in run.findings if finding.requests or finding.readings]
    trees = _trees(evidence, found)
    return {finding.id: prove_finding(evidence, finding.id, trees) for finding in found}


def _trees(evidence: Pack, findings: Iterable[Finding]) -> tuple[LogTree, ...]:
    secrets = evidence.commitments.secrets if evidence.commitments else ()
    cited = {request for finding in findings for request in finding.requests}
    files = {request.source.file for request in evidence.requests if request.id in cited}
    files |= {place.file for finding in findings for place in finding.readings}
    return secret_trees(evidence, {file: bytes.fromhex(secrets[file]) for file in sorted(files)})
