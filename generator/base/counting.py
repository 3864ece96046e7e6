"""What may be said of so many findings in so many units: counts, and a share only where there is one.

A finding that spans several units is no part of them, so findings over units is no share, and an interval of it would
reach over 100 %. A share of few units says less than their number. Simulated data is no sample of anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.base.wording import interval, n, plural, singular, spread
from generator.statistics.rates import Rate, exact_rate

FEWEST = 20
"""Units. Of fewer, the exact interval of a share is wider than 16 points even where nothing was found."""
NOT_ANSWERED = "no answer"


@dataclass(frozen=True)
class Counts:
    """Findings in units. `share` is None where none may be said; no share and no interval is ever over 1.

    `covered`: units that the findings are about; None where that is not known, or each finding is one unit.
    `few`: counts are rounded down to multiples of it, so that 0 may be fewer than that; 0 where they are exact.
    `some`: there was a finding, though the count may have been rounded to 0.
    """

    hits: int
    trials: int
    unit: str = "units"  # in the plural
    one: str = ""  # one of them; "" where the plural tells
    covered: int | None = None
    sessions: tuple[int, int] | None = None  # with a finding, of those looked at
    share: Rate | None = None
    answered: bool = True  # False where the rule failed or its input was missing
    few: int = 0
    some: bool = False

    @property
    def value(self) -> float | None:
        """Share 0-1."""
        return self.share.value if self.share else None

    @property
    def low(self) -> float | None:
        """Lower end of the exact 95 % interval."""
        return self.share.low if self.share else None

    @property
    def high(self) -> float | None:
        """Upper end of it."""
        return self.share.high if self.share else None

    @property
    def units(self) -> str:
        """Units with their noun: 3,809 steps, 1 refusal."""
        return self._counted(self.trials, self.one or singular(self.unit), self.unit, self.few > 0)

    @property
    def findings(self) -> str:
        """Findings with their noun."""
        return self._counted(self.hits, "finding", "findings", self.few > 0 and self.some)

    @property
    def share_text(self) -> str:
        """For a cell beside both counts: the share, or what the findings cover; "" where there is nothing to add."""
        if self.share:
            return interval(self.share.value, self.share.low, self.share.high)
        if self.answered and not self.trials and not self.few:
            return "nothing of this kind to look at"
        return f"{self._they} {n(self.covered)} of {n(self.trials)}" if self._shows_covered else ""

    @property
    def sessions_text(self) -> str:
        """For a cell: 4 of 61; "" where it is not known."""
        if not self.answered or self.sessions is None or not self.sessions[1]:
            return ""
        return f"{n(self.sessions[0])} of {n(self.sessions[1])}"

    @property
    def brief(self) -> str:
        """For a cell with a head that says what it counts: 46 of 26,661, 0.17 % (0.13 to 0.23 %); or 4 in 19."""
        if not self.answered or not self.trials:
            return "nothing to look at" if self.answered else NOT_ANSWERED
        if self.share:
            return f"{n(self.hits)} of {n(self.trials)}, {spread(self.share.value, self.share.low, self.share.high)}"
        return f"{n(self.hits)} in {n(self.trials)}"

    @property
    def count_text(self) -> str:
        """Counts alone: 9 findings in 3,809 steps, in 4 of 61 sessions."""
        return self._told()

    @property
    def text(self) -> str:
        """All of it: 9 findings in 3,809 steps, 0.24 % (95 % interval 0.11 to 0.45 %), in 4 of 61 sessions."""
        return self._told(self.share_text if self.share else "")

    def _told(self, share: str = "") -> str:
        if not self.answered:
            return NOT_ANSWERED
        if not self.trials and not self.few:
            return f"no {self.unit} to look at"
        in_sessions = self._in_sessions if self.sessions_text else ""
        told = ", ".join(part for part in (f"{self.findings} in {self.units}", share, in_sessions) if part)
        return f"{told}; {self._they} {n(self.covered)} of them" if self._shows_covered else told

    def json(self) -> dict[str, Any]:
        """For programs: null where nothing may be said."""
        found, examined = self.sessions or (None, None)
        return {
            "unit": self.unit,
            "found": self.hits,
            "examined": self.trials,
            "covered": self.covered,
            "sessions_found": found,
            "sessions_examined": examined,
            "share": self.value,
            "low_95": self.low,
            "high_95": self.high,
        }

    @property
    def _shows_covered(self) -> bool:
        return self.covered is not None and self.hits > 0 and self.trials > 1

    @property
    def _they(self) -> str:
        return "it covers" if self.hits == 1 else "they cover"

    @property
    def _in_sessions(self) -> str:
        found, looked = self.sessions or (0, 0)
        return f"in {n(found)} of {plural(looked, 'session')}"

    def _counted(self, count: int, one: str, many: str, rounded: bool) -> str:  # noqa: FBT001
        return f"fewer than {self.few} {many}" if rounded and not count else plural(count, one, many)


def counts(
    found: int,
    examined: int,
    *,
    share: bool,
    unit: str = "units",
    one: str = "",
    simulated: bool = False,
    answered: bool = True,
    covered: int | None = None,
    sessions: tuple[int, int] | None = None,
    few: int = 0,
    some: bool = False,
) -> Counts:
    """What may be said. `share`: each finding is one of the units examined.

    Counts that cannot be (more found than examined, more sessions than there were) are said as they are, without a
    share: who wrote them is asked elsewhere.
    """
    sayable = share and answered and not simulated and not few and examined >= FEWEST and 0 <= found <= examined
    return Counts(
        hits=found,
        trials=examined,
        unit=unit,
        one=one,
        covered=None if share or covered is None else min(covered, examined),
        sessions=sessions,
        share=exact_rate(found, examined) if sayable else None,
        answered=answered,
        few=few,
        some=some,
    )
