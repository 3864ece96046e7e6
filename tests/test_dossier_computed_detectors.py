"""All detectors by week: the real packs counted a second way, and made-up packs in which each rule fails."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.stats import false_discovery_control, fisher_exact
from test_dossier_computed_public import estimate, pair, placed, public_pack, table
from test_ledger import request
from test_statistics_null import FORMS

from generator.charts import published_chart
from generator.curated.computed_inputs import ARTICLE
from generator.curated.entries import Entry
from generator.curated.measurements import Computation, Published, tables_are_even
from generator.detectors import DETECTORS, run
from generator.detectors.cache_break import CACHE_BREAK
from generator.detectors.unread_last_write import UNREAD_LAST_WRITE
from generator.dossier.computed import COMPUTED
from generator.dossier.computed.breaks_by_week import WEEK
from generator.dossier.computed.detectors_by_week import detectors_by_week
from generator.dossier.computed.fired import fired, weeks_of
from generator.dossier.computed.fired_tests import controlled, needed
from generator.dossier.computed.public import NONE, public_sets, week_of
from generator.ledger.subjects import arranged
from generator.packs.pack import read_pack
from generator.pages import measurements
from generator.records.results import Outcome
from generator.statistics.rates import exact_rate
from generator.statistics.strata import Stratum

ROOT = Path(__file__).parent.parent
DURING, OTHER, LATER = date(2026, 3, 18), date(2026, 2, 3), date(2026, 4, 8)


# ---- the real packs ----


@pytest.fixture(scope="module")
def packs():
    folder = ROOT / "content" / "evidence"
    return tuple(read_pack(path) for path in sorted(folder.iterdir()) if (path / "pack.json").is_file())


@pytest.fixture(scope="module")
def found(packs):
    return fired(public_sets(packs))


@pytest.fixture(scope="module")
def computed(packs):
    return COMPUTED[Computation.DETECTORS_BY_WEEK](None, packs)


def test_the_week_is_the_calendar_week_that_holds_most_of_the_article_s_days():
    first, last = ARTICLE
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    assert sum(week_of(day) == WEEK for day in days) == 6


def test_sessions_looked_at_and_found_are_those_that_the_packs_count(packs, found):
    """The packs hold just the numbers, from when their detectors ran."""
    counted = 0
    for one in found:
        looked = {part.set: part for part in one.looked}
        for pack in public_sets(packs):
            (told,) = (run for run in pack.runs if run.detector == one.detector.id)
            if told.sessions_examined is None or told.outcome is Outcome.NOT_MEASURABLE:
                assert pack.id not in looked
                continue
            part = looked[pack.id]
            assert (len(part.sessions), len(part.found)) == (told.sessions_examined, told.sessions_found), (
                one.detector.id
            )
            counted += len(part.sessions)
    assert counted > 4_000


def test_every_detector_is_in_one_table_and_no_more(computed):
    compared, others = ([row["Detector"] for row in table(computed, name)] for name in ("detectors", "untested"))
    assert sorted(compared + others) == sorted(detector.title for detector in DETECTORS)
    assert {row["Detector"] for row in table(computed, "all-sets")} == set(compared)


def test_the_figures_are_those_of_a_second_count(packs, computed):
    """Sessions of cc-backend, the one set that is not of one finding or none; p by scipy from the counts alone."""
    (pack,) = (pack for pack in packs if pack.id == "cc-backend")
    week = {call.session for call in pack.requests if date(2026, 3, 16) <= call.first_seen.date() <= date(2026, 3, 22)}
    others = {call.session for call in pack.requests} - week
    of = {call.id: call.session for call in pack.requests}
    hits = {
        id: {of[name] for run in pack.runs if run.detector == id for one in run.findings for name in one.requests}
        for id in ("unread-last-write", "cache-break")
    }
    counts = {id: (len(hit & week), len(week), len(hit & others), len(others)) for id, hit in hits.items()}
    assert counts == {"unread-last-write": (13, 25, 17, 57), "cache-break": (3, 25, 1, 57)}
    p = {}
    for id, (hit, trials, base, base_trials) in counts.items():
        sides = [
            fisher_exact([[hit, trials - hit], [base, base_trials - base]], alternative=one).pvalue
            for one in ("less", "greater")
        ]
        p[id] = 2 * min(sides)
    adjusted = dict(zip(p, false_discovery_control(list(p.values())), strict=True))
    rows = {row["Detector"]: row for row in table(computed, "detectors")}
    for id, title in (("unread-last-write", UNREAD_LAST_WRITE.title), ("cache-break", CACHE_BREAK.title)):
        row = rows[title]
        assert (row["p"], row["Adjusted p"]) == pytest.approx((p[id], adjusted[id]), rel=0.05)
        assert estimate(computed, title).p == pytest.approx(p[id])
        assert row["Told apart"] == "no"
    assert {row["Told apart"] for row in rows.values()} == {"no", "too few to tell"}
    assert sum(row["Told apart"] == "no" for row in rows.values()) == 2


def test_what_would_have_been_told_apart_is_the_first_count_that_is(computed):
    told = [caution for caution in computed.cautions if "would have been told apart" in caution]
    assert ["only 4 or more" in told[0], "only 15 or more" in told[1]] == [True, True]
    other = 2 * fisher_exact([[3, 22], [1, 56]], alternative="greater").pvalue
    least = [
        false_discovery_control([2 * fisher_exact([[hit, 25 - hit], [30 - hit, 27 + hit]], alternative="greater").pvalue, other])[0]
        for hit in (14, 15)
    ]  # fmt: skip
    assert least[0] >= 0.05 > least[1]


def test_all_sets_added_up_find_what_has_dates_of_its_own(computed):
    told = {row["Detector"]: row["Told apart"] for row in table(computed, "all-sets")}
    assert [title for title, word in told.items() if word == "more often"] == [UNREAD_LAST_WRITE.title]
    assert "found in 15 of 29 sessions that week and 32 of 390 in other weeks" in computed.cautions[-1]
    weeks = {row["Week from"]: row for row in table(computed, "weeks") if row["Detector"] == UNREAD_LAST_WRITE.title}
    assert [(row["Found"], row["Sessions"]) for row in weeks.values()] == [
        (0, 5), (2, 22), (13, 26), (11, 18), (4, 7), (0, 1), (0, 5),
    ]  # fmt: skip


def test_the_record_says_what_the_packs_say(computed):
    from generator.curated.library import load

    (record,) = (one for one in load(ROOT / "content").published if one.id == "detectors-by-week")
    assert "13 of 26 sessions that week and 17 of 58 in other weeks" in record.result
    assert "13 of 26 sessions that week and 17 of 58 in other weeks" in computed.answer
    assert "15 of 29" in record.shows_not
    assert "32 of 390" in record.shows_not
    assert record.computed is Computation.DETECTORS_BY_WEEK
    assert computed.answer.count(". ") == 0


def test_every_table_is_sound_and_the_weeks_can_be_drawn(computed):
    record = Published(
        id="one", title="One", result="One.", by="Us", url="https://example.org/", period="2026", sample="S.", method="M.",
        raw="public", raw_where="There.", shows="S.", shows_not="N.", judgement="J.", tables=computed.tables,
    )  # fmt: skip
    assert list(tables_are_even((Entry(None, record, None, (), "published"),), None)) == []
    assert json.dumps(measurements._record(record, computed), allow_nan=False)
    (drawn,) = (
        published_chart(one, one.plot, drawn=lambda *_: ("<svg/>", 1, 1)) for one in computed.tables if one.plot
    )
    assert "13 of 26 that week, 17 of 58 in others" in drawn.sentence
    assert len(drawn.sentence) < 300


# ---- made-up packs ----


def looked_pack(*rows, name="made", detectors=(CACHE_BREAK,)):
    """A public pack over which these detectors really ran."""
    pack = public_pack(*rows, name=name)
    return replace(pack, runs=tuple(run(one, arranged(rows, ())) for one in detectors))


def broken():
    return [request(0, 0, read=60_000, written=900), request(1, 7, read=9_000, written=51_900)]


def days(rows, first, number):
    """Sessions on five days, each with a name of its own."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        replace(one, session=(letters[first.month] + letters[place]) * 8)
        for place in range(number)
        for one in placed(rows(), first + timedelta(days=place % 5), letters[place])
    ]


