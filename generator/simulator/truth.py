"""What was simulated, so that what is found can be scored."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FaultRates:
    """Expected number of planted faults a session, by the detector that should find them."""

    cache_break: float = 0.0
    premature_expiry: float = 0.0
    short_prompt_overbilled: float = 0.0
    doubled_call: float = 0.0
    compaction_storm: float = 0.0

    @classmethod
    def specimen(cls) -> FaultRates:
        """Enough that 24 sessions show each detector at work."""
        return cls(
            cache_break=0.4,
            premature_expiry=0.3,
            short_prompt_overbilled=0.3,
            doubled_call=0.3,
            compaction_storm=0.2,
        )


@dataclass(frozen=True)
class Fault:
    """One planted fault. `message` is the raw id of the call that shows it ("" for a storm)."""

    detector: str
    session: str
    message: str
    excess_tokens: int


@dataclass(frozen=True)
class Confounder:
    """One innocent break: the call that shows it, and the rung of the ladder that must take it."""

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
