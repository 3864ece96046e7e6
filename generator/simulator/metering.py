"""From the calls of an account to the files in which its meter was kept."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from generator.simulator.account import Account
from generator.simulator.meter_faults import Plan, plan, refine
from generator.simulator.meters import Shown, TrueMeter, true_meter
from generator.simulator.observed import observed
from generator.simulator.polls import STATUSLINE_FILE, USAGE_FILE, statusline, usage_file
from generator.simulator.sessions import Session
from generator.simulator.truth import Fault, Truth

POSTED_WITHIN = 30.0  # seconds after a call ended
ELSEWHERE_A_DAY = 0.5  # bursts of use on another device


def metered(
    rng: random.Random,
    account: Account,
    sessions: Sequence[Session],
    wishes: Sequence[tuple[str, int]],
    truth: Truth,
    *,
    other_device: bool,
) -> dict[str, bytes]:
    """Files of the meter; what they must show goes into truth."""
    if not sessions:
        return {}
    posted = [(at + timedelta(seconds=rng.uniform(1, POSTED_WITHIN)), usd) for at, usd in account.spent]
    elsewhere = list(_elsewhere(rng, sessions[0].calls[0].began, sessions[-1].log.clock)) if other_device else []
    made = plan(rng, true_meter(posted, (), elsewhere), sessions, wishes)
    made.polls += [refusal.at - timedelta(minutes=1) for refusal in account.refusals if refusal.polled]
    state = rng.getstate()
    meter = true_meter(posted, made.extra, elsewhere, made.tripled)
    refine(made, meter, _read(rng, meter, made, sessions).readings)
    rng.setstate(state)  # the same readings again, now with what was refined
    meter = true_meter(posted, made.extra, elsewhere, made.tripled)
    kept = _read(rng, meter, made, sessions)
    truth.faults.extend(kept.lost)
    truth.faults.extend(observed(meter, kept.readings, made, account.refusals))
    return kept.files


class _Kept(NamedTuple):
    """The files of the meter, its readings by time, and the counters that were lost."""

    files: dict[str, bytes]
    readings: list[Shown]
    lost: list[Fault]


def _read(rng: random.Random, meter: TrueMeter, made: Plan, sessions: Sequence[Session]) -> _Kept:
    usage, readings = usage_file(rng, meter, made, sessions)
    lines: list[str] = []
    faults: list[Fault] = []
    for number, session in enumerate(sessions):
        if number % 5 in (0, 1, 3) or session.counters_lost:
            own, shown, lost = statusline(rng, meter, made, session)
            lines += own
            readings += shown
            faults += [Fault("counter-reset", session.log.session, (), 0, start=start, end=end) for start, end in lost]
    readings.sort(key=lambda reading: reading.at)
    return _Kept({USAGE_FILE: usage, STATUSLINE_FILE: "".join(lines).encode()}, readings, faults)


def _elsewhere(rng: random.Random, start: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
    """Use on another device: some points within ten minutes, every other day."""
    at = start
    while (at := at + timedelta(days=rng.expovariate(ELSEWHERE_A_DAY))) < end:
        for part in range(5):
            yield at + timedelta(minutes=2 * part), rng.uniform(0.6, 1.6)
