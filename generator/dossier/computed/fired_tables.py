"""Tables of the detectors by week: within sets, all sets added up, week by week, and which were not compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from generator.curated.measurements import Cell, Plot, PublishedTable
from generator.detectors.shared.needs import NEEDS
from generator.dossier.computed.fired import Fired, Looked
from generator.dossier.computed.fired_tests import Compared
from generator.dossier.computed.public import percent, week_of
from generator.records.results import Outcome
from generator.statistics.rates import exact_rate

COLUMNS = (
    "Detector",
    "Found that week",
    "Sessions that week",
    "Found, other weeks",
    "Sessions, other weeks",
    "Percent that week",
    "Percent, other weeks",
    "p",
    "Adjusted p",
    "Told apart",
)
NOTE = (
    "Found: sessions with a finding of that week. p is exact and two-sided, of the detector alone. Adjusted p is that "
    "after control of false discoveries (Benjamini and Hochberg) over the detectors of this table that could have been "
    "told apart; it is empty where no result could have given a p under 0.05."
)


def within_sets(compared: Iterable[Compared]) -> PublishedTable:
    """The test: sets are compared each with itself."""
    title = "Sessions in which each detector found something, within the sets that hold that week and others"
    return PublishedTable(id="detectors", title=title, columns=COLUMNS, rows=_rows(compared), note=NOTE)


def as_one(compared: Iterable[Compared]) -> PublishedTable:
    """A second look: what a reader gets who adds all sets up."""
    return PublishedTable(
        id="all-sets",
        title="The same with all sets added up",
        columns=COLUMNS,
        rows=_rows(compared),
        note="A second look: sets differ in their months, clients and users, so a difference here can be one of sets.",
    )


def _rows(compared: Iterable[Compared]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (one.one.detector.title, *one.week, *one.others, _share(one.week), _share(one.others), *_p(one), _word(one))
        for one in compared
    )


def _share(counts: tuple[int, int]) -> float | None:
    hits, trials = counts
    return percent(hits / trials, 1) if trials else None


def _p(one: Compared) -> tuple[float, float | None]:
    return _digits(one.p), None if one.adjusted is None else _digits(one.adjusted)


def _digits(p: float) -> float:
    return float(f"{p:.2g}")


def _word(one: Compared) -> str:
    if not one.could_differ:
        return "too few to tell"
    if not one.differs:
        return "no"
    return "more often" if one.rises else "less often"


def by_week(compared: Sequence[Compared], week: date) -> PublishedTable:
    """Those that could have been told apart, each week of the sets that were compared."""
    rows = tuple(row for one in compared for row in _weeks(one))
    return PublishedTable(
        id="weeks",
        title="Sessions with a finding, week by week",
        columns=("Week from", "Detector", "Sessions", "Found", "Percent", "Low", "High"),
        rows=rows,
        note="The same sets. Exact 95 % intervals, each session taken as independent.",
        plot=Plot(
            kind="days",
            label="Week from",
            panel="Detector",
            values=("Percent",),
            low="Low",
            high="High",
            band=(week, week + timedelta(days=6)),
            band_label="The week that is compared",
            axis="Percent of sessions",
            sentence=_sentence(compared),
        ),
    )


def _weeks(one: Compared) -> Iterator[tuple[Cell, ...]]:
    sets = [looked for looked in one.one.looked if looked.set in one.by_set]
    for week in sorted({week for looked in sets for weeks in looked.sessions.values() for week in weeks}):
        yield (str(week), one.one.detector.title, *_of_week(sets, week))


def _of_week(sets: Sequence[Looked], week: date) -> tuple[Cell, ...]:
    hits, trials = (sum(column) for column in zip(*(one.in_week(week) for one in sets), strict=True))
    rate = exact_rate(hits, trials)
    return (trials, hits, *(percent(share, 1) for share in (rate.value, rate.low, rate.high)))


def _sentence(compared: Sequence[Compared]) -> str:
    parts = (f"{one.one.detector.title}: {_of(one.week)} that week, {_of(one.others)} in others" for one in compared)
    return "Sessions with a finding. " + "; ".join(parts) + "."


def _of(counts: tuple[int, int]) -> str:
    return f"{counts[0]} of {counts[1]}"


def untested(found: Iterable[Fired], week: date) -> PublishedTable:
    """Every other detector, with the reason."""
    rows = tuple(
        (
            one.detector.title,
            one.sessions if one.looked else None,
            sum(run.found for run in one.runs),
            sum(week_of(finding.at.date()) == week for run in one.runs for finding in run.findings),
            why(one),
        )
        for one in found
    )
    return PublishedTable(
        id="untested",
        title="Detectors that could not be compared",
        columns=("Detector", "Sessions looked at", "Findings", "Findings that week", "Why"),
        rows=rows,
    )


def why(one: Fired) -> str:
    """Why a detector has no test, in words."""
    if one.looked:
        return "no finding in any set"
    outcomes = {run.outcome for run in one.runs}
    if outcomes & {Outcome.FOUND, Outcome.QUIET}:
        return f"asked of {one.detector.finding_unit or one.detector.unit}, not of sessions"
    if outcomes == {Outcome.FAILED}:
        return "failed"
    lacking = [NEEDS[need].text for need in dict.fromkeys(need for run in one.runs for need in run.missing)]
    return f"no set has {', '.join(lacking)}" if lacking else "no set has what it needs"
