"""What was simulated, so that what is found can be scored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime


@dataclass(frozen=True)
class FaultRates:
    """Expected number of planted faults a session, by the detector that should find them.

    A fault is left out of a session in which it cannot occur: the premium on long prompts after it ended, cleared
    thinking before the client that did it, a counter that starts again where the counter is no running sum. Which
    model was served is not planted: a transcript does not say which one was asked for.
    """

    cache_break: float = 0.0
    premature_expiry: float = 0.0
    gap_then_spike: float = 0.0
    expiry_cycling: float = 0.0
    prefix_pin: float = 0.0
    resume_miss: float = 0.0
    thinking_stripped: float = 0.0
    short_prompt_overbilled: float = 0.0
    uncached_input: float = 0.0
    doubled_call: float = 0.0
    compaction_storm: float = 0.0
    session_reset: float = 0.0
    silent_trim: float = 0.0
    truncated_results: float = 0.0
    context_drift: float = 0.0
    counter_reset: float = 0.0
    retry_storm: float = 0.0
    synthetic_refusal: float = 0.0
    idle_advance: float = 0.0
    block_jump: float = 0.0
    negative_delta: float = 0.0
    recount_cluster: float = 0.0
    low_meter_refusal: float = 0.0
    meter_cost_gap: float = 0.0
    tier_change: float = 0.0
    known_bad_version: float = 0.0
    long_context_premium: float = 0.0
    log_integrity: float = 0.0

    @classmethod
    def specimen(cls) -> FaultRates:
        """Enough that 24 sessions show each detector at work, where their dates allow it."""
        seldom_possible = dict.fromkeys(
            ("thinking_stripped", "context_drift", "tier_change", "long_context_premium"), 0.5
        )
        whole_session = dict.fromkeys(("log_integrity", "known_bad_version"), 0.1)
        return cls(
            **{kind.name: 0.2 for kind in fields(cls)} | seldom_possible | whole_session | {"meter_cost_gap": 1.0}
        )

    @classmethod
    def none(cls) -> FaultRates:
        """No fault at all: the same as `faults=None`."""
        return cls()

    @classmethod
    def dose(cls, rate: float) -> FaultRates:
        """All faults at one rate."""
        return cls(**{kind.name: rate for kind in fields(cls)})


@dataclass(frozen=True)
class Fault:
    """What one detector must find of one planted fault. Ids are raw.

    `messages` are calls that a finding may cite; where there are none, the finding must overlap [start, end].
    """

    detector: str
    session: str
    messages: tuple[str, ...]
    excess_tokens: int
    start: datetime | None = None
    end: datetime | None = None
    client: str = ""


@dataclass(frozen=True)
class Confounder:
    """One innocent break: the call that shows it, and the explanation that must take it."""

    reason: str
    session: str
    message: str


@dataclass
class Counts:
    """Sums over the calls of the simulation, each once."""

    requests: int = 0
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    compactions: int = 0
    retries: int = 0


@dataclass(frozen=True)
class Truth:
    """Ground truth of one simulation."""

    faults: list[Fault] = field(default_factory=list)
    confounders: list[Confounder] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
