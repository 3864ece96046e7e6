"""What a pack publishes of its trees: a tree over the files, one over the findings, and one root of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from generator.proofs.commitments import LogTree
from generator.proofs.tree import Tree, leaf_hash
from generator.records.results import Commitments, FileTree, Finding, Pack


def committed(evidence: Pack, logs: Sequence[LogTree], *, public: bool = False) -> Pack:
    """The evidence with the commitments of its logs; last step before it is written.

    `public`: also with the secret of each file, so that anybody can prove what the pack says of a public log.
    """
    files = tuple(FileTree(len(log.tree), log.tree.root.hex()) for log in logs)
    found = findings_tree(evidence)
    root = pack_root(evidence.id, len(files), files_tree(files).root, len(found), found.root)
    commitments = Commitments(
        root=root.hex(),
        files=files,
        findings=len(found),
        findings_root=found.root.hex(),
        secrets=tuple(log.secret.hex() for log in logs) if public else (),
    )
    return msgspec.structs.replace(evidence, commitments=commitments)


def findings_of(evidence: Pack) -> tuple[Finding, ...]:
    """Published findings, in the order of their tree."""
    found = (finding for run in evidence.runs for finding in run.findings)
    return tuple(sorted(found, key=lambda finding: finding.id))


def statement(finding: Finding) -> str:
    """What the tree holds of a finding, as published: what it cites and its token counts, in one fixed text."""
    said = {
        "detector": finding.detector,
        "excess_tokens": finding.excess_tokens,
        "expected_tokens": finding.expected_tokens,
        "id": finding.id,
        "observed_tokens": finding.observed_tokens,
        "readings": [[place.file, place.line] for place in finding.readings],
        "requests": finding.requests,
        "version": finding.version,
    }
    return msgspec.json.encode(said).decode()


def finding_leaf(text: str) -> bytes:
    """Leaf hash of a finding's statement, which is public and needs no salt."""
    return leaf_hash(b"finding\x1f" + text.encode())


def findings_tree(evidence: Pack) -> Tree:
    """Tree over the published findings."""
    return Tree(finding_leaf(statement(finding)) for finding in findings_of(evidence))


def file_leaf(size: int, root: bytes) -> bytes:
    """Leaf hash of a log file: number of its records and root of its tree."""
    return leaf_hash(b"file\x1f" + size.to_bytes(8) + root)


def files_tree(files: Iterable[FileTree]) -> Tree:
    """Tree over the files of a pack."""
    return Tree(file_leaf(file.size, bytes.fromhex(file.root)) for file in files)


def pack_root(evidence: str, files: int, files_root: bytes, findings: int, findings_root: bytes) -> bytes:
    """The one root of a pack: its name and both trees with their sizes."""
    parts = (files.to_bytes(8), files_root, findings.to_bytes(8), findings_root)
    return leaf_hash(f"pack\x1f{evidence}\x1f".encode() + b"".join(parts))


def root_of(evidence: Pack) -> str | None:
    """Root made again from what the pack lists; None where it holds no commitments, or those of other findings."""
    published = evidence.commitments
    if published is None:
        return None
    found, files = findings_tree(evidence), files_tree(published.files)
    if (found.root.hex(), len(found)) != (published.findings_root, published.findings):
        return None
    return pack_root(evidence.id, len(files), files.root, len(found), found.root).hex()
