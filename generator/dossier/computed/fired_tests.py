"""One test for each detector, and what is left of their p-values after the control of false discoveries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from generator.dossier.computed.fired import Fired
from generator.statistics.multiplicity import false_discoveries
from generator.statistics.strata import Stratum, fewest, least_p, possible_p, same_odds_p

SURE = 0.05  # p under which a difference is more than chance


@dataclass(frozen=True)
class Compared:
    """One detector, that week beside the other weeks."""

    one: Fired
    by_set: Mapping[str, Stratum]
    adjusted: float | None = None  # p after the control; None where the test could not reject, whatever came out

    @property
    def strata(self) -> tuple[Stratum, ...]:
        """That week beside the others in each set."""
        return tuple(self.by_set.values())

    @cached_property
    def p(self) -> float:
        """Two-sided, of this detector alone."""
        return same_odds_p(self.strata)

    @cached_property
    def could_differ(self) -> bool:
        """Could any number of findings of that week, with the same sums, have given a small p?"""
        return least_p(self.strata) < SURE

    @property
    def differs(self) -> bool:
        """Is it a discovery?"""
        return self.adjusted is not None and self.adjusted < SURE

    @property
    def week(self) -> tuple[int, int]:
        """Sessions of that week with a finding, and all of them."""
        return sum(one.hits for one in self.strata), sum(one.trials for one in self.strata)

    @property
    def others(self) -> tuple[int, int]:
        """The same of the other weeks."""
        return sum(one.base_hits for one in self.strata), sum(one.base_trials for one in self.strata)

    @property
    def rises(self) -> bool:
        """Were more found that week than its share of the sessions would be, set by set?"""
        return sum(one.hits - _expected(one) for one in self.strata) > 0


def _expected(one: Stratum) -> float:
    return (one.hits + one.base_hits) * one.trials / (one.trials + one.base_trials)


def controlled(found: Sequence[Fired], by_set: Callable[[Fired], Mapping[str, Stratum]]) -> tuple[Compared, ...]:
    """Every detector with its test; the control is over those that could have rejected.

    A test that cannot reject can be no false discovery, and which those are depends on the sums alone, which the test
    takes as given: leaving them out is no choice by the outcome (Tarone 1990, Biometrics 46:515-522; Gilbert 2005,
    Journal of the Royal Statistical Society C 54:143-158). Kept in, they would only make the others harder to find.
    """
    every = [Compared(one, by_set(one)) for one in found]
    able = [one for one in every if one.could_differ]
    adjusted = dict(zip((one.one.detector.id for one in able), false_discoveries([one.p for one in able]), strict=True))
    return tuple(replace(one, adjusted=adjusted.get(one.one.detector.id)) for one in every)


def needed(one: Compared, tested: Sequence[Compared]) -> int | None:
    """Fewest sessions of that week with a finding that would be a discovery of more; None if no number would be.

    The sums and the other detectors stay as they are.
    """
    others = [other.p for other in tested if other.could_differ and other is not one]
    for count, p in enumerate(possible_p(one.strata), fewest(one.strata)):
        if _is_rise(one, count) and false_discoveries([float(p), *others])[0] < SURE:
            return count
    return None


def _is_rise(one: Compared, hits: int) -> bool:
    return hits > sum(_expected(stratum) for stratum in one.strata)
