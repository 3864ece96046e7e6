"""What was simulated, so that what is found can be scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
