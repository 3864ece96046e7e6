"""Was March special: the plan, the counts, the answer in words, what is kept, and the page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from functools import cache
from pathlib import Path

import pytest
import real_case

from generator.base.problems import ContentError
from generator.curated.case import Case
from generator.curated.library import load_kind
from generator.curated.models import Incident
from generator.curated.registered import Stretch
from generator.dossier import special
from generator.dossier.special.dates import every_service
from generator.dossier.special.filed import filed, pairs_of
from generator.dossier.special.series import blocks, by_index, by_question, episodes, touches, whole_weeks
from generator.pages import special as page
from generator.site.render import SiteContext, render

SITE = SiteContext(id="2026-03", title="The case", built=dt.date(2026, 11, 24), version="0.1.0")
CASE = Path(__file__).parent.parent / "content" / "case.yml"
HOUR = dt.timedelta(hours=1)


def stretch(first, last):
    return Stretch(first=dt.date.fromisoformat(first), last=dt.date.fromisoformat(last))


def incident(start, *scope, impact="minor", id="x1"):
    start = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
    url = "https://status.claude.com/incidents/x"
    return Incident(id=id, start=start, end=start + HOUR, title="t", impact=impact, scope=scope, url=url)


@cache
def found():
    return special.work_out(real_case.library())


def estimates():
    return {what: one for part in (found().power, *found().sections) for what, one in part.estimates}


def table(id):
    tables = {one.id: one for part in (found().power, *found().sections) for one in part.tables}
    return [dict(zip(tables[id].columns, row, strict=True)) for row in tables[id].rows]


def test_all_counts_for_three_services_and_no_other():
    every = incident("2026-03-02T10:00", "all")
    assert [touches(every, one) for one in ("claude-ai", "api", "claude-code", "cowork", "enterprise")] == [
        1,
        1,
        1,
        0,
        0,
    ]
    assert touches(incident("2026-03-02T10:00", "cowork"), "cowork")
    assert not touches(incident("2026-03-02T10:00", "claude-ai"), "api")


def test_an_episode_ends_after_twelve_quiet_hours():
    starts = ("2026-03-02T00:00", "2026-03-02T11:59", "2026-03-02T23:58", "2026-03-03T11:58")
    assert len(list(episodes([incident(start, "api") for start in starts]))) == 2


def test_blocks_cover_each_day_once_and_begin_beside_what_is_left_out():
    whole, week = stretch("2026-02-01", "2026-04-30"), stretch("2026-03-17", "2026-03-23")
    parts = blocks(whole, week)
    days = [one.first + place * dt.timedelta(days=1) for one in parts for place in range(one.days)]
    assert len(days) == len(set(days)) == 89 - 7
    assert not any(day in week for day in days)
    assert {one.days for one in parts} <= set(range(4, 11))
    assert any(one.last == week.first - dt.timedelta(days=1) for one in parts)
    assert [one.days for one in blocks(week)] == [7]
    assert len(whole_weeks(stretch("2025-11-17", "2026-04-30"))) == 23


@pytest.mark.slow
def test_issues_filed_never_fall_and_meet_the_known_numbers():
    reports = real_case.library().reports
    curve = filed(reports)
    assert list(curve.numbers) == sorted(curve.numbers)
    assert curve.pairs == len(pairs_of(reports)) >= 238
    assert curve.misfit < 2
    assert curve.within(stretch("2026-03-01", "2026-03-31")) == pytest.approx(12_000, rel=0.05)
    assert curve.within(stretch("2026-03-17", "2026-03-23")) == pytest.approx(2_620, rel=0.08)
    assert curve.within(stretch("2026-03-23", "2026-04-05")) == pytest.approx(6_240, rel=0.05)
    assert filed(reports[:5]) is None


def test_what_later_searches_added_is_counted_apart():
    """Whoever looks at the window again finds more there: such reports are in no rate."""
    one = next(report for report in real_case.library().reports if by_question(report))
    later = one.model_copy(update={"provenance": "review of 2026-11-29; thread opened"})
    listed = one.model_copy(update={"provenance": "index:ArkNill; thread opened in a stored copy"})
    assert [(by_question(each), by_index(each)) for each in (one, later, listed)] == [(1, 0), (0, 0), (0, 1)]


PLAN_FAULTS = {
    "crest: {first: 2026-03-23": ("crest: {first: 2026-03-24", "W-length"),
    "failures: [2026-02-06": ("failures: [2025-02-06", "W-date"),
    "listed: {first: 2025-11-17": ("listed: {first: 2025-11-18", "W-date"),
    "listed: {first: 2025-11-17,": ("listed: {first: 2026-03-16,", "W-length"),
    "near: {first: 2026-02-01": ("near: {first: 2026-04-01", "W-order"),
    "week-incidents,": ("step, step,", "W-twice"),
    "lag: 7": ("lag: 700", "W-value"),
    "event: E-016": ("event: E-916", "W-ref"),
    "day: 2026-02-17": ("day: 2026-12-17", "W-date"),
    "neutral_questions: issues": ("neutral_questions: issue", "W-ref"),
}


@pytest.mark.parametrize("written", PLAN_FAULTS)
def test_a_plan_that_cannot_be_counted_is_a_mistake_with_its_place(tmp_path, written):
    text = CASE.read_text("utf-8")
    instead, code = PLAN_FAULTS[written]
    assert written in text
    (tmp_path / "case.yml").write_text(text.replace(written, instead, 1), "utf-8")
    known = {
        "event": frozenset({"E-005", "E-016", "E-048", "E-068", "E-084"}),
        "measurement": frozenset({"issues-by-month"}),
    }
    with pytest.raises(ContentError) as caught:
        load_kind(tmp_path, Case, real_outside(known))
    assert code in {problem.code for problem in caught.value.problems}
    assert all(problem.line for problem in caught.value.problems)


def real_outside(ids):
    from generator.curated.entries import Outside

    return Outside(ids=ids)


def test_without_a_plan_or_with_few_incidents_there_is_no_page():
    library = real_case.library()
    bare = library.model_copy(update={"case": library.case.model_copy(update={"registered": None})})
    assert special.work_out(bare) is None
    assert special.work_out(library.model_copy(update={"incidents": library.incidents[:20]})) is None
    dossier = dataclasses.replace(real_case.dossier(), library=bare)
    assert list(page.pages(dossier)) == []


# What a first analysis by hand gave (review of 29 November 2026), and how near this one has to come.
# Where the two differ, the last word says why.
REVIEW = [
    ("incidents a week before", 5.4, lambda: table("steps")[0]["Before, a week"], 0.01, "the same"),
    ("incidents a week after", 12.0, lambda: table("steps")[0]["After, a week"], 0.01, "the same"),
    ("claude.ai after", 9.9, lambda: table("steps")[1]["After, a week"], 0.02, "23 whole weeks"),
    ("dispersion without a step", 2.4, lambda: table("steps")[0]["Without a step"], 0.02, "the same"),
    ("dispersion around it", 1.25, lambda: table("steps")[0]["Scatter"], 0.02, "the same"),
    ("rollout against before", 1.98, lambda: table("windows")[1]["Ratio of rates"], 0.01, "the same"),
    ("rollout against after", 1.09, lambda: table("windows")[2]["Ratio of rates"], 0.01, "the same"),
    ("API, rollout against before", 2.13, lambda: table("windows")[7]["Ratio of rates"], 0.01, "the same"),
    ("week, incidents", 14, lambda: table("windows")[0]["Hits"], 0, "the same"),
    ("week, ratio", 1.17, lambda: table("windows")[0]["Ratio of rates"], 0.01, "the same"),
    ("week, low", 0.60, lambda: table("windows")[0]["Quasi low"], 0.1, "weeks cut otherwise at the ends"),
    ("week, high", 2.30, lambda: table("windows")[0]["Quasi high"], 0.1, "weeks cut otherwise at the ends"),
    ("crest, ratio", 2.4, lambda: table("corrections")[4]["Crest"], 0.05, "the same"),
    ("crest, high", 5.0, lambda: table("corrections")[4]["Crest high"], 0.2, "more dispersion, from shorter weeks"),
    ("crest with the index", 3.6, lambda: table("corrections")[3]["Crest"], 0.05, "the same"),
    ("complaints in the week", 0.63, lambda: table("corrections")[4]["Article's week"], 0.1, "other issues filed"),
    ("without a month, spring", 1.81, lambda: spoken("March and April").value, 0.01, "the same"),
    ("without a month, March", 1.58, lambda: spoken("but April").value, 0.01, "the same"),
    ("without a month, January and June", 1.07, lambda: spoken("January and June").value, 0.01, "the same"),
    ("incidents after releases", 65, lambda: after("Incidents")["Hits"], 0, "the same"),
    ("incidents after moved dates", 71.0, lambda: after("Incidents")["Moved dates"], 0.001, "the same"),
    ("incidents, best lag", 0.61, lambda: after("Incidents")["p, best of the lags"], 0.1, "the lags 1, 3, 7, 14"),
    ("major after releases", 24, lambda: after("Major and critical incidents")["Hits"], 0, "the same"),
    ("article's dates, all", 0.034, lambda: table("own-dates")[0]["p"], 0.01, "the same"),
    ("six weeks", 124, lambda: table("every-service")[0]["Windows with all of them"], 0, "the same"),
    ("six weeks, five services", 64, lambda: table("every-service")[1]["Windows with all of them"], 0, "the same"),
    ("power, week twice as bad", 0.72, lambda: table("power-table")[0]["Twice as many"], 0.2, "dispersion estimated"),
]


def spoken(word):
    return next(one for what, one in estimates().items() if "no month" in what and word in what)


def after(series):
    return next(row for row in table("after-releases") if row["Series"] == series and row["Days"] == 7)


def worst():
    return float(re.search(r"probability (\d\.\d+)", found().sections[0].cautions[0])[1])


# Review, here. Means of fifths lost two ties; 0.119 is 23 March once and without the 24th; the worst week is in the mean;
# incidents were counted by words of their titles, and are by affected component here. The review put single weeks in random
# order; weeks that resemble their neighbours change places three at a time here.
DIFFERENT = {
    "p of the step": (0.0015, 0.008, lambda: table("steps")[0]["p of a step"]),
    "article's dates, 23 March once": (0.051, 0.085, lambda: table("own-dates")[1]["p"]),
    "article's dates, without 23 and 24 March": (0.119, 0.254, lambda: table("own-dates")[3]["p"]),
    "worst of 12 weeks has 8 serious incidents": (0.36, 0.50, worst),
    "claude.ai before the step": (4.4, 4.3, lambda: table("steps")[1]["Before, a week"]),
    "API after the step": (7.9, 7.4, lambda: table("steps")[2]["After, a week"]),
    "windows of seven days": (148, 147, lambda: table("every-service")[2]["Windows with all of them"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("row", REVIEW, ids=lambda row: row[0])
def test_the_first_analysis_is_met(row):
    name, review, ours, tolerance, _ = row
    assert ours() == pytest.approx(review, rel=tolerance or 1e-9), name


@pytest.mark.slow
@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_first_analysis_was_wrong_the_difference_is_known(name):
    review, right, ours = DIFFERENT[name]
    near = 0.002 if right < 0.01 else 0.02
    assert ours() == pytest.approx(right, abs=near)
    assert ours() != pytest.approx(review, abs=near)


@pytest.mark.slow
def test_the_date_of_the_step_is_near_that_of_the_first_analysis():
    row = table("steps")[0]
    assert row["Step in week of"] == "2026-01-26"
    assert "2025-12-22" <= row["Earliest"] <= "2026-01-12"
    assert "2026-02-09" <= row["Latest"] <= "2026-03-02"


@pytest.mark.slow
def test_nothing_is_left_by_holm_and_the_step_is_called_likely():
    verdicts = {one.test.value: one for one in found().verdicts}
    assert [name for name, one in verdicts.items() if one.found] == []
    assert verdicts["step"].p < 0.02
    assert verdicts["step"].adjusted == pytest.approx(0.064, abs=0.03)
    assert "which can be chance where 8 things are tested" in found().answer
    assert "likely, not shown" in found().sentences[0]
    assert len(verdicts) == 8
    assert found().answer.startswith("It is not shown by public counts: ")


@pytest.mark.slow
def test_the_answer_follows_the_records():
    """Eighty incidents more in the article's week turn it round; the words name no number of the code."""
    library = real_case.library()
    extra = tuple(
        incident(f"2026-03-{17 + place % 7}T{place % 24:02}:30", "all", id=f"planted-{place}") for place in range(80)
    )
    incidents = tuple(sorted((*library.incidents, *extra), key=lambda one: one.start))
    turned = special.work_out(library.model_copy(update={"incidents": incidents}))
    assert turned.answer.startswith("Yes, in part: ")
    assert "94 incidents" in turned.answer
    assert {one.test.value for one in turned.verdicts if one.found} >= {"week-incidents"}