def whole():
    return pair(missing=0)


def only(computed):
    (row,) = table(computed, "detectors")
    return row


def test_more_in_the_week_is_told_apart_and_called_more():
    pack = looked_pack(*days(broken, WEEK, 5), *days(whole, OTHER, 20))
    computed = detectors_by_week(None, (pack,))
    assert only(computed)["Told apart"] == "more often"
    assert "1 can be told apart in 16 to 22 March" in computed.answer
    assert "found in 5 of 5 sessions that week and 0 of 20 in other weeks" in computed.answer
    assert computed.answer.endswith("which is more.")
    assert not any("would have been told apart after control" in one for one in computed.cautions)


def test_fewer_in_the_week_is_told_apart_and_called_fewer():
    pack = looked_pack(*days(whole, WEEK, 20), *days(broken, OTHER, 5))
    computed = detectors_by_week(None, (pack,))
    assert only(computed)["Told apart"] == "less often"
    assert computed.answer.endswith("which is fewer.")


def test_sets_that_differ_make_no_difference_of_weeks():
    """One set has all of the week and breaks always, the other has other weeks and never does."""
    packs = (
        looked_pack(*days(broken, WEEK, 20), *days(broken, OTHER, 1), name="one"),
        looked_pack(*days(whole, WEEK, 1), *days(whole, OTHER, 20), name="two"),
    )
    computed = detectors_by_week(None, packs)
    row = only(computed)
    assert (row["Found that week"], row["Found, other weeks"], row["p"]) == (20, 1, 1)
    assert row["Told apart"] == "too few to tell"
    assert table(computed, "all-sets")[0]["Told apart"] == "more often"
    assert "With all sets added up, 1 would be told apart" in computed.cautions[-1]
    assert "found enough in the same sets to compare" in computed.answer


