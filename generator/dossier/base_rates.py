"""Base rates: what each detector says of a public set of transcripts, by unit examined and by session.

A session counts once however many findings it holds, so that one long session cannot make a rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from generator.curated.base_rates import MeasuredBreaks, MeasuredDetector, Measurement
from generator.detectors import DETECTORS
from generator.ledger.subjects import Scope
from generator.records.results import Level, Pack, Run

IN_SESSIONS = frozenset({Scope.THREAD, Scope.COUNTER})
"""What lies in one session; a finding about a meter or the whole account is in none."""
_OF_SESSIONS = frozenset(detector.id for detector in DETECTORS if detector.scope in IN_SESSIONS)


def measured_again(known: Measurement, evidence: Pack, *, measured: date) -> Measurement:
    """The public set with the figures of today."""
    sessions = {run.detector: _sessions(run) for run in evidence.runs}
    return known.model_copy(
        update={
            "requests": evidence.totals.requests,
            "steps": evidence.totals.steps,
            "sessions": evidence.totals.sessions,
            "sessions_with": len(frozenset[str]().union(*sessions.values())),
            "breaks": tuple(
                MeasuredBreaks(
                    reason=row.reason, count=row.count, excess_tokens=row.excess_tokens, usd=round(row.excess_usd, 4)
                )
                for row in evidence.breaks
            ),
            "detectors": tuple(
                MeasuredDetector(
                    id=row.detector,
                    outcome=row.outcome.value,
                    examined=row.examined,
                    findings=row.found,
                    sessions=len(sessions[row.detector]) if row.detector in _OF_SESSIONS else None,
                    naive=row.naive,
                    missing=row.missing,
                )
                for row in evidence.runs
            ),
            "measured": measured,
        }
    )


def from_packs(known: Sequence[Measurement], packs: Sequence[Pack]) -> tuple[Measurement, ...]:
    """Each set with the figures of its evidence pack where the site has it whole, so that one set has one number.

    Copies of the sets that are measured in the laboratory have their text replaced, and with it marks by which a
    prompt that a person typed is known; a pack is made from the original.
    """
    whole = {pack.id: pack for pack in packs if pack.origin and pack.level is Level.FULL and not pack.simulated}
    return tuple(measured_again(one, whole[one.id], measured=one.measured) if one.id in whole else one for one in known)


def _sessions(run: Run) -> frozenset[str]:
    """Sessions with at least one finding of the run."""
    return frozenset(found.session for found in run.findings if found.session)
