"""What public logs say: the figures of the real packs beside those of the review, and made-up packs in which each rule fails."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import CORPORA
from msgspec.structs import replace
from scipy.stats import binomtest
from test_grading import pack as bare_pack
from test_ledger import pseudonym, request

from generator.charts import published_chart
from generator.curated.entries import Entry
from generator.curated.measurements import Computation, Published, tables_are_even
from generator.dossier.computed import COMPUTED
from generator.dossier.computed.breaks_by_week import breaks_by_week
from generator.dossier.computed.breaks_power import power, smallest_ratio, spread
from generator.dossier.computed.cache_life import cache_life
from generator.dossier.computed.life_agents import sub_agents
from generator.dossier.computed.life_prices import priced
from generator.dossier.computed.life_writes import writes_of
from generator.dossier.computed.public import NONE, public_sets, threads_by_set, week_of
from generator.dossier.computed.unread_last_write import unread_last_write
from generator.dossier.computed.unread_steps import AFTER, BEFORE, DURING, PERIODS, counts, soon_steps, within
from generator.packs.pack import read_pack
from generator.pages import measurements
from generator.records.results import Level
from generator.statistics.clusters import Cluster

ROOT = Path(__file__).parent.parent
BY_DAY = CORPORA.parents[1] / "curated" / "measured" / "unread-last-write-by-day.csv"

FROM_PACKS = [
    COMPUTED[one]
    for one in (
        Computation.UNREAD_LAST_WRITE,
        Computation.CACHE_LIFE,
        Computation.BREAKS_BY_WEEK,
        Computation.DETECTORS_BY_WEEK,
    )
]


# ---- the real packs ----


@pytest.fixture(scope="module")
def packs():
    folder = ROOT / "content" / "evidence"
    return tuple(read_pack(path) for path in sorted(folder.iterdir()) if (path / "pack.json").is_file())


@pytest.fixture(scope="module")
def unread(packs):
    return unread_last_write(None, packs)


@pytest.fixture(scope="module")
def life(packs):
    return cache_life(None, packs)


@pytest.fixture(scope="module")
def breaks(packs):
    return breaks_by_week(None, packs)


def table(computed, name):
    (found,) = (one for one in computed.tables if one.id == name)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def estimate(computed, start):
    (found,) = (one for what, one in computed.estimates if what.startswith(start))
    return found


def test_the_three_periods_are_those_of_the_review(unread):
    rows = table(unread, "periods")
    assert [(row["Not read"], row["Requests"]) for row in rows] == [(2, 14_619), (189, 3_255), (2, 2_686)]
    assert [(row["Sessions with one"], row["Sessions"]) for row in rows] == [(2, 300), (49, 87), (2, 32)]
    for row, (low, high) in zip(rows, [(0, 0.04), (4.8, 7.0), (0, 0.17)], strict=True):
        assert (row["Low, by session"], row["High, by session"]) == pytest.approx((low, high), abs=0.15)


def test_its_size_is_in_the_sentence_of_its_existence(unread):
    assert "189 of 3,255" in unread.answer
    assert "0.04 % of all tokens" in unread.answer
    assert "explains no runaway usage" in unread.answer
    assert unread.answer.count(". ") == 0


def test_the_sets_are_those_of_the_review(unread):
    found = {row["Set"]: (row["Not read"], row["Requests"]) for row in table(unread, "sets") if row["Requests"]}
    assert found == {
        "cc-backend": (71, 1139), "git-sync": (105, 1871), "agentv": (9, 110), "imessage-mail": (2, 70),
        "prompts-chat": (1, 21), "entire-cli-fixtures": (1, 44),
    }  # fmt: skip


@pytest.mark.corpora
def test_each_day_is_that_of_the_review_but_for_one_step(unread):
    """The ledger joins one step more on 5 February than it did when the review was made."""
    ours = {row["Day"]: (row["Requests"], row["Not read"], row["Sets"]) for row in table(unread, "all-days")}
    with BY_DAY.open() as file:
        theirs = {
            row["day_utc"]: (int(row["steps_within_5_s"]), int(row["last_write_not_read"]), int(row["sets"]))
            for row in csv.DictReader(file)
        }
    assert {day for day in ours if ours[day] != theirs.get(day)} | (set(theirs) - set(ours)) == {"2026-02-05"}
    assert (ours["2026-02-05"], theirs["2026-02-05"]) == ((296, 0, 1), (295, 0, 1))


def test_it_is_a_matter_of_seconds_and_of_no_model(unread):
    seconds = {row["Seconds"]: (row["Not read"], row["Requests"]) for row in table(unread, "seconds")}
    assert seconds == {"0 to 1 s": (164, 2707), "1 to 2 s": (20, 305), "2 to 5 s": (5, 243), "5 to 60 s": (0, 432)}
    models = {row["Model"]: row["Percent"] for row in table(unread, "models") if row["Percent"]}
    assert models == pytest.approx(
        {"claude-haiku-4-5-20251001": 9.27, "claude-opus-4-6": 5.9, "claude-opus-4-7": 4.71, "claude-sonnet-4-6": 5.79}
    )
    assert estimate(unread, "Five to sixty").high == pytest.approx(0.85, abs=0.01)


def test_other_cuts_give_the_same_and_the_placebo_nothing(unread):
    rows = {row["Rule"]: row for row in table(unread, "cuts")}
    for rule in ("within 5 s, missing to the token", "within 5 s, within 1 %", "within 10 s", "answers to tools only"):
        assert rows[rule]["Not read to 6 May"] == 189
    placebo = rows["placebo: the write before the last is missing instead"]
    assert [placebo[f"Not read {word}"] for word in ("before 13 March", "to 6 May", "after")] == [1, 1, 0]
    linear = next(row for rule, row in rows.items() if rule.startswith("the tree of lines"))
    assert (linear["Not read to 6 May"], linear["Of requests to 6 May"]) == (163, 2889)


def test_the_days_are_found_without_being_told(unread):
    rows = {(row["Sets"], row["Edge"]): row for row in table(unread, "change-days")}
    first, last = rows["all sets", "first raised day"], rows["all sets", "last raised day"]
    assert (first["Day"], first["Likely from"], first["Likely to"]) == ("2026-03-13",) * 3
    assert first["Drawn to"] <= "2026-03-16"
    assert (last["Day"], last["Likely to"]) == ("2026-05-04", "2026-05-07")


def test_an_older_client_shows_it_and_newer_ones_before_do_not(unread):
    rows = {row["Version"]: row for row in table(unread, "versions")}
    assert (rows["2.1.62"]["Not read to 6 May"], rows["2.1.62"]["Requests to 6 May"]) == (9, 110)
    newer = [rows[one] for one in ("2.1.63", "2.1.66", "2.1.68", "2.1.71", "2.1.72")]
    assert sum(row["Not read before"] for row in newer) == 0
    assert sum(row["Requests before 13 March"] for row in newer) == 356
    assert estimate(unread, "Sessions with at least one, clients up to").n == 3


def test_tokens_paid_again(unread, packs):
    assert estimate(unread, "Tokens paid again").value == pytest.approx(0.0415, abs=0.0002)
    soon = within(soon_steps(threads_by_set(packs)))
    assert sum(row.step.missed for row in soon if row.unread and row.period == DURING) == 248_294


def test_sub_agents_lost_the_hour_and_main_threads_kept_it(life):
    assert "156 of 161" in life.answer
    assert "0 of 26" in life.answer
    weeks = {(row["Set"], row["Week from"]): row for row in table(life, "by-week")}
    march = weeks["cc-backend", "2026-03-09"]
    assert (march["Percent for an hour"], march["Percent for an hour, sub-agents"]) == (59.9, 0)
    assert weeks["cc-backend", "2026-03-02"]["Percent for an hour, sub-agents"] == 100
    january = weeks["entire-january", "2026-01-26"]
    assert (january["Percent for an hour"], january["Calls of sub-agents"]) == (23, 156)
    prices = {(row["Days"], row["Threads"]): row for row in table(life, "prices")}
    late = prices["11 March on", "sub-agents"]
    assert (late["Calls that wrote"], late["USD for five minutes"], late["USD for an hour"]) == (393, 2.88, 4.6)


def test_the_share_under_the_picture_is_that_of_its_rows_and_march_is_told_apart(life):
    rows = [row for row in table(life, "by-day") if row["Threads"] == "main threads" and row["Day"] > "2026-03-04"]
    tokens = sum(row["Tokens written"] for row in rows)
    drawn = sum(row["Tokens written"] * row["Percent for an hour"] for row in rows) / tokens
    picture = next(one for one in life.tables if one.id == "by-day").plot.sentence
    assert f"{drawn:.1f} % of those of main threads" in picture
    assert "(56.6 % on 11 to 13 March, 100 % on the days of the article)" in picture
    told = {name.rsplit("hour, ", 1)[-1]: round(one.value, 1) for name, one in life.estimates if "main threads" in name}
    assert told == {
        "from 5 March to July": 97.5,
        "5 to 31 March": 87.1,
        "11 to 13 March": 56.6,
        "17 to 23 March, the days of the article": 100.0,
    }


def test_the_change_is_between_two_days_with_sub_agents(life):
    runs = [row for row in table(life, "runs") if (row["Set"], row["Threads"]) == ("cc-backend", "sub-agents")]
    assert [(row["Written for"], row["From"], row["To"]) for row in runs] == [
        ("an hour", "2026-03-04", "2026-03-04"),
        ("five minutes", "2026-03-11", "2026-04-01"),
    ]


def test_the_week_of_the_article_and_what_it_could_have_shown(breaks):
    rows = {row["Week from"]: row for row in table(breaks, "weeks")}
    assert (rows["2026-03-16"]["Steps"], rows["2026-03-16"]["Unexplained"]) == (680, 3)
    assert sum(row["Unexplained"] for row in rows.values()) == 46
    assert "721 calls of 16 to 22 March and 538 of 17 to 23 March" in breaks.cautions[0]
    assert estimate(breaks, "That week against").p > 0.05
    assert breaks.tables[0].plot.sentence.endswith("highest for its steps is the week of 23 March.")
    assert table(breaks, "power")[0]["Times as many breaks"] == pytest.approx(7, abs=1)


@pytest.mark.parametrize("name", ["unread", "life", "breaks"])
def test_every_table_is_sound_and_every_plot_can_be_drawn(name, request):
    computed = request.getfixturevalue(name)
    assert computed.tables[0].plot
    record = Published(
        id="one", title="One", result="One.", by="Us", url="https://example.org/", period="2026", sample="S.", method="M.",
        raw="public", raw_where="There.", shows="S.", shows_not="N.", judgement="J.", tables=computed.tables,
    )  # fmt: skip
    assert list(tables_are_even((Entry(None, record, None, (), "published"),), None)) == []
    assert json.dumps(measurements._record(record, computed), allow_nan=False)
    for one in computed.tables:
        if one.plot:
            drawn = published_chart(one, one.plot, drawn=lambda *_: ("<svg/>", 100, 100))
            assert len(drawn.sentence) < 300


def test_no_figure_is_without_its_interval_or_the_reason(unread, life, breaks):
    for computed in (unread, life, breaks):
        for what, one in computed.estimates:
            assert one.interval or "count" in one.method, what


# ---- made-up packs ----

DAYS = {BEFORE: date(2026, 2, 3), DURING: date(2026, 3, 18), AFTER: date(2026, 5, 20)}


def placed(rows, day, session="a"):
    """The calls of `test_ledger.request`, which are of 17 March, on another day and in a session of their own."""
    shift = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - datetime(2026, 3, 17, 9, tzinfo=UTC)
    place = int(day.strftime("%j")) * 1000 + (ord(session) - ord("a")) * 100
    return [
        replace(
            one, id=pseudonym(place + number), session=session * 16, first_seen=one.first_seen + shift,
            ended=one.ended + shift, started=one.started and one.started + shift,
        )
        for number, one in enumerate(rows)
    ]  # fmt: skip


def pair(*, missing=900, written=900, wait=2.0, read=60_000, **more):
    """A call, and one so long after its answer that reads so much less than there is."""
    left = read + written
    return [
        request(0, 0, read=read, written=written, **more),
        request(1, 5 + wait, read=left - missing, written=missing, **more),
    ]


def public_pack(*rows, name="made", **more):
    return replace(bare_pack(id=name), level=Level.FULL, origin=("0" * 64,), requests=tuple(rows), **more)


def in_all_periods(rows):
    return [one for day in DAYS.values() for one in placed(rows, day)]


def hits(rows):
    return sum(row.unread for row in within(soon_steps(threads_by_set([public_pack(*rows)]))))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (pair(), 1),
        (pair(missing=0), 0),
        (pair(missing=918), 1),
        (pair(missing=919), 0),
        (pair(missing=882), 1),
        (pair(missing=881), 0),
        (pair(missing=200, written=200), 1),
        (pair(missing=199, written=199), 0),
        (pair(wait=5.0), 1),
        (pair(wait=5.01), 0),
        (pair(read=3_000), 0),  # under 4,096 tokens nothing is expected
        (pair(gateway=True), 0),
        (pair(missing=60_900), 0),  # nothing was read
    ],
)
def test_each_rule_of_an_unread_write(rows, found):
    assert hits(rows) == found


def test_an_answer_that_read_nothing_leaves_no_older_entry_to_read():
    """Where all was new, missing the last write is reading nothing, which may have any cause."""
    assert hits(pair(read=0, written=60_000, missing=60_000)) == 0


def test_the_placebo_is_the_write_before_the_last():
    rows = [
        request(0, 0, read=60_000, written=2_000),
        request(1, 7, read=62_000, written=900),
        request(2, 14, read=60_900, written=900),
    ]
    last = within(soon_steps(threads_by_set([public_pack(*rows)])))[-1]
    assert (last.unread, last.other) == (False, True)


def test_periods_are_told_apart_by_their_days():
    for day, period in (
        (date(2026, 3, 12), BEFORE),
        (date(2026, 3, 13), DURING),
        (date(2026, 5, 6), DURING),
        (date(2026, 5, 7), AFTER),
    ):
        (row,) = soon_steps(threads_by_set([public_pack(*placed(pair(), day))]))
        assert row.period == period


def test_logs_of_the_site_s_owner_and_partial_packs_are_left_out():
    rows = in_all_periods(pair())
    whole = public_pack(*rows)
    for other in (
        replace(whole, origin=()),
        replace(whole, simulated=True),
        replace(whole, level=Level.FINDINGS),
    ):
        assert public_sets([other]) == ()
        for computation in FROM_PACKS:
            assert computation(None, (other,)).answer == NONE
    assert "3 of" not in NONE
    assert unread_last_write(None, (whole,)).answer.startswith("From 13 March to 6 May 2026, 1 of 1 requests")


@pytest.mark.parametrize("computation", FROM_PACKS)
def test_no_pack_at_all_is_told_and_not_an_error(computation):
    computed = computation(None, ())
    assert (computed.answer, computed.estimates, computed.tables) == (NONE, (), ())


@pytest.mark.parametrize("computation", FROM_PACKS)
def test_a_set_of_one_day_alone_is_no_error(computation):
    for day in DAYS.values():
        assert computation(None, (public_pack(*placed(pair(), day)),)).function


@pytest.mark.parametrize(("at", "left"), [(6, 0), (600, 1)])
def test_calls_of_one_session_that_were_open_at_once_are_counted_apart(at, left):
    rows = in_all_periods(pair())
    for day in DAYS.values():
        (aside,) = placed([request(50, at, read=9_000, written=10, agent="b" * 16)], day)
        rows.append(replace(aside, id=pseudonym(900_000 + day.toordinal())))
    cuts = {row["Rule"]: row for row in table(unread_last_write(None, (public_pack(*rows),)), "cuts")}
    assert cuts["within 5 s"]["Not read to 6 May"] == 1
    assert cuts["no other call of the session was open meanwhile"]["Of requests to 6 May"] == left


def agent_rows(day, *, main, agent, session="a"):
    """A main thread that writes for `main`, then a sub-agent that writes for `agent`."""
    rows = placed(
        [
            request(0, 0, written=5_000, lifetime=main),
            request(1, 10, written=5_000, lifetime=agent),
            request(2, 20, read=5_000, written=400, lifetime=agent),
        ],
        day,
        session,
    )
    return [rows[0], *(replace(one, agent="b" * 16) for one in rows[1:])]


def test_a_sub_agent_is_set_beside_its_own_main_thread():
    rows = [
        *agent_rows(date(2026, 3, 4), main="1h", agent="1h", session="a"),
        *agent_rows(date(2026, 3, 4), main="5m", agent="5m", session="b"),
        *agent_rows(date(2026, 3, 11), main="1h", agent="5m", session="c"),
    ]
    agents = sub_agents(writes_of([public_pack(*rows)]))
    assert sorted((one.day.day, one.main_for_an_hour, one.only_hour, one.calls) for one in agents) == [
        (4, False, False, 2),
        (4, True, True, 2),
        (11, True, False, 2),
    ]
    computed = cache_life(None, (public_pack(*rows),))
    assert computed.answer.startswith("Until 4 March 2026, 1 of 1 sub-agents")
    assert "from 11 March 0 of 1" in computed.answer
    assert "nothing written on the days of the article" in computed.tables[0].plot.sentence, "no share of nothing"


def test_a_main_thread_that_had_not_written_before_says_nothing():
    rows = agent_rows(date(2026, 3, 4), main="1h", agent="1h")
    late = replace(rows[0], first_seen=rows[0].first_seen + timedelta(hours=1))
    (agent,) = sub_agents(writes_of([public_pack(late, *rows[1:])]))
    assert agent.main_for_an_hour is None


def test_what_the_main_thread_does_later_does_not_count():
    rows = agent_rows(date(2026, 3, 4), main="1h", agent="1h")
    (later,) = placed([request(9, 15, written=5_000, lifetime="5m")], date(2026, 3, 4))
    later = replace(later, id=pseudonym(900_001))
    (agent,) = sub_agents(writes_of([public_pack(*rows, later)]))
    assert agent.main_for_an_hour is True


@pytest.mark.parametrize(("wait", "pauses"), [(299, 0), (301, 1), (3599, 1), (3601, 0)])
def test_a_pause_that_either_lifetime_outlives_or_neither_is_none(wait, pauses):
    rows = placed(
        [
            request(0, 0, written=10_000, lifetime="5m"),
            request(1, wait, written=10_000, lifetime="5m", took=0),
        ],
        date(2026, 3, 20),
    )
    rows = [replace(one, agent="b" * 16) for one in rows]
    (late,) = (one for one in priced(threads_by_set([public_pack(*rows)])) if one.is_late and one.agents)
    assert late.pauses == pauses


def test_both_lifetimes_have_their_price_and_an_expired_pause_is_told():
    """Opus 4.6: 5 USD a million, so 10,000 tokens are 0.0625 for five minutes and 0.1 for an hour."""
    rows = placed(
        [
            request(0, 0, read=0, written=10_000, lifetime="5m"),
            request(1, 1005, read=0, written=10_000, lifetime="5m"),
        ],
        date(2026, 3, 20),
    )
    rows = [replace(one, agent="b" * 16) for one in rows]
    (late,) = (one for one in priced(threads_by_set([public_pack(*rows)])) if one.is_late and one.agents)
    assert (late.calls, late.tokens, late.pauses, late.again) == (2, 20_000, 1, 10_000)
    assert (late.five_usd, late.hour_usd, late.again_usd) == pytest.approx((0.125, 0.2, 0.1))
    assert not late.five_is_cheaper


def test_weeks_begin_on_monday():
    assert {week_of(date(2026, 3, day)) for day in range(16, 23)} == {date(2026, 3, 16)}
    assert week_of(date(2026, 3, 23)) == date(2026, 3, 23)


def test_more_breaks_in_the_week_are_more_than_chance():
    broken = [
        one
        for day in range(5)
        for one in placed(
            [request(0, 0, read=60_000, written=900), request(1, 7, read=9_000, written=51_900)],
            date(2026, 3, 16 + day),
            "uvwxy"[day],
        )
    ]
    whole = [one for day in range(20) for one in placed(pair(missing=0), date(2026, 2, 1 + day), chr(97 + day))]
    computed = breaks_by_week(None, (public_pack(*broken, *whole),))
    assert "5 of 5 steps" in computed.answer
    assert "more than chance" in computed.answer


def test_a_rise_is_seen_as_often_as_in_a_second_simulation():
    """40 of 10,000 against 1,000 steps: where sessions do not differ, the exact test misses a threefold rise of few."""
    base, week = [Cluster(2, 500)] * 20, [Cluster(0, 50)] * 20
    assert spread(base) == 0
    assert power(1.0, week, base) < 0.06
    rises = [power(rise, week, base) for rise in (2.0, 4.0, 8.0)]
    assert rises == sorted(rises)
    assert rises[-1] > 0.99
    chance = random.Random(5)
    seen = 0
    for _ in range(400):
        hits, base_hits = (
            sum(chance.random() < share for _ in range(n)) for share, n in ((0.008, 1000), (0.004, 10_000))
        )
        less, more = (binomtest(hits, hits + base_hits, 1 / 11, one).pvalue for one in ("less", "greater"))
        seen += 2 * min(less, more) < 0.05
    assert power(2.0, week, base) == pytest.approx(seen / 400, abs=0.04)
    found = smallest_ratio(week, base)
    assert power(found, week, base) >= 0.8 > power(found - 0.5, week, base)


def test_sessions_that_differ_need_a_larger_rise():
    alike, apart = [Cluster(2, 500)] * 20, [Cluster(20 * (place < 2), 500) for place in range(20)]
    week = [Cluster(0, 50)] * 20
    assert spread(apart) > 1
    assert smallest_ratio(week, apart) > smallest_ratio(week, alike)


def test_without_any_break_no_rise_can_be_named():
    assert smallest_ratio([Cluster(0, 50)], [Cluster(0, 500)]) is None


def test_the_three_periods_are_named_once():
    assert PERIODS == (BEFORE, DURING, AFTER)
    assert counts([]) == (0, 0)