@pytest.mark.parametrize("outcome", [Outcome.NOT_MEASURABLE, Outcome.FAILED])
def test_a_set_that_the_detector_could_not_measure_is_left_out(outcome):
    one = looked_pack(*days(broken, WEEK, 5), *days(whole, OTHER, 20), name="one")
    two = looked_pack(*days(whole, WEEK, 9), *days(whole, OTHER, 9), name="two")
    other = replace(two, runs=(replace(two.runs[0], outcome=outcome),))
    rows = [only(detectors_by_week(None, packs)) for packs in ((one, two), (one, other), (one,))]
    assert [(row["Sessions that week"], row["Sessions, other weeks"]) for row in rows] == [(14, 29), (5, 20), (5, 20)]


def test_a_session_at_which_the_detector_did_not_look_is_in_no_denominator():
    lone = placed([request(0, 0, read=60_000, written=900)], WEEK, "z")
    pack = looked_pack(*days(broken, WEEK, 5), *lone, *days(whole, OTHER, 20))
    assert only(detectors_by_week(None, (pack,)))["Sessions that week"] == 5


def test_a_session_on_both_sides_counts_once_on_each_and_its_finding_in_its_own_week():
    late = [*placed(whole(), OTHER, "a"), *placed(broken(), DURING, "a"), *placed(whole(), LATER, "a")]
    pack = looked_pack(*late, *placed(whole(), OTHER, "b"))
    (one,) = fired((pack,))
    assert one.by_set(WEEK) == {"made": Stratum(1, 1, 0, 2)}
    assert one.by_set(week_of(LATER)) == {"made": Stratum(0, 1, 1, 2)}
    assert any(text.endswith("which count once on each side: 1.") for text in detectors_by_week(None, (pack,)).cautions)


def test_a_finding_of_a_whole_set_counts_for_each_session_that_it_names_on_the_day_of_the_call():
    rows = [*days(pair, OTHER, 2), *days(pair, WEEK, 3), *placed(whole(), WEEK, "x"), *placed(whole(), LATER, "y")]
    (one,) = fired((looked_pack(*rows, detectors=(UNREAD_LAST_WRITE,)),))
    assert one.runs[0].found == 1
    assert one.by_set(WEEK) == {"made": Stratum(3, 4, 2, 3)}
    assert one.found == 5


def test_a_finding_after_the_last_call_counts_in_the_week_of_that_call():
    pack = looked_pack(*placed(broken(), date(2026, 3, 22), "a"), *placed(whole(), OTHER, "b"))
    (told,) = pack.runs
    late = replace(told.findings[0], at=told.findings[0].at + timedelta(days=1), requests=())
    pack = replace(pack, runs=(replace(told, findings=(late,)),))
    assert week_of(late.at.date()) > WEEK
    (one,) = fired((pack,))
    assert one.by_set(WEEK) == {"made": Stratum(1, 1, 0, 1)}