@pytest.mark.slow
def test_what_is_kept_is_what_was_worked_out_and_follows_the_records(tmp_path):
    library = real_case.library()
    keep = special.kept_in(tmp_path)
    first = keep(library)
    entry = next((tmp_path / "special").iterdir())
    stamp = entry.stat().st_mtime_ns
    assert keep(library) == first == found()
    assert entry.stat().st_mtime_ns >= stamp
    fewer = library.model_copy(update={"incidents": library.incidents[1:]})
    assert special._name(fewer) != special._name(library)
    entry.write_bytes(b"half an entry")
    assert keep(library) == first


@pytest.mark.slow
def test_the_page_says_the_answer_first_and_every_number_with_its_interval():
    dossier = dataclasses.replace(real_case.dossier(), work_out=lambda _: found())
    (only,) = page.pages(dossier)
    templates = Path(__file__).parent.parent / "templates"
    files = {file.path: file.content for file in render([only], templates=templates, site_context=SITE)}
    text = files["2026-03/was-march-special/index.md"].decode()
    words = re.sub(r"<[^>]*>", " ", text)
    assert words.index(found().answer[:40]) < words.index("In five sentences") < words.index("could have shown")
    assert len(found().sentences) == 5
    assert not re.search(r"\b(stands|bears on|piece|lies)\b", " ".join(re.sub(r"content/\S+", "", words).split()))
    twin = json.loads(files["2026-03/was-march-special/index.json"])
    told = [one for section in twin["record"]["sections"] for one in section["estimates"]]
    assert len(told) == len(estimates())
    for one in told:
        assert one["n"] > 0
        assert one["method"]
        assert one["interval_95"] is not None or "no interval" in one["method"] or "simulated" in one["method"]
    tables = [one["id"] for section in twin["record"]["sections"] for one in section["tables"]]
    assert all(f"2026-03/was-march-special/{id}.csv" in files for id in tables)
    assert "nan" not in words.lower().split()


