"""What this project promises, and what the tests of each promise last counted: nothing is promised by words alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.base.wording import plural
from generator.pages.parts.base import Page, PageKind

if TYPE_CHECKING:
    from generator.curated.kinds import Library
    from generator.curated.promises import Promise, Trial
    from generator.dossier import Dossier


@dataclass(frozen=True)
class Tested:
    """A promise with its trials, the long form first."""

    promise: Promise
    trials: tuple[Trial, ...]

    @property
    def broken(self) -> tuple[Trial, ...]:
        """Trials in which the promise did not always hold."""
        return tuple(trial for trial in self.trials if trial.failures)


@dataclass(frozen=True)
class PromisesContext:
    """Variables of promises.md.j2."""

    tested: tuple[Tested, ...]
    without: tuple[Promise, ...]  # no run on record
    others: tuple[Trial, ...]  # of no promise above
    runs: int
    failures: int
    timed: bool  # there is a page that says how fast `scan` is


def tested(library: Library) -> tuple[Tested, ...]:
    """Every promise with its trials by id; the long form of a trial before its fast one."""
    ordered = sorted(library.trials, key=lambda trial: (trial.id, trial.form != "full"))
    return tuple(
        Tested(promise, tuple(trial for trial in ordered if trial.id in promise.trials)) for promise in library.promises
    )


def pages(dossier: Dossier) -> Iterator[Page]:
    """One page; it says so where nothing is promised."""
    library = dossier.library
    found = tested(library)
    without = tuple(one.promise for one in found if not one.trials)
    owned = {trial for promise in library.promises for trial in promise.trials}
    failures = sum(trial.failures for trial in library.trials)
    on_record = len(found) - len(without)
    yield Page(
        path=f"{library.case.id}/promises/",
        template="promises.md.j2",
        title="Promises and tests",
        description=f"{plural(len(found), 'promise')}, {on_record} of them with tests on record; failures: {failures}.",
        context=PromisesContext(
            tested=found,
            without=without,
            others=tuple(trial for trial in library.trials if trial.id not in owned),
            runs=len(library.trials),
            failures=failures,
            timed=library.speed is not None,
        ),
    )


KIND = PageKind("promises", pages)
