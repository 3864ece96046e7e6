"""What a checked proof shows and what it does not, in plain words; terminal and page say the same."""

from __future__ import annotations

from generator.proofs.checking import opened, statement_of
from generator.proofs.prooffile import FindingProof

NOT_PROVED = (
    "that the log is genuine: the owner of a log can change it before the root is published",
    "that the log is complete: lines left out before that leave no trace here",
    "that the service wrote any of it: a client wrote the file, and nobody signed it",
    "that the finding's explanation is right: the proof is about numbers, not about causes",
)


def proved(proof: FindingProof) -> tuple[str, ...]:
    """Sentences on a proof without fault. They hold for its root, which must be compared with the published one."""
    said = statement_of(proof)
    names = sorted({name for record in proof.records for name in opened(record)})
    closed = sum(len(record.fields) - len(opened(record)) for record in proof.records)
    return (
        f"Finding {said.id if said else ''} and the {_plural(len(proof.records), 'record')} that it cites are in "
        f"evidence {proof.pack.evidence}, in {_plural(len(proof.files), 'log file')}, as when its root was made.",
        f"Opened: {', '.join(names)}. {_plural(closed, 'field')} stayed closed.",
    )


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