def test_every_service_within_some_days_is_counted_window_by_window():
    one = [
        incident("2026-03-02T10:00", "claude-ai"),
        incident("2026-03-04T10:00", "api"),
        incident("2026-03-09T10:00", "all"),
    ]
    assert every_service(one, stretch("2026-03-02", "2026-03-09"), 3) == (1, 6)
    assert every_service(one[:2], stretch("2026-03-02", "2026-03-09"), 8) == (0, 1)


@pytest.mark.slow
def test_a_dot_in_the_shaded_days_that_counts_other_days_says_both_counts():
    """The dot is a week from Monday on, the test of the article's week is of its own seven days."""
    weekly = next(one for one in found().sections[0].tables if one.id == "incidents-by-week")
    (dot,) = [row[3] for row in weekly.rows if (row[0], row[2]) == ("2026-03-16", "All services")]
    tested = next(re.search(r"had (\d+) incidents", one)[1] for one in found().sentences if "article's week had" in one)
    assert weekly.drawn.sentence.endswith(
        f" The dot in the shaded days is the week of 16 March to 22 March, with {dot}; the article's own days, 17 March "
        f"to 23 March, have {tested}."
    )
    assert str(dot) != tested, "else the sentence is not needed"
    assert "Weeks begin on Monday" in weekly.note
