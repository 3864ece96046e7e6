"""Timeline and explore: every record is a row, with what it can be filtered by; times are as exact as they are known."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
import real_case
from builders import request
from public_library import LIBRARY, TRACKER, dossier, event, incident, report

from generator.build import read_content
from generator.curated.claims import ClaimEvidence
from generator.curated.models import EvidenceKind
from generator.pages import claims, data, explore, home, reports, surfaces, symptoms, timeline
from generator.pages.parts.claims_of_record import claims_on_records
from generator.pages.parts.entries import KINDS, LOOKS, entries
from generator.pages.parts.facets import LOOK_TITLES, RECORD_TITLES, facets, tokens
from generator.pages.parts.source_types import ORIGINS, of_event, of_kind, of_report
from generator.pages.parts.spans import Span, event_span, incident_span, numbered, report_span
from generator.pages.parts.timeline_bands import band_groups
from generator.records.results import Finding, FindingGrade, Lean, Level, Outcome, Pack, Run, Severity, Totals
from generator.records.rows import Tally
from generator.site.render import SiteContext, render

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "sites" / "small" / "content"
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0", repository=None)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
READ_BY = LIBRARY.symptoms[0].detectors[0]


def body(*, simulated):
    """One body of evidence with one finding of the detector that reads the first symptom."""
    call = request(1, 0, 100, 100)
    found = Finding(
        id="F-ABCDEF",
        detector=READ_BY,
        version="0.1.0",
        at=datetime(2026, 3, 19, 8, tzinfo=UTC),
        until=datetime(2026, 3, 19, 9, tzinfo=UTC),
        requests=(call.id,),
        quantities=(),
        grade=FindingGrade.A,
        severity=Severity.LOW,
        ruled_out=(),
        not_ruled_out=(),
        lean=Lean.SERVICE,
    )
    return Pack(
        id="body-one",
        simulated=simulated,
        level=Level.FULL,
        tool_version="0.1.0",
        tallies=(Tally(label="log-0001", importer="claude-code", bytes=1, read=1, used=1),),
        totals=Totals(requests=1),
        days=(),
        marks_by_kind={},
        breaks=(),
        runs=(Run(detector=READ_BY, version="0.1.0", outcome=Outcome.FOUND, found=1, examined=1, findings=(found,)),),
        requests=(call,),
    )


@cache
def whole():
    return dossier(packs=(body(simulated=False),))


def rendered(*kinds, of):
    pages = [page for kind in kinds for page in kind.KIND.pages(of)]
    files = render(pages, templates=ROOT / "templates", site_context=SITE)
    return {
        file.path.removesuffix("index.md"): file.content.decode() for file in files if file.path.endswith("index.md")
    }


class Rows(HTMLParser):
    """Rows with their values, and the first link of each."""

    def __init__(self):
        super().__init__()
        self.rows, self.options, self.names, self.scripts, self._open = {}, {}, [], [], None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "data-f" in values:
            self._open = values["data-f"]
        elif tag == "a" and self._open is not None:
            self.rows[values["href"].removeprefix("../")] = self._open.split(";")
            self._open = None
        elif tag == "form":
            self.names = values["data-names"].split()
            assert "hidden" in values, "a control that does nothing without scripts must not be shown"
        elif tag == "input" and values["type"] == "checkbox":
            self.options.setdefault(values["name"], []).append(values["value"])
        elif tag == "select":
            self.options[values["name"]] = []
            self._select = values["name"]
        elif tag == "option" and values["value"]:
            self.options[self._select].append(values["value"])
        elif tag == "script":
            self.scripts.append(values.get("src"))


def rows(path, of=None):
    kind = {"2026-03/explore/": explore, "2026-03/timeline/": timeline}[path]
    parser = Rows()
    parser.feed(rendered(kind, of=of or whole())[path])
    return parser


def paths(library):
    """Pages of all records but claims."""
    return {
        *(f"r/{found.id}/" for found in library.reports),
        *(f"e/{found.id}/" for found in library.events),
        *(f"i/{found.id}/" for found in library.incidents),
    }


# ---- every record is a row ----


def test_every_record_is_a_row_of_explore_and_every_dated_one_of_the_timeline():
    dated = {*paths(LIBRARY), "f/F-ABCDEF/"}
    assert set(rows("2026-03/timeline/").rows) == dated
    assert set(rows("2026-03/explore/").rows) == {*dated, *(f"c/{claim.id}/" for claim in LIBRARY.claims)}


@pytest.mark.slow
def test_every_record_of_the_case_itself_is_a_row():
    case = real_case.dossier()
    found = entries(case)
    library = case.library
    assert len(found) == sum(
        map(len, (library.claims, library.reports, library.events, library.incidents, case.findings))
    )
    findings = {f"f/{view.finding.id}/" for view in case.findings}
    assert {entry.path for entry in found if entry.record != "claim"} == paths(library) | findings
    assert all(entry.span for entry in found if entry.record != "claim")
    assert len({entry.anchor for entry in found}) == len(found)
    known = {facet.name: {option.value for option in facet.options} for facet in facets(explore.FACETS, found, case)}
    for entry in found:
        for name in explore.FACETS:
            assert set(entry.values(name)) <= known[name], (entry.id, name)
    assert not any("other" in entry.sources for entry in found), "a type of source without its origin"


def test_a_simulated_finding_has_no_row():
    planted = dossier(packs=(body(simulated=True),))
    assert set(rows("2026-03/timeline/", planted).rows) == paths(LIBRARY)
    assert not [path for path in rows("2026-03/explore/", planted).rows if path.startswith("f/")]


def test_rows_name_only_values_that_the_form_offers_and_offers_hold_only_values_of_rows():
    for path in ("2026-03/explore/", "2026-03/timeline/"):
        parser = rows(path)
        assert list(parser.options) == parser.names
        for at, name in enumerate(parser.names):
            named = {value or "none" for values in parser.rows.values() for value in values[at].split(",")}
            assert named == set(parser.options[name]), (path, name)


def test_the_count_beside_a_choice_is_the_number_of_its_rows():
    found = entries(whole())
    for facet in facets(explore.FACETS, found, whole()):
        assert facet.boxes == (facet.name == "record")
        for option in facet.options:
            assert option.count == sum(option.value in entry.values(facet.name) for entry in found)


def test_the_pages_load_one_script_of_the_site_and_hold_none():
    for path in ("2026-03/explore/", "2026-03/timeline/"):
        assert set(rows(path).scripts) <= {"../../assets/filter.js", "../../assets/figures.js"}
        assert "../../assets/filter.js" in rows(path).scripts
    script = (ROOT / "templates" / "assets" / "filter.js").read_text()
    assert not re.search(r"\beval\b|\bFunction\(|innerHTML|insertAdjacentHTML|document\.write|fetch\(|import", script)
    assert set(re.findall(r"https?://[^\"'`\s]+", script)) == {"http://www.w3.org/2000/svg"}


# ---- what a row states ----


def test_facets_of_a_report_and_of_a_finding():
    values = rows("2026-03/explore/").rows
    assert values["r/in-article/"] == [
        "report", "claude-code", "runaway-usage,timeout", "unknown", "not_checkable", "issue", "2026-03-16",
    ]  # fmt: skip
    assert values["r/last-of-article/"][1] == "claude-ai", "a variant is folded into its surface"
    assert values["f/F-ABCDEF/"] == [
        "finding", "claude-code", "runaway-usage", "server", "", "own-finding", "2026-03-16",
    ]  # fmt: skip
    assert values["i/inc1/"][1] == "all"
    assert values["i/inc2/"][1] == "claude-code,other"


def test_no_surface_is_invented_for_a_record_that_names_none():
    bare = LIBRARY.model_copy(update={"events": (event("E-001", datetime(2026, 3, 18, tzinfo=UTC), surfaces=()),)})
    found = next(entry for entry in entries(dossier(library=bare)) if entry.record == "event")
    assert found.values("surface") == found.values("symptom") == found.values("layer") == ("none",)
    assert tokens(found, ("kind", "surface", "layer")) == "report;;"


def test_a_record_has_the_grades_of_the_claims_whose_evidence_names_it():
    item = ClaimEvidence(stance="for", shows="It.", report="before-one")
    first = LIBRARY.claims[0].model_copy(update={"evidence": (item,), "sources": ()})
    graded = LIBRARY.model_copy(update={"claims": (first, *LIBRARY.claims[1:])})
    case = dossier(library=graded)
    named = claims_on_records(case)
    assert named["report", "before-one"] == (("C-001", case.verdicts["C-001"].grade),)
    values = rows("2026-03/explore/", case).rows
    assert values["r/before-one/"][4] == case.verdicts["C-001"].grade.value
    assert values["r/first-monday/"][4] == ""


def test_an_address_that_several_events_share_says_nothing_of_any_of_them():
    """E-001 to E-004 have the address that C-001 cites."""
    assert not [record for record in claims_on_records(dossier()) if record[0] == "event"]
    alone = LIBRARY.model_copy(update={"events": LIBRARY.events[:1]})
    assert claims_on_records(dossier(library=alone))["event", "E-001"][0][0] == "C-001"


def test_a_repeated_claim_does_not_grade_a_record_twice():
    item = ClaimEvidence(stance="for", shows="It.", incident="inc1")
    repeat = LIBRARY.claims[3].model_copy(update={"evidence": (item,)})
    library = LIBRARY.model_copy(update={"claims": (*LIBRARY.claims[:3], repeat)})
    assert ("incident", "inc1") not in claims_on_records(dossier(library=library))


def test_every_kind_and_origin_has_its_word():
    assert set(LOOKS) == set(KINDS)
    assert set(LOOKS.values()) | {"finding"} == set(LOOK_TITLES)
    assert {entry.record for entry in entries(whole())} == set(RECORD_TITLES)
    assert {of_report(found) for found in LIBRARY.reports} <= set(ORIGINS)
    assert {of_kind(kind) for kind in EvidenceKind} <= set(ORIGINS)
    assert of_event("github-issue") == "issue"
    assert of_event("never-seen") == "other"


# ---- times ----


def test_a_day_that_was_estimated_is_a_range_between_the_issues_numbered_before_and_after():
    posted = [
        report(f"issue-{n}", day, url=f"{TRACKER}{n}") for n, day in ((10, date(2026, 3, 2)), (30, date(2026, 3, 9)))
    ]
    guess = report("guess", date(2026, 3, 5), url=f"{TRACKER}20", date_basis="interpolated")
    issues = numbered([*posted, guess])
    assert report_span(guess, issues) == Span(date(2026, 3, 2), date(2026, 3, 9), uncertain=True)
    after = guess.model_copy(update={"date": date(2026, 3, 12)})
    assert report_span(after, issues).until == date(2026, 3, 12), "the day on record lies in the range"


def test_without_neighbours_the_range_is_the_week_and_of_a_month_the_month():
    lone = report("lone", date(2026, 3, 5), date_basis="estimated", url="https://press.example.org/a")
    assert report_span(lone, {}) == Span(date(2026, 3, 2), date(2026, 3, 8), uncertain=True)
    month = report("month", date(2026, 2, 25), date_basis="unknown-day")
    assert report_span(month, {}) == Span(date(2026, 2, 1), date(2026, 2, 28), uncertain=True)
    assert report_span(report("posted", date(2026, 3, 5)), {}) == Span(date(2026, 3, 5))


def test_a_range_is_written_as_one_and_its_week_is_that_of_the_tables():
    month = report("month", date(2026, 2, 25), date_basis="unknown-day")
    library = LIBRARY.model_copy(update={"reports": (*LIBRARY.reports, month)})
    case = dossier(library=library)
    page = rendered(timeline, of=case)["2026-03/timeline/"]
    assert "<span>between <time>2026-02-01</time> and <time>2026-02-28</time></span>" in page
    assert rows("2026-03/explore/", case).rows["r/month/"][-1] == "2026-02-23"


def test_an_announcement_lasts_from_its_start_to_its_end_and_one_without_end_is_a_moment():
    start = datetime(2026, 4, 1, 9, tzinfo=UTC)
    assert incident_span(incident("one", start, ())) == Span(start)
    page = rendered(timeline, of=whole())["2026-03/timeline/"]
    assert (
        '<time datetime="2026-04-01T09:00:00Z">2026-04-01 09:00</time> to '
        '<time datetime="2026-04-01T10:00:00Z">10:00</time>'
    ) in page


def test_a_fault_reaches_to_the_event_that_ended_it():
    start, end = datetime(2026, 3, 5, 1, tzinfo=UTC), datetime(2026, 4, 1, 23, tzinfo=UTC)
    fault = event("E-010", start, kind="regression", ended_by="E-011")
    fix = event("E-011", end, kind="fix")
    lasting = event("E-012", start, kind="policy_change")
    said = event("E-013", start, kind="statement")
    case = dossier(library=LIBRARY.model_copy(update={"events": (fault, lasting, said, fix)}))
    groups = {group.kind: group.bands for group in band_groups(case)}
    assert set(groups) == {"fault", "policy", "statement"}
    assert groups["fault"][0].span == Span(start, end)
    assert (groups["policy"][0].open, groups["statement"][0].open) == (True, False)
    assert event_span(fault) == Span(start), "in the list it stands where it began; its end is an entry of its own"
    page = rendered(timeline, of=case)
    assert 'ended by <a href="../e/E-011/">E-011</a>' in page["2026-03/timeline/"]
    assert "no end on record" in page["2026-03/timeline/"]
    assert "Ended by" in page["2026-03/e/E-010/"]
    assert "Puts an end to" in page["2026-03/e/E-011/"]


def test_documented_faults_of_the_case_have_a_start_and_an_end():
    case = real_case.dossier()
    faults = next(group for group in band_groups(case) if group.kind == "fault")
    assert len(faults.bands) >= 3
    assert not any(band.open for band in faults.bands)


# ---- a new report ----

NEW = """\
id: zz-walk
title: 'Meter moves by itself'
date: 2026-03-19
date_basis: posted
period: window
surfaces: [claude-code]
symptoms: [{symptom}]
url: https://example.org/zz-walk
source_type: blog
detail: steps
evidence_class: user-report
independence: 'independent'
opened: true
provenance: 'test'
supports: [{claim}]
"""


@pytest.fixture
def content(tmp_path):
    """A copy of the small case, with the real worked examples."""
    shutil.copytree(SMALL, tmp_path / "content")
    shutil.copytree(ROOT / "content" / "examples", tmp_path / "content" / "examples")
    return tmp_path


def test_one_new_file_shows_in_all_eight_places(content):
    """Its page, the list, its surface, its symptom, the weeks, the timeline, explore, and the claim that it supports."""
    kinds = (reports, surfaces, symptoms, timeline, explore, claims)
    before = read_content(content, now=NOW, version="0.1.0")
    symptom, claim = before.library.symptoms[0].id, before.library.claims[0].id
    old = rendered(*kinds, of=before)
    path = content / "content" / "reports" / "zz-walk.yml"
    path.write_text(NEW.format(symptom=symptom, claim=claim), "utf-8")
    new = rendered(*kinds, of=read_content(content, now=NOW, version="0.1.0"))
    case = f"{before.library.case.id}/"
    assert set(new) - set(old) == {f"{case}r/zz-walk/"}
    places = ("reports/", "surface/claude-code/", f"symptom/{symptom}/", "timeline/", "explore/", f"c/{claim}/")
    for place in places:
        assert "r/zz-walk/" in new[case + place], place
        assert "r/zz-walk/" not in old[case + place], place
    assert weeks_of(new[f"{case}reports/"], symptom) == weeks_of(old[f"{case}reports/"], symptom) + 1


def test_a_report_taken_away_is_counted_nowhere_any_more(content):
    """Every page is a function of content: without the file, each page that used it is as it was before."""
    kinds = (home, data, reports, surfaces, symptoms, timeline, explore, claims)
    before = read_content(content, now=NOW, version="0.1.0")
    symptom, claim = before.library.symptoms[0].id, before.library.claims[0].id
    old = rendered(*kinds, of=before)
    path = content / "content" / "reports" / "zz-walk.yml"
    path.write_text(NEW.format(symptom=symptom, claim=claim), "utf-8")
    using = rendered(*kinds, of=read_content(content, now=NOW, version="0.1.0"))
    recounted = {page for page in old if using[page] != old[page]}
    case = f"{before.library.case.id}/"
    assert {
        case,
        f"{case}reports/",
        f"{case}surface/claude-code/",
        f"{case}symptom/{symptom}/",
        f"{case}data/",
    } <= recounted
    path.unlink()
    assert rendered(*kinds, of=read_content(content, now=NOW, version="0.1.0")) == old


def weeks_of(page, symptom):
    """Sum of a symptom's row over the weeks of the window."""
    row = next((line for line in page.splitlines() if f"symptom/{symptom}/" in line and "wm-sum" in line), "")
    return sum(int(count) for count in re.findall(r'class="wm-heat__\d">(\d+)<', row))
