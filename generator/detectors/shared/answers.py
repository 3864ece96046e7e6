"""What may be said of one run of a detector, and of the count of its naive rule beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.base.counting import Counts, counts
from generator.base.wording import n
from generator.records.results import Outcome

if TYPE_CHECKING:
    from generator.detectors.shared.base import Detector
    from generator.records.results import Run

ANSWERS = frozenset({Outcome.FOUND, Outcome.QUIET})


def counts_of_run(detector: Detector | None, run: Run, *, simulated: bool, few: int = 0) -> Counts:
    """Counts of one run. `few`: they were rounded down to multiples of it; None for a detector of another program."""
    sessions = None
    if run.sessions_examined is not None and run.sessions_found is not None:
        sessions = (run.sessions_found, run.sessions_examined)
    return counts(
        run.found,
        run.examined,
        share=detector is not None and detector.one_a_unit,
        unit=detector.unit if detector else "units",
        one=detector.unit_one if detector else "",
        simulated=simulated,
        answered=run.outcome in ANSWERS,
        covered=covered(detector, run),
        sessions=sessions,
        few=few,
        some=run.outcome is Outcome.FOUND,
    )


def covered(detector: Detector | None, run: Run) -> int | None:
    """Units that the findings are about; None where one of them does not tell, or is not shown."""
    if detector is None or detector.covers is None or len(run.findings) != run.found:
        return None
    each = [detector.covers(finding) for finding in run.findings]
    known = [units for units in each if units is not None]
    return sum(known) if len(known) == len(each) else None


def naive_note(detector: Detector, naive: int, found: int) -> str:
    """What the naive rule and what the detector counts, where the naive count is the smaller one; else "".

    Without it, the smaller number would read as if innocent explanations had added findings.
    """
    if naive >= found:
        return ""
    if not detector.naive_unit:
        return "it is another rule"
    return f"it counts {detector.naive_unit}; findings are {detector.finding_unit or detector.unit}"


def naive_sentence(detector: Detector, naive: int, found: int) -> str:
    """What the naive rule would report of the same logs, as a sentence."""
    note = naive_note(detector, naive, found)
    if note:
        return f"A naive rule would have reported {n(naive)}, fewer, because {note}."
    return f"A naive rule, which tries no innocent explanation, would have reported {n(naive)}."
