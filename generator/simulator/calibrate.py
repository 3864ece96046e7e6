"""How good each detector is: simulated faults with known truth, runs without faults, and public logs.

The figure that counts is precision where all acts that no log shows (simulator/unlogged.py), at the lowest dose of
faults; it can fall below its bar. Where the log names every cause, precision shows no more than that the rules work.

Seeds from `FIRST_SEED` on are held out: rules and thresholds were tuned on seeds below 100 only. Rules and simulator
share the cache identity, so the precision here is an upper bound for real logs; base rates on public logs stand beside.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from functools import partial

import msgspec

from generator.base.progress import Track
from generator.base.workers import answers
from generator.curated.calibration import (
    CalibratedCause,
    CalibratedDetector,
    CalibratedSeed,
    Calibration,
    CauseCount,
)
from generator.detectors import DETECTORS, Detector, run
from generator.importers import read_bytes
from generator.ledger.subjects import subjects
from generator.records.results import Run
from generator.simulator import FaultRates, simulate
from generator.simulator.planted import PLANTED
from generator.simulator.scoring import Score, score
from generator.simulator.unlogged import ALL as CAUSES

FIRST_SEED = 1001
SEEDS = 20
SESSIONS = 300
START = datetime(2026, 2, 2, tzinfo=UTC)
"""So that 300 sessions reach from before the end of the long-context premium into May, over many client versions."""
DOSES = (0.05, 0.2, 0.4)
"""Expected number of planted faults of each kind a session; the seeds take turns."""
UNSEEN_DOSE = DOSES[0]
"""Of each kind in the runs with unlogged causes: the rarer the faults, the more of what is found is none."""
KEY = b"calibration: simulated logs hold nothing private"


class DetectorScore(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of one detector. The `null_` fields are of the runs without faults; tokens where they say so."""

    detector: str
    planted: int = 0
    recalled: int = 0  # planted faults that a finding matches
    found: int = 0
    hits: int = 0  # findings that match a planted fault
    excess_planted: int = 0  # tokens, of the faults recalled
    excess_found: int = 0  # tokens, of the findings that match
    naive: int = 0
    null_found: int = 0  # in the runs without planted faults; those that truth lists are left out
    null_examined: int = 0
    null_naive: int = 0
    unseen_planted: int = 0  # the `unseen_` fields are of the runs with faults and with causes that no log shows
    unseen_recalled: int = 0
    unseen_found: int = 0
    unseen_hits: int = 0
    unseen_causes: tuple[tuple[str, int], ...] = ()  # what the other findings took for a fault, and how often

    @property
    def digest(self) -> str:
        """Sixteen hex digits over every count; a test computes it again from the code."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


class SeedScore(msgspec.Struct, frozen=True, kw_only=True):
    """Some or all detectors on one seed."""

    seed: int
    requests: int
    null_requests: int
    unseen_requests: int
    detectors: tuple[DetectorScore, ...]


def calibrate(
    seeds: Sequence[int], sessions: int, jobs: int, track: Track, detectors: Sequence[Detector] = DETECTORS
) -> tuple[SeedScore, ...]:
    """Score the detectors on every seed, in `jobs` processes; the same arguments give the same scores."""
    one = partial(score_seed, sessions=sessions, detectors=[detector.id for detector in detectors])
    if jobs <= 1:
        return tuple(track(map(one, seeds), "Calibrating"))
    with answers(one, seeds, jobs) as scores:
        return tuple(sorted(track(scores, "Calibrating"), key=lambda score: seeds.index(score.seed)))


def score_seed(seed: int, *, sessions: int, detectors: Collection[str] | None = None) -> SeedScore:
    """One seed: simulated with faults at the dose whose turn it is, without, and with unlogged causes and few faults.

    What one detector scores does not depend on which others are asked; None asks all.
    """
    asked = [one for one in DETECTORS if detectors is None or one.id in detectors]
    dose = DOSES[seed % len(DOSES)]
    requests, runs, scores = _examined(seed, sessions, FaultRates.dose(dose), asked)
    null_requests, null_runs, null_scores = _examined(seed, sessions, None, asked)
    few = FaultRates.dose(UNSEEN_DOSE)
    unseen_requests, _, unseen_scores = _examined(seed, sessions, few, asked, unlogged=1.0)
    null = {one.detector: one for one in null_runs}
    return SeedScore(
        seed=seed,
        requests=requests,
        null_requests=null_requests,
        unseen_requests=unseen_requests,
        detectors=tuple(
            _scored(
                one,
                scores[one.detector],
                null[one.detector],
                null_scores[one.detector],
                unseen_scores[one.detector],
            )
            for one in runs
        ),
    )


def _examined(
    seed: int, sessions: int, faults: FaultRates | None, detectors: Sequence[Detector], *, unlogged: float = 0.0
) -> tuple[int, tuple[Run, ...], dict[str, Score]]:
    made = simulate(seed, sessions=sessions, start=START, faults=faults, unlogged=unlogged)
    reading = read_bytes(made.files, key=KEY)
    shown = subjects(reading)
    runs = tuple(run(detector, shown) for detector in detectors)
    return len(reading.requests), runs, score(runs, made.truth, KEY)


def _scored(found: Run, score: Score, null: Run, null_score: Score, unseen: Score) -> DetectorScore:
    return DetectorScore(
        detector=found.detector,
        planted=score.planted,
        recalled=score.recalled,
        found=score.found,
        hits=score.hits,
        excess_planted=score.excess_planted,
        excess_found=score.excess_found,
        naive=found.naive,
        null_found=null_score.found - null_score.hits,
        null_examined=null.examined,
        null_naive=null.naive,
        unseen_planted=unseen.planted,
        unseen_recalled=unseen.recalled,
        unseen_found=unseen.found,
        unseen_hits=unseen.hits,
        unseen_causes=tuple(sorted(unseen.causes.items())),
    )


PRECISION_BARS: dict[str, float] = {
    "cache-break": 0.9,
    "premature-expiry": 0.9,
    "doubled-call": 0.99,
    "gap-then-spike": 0.85,
    "short-prompt-overbilled": 0.85,
    "session-reset": 0.85,
    "silent-trim": 0.85,
}
"""Where causes act that no log shows."""
NAMED_BAR = 0.95  # of precision where the log names every cause
RECALL_BAR = 0.95  # of every detector whose question a log can decide


def table(seeds: Sequence[SeedScore], sessions: int, *, measured: date) -> Calibration:
    """The scores as the record that the site shows, detectors in the order of the site."""
    return Calibration(
        id="simulated",
        command=f"witnessmark calibrate --seeds {len(seeds)} --sessions {sessions}",
        measured=measured,
        sessions=sessions,
        doses=DOSES,
        unseen_dose=UNSEEN_DOSE,
        causes=tuple(
            CalibratedCause(
                id=cause.id,
                title=cause.title,
                per_thousand=round(cause.per_thousand, 3),
                basis=cause.basis,
                why=cause.why,
            )
            for cause in CAUSES
        ),
        seeds=tuple(
            CalibratedSeed(
                seed=one.seed,
                requests=one.requests,
                null_requests=one.null_requests,
                unseen_requests=one.unseen_requests,
            )
            for one in seeds
        ),
        detectors=tuple(_summed(scores) for scores in zip(*(one.detectors for one in seeds), strict=True)),
    )


def _summed(scores: Sequence[DetectorScore]) -> CalibratedDetector:
    """One detector, summed over the seeds."""
    detector = next(one for one in DETECTORS if one.id == scores[0].detector)
    counts = [name for name in DetectorScore.__struct_fields__ if name not in {"detector", "unseen_causes"}]
    causes: Counter[str] = Counter()
    for one in scores:
        causes.update(dict(one.unseen_causes))
    return CalibratedDetector(
        id=detector.id,
        version=detector.version,
        **{name: sum(getattr(score, name) for score in scores) for name in counts},
        unseen_causes=tuple(CauseCount(id=id, count=count) for id, count in causes.most_common()),
        not_planted=None if detector.id in PLANTED else True,
        precision_bar=PRECISION_BARS.get(detector.id),
        named_bar=NAMED_BAR,
        recall_bar=None if detector.proxy_for else RECALL_BAR,
        digests=tuple(score.digest for score in scores),
    )


def put_into(known: Calibration, fresh: Calibration) -> Calibration:
    """`known` with the rows of `fresh`, in the order of the site; rows of detectors that are gone leave.

    Raises ValueError where the two are not of the same simulated logs: then every row is old.
    """
    if (known.sessions, known.doses, known.seeds, known.causes) != (
        fresh.sessions,
        fresh.doses,
        fresh.seeds,
        fresh.causes,
    ):
        raise ValueError("the table in content is of other simulated logs, so every detector must be measured again")
    rows = {row.id: row for row in (*known.detectors, *fresh.detectors)}
    ordered = tuple(rows[detector.id] for detector in DETECTORS if detector.id in rows)
    return known.model_copy(update={"detectors": ordered, "measured": fresh.measured})
