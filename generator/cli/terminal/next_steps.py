"""What somebody can do about a finding: what to change, what would decide it, how to prove and to publish it."""

from __future__ import annotations

from dataclasses import dataclass

from generator.cli.terminal.view import View
from generator.cli.terminal.words import BY_ID
from generator.detectors.known_bad_version import FAULTS, KNOWN_BAD_VERSION, Fault
from generator.ledger.subjects import version_key
from generator.records.results import Finding, Lean

PACK = "content/evidence/NAME"  # what PACK in a command means
COLLECT = "witnessmark collect LOGS --into PACK"
CHANGES = {
    Lean.CLIENT: "Update the client{version} and scan what comes after. Rare things also stay away by chance.",
    Lean.SERVICE: "Compare the time with the service's status page; where it fits no incident, report it with this id.",
    Lean.POLICY: "Look at what changed in your plan, key or settings on that day; the service's notes name the rest.",
    Lean.ACCOUNT: "Find out who else, or which other device, used the account at that time.",
    Lean.OPEN: "Look at that line of your log: a tool, a setting or a proxy that changed just before would explain it.",
}
"""What to change or to look at first, by the layer to which a finding leans."""


@dataclass(frozen=True)
class NextStep:
    """One thing to do; `command` "" where it is none of ours."""

    id: str
    text: str
    command: str = ""


def next_steps(view: View, finding: Finding) -> tuple[NextStep, ...]:
    """The steps that fit this finding, the most useful first."""
    steps = [NextStep("change", change(view, finding))]
    detector = BY_ID.get(finding.detector)
    if detector is not None and detector.decided_by:
        steps.append(NextStep("decide", f"What would decide it: {detector.decided_by}"))
    if view.place(finding) is not None:
        steps.append(NextStep("look", "Which file that is.", "witnessmark scan LOGS --files"))
    steps.append(NextStep("publish", f"Make a pack of numbers that is safe to publish (PACK: {PACK}).", COLLECT))
    if finding.requests:
        steps.append(NextStep("prove", "Prove its numbers without showing the log.", prove_command(finding.id)))
    return tuple(steps)


def prove_command(finding: str) -> str:
    """How to prove a finding of the pack that `COLLECT` makes: the key is the same, so the id is."""
    return f"witnessmark prove {finding} --logs LOGS --pack PACK --into proof.json"


def change(view: View, finding: Finding) -> str:
    """What to change: the version that mends a known fault where one was met, else by the layer it leans to."""
    version = client_of(view, finding)
    faults = known_faults(view, version)
    if faults:
        return " ".join(_mended(version, fault) for fault in faults)
    return CHANGES[finding.lean].format(version=f" (it was {version})" if version else "")


def client_of(view: View, finding: Finding) -> str:
    """Client version that the finding is about; "" where the log does not say."""
    request = view.last_request(finding)
    return finding.client or (request.version if request else "")


def known_faults(view: View, version: str) -> tuple[Fault, ...]:
    """Faults of this version that its logs met; a version alone is no fault."""
    if not version:
        return ()
    met = {
        quantity.name
        for finding in view.findings
        if finding.detector == KNOWN_BAD_VERSION.id and finding.client == version
        for quantity in finding.quantities
    }
    return tuple(fault for fault in FAULTS if fault.id in met and fault.touches(version))


def _mended(version: str, fault: Fault) -> str:
    since = f"from {fault.first} " if fault.first else ""
    later = ".".join(map(str, (*version_key(fault.last)[:-1], version_key(fault.last)[-1] + 1)))
    return (
        f"Update the client: {version} has the known fault {fault.id} ({since}up to {fault.last}); "
        f"{later} or later mends it. Source: {fault.source.title}."
    )