def test_no_set_with_both_sides_is_told():
    packs = (looked_pack(*days(whole, WEEK, 3), name="one"), looked_pack(*days(whole, OTHER, 3), name="two"))
    computed = detectors_by_week(None, packs)
    assert computed.answer == "No public set holds sessions of 16 to 22 March and of other weeks."
    assert detectors_by_week(None, ()).answer == NONE


def test_a_set_without_any_finding_is_told_and_has_no_picture():
    computed = detectors_by_week(None, (looked_pack(*days(whole, WEEK, 3), *days(whole, OTHER, 3)),))
    assert computed.answer.startswith("None of 1 detector found enough in the same sets to compare 16 to 22 March")
    (row,) = table(computed, "untested")
    assert (row["Detector"], row["Sessions looked at"], row["Why"]) == (CACHE_BREAK.title, 6, "no finding in any set")
    assert not any(one.plot for one in computed.tables)


def test_why_a_detector_was_not_compared_is_in_words(computed):
    why = {row["Detector"]: row["Why"] for row in table(computed, "untested")}
    assert why["Meter jumps in blocks"] == "no set has readings of the usage meter over time"
    assert why["Output counts in the log fall short"] == "asked of client versions, not of sessions"
    assert why["Uncached input"] == "no finding in any set"
    failed = replace(looked_pack(*days(whole, WEEK, 2), *days(whole, OTHER, 2)).runs[0], outcome=Outcome.FAILED)
    pack = looked_pack(*days(whole, WEEK, 2), *days(whole, OTHER, 2), detectors=(UNREAD_LAST_WRITE,))
    computed = detectors_by_week(None, (replace(pack, runs=(*pack.runs, failed)),))
    assert {row["Detector"]: row["Why"] for row in table(computed, "untested")}[CACHE_BREAK.title] == "failed"


# ---- the control ----


def family(*by_set):
    """Detectors that are nothing but a name, each with its counts in each set."""
    found = [SimpleNamespace(detector=SimpleNamespace(id=str(place))) for place in range(len(by_set))]
    return controlled(found, lambda one: by_set[int(one.detector.id)])


def made(*counts):
    return {"made": Stratum(*counts)}


def split(hit, inside):
    return Stratum(int((hit & inside).sum()), int(inside.sum()), int((hit & ~inside).sum()), int((~inside).sum()))


def test_tests_that_cannot_reject_are_not_in_the_family():
    able, unable = made(6, 10, 1, 20), made(0, 10, 1, 20)
    (alone,) = family(able)
    first, *rest = family(able, *[unable] * 18)
    assert first.adjusted == alone.adjusted == pytest.approx(alone.p)
    assert [one.adjusted for one in rest] == [None] * 18
    assert not any(one.differs or one.could_differ for one in rest)


def test_needed_is_no_fall():
    """With 9 of 10 on the other side a fall would be told apart; what is asked for is a rise."""
    (one,) = family(made(1, 20, 9, 20))
    assert needed(one, [one]) == 9
    (none,) = family(made(2, 20, 2, 4))
    assert needed(none, [none]) is None


@pytest.mark.parametrize("sets", FORMS)
def test_weeks_by_lot_are_told_apart_no_more_often_than_the_control_says(sets, packs):
    """The real findings of all sets, which hang together as they do, with sessions dealt out to weeks again."""
    rng = np.random.default_rng(20260316)
    sessions = {pack.id: sorted(weeks_of(pack)) for pack in public_sets(packs)}
    marks = [
        {part.set: tuple(np.isin(sessions[part.set], [*some]) for some in (part.sessions, part.found)) for part in one.looked}
        for one in fired(public_sets(packs))
        if one.found
    ]  # fmt: skip
    told = 0
    for _ in range(sets):
        dealt = {name: rng.permutation(len(all_)) < len(all_) * 3 // 10 for name, all_ in sessions.items()}
        strata = [{name: split(hit[seen], dealt[name][seen]) for name, (seen, hit) in one.items()} for one in marks]
        told += any(one.differs for one in family(*strata))
    print(f"told apart in {told} of {sets}")
    assert exact_rate(told, sets).low <= 0.05
