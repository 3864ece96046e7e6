"""What a checked proof shows and what it does not, in plain words; terminal and page say the same."""

from __future__ import annotations

from generator.proofs.checking import opened, statement_of
from generator.proofs.prooffile import FindingProof, GrowthProof, Proof

NOT_PROVED = (
    "that the log is genuine: whoever holds a log can change it before the root is published",
    "that the log is complete: lines left out before that leave no trace here",
    "that the service wrote any of it: a client wrote the file, and nobody signed it",
    "that the finding's explanation is right: the proof is about numbers, not about causes",
)


def proved(proof: Proof) -> tuple[str, ...]:
    """Sentences on a proof without fault. They hold for its root, which must be compared with the published one."""
    return _growth(proof) if isinstance(proof, GrowthProof) else _finding(proof)


def is_whole(proof: Proof) -> bool:
    """Does it show all that its kind is meant to show? A growth proof may lack files that were changed or are gone."""
    return isinstance(proof, FindingProof) or all(file.now is not None for file in proof.files)


def _finding(proof: FindingProof) -> tuple[str, ...]:
    said = statement_of(proof)
    names = sorted({name for record in proof.records for name in opened(record)})
    closed = sum(len(record.fields) - len(opened(record)) for record in proof.records)
    return (
        f"Finding {said.id if said else ''} and the {_plural(len(proof.records), 'record')} that it cites are in "
        f"evidence {proof.pack.evidence}, in {_plural(len(proof.files), 'log file')}, as when its root was made.",
        f"Opened: {', '.join(names)}. {_plural(closed, 'field')} stayed closed.",
    )


def _growth(proof: GrowthProof) -> tuple[str, ...]:
    kept = [file for file in proof.files if file.now is not None]
    added = sum(file.now.size - file.size for file in kept if file.now)
    lost = [number for number, file in enumerate(proof.files, 1) if file.now is None]
    sentences = [
        f"{len(kept)} of {_plural(len(proof.files), 'log file')} of evidence {proof.old.evidence} only grew: their "
        f"{_plural(sum(file.size for file in kept), 'record')} stand unchanged at the start of the newer ones, which "
        f"add {added:,}. The newer pack, {proof.pack.evidence}, has {proof.pack.files:,} files."
    ]
    if lost:
        labels = ", ".join(f"log-{number:04d}" for number in lost)
        sentences.append(f"Not shown to have only grown: {labels}. They were changed, or are gone.")
    return tuple(sentences)


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
