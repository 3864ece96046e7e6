"""Was it me: which records apply to a version, a product, a plan and days, and that each is told with its page."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import real_case
from public_library import HOSTILE, LIBRARY, dossier, event, incident

from generator.curated.case import VendorAddress
from generator.curated.prices import PriceEpoch
from generator.detectors.known_bad_version import FAULTS
from generator.dossier.applying import applying
from generator.dossier.applying.base import Applying, Choice, Kind, applies, version_of
from generator.pages import was_it_me
from generator.site.render import SiteContext, render

ROOT = Path(__file__).parent.parent
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0", repository=None)
RATES = {"input": 5, "write_5m": 6.25, "write_1h": 10, "read": 0.5, "output": 25}
DEARER = {"input": 10, "write_5m": 12.5, "write_1h": 20, "read": 1, "output": 37.5}


def day(text):
    return datetime.fromisoformat(f"{text}T00:00:00+00:00")


def at(text):
    return datetime.fromisoformat(f"{text}:00+00:00")


EVENTS = (
    event("E-010", day("2026-02-02"), kind="cli_release", title="Claude Code 2.1.9: small things", official=True),
    event("E-011", at("2026-03-05T00:25"), kind="regression", title="Claude Code 2.1.69: large", ended_by="E-014",
          official=True, confidence="high"),
    event("E-012", at("2026-03-14T01:23"), kind="cli_release", title="Claude Code 2.1.76: compaction stops", official=True),
    event("E-013", day("2026-03-13"), kind="promotion", end=at("2026-03-28T06:59"), day_only=True, official=True,
          title="Twice as much off peak", plans=("free", "pro"), hours="off peak", surfaces=("claude-ai", "claude-code")),
    event("E-014", at("2026-04-01T23:41"), kind="fix", title="Claude Code 2.1.90: resume mended", official=True),
    event("E-015", day("2026-03-26"), kind="policy_change", day_only=True, title="Faster at peak", hours="12:00 to 18:00 UTC",
          plans=("pro", "max"), surfaces=("claude-ai-mobile",), official=True),
    event("E-016", day("2026-03-26"), kind="regression", day_only=True, title="Thinking is cleared", ended_by="E-017",
          surfaces=("claude-code", "cowork"), confidence="high"),
    event("E-017", day("2026-04-10"), kind="fix", day_only=True, title="Thinking mended in 2.1.101"),
    event("E-018", at("2026-04-10T19:03"), kind="cli_release", title="Claude Code 2.1.101: resume again"),
    event("E-019", day("2026-04-01"), kind="doc_fact", day_only=True, title="Limits are one pool", official=True),
    event("E-020", day("2026-04-23"), kind="limit_reset", day_only=True, title="Limits reset", official=True),
    event("E-021", day("2026-04-16"), kind="regression", day_only=True, end=at("2026-04-20T23:59"), title="A line in the prompt"),
    event("E-022", day("2026-03-20"), kind="product_launch", day_only=True, title=HOSTILE, surfaces=("console",)),
    event("E-023", day("2026-03-18"), kind="user_report", day_only=True, title="Claude Code is slow"),
    event("E-024", day("2026-03-19"), kind="doc_fact", day_only=True, title="Somebody read a comment"),
    event("E-025", day("2026-03-29"), day_only=True, title="One build changes prompts",
          url="https://github.com/anthropics/claude-code/issues/40524"),
)  # fmt: skip
INCIDENTS = (
    incident("old", at("2026-01-30T04:00"), ("claude-ai",)),
    incident("night", at("2026-03-17T19:47"), ("claude-ai", "api"), end=at("2026-03-18T00:25"), title="Opus errors"),
    incident("every", at("2026-03-19T04:00"), ("all",), end=at("2026-03-19T05:10"), impact="none"),
    incident("desk", at("2026-03-19T04:00"), ("console",), impact="major"),
)
PRICES = (
    PriceEpoch(model="claude-opus-4-6", since=date(2026, 2, 5), until=date(2026, 3, 12), prices=RATES, over_200k=DEARER,
               sources=("https://example.org/doc",)),
    PriceEpoch(model="claude-opus-4-6", since=date(2026, 3, 13), prices=RATES, sources=("https://example.org/doc",)),
)  # fmt: skip
VENDOR = LIBRARY.case.model_copy(
    update={
        "vendors": ("anthropic",),
        "vendor_addresses": (
            VendorAddress(address="https://github.com/anthropics/claude-code/blob/", kinds=("changelog",)),
        ),
    }
)
SURFACES = tuple(
    one.model_copy(update={"looks_like": "A long chat."}) if one.id == "claude-ai" else one for one in LIBRARY.surfaces
)


def case():
    return dossier(events=EVENTS, incidents=INCIDENTS, prices=PRICES, case=VENDOR, surfaces=SURFACES)


def records(library=None):
    return {one.id: one for one in applying(library or case().library, clients=True)}


def rule(kind=Kind.POLICY, **fields):
    return Applying("x", kind, "It was so.", "e/E-001/", **fields)


# ---- what fits a choice ----


@pytest.mark.parametrize(
    ("version", "fits"),
    [("2.1.69", True), ("2.1.76", True), ("2.1.89", True)]
    + [(version, False) for version in ("2.1.9", "2.1.68", "2.1.90", "2.1.100", "2.1", "2.0.76", "3.0.70", "2.1.7")],
)
def test_versions_compare_as_numbers(version, fits):
    assert applies(rule(Kind.FAULT, versions=("2.1.69", "2.1.89")), Choice(version)) is fits


def test_an_open_range_reaches_to_its_last_version():
    fault = rule(Kind.FAULT, versions=("", "2.1.88"))
    assert [applies(fault, Choice(version)) for version in ("1.0.1", "2.1.9", "2.1.88", "2.1.89")] == [True] * 3 + [
        False
    ]


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        ("2026-03-17", "2026-03-23", True),
        ("2026-03-12", "2026-03-13", True),
        ("2026-03-28", "2026-04-02", True),
        ("2026-03-28", None, True),
        (None, "2026-03-13", True),
        ("2026-03-29", None, False),
        (None, "2026-03-12", False),
        ("2026-03-01", "2026-03-12", False),
    ],
)
def test_days_touch_with_both_ends(first, last, fits):
    choice = Choice(first=first and date.fromisoformat(first), last=last and date.fromisoformat(last))
    assert applies(rule(first=date(2026, 3, 13), last=date(2026, 3, 28)), choice) is fits
    assert applies(rule(), choice), "what has no days applies on every day"


def test_what_names_no_product_and_no_plan_is_for_all():
    assert applies(rule(), Choice(surface="api", plan="free"))
    assert applies(rule(surfaces=("api",), plans=("free", "pro")), Choice())
    assert not applies(rule(surfaces=("api",)), Choice(surface="cowork"))
    assert not applies(rule(plans=("free", "pro")), Choice(plan="enterprise"))


def test_a_fault_goes_by_the_version_where_one_is_chosen_and_by_its_days_where_not():
    fault = rule(Kind.FAULT, versions=("2.1.69", "2.1.89"), first=date(2026, 3, 5))
    early = {"first": date(2026, 2, 1), "last": date(2026, 2, 9)}
    assert applies(fault, Choice("2.1.76", **early))
    assert not applies(fault, Choice(**early)), "nobody had the version yet"
    assert not applies(fault, Choice("2.1.76", surface="x", **early)) or not fault.surfaces


def test_a_release_is_there_on_its_day_and_for_its_own_version():
    release = rule(Kind.RELEASE, versions=("2.1.76", "2.1.76"), first=date(2026, 3, 14), last=date(2026, 3, 14))
    week = {"first": date(2026, 3, 17), "last": date(2026, 3, 23)}
    assert applies(release, Choice("2.1.76", **week))
    assert not applies(release, Choice("2.1.9", **week))
    assert applies(release, Choice("2.1.9", first=date(2026, 3, 14), last=date(2026, 3, 14)))


# ---- where the records come from ----


def test_every_fault_of_the_detectors_list_is_there_as_the_list_has_it():
    found = records()
    for fault in FAULTS:
        one = found[f"fault-{fault.id}"]
        assert (one.versions, one.says, one.kind) == ((fault.first, fault.last), fault.says, Kind.FAULT)


def test_a_fault_takes_its_day_its_page_and_its_mending_from_the_events():
    resume = records()["fault-resume-deferral"]
    assert (resume.path, resume.first, resume.last) == ("e/E-011/", date(2026, 3, 5), None)
    assert (resume.note, resume.official, resume.confidence) == ("Mended in 2.1.90.", True, "high")
    cleared = records()["fault-thinking-cleared"]
    assert (cleared.path, cleared.first, cleared.note) == ("e/E-016/", date(2026, 3, 26), "Mended in 2.1.101.")
    assert cleared.surfaces == ("claude-code", "cowork")
    assert cleared.official is False, "its address is none that this case declares as the vendor's"


def test_a_fault_without_a_first_version_takes_no_release_or_regression_of_no_version():
    pinned = records()["fault-prefix-mutation"]
    assert (pinned.path, pinned.first, pinned.events) == ("e/E-025/", None, ("E-025",))
    assert (pinned.official, pinned.confidence) == (False, "medium")


def test_without_events_a_fault_is_there_all_the_same_and_leads_to_its_detector():
    for one in records(dossier(events=(), case=VENDOR).library).values():
        if one.kind is Kind.FAULT:
            assert (one.path, one.first, one.note) == ("d/known-bad-version/", None, "")
            assert (one.surfaces, one.confidence) == (("claude-code",), None)


def test_a_regression_of_no_known_version_has_its_days_only():
    one = records()["E-021"]
    assert (one.kind, one.versions, one.first, one.last) == (Kind.FAULT, None, date(2026, 4, 16), date(2026, 4, 20))
    assert not {"E-011", "E-016"} & {one.id for one in records().values() if one.kind is Kind.FAULT}, "told once"


@pytest.mark.parametrize(("official", "kind"), [(True, Kind.FAULT), (False, None)])
def test_a_report_is_a_fault_only_where_the_vendors_own_word_ends_it(official, kind):
    told = event("E-030", day("2026-03-20"), kind="user_report", title="Misses", ended_by="E-031", surfaces=("api",))
    ending = event("E-031", day("2026-04-05"), kind="statement", title="It is mended", official=official)
    one = records(dossier(events=(told, ending), case=VENDOR).library).get("E-030")
    assert (one.kind if one else None) == kind
    assert one is None or (one.first, one.last, one.note) == (date(2026, 3, 20), date(2026, 4, 5), "")


def test_promotions_limits_and_peak_hours():
    found = records()
    promotion, peak, reset = found["E-013"], found["E-015"], found["E-020"]
    assert (promotion.kind, promotion.last, promotion.plans) == (Kind.POLICY, date(2026, 3, 28), ("free", "pro"))
    assert (peak.kind, peak.last, peak.hours) == (Kind.PEAK, None, "12:00 to 18:00 UTC")
    assert peak.surfaces == ("claude-ai",), "a variant is its product"
    assert (reset.kind, reset.first, reset.last) == (Kind.POLICY, date(2026, 4, 23), date(2026, 4, 23))


@pytest.mark.parametrize("kind", ["policy_change", "promotion", "limit_reset"])
def test_what_a_user_says_of_a_policy_is_not_listed_with_what_the_vendor_changed(kind):
    told = event("E-030", day("2026-03-06"), kind=kind, day_only=True, title="A lifetime fell", hours="at night")
    assert records(dossier(events=(told,), case=VENDOR).library)["E-030"].kind is Kind.CHANGE
    said = told.model_copy(update={"official": True})
    assert records(dossier(events=(said,), case=VENDOR).library)["E-030"].kind in (Kind.POLICY, Kind.PEAK)


def test_incidents_are_told_with_their_times_on_all_their_days():
    found = records()
    assert "old" not in found, "it ended before the days of the case"
    night, every, desk = found["night"], found["every"], found["desk"]
    assert (night.first, night.last) == (date(2026, 3, 17), date(2026, 3, 18))
    assert night.says == (
        "The status page announced an incident, in our words: Opus errors, from 19:47 UTC on 17 March to 00:25 UTC on 18 March 2026."
    )
    assert (
        every.says
        == "The status page announced an incident, in our words: Incident every, from 04:00 to 05:10 UTC on 19 March 2026."
    )
    assert (
        desk.says
        == "The status page announced an incident, in our words: Incident desk, at 04:00 UTC on 19 March 2026."
    )
    assert (every.surfaces, desk.surfaces) == ((), ("other",))
    assert (every.note, desk.note) == ("", "Impact by the status page: major.")


def test_releases_are_those_of_the_client_and_of_products_and_no_report():
    releases = {one.id: one.versions for one in records().values() if one.kind is Kind.RELEASE}
    assert releases == {
        "E-010": ("2.1.9", "2.1.9"), "E-011": ("2.1.69", "2.1.69"), "E-012": ("2.1.76", "2.1.76"),
        "E-014": ("2.1.90", "2.1.90"), "E-018": ("2.1.101", "2.1.101"), "E-022": None,
    }  # fmt: skip
    assert version_of(EVENTS[13]) == version_of(EVENTS[7]) == "", "a title that only mentions the client is no release"


def test_ordinary_reasons_are_dated_only_where_the_record_is():
    causes = {one.id: one for one in records().values() if one.kind is Kind.CAUSE}
    assert set(causes) == {
        "E-019", "price-claude-opus-4-6-standard-2026-02-05", "surface-claude-ai",
        "symptom-runaway-usage", "symptom-timeout", "symptom-never-seen",
    }  # fmt: skip
    price = causes["price-claude-opus-4-6-standard-2026-02-05"]
    assert (price.first, price.last) == (date(2026, 2, 5), date(2026, 3, 12))
    assert price.says == (
        "On claude-opus-4-6 a call of more than 200,000 tokens cost 10 dollars a million input tokens as a whole, "
        "instead of 5."
    )
    assert causes["E-019"].first is None
    assert "1 April 2026" in causes["E-019"].note


# ---- the page ----


def page(of=None):
    (made,) = was_it_me.KIND.pages(of or case())
    return made


def markup(of=None):
    files = render([page(of)], templates=ROOT / "templates", site_context=SITE)
    return next(file.content.decode() for file in files if file.path.endswith("index.md"))


def test_every_record_is_a_row_and_in_the_data_with_its_sentence_and_link():
    made, text = page(), markup()
    twin = json.loads(made.downloads[0].content)
    rows = [row for group in made.context.groups for row in group.rows]
    assert [one["id"] for one in twin["record"]["records"]] == [row.one.id for row in rows] == list(records())
    for row, told in zip(rows, twin["record"]["records"], strict=True):
        assert f'data-id="{row.one.id}"' in text
        assert f'href="../{row.one.path}"' in text
        assert told["says"].endswith(".") or told["says"] == HOSTILE + "."
        assert (told["whom"], told["sure"]) == (row.whom, row.sure) != ("", "")
        assert twin["links"]["records"][row.one.id] == f"2026-03/{row.one.path}"
    assert twin["record"]["records"][0]["versions"] in (["", "2.1.88"], ["2.1.20", "2.1.107"], ["", "2.1.75"])
    assert "<script>window" not in text


def test_for_whom_is_in_words_and_for_all_where_nothing_is_named():
    whom = {row.one.id: row.whom for group in page().context.groups for row in group.rows}
    assert whom["fault-resume-deferral"] == "versions 2.1.69 to 2.1.89; Claude Code"
    assert whom["fault-prefix-mutation"] == "versions up to 2.1.88; Claude Code"
    assert whom["E-012"] == "version 2.1.76; Claude Code"
    assert whom["E-013"] == "claude.ai, Claude Code; Free, Pro"
    assert whom["every"] == whom["symptom-timeout"] == "for all"
    assert whom["desk"] == "another service"


def test_plans_are_asked_only_where_a_record_tells_them_apart():
    plain = tuple(one.model_copy(update={"plans": ()}) for one in EVENTS)
    assert [plan[0] for plan in page().context.plans] == ["free", "pro", "max", "team", "enterprise", "api"]
    assert page(dossier(events=plain)).context.plans == ()
    assert 'name="plan"' not in markup(dossier(events=plain))


def test_versions_are_offered_newest_first():
    assert [version for version, _ in page().context.versions] == ["2.1.101", "2.1.90", "2.1.76", "2.1.69", "2.1.9"]


def test_the_articles_days_are_counted_for_each_product():
    context = page().context
    counts = {one.query: one.counts for one in context.examples}
    assert counts["surface=claude-ai&from=2026-03-17&to=2026-03-23"] == (0, 1, 0, 4, 2, 0)
    assert counts["surface=cowork&from=2026-03-17&to=2026-03-23"] == (0, 0, 0, 3, 1, 0)
    assert {len(row) for row in counts.values()} == {len(context.groups)}  # as many counts as heads


# ---- the real content ----


def answer(*choice, **fields):
    found = [one for one in applying(real_case.library(), clients=True) if applies(one, Choice(*choice, **fields))]
    return {kind: [one.id for one in found if one.kind is kind] for kind in Kind}


@pytest.mark.slow
def test_three_real_questions():
    week = answer("2.1.76", "claude-code", "max", date(2026, 3, 17), date(2026, 3, 23))
    assert week[Kind.FAULT] == [
        "fault-prefix-mutation", "fault-telemetry-5m", "fault-resume-deferral", "measured-unread-last-write",
    ]  # fmt: skip
    assert {"E-035", "E-049"} <= set(week[Kind.POLICY])
    assert week[Kind.CHANGE] == ["measured-cache-life"], "a user's analysis is no change by the vendor"
    assert week[Kind.PEAK] == [], "they begin on 26 March"
    assert len(week[Kind.INCIDENT]) == 9
    outage = answer(surface="claude-ai", first=date(2026, 3, 2), last=date(2026, 3, 2))
    assert outage[Kind.FAULT] == [], "the chat product runs no Claude Code"
    assert {"0ghc53zpsfmt", "63943gpfb97z", "vqnfq1179169"} <= set(outage[Kind.INCIDENT])
    leak = answer("2.1.88", "claude-code", "", date(2026, 3, 31), date(2026, 3, 31))
    assert "fault-thinking-cleared" in leak[Kind.FAULT]
    assert leak[Kind.PEAK] == ["E-074"]
    assert leak[Kind.RELEASE] == ["E-085", "E-092"]
    assert answer("2.1.88", "claude-code", "enterprise", date(2026, 3, 31), date(2026, 3, 31))[Kind.PEAK] == []


OURS = ("symptom-", "surface-", "measured-")
"""What is summed up or measured here has no source whose word could be sure."""


@pytest.mark.slow
def test_every_real_fault_with_days_is_offered():
    """A regression, a report that the vendor's own word ended, a measured change: each by its id or by a fault's."""
    library = real_case.library()
    found = applying(library, clients=True)
    told = {one.id for one in found} | {id for one in found for id in one.events}
    official = {one.id for one in library.events if one.official}
    faults = [one.id for one in library.events if one.kind == "regression" or one.ended_by in official]
    assert [id for id in faults if id not in told] == []
    assert "E-138" in faults
    measured = [one for one in found if one.id == "measured-unread-last-write"]
    assert [(one.first, one.last) for one in measured] == [(date(2026, 3, 13), date(2026, 5, 6))]


@pytest.mark.slow
def test_every_real_record_has_a_page_of_its_own_and_says_how_sure_it_is():
    library = real_case.library()
    known = {
        *(f"e/{one.id}/" for one in library.events), *(f"i/{one.id}/" for one in library.incidents),
        *(f"symptom/{one.id}/" for one in library.symptoms), *(f"surface/{one.id}/" for one in library.surfaces),
        *(f"m/{one.id}/" for one in library.published if one.applied), "prices/",
    }  # fmt: skip
    found = applying(library, clients=True)
    assert {one.path for one in found} <= known
    assert len({one.id for one in found}) == len(found)
    undecided = [one.id for one in found if one.confidence is None and not one.id.startswith(OURS)]
    assert undecided == []
