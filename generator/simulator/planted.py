"""What can be planted: one line for each fault, by the detector that should find it.

A detector without a line here is legal: `witnessmark calibrate` then writes that nothing of its kind was planted, and
the pages say so. Planting one more changes every simulated log, so the whole calibration is measured again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from generator.simulator import cache_faults, thread_faults
from generator.simulator.meter_faults import WEIGHT
from generator.simulator.sessions import Session

Act = Callable[[Session], None]
SPECIMEN = 0.2  # expected number a session, so that 24 sessions show each detector at work
SELDOM = 0.5  # the same for what few sessions have room for
WHOLE_SESSION = 0.1  # the same for what takes a session with an old client


@dataclass(frozen=True)
class Kind:
    """One kind of fault. It is left out of a session in which it cannot occur: the premium on long prompts after it
    ended, cleared thinking before the client that did it, a counter that starts again where it is no running sum.
    """

    detector: str
    act: Act | None = None  # what a thread does; None = it needs a whole session, the account or its meter
    specimen: float = SPECIMEN
    old_client: bool = False  # only clients with known faults show it
    turn: int = 1  # place before the shuffle; it decides nothing but which bytes a seed gives


KINDS: tuple[Kind, ...] = (
    Kind("cache-break", cache_faults.cache_break),
    Kind("premature-expiry", cache_faults.premature_expiry),
    Kind("gap-then-spike", cache_faults.gap_then_spike),
    Kind("expiry-cycling", cache_faults.expiry_cycling),
    Kind("prefix-pin", cache_faults.prefix_pin),
    Kind("resume-miss", cache_faults.resume_miss),
    Kind("unread-last-write", cache_faults.unread_last_write),
    Kind("thinking-stripped", cache_faults.thinking_stripped, SELDOM, old_client=True, turn=0),
    Kind("short-prompt-overbilled", cache_faults.short_prompt),
    Kind("uncached-input", cache_faults.uncached_input),
    Kind("doubled-call", thread_faults.doubled_call),
    Kind("compaction-storm", thread_faults.compaction_storm),
    Kind("session-reset", thread_faults.session_reset),
    Kind("silent-trim", thread_faults.silent_trim),
    Kind("truncated-results", thread_faults.truncated_results),
    Kind("context-drift", specimen=SELDOM),
    Kind("counter-reset", thread_faults.counter_reset, old_client=True, turn=2),
    Kind("retry-storm", thread_faults.retry_storm),
    Kind("synthetic-refusal", thread_faults.refusal),
    Kind("idle-advance"),
    Kind("block-jump"),
    Kind("negative-delta"),
    Kind("recount-cluster"),
    Kind("low-meter-refusal", thread_faults.refusal_at_low_meter),
    Kind(WEIGHT, specimen=1.0),
    Kind("tier-change", specimen=SELDOM),
    Kind("known-bad-version", thread_faults.bad_version, WHOLE_SESSION, old_client=True, turn=2),
    Kind("long-context-premium", thread_faults.long_context, SELDOM, turn=2),
    Kind("log-integrity", specimen=WHOLE_SESSION, old_client=True),
)
"""In the order in which they are drawn. Which model was served is not planted: a transcript does not say which one was
asked for.
"""

PLANTED = frozenset(kind.detector for kind in KINDS)
OLD_CLIENT = frozenset(kind.detector for kind in KINDS if kind.old_client)
ACTS = tuple((kind.detector, kind.act) for kind in sorted(KINDS, key=lambda kind: kind.turn) if kind.act)


@dataclass(frozen=True)
class FaultRates:
    """Expected number of planted faults a session, by the detector that should find them; of all others, none."""

    rates: Mapping[str, float] = field(default_factory=dict)

    def drawn(self, rng: random.Random) -> frozenset[str]:
        """What one session gets. Every kind takes one number from `rng`, whatever its rate."""
        return frozenset(kind.detector for kind in KINDS if rng.random() < self.rates.get(kind.detector, 0.0))

    @classmethod
    def specimen(cls) -> FaultRates:
        """Enough that 24 sessions show each detector at work, where their dates allow it."""
        return cls({kind.detector: kind.specimen for kind in KINDS})

    @classmethod
    def none(cls) -> FaultRates:
        """No fault at all: the same as `faults=None`."""
        return cls()

    @classmethod
    def dose(cls, rate: float) -> FaultRates:
        """All faults at one rate."""
        return cls(dict.fromkeys(PLANTED, rate))
