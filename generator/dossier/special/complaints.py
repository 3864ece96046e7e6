"""Complaints about usage for each 1,000 issues filed, with and without each correction of how they were found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from generator.curated.measurements import Published
from generator.curated.models import Report
from generator.curated.registered import Registered, Stretch
from generator.dossier.special.base import Cell, Drawn, Section, Table, day_told, estimated, rounded
from generator.dossier.special.filed import Filed, filed
from generator.dossier.special.series import DAY, blocks, by_index, by_question, counted, is_complaint, middle
from generator.statistics.rates import exact_interval
from generator.statistics.ratios import Counted, Ratio, dispersion, exact_ratio, quasi_poisson_ratio, together

QUASI = "interval widened by how much weeks or months scatter (quasi-Poisson)"
EXACT = "exact interval for two counts (conditional, Poisson)"
THOUSAND = 1000
_Ways = tuple[tuple[str, Sequence[dt.date], Filed | None], ...]
"""What a way of counting is called, the days that it counts, and issues filed where it counts for each of them."""
APRIL = "04"


@dataclass(frozen=True)
class ComplaintsFound:
    """What the sentences of the page need; None where content has no issues with numbers and days."""

    section: Section
    days: tuple[dt.date, ...]
    """Of complaints found by question and opened."""
    week: Ratio
    crest: Ratio
    neutral: Ratio | None
    """Questions that name no month: March and April against the others."""
    neutral_march: Ratio | None
    """March against January and June, the two months that are close."""


def complaints_found(
    reports: Sequence[Report], published: Sequence[Published], plan: Registered, article: Stretch
) -> ComplaintsFound | None:
    """Everything about complaints; None where too few issues have a known day, or a window has no complaint."""
    curve = filed(reports)
    if curve is None or not all(curve.covers(one) for one in (plan.studied, article, plan.crest)):
        return None
    complaints = [report for report in reports if is_complaint(report, plan.usage_symptoms)]
    opened = [report.date for report in complaints if by_question(report)]
    known = [report.date for report in complaints if by_question(report) or by_index(report)]
    if not any(day in plan.crest for day in opened) or len(opened) < 2 * len(plan.usage_symptoms):
        return None
    neutral, ways = _neutral(published, plan), _ways(complaints, opened, known, curve)
    week, crest = (_against(opened, one, plan.studied, curve) for one in (article, plan.crest))
    with_index = _against(known, plan.crest, plan.studied, curve)
    section = Section(
        id="complaints",
        title="Complaints about usage",
        says=(
            f"From {day_told(plan.crest.first)} to {day_told(plan.crest.last)} the tracker of Claude Code has "
            f"{crest.value:.1f} times as "
            "many complaints for each 1,000 issues filed as in the rest of February to April. In the article's "
            "week it has "
            f"{week.value:.1f} times as many."
        ),
        function="generator.dossier.special.complaints:complaints_found",
        estimates=(
            (
                "Complaints for each 1,000 issues, the article's week against the rest of February to April",
                estimated(week, len([day for day in opened if day in plan.studied]), "complaints", QUASI),
            ),
            (
                f"The same, {day_told(plan.crest.first)} to {day_told(plan.crest.last)}",
                estimated(crest, len([day for day in opened if day in plan.studied]), "complaints", QUASI),
            ),
            (
                "The same, with reports found through one investigator's list",
                estimated(with_index, len([day for day in known if day in plan.studied]), "complaints", QUASI),
            ),
            *(
                (what, estimated(ratio, count, "hits", EXACT if ratio is neutral.march else QUASI))
                for what, ratio, count in neutral.rows
            ),
        ),
        tables=(
            _weekly(opened, curve, plan, article),
            _months(opened, known, curve, _neutral_rows(published, plan)),
            _biases(ways, plan, article, neutral),
        ),
        cautions=(
            f"Issues filed are read from {curve.pairs} issues whose number and day are known; the curve misses none of "
            f"them by more than {curve.misfit:.1f} days.",
            f"Complaints on record that neither the questions nor the index found: {len(complaints) - len(known)}. "
            "They were met in looking at other things, and are in the first row of the last table alone.",
            f"{day_told(plan.crest.first)} to {day_told(plan.crest.last)} come from a first analysis that had seen "
            "the counts; no p here pays for that choice, and a week later the counts are as high or higher.",
            "The tracker is that of Claude Code. Who uses other services does not write there.",
        ),
    )
    return ComplaintsFound(section, tuple(opened), week, crest, neutral.spring, neutral.march)


def _against(days: Sequence[dt.date], window: Stretch, whole: Stretch, curve: Filed | None) -> Ratio:
    """The window against the rest of the whole, for issues filed or, without a curve, for days."""
    exposure = (lambda one: curve.within(one) / THOUSAND) if curve else None
    one, other = counted(days, blocks(window), exposure), counted(days, blocks(whole, window), exposure)
    if not together(one).hits or not together(other).hits:
        return exact_ratio(together(one), together(other))
    return quasi_poisson_ratio(one, other)


@dataclass(frozen=True)
class _Neutral:
    spring: Ratio | None
    march: Ratio | None
    others: Ratio | None
    rows: tuple[tuple[str, Ratio, int], ...]


def _neutral(published: Sequence[Published], plan: Registered) -> _Neutral:
    """From the registered measurement: a month, issues filed, hits."""
    by_month = {month: Counted(hits, issues / THOUSAND) for month, issues, hits in _neutral_rows(published, plan)}
    year = str(plan.studied.first.year)
    march, april, near = f"{year}-03", f"{year}-{APRIL}", (f"{year}-01", f"{year}-06")
    if not {march, april, *near} <= set(by_month) or len(by_month) < 6:  # noqa: PLR2004
        return _Neutral(None, None, None, ())
    rest = [part for month, part in by_month.items() if month not in (march, april)]
    spring = quasi_poisson_ratio([by_month[march], by_month[april]], rest)
    others = quasi_poisson_ratio([by_month[march]], rest)
    two = exact_ratio(by_month[march], together([by_month[month] for month in near]))
    hits = sum(part.hits for part in by_month.values())
    but_april = hits - by_month[april].hits
    few = sum(by_month[month].hits for month in (march, *near))
    return _Neutral(
        spring,
        two,
        others,
        (
            ("Questions that name no month: March and April against the other months", spring, hits),
            (
                "Questions that name no month: March against the other months but April",
                others,
                but_april,
            ),
            ("Questions that name no month: March against January and June", two, few),
        ),
    )


def _neutral_rows(published: Sequence[Published], plan: Registered) -> list[tuple[str, float, int]]:
    found = next((one for one in published if one.id == plan.neutral_questions), None)
    table = found.tables[0] if found and found.tables else None
    if table is None or not {"Month", "Filed", "Hits"} <= set(table.columns):
        return []
    places = [table.columns.index(name) for name in ("Month", "Filed", "Hits")]
    rows = []
    for row in table.rows:
        month, issues, hits = (row[place] for place in places)
        if isinstance(month, str) and isinstance(issues, int | float) and issues > 0 and isinstance(hits, int):
            rows.append((month, float(issues), hits))
    return rows


def _weekly(opened: Sequence[dt.date], curve: Filed, plan: Registered, article: Stretch) -> Table:
    weeks = sorted([*blocks(plan.studied, article), article], key=lambda one: one.first)
    parts = counted(opened, weeks, lambda one: curve.within(one) / THOUSAND)
    rates = [part.hits / part.exposure for part in parts]
    ends = [exact_interval(part.hits, part.exposure) for part in parts]
    highest = weeks[rates.index(max(rates))]
    after = ", after the article's week" if highest.first > article.last else ""
    return Table(
        id="complaints-by-week",
        title="Complaints about usage for each 1,000 issues filed, by week",
        columns=("Week of", "Middle", "Series", "For each 1,000", "Low", "High", "Complaints", "Issues filed"),
        rows=tuple(
            (
                week.first.isoformat(),
                middle(week),
                "Complaints",
                rounded(rate),
                rounded(low),
                rounded(high),
                part.hits,
                round(part.exposure * THOUSAND),
            )
            for week, part, rate, (low, high) in zip(weeks, parts, rates, ends, strict=True)
        ),
        note=(
            "Weeks are laid so that the article's week is one of them; at the ends they are longer or shorter. "
            "Bars are exact 95 % intervals of independent complaints, so a little too narrow. "
            f"Weeks scatter {dispersion((parts,)):.1f} times as much as such complaints would."
        ),
        drawn=Drawn(
            value="For each 1,000",
            low="Low",
            high="High",
            axis="Complaints for each 1,000 issues",
            sentence=(
                f"Complaints for each 1,000 issues filed are highest in the week of {day_told(highest.first)}, "
                f"{max(rates):.1f}{after}; the article's week has {rates[weeks.index(article)]:.1f}."
            ),
            band=(article.first.isoformat(), article.last.isoformat()),
            band_label="the article's week",
            dates=(),
        ),
    )


def _months(
    opened: Sequence[dt.date], known: Sequence[dt.date], curve: Filed, neutral: Sequence[tuple[str, float, int]]
) -> Table:
    """By month as far as issues are known, with the hits of the questions that name no month."""
    hits = {month: (filed, count) for month, filed, count in neutral}
    rows: list[tuple[Cell, ...]] = []
    for month in sorted(hits):
        year, number = map(int, month.split("-"))
        last = dt.date(year + number // 12, number % 12 + 1, 1) - DAY
        stretch = Stretch(first=dt.date(year, number, 1), last=last)
        if curve.covers(stretch):
            issues = curve.within(stretch)
            some, every = (sum(day in stretch for day in days) for days in (opened, known))
            counted_there, asked = hits[month]
            rates = [rounded(count / issues * THOUSAND) for count in (some, every)]
            rates.append(rounded(asked / counted_there * THOUSAND))  # as on the page of that measurement
            rows.append((month, round(issues), some, rates[0], every, rates[1], asked, rates[2]))
    return Table(
        id="complaints-by-month",
        title="Complaints by month, as they were found",
        columns=(
            "Month",
            "Issues filed",
            "Opened",
            "for each 1,000",
            "With index",
            "each 1,000",
            "Questions",
            "per 1,000",
        ),
        rows=tuple(rows),
        note=(
            "Opened: found by a logged question and read. With index: also those found through one investigator's "
            "list of issues, read or not. Issues filed are read off a line through the numbers and days of the issues "
            "on record. The rate of the questions is that of their own measurement, which counts from the first and "
            "last number of each month and rounds to hundreds, so that the two differ by some hundreds in a month."
        ),
    )


def _ways(complaints: Sequence[Report], opened: Sequence[dt.date], known: Sequence[dt.date], curve: Filed) -> _Ways:
    """Each correction put on and taken off."""
    return (
        ("Counts as they are, all that is on record", [report.date for report in complaints], None),
        ("Without what later searches added", known, None),
        ("Opened, not found through the list", opened, None),
        ("For each 1,000 issues filed, list included", known, curve),
        ("For each 1,000 issues filed, opened only", opened, curve),
    )


def _biases(ways: _Ways, plan: Registered, article: Stretch, neutral: _Neutral) -> Table:
    """The same three comparisons in each way of counting."""
    first = article.first.replace(day=1)
    month = Stretch(first=first, last=(first + 31 * DAY).replace(day=1) - DAY)
    rows: list[tuple[Cell, ...]] = []
    for name, days, exposure in ways:
        found = [_against(days, window, plan.studied, exposure) for window in (article, plan.crest, month)]
        rows.append((name, *(rounded(end) for one in found for end in (one.value, one.low, one.high))))
    if neutral.others is not None:
        ends = (rounded(end) for end in (neutral.others.value, neutral.others.low, neutral.others.high))
        rows.append(("Questions that name no month (March against all months but April)", *[None] * 6, *ends))
    return Table(
        id="corrections",
        title="The conclusion with and without each correction",
        columns=(
            "How it is counted",
            "Article's week",
            "Week low",
            "Week high",
            "Crest",
            "Crest low",
            "Crest high",
            "March",
            "March low",
            "March high",
        ),
        rows=tuple(rows),
        note=_note(rows, plan),
    )


def _note(rows: Sequence[tuple[Cell, ...]], plan: Registered) -> str:
    above = any(isinstance(row[2], float) and row[2] > 1 for row in rows)
    return (
        "Ratios of rates against the rest of February to April, intervals widened by the scatter of the weeks. Crest: "
        f"{plan.crest.first} to {plan.crest.last}. "
        + ("" if above else "In no way of counting is the article's week above the rest.")
    )
