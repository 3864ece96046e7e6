"""Pages about public material: what they count, what they say about it, and that nothing simulated is among it."""

from __future__ import annotations

import dataclasses
import json
import posixpath
import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2.meta
import pytest
from builders import request
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from public_library import HOSTILE, LIBRARY, dossier, report

from generator.charts.weeks import weeks
from generator.curated.models import Detail, EvidenceClass
from generator.detectors import DETECTORS
from generator.importers import IMPORTERS
from generator.pages import explore, home, incidents, plan, reports, sources, surfaces, symptoms, timeline
from generator.pages.parts.entries import KINDS as KIND_WORDS
from generator.pages.parts.entries import LOOKS
from generator.pages.parts.matrix import matrix, periods
from generator.pages.parts.neighbours import neighbours
from generator.pages.parts.position import place
from generator.pages.parts.twin import json_twin
from generator.records.results import Level, Outcome, Pack, Run, Totals
from generator.site.living import living
from generator.site.render import SiteContext, render, template_environment

ROOT = Path(__file__).parent.parent
KINDS = (home, reports, incidents, timeline, explore, sources, surfaces, symptoms)
SITE = SiteContext(
    id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0", repository=None, words=LIBRARY.case.words
)


def evidence(simulated):
    return Pack(
        id="body-one",
        simulated=simulated,
        level=Level.FULL,
        tool_version="0.1.0",
        tallies=(),
        totals=Totals(requests=1),
        days=(),
        marks_by_kind={},
        breaks=(),
        runs=(Run(detector=DETECTORS[0].id, version="0.1.0", outcome=Outcome.FOUND, found=7, examined=9),),
        requests=(request(1, 0, 100, 100),),
    )


def planned(whole):
    return {page.path: page for kind in KINDS for page in kind.KIND.pages(whole)}


@cache
def pages():
    return planned(dossier())


def rendered(chosen):
    files = render(chosen.values(), templates=ROOT / "templates", site_context=SITE)
    return {file.path: file.content for file in files}


@cache
def texts():
    return {
        path.removesuffix("index.md"): content.decode()
        for path, content in rendered(pages()).items()
        if path.endswith(".md")
    }


def context(path):
    return pages()[path].context


# ---- the contract of a page ----


def test_context_holds_exactly_the_variables_of_its_template():
    environment = template_environment(ROOT / "templates")
    for page in {page.template: page for page in pages().values()}.values():
        source = environment.loader.get_source(environment, page.template)[0]
        wanted = jinja2.meta.find_undeclared_variables(environment.parse(source)) - {
            "page",
            "site",
            "wm",
            "public",
            "lists",
            "logs",
            "ref",
            "url",
            "v",
            *re.findall(r"{% macro (\w+)", source),
        }
        assert {field.name for field in dataclasses.fields(page.context)} == wanted, page.template


def test_every_context_is_frozen():
    for page in pages().values():
        assert type(page.context).__dataclass_params__.frozen


def test_every_record_has_its_page_and_no_address_holds_a_title():
    records = (
        *(f"r/{found.id}" for found in LIBRARY.reports),
        *(f"i/{found.id}" for found in LIBRARY.incidents),
        *(f"e/{found.id}" for found in LIBRARY.events),
        *(f"s/{found.id}" for found in LIBRARY.sources),
        *(f"surface/{found.id}" for found in LIBRARY.surfaces),
        *(f"symptom/{found.id}" for found in LIBRARY.symptoms),
    )
    hubs = ("reports", "incidents", "timeline", "explore", "sources", "surfaces", "symptoms")
    assert set(pages()) == {"", "2026-03/", *(f"2026-03/{path}/" for path in (*records, *hubs))}


def test_item_pages_carry_their_record_as_json_with_links_that_lead_to_pages():
    known = {
        *pages(),
        *(f"2026-03/c/{claim.id}/" for claim in LIBRARY.claims),
        *(f"2026-03/d/{found.id}/" for found in DETECTORS),
        *(f"2026-03/logs/{importer.id}/" for importer in IMPORTERS),
    }
    items = [page for path, page in pages().items() if path.count("/") == 3]
    assert items
    for page in items:
        twin = json.loads(next(file.content for file in page.downloads if file.name == "index.json"))
        assert twin["id"] == page.path.split("/")[-2]
        assert twin["record"]["id"] == twin["id"]
        links = [
            link for value in twin["links"].values() for link in ([value] if isinstance(value, str) else value or [])
        ]
        assert set(links) <= known


def test_json_twin_refuses_what_is_not_json():
    with pytest.raises(ValueError, match="JSON"):
        json_twin("report", "x", {"value": float("nan")}, {})


class Addresses(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.ids, self.handlers, self.scripts = [], [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.scripts += [values.get("src") or "inline"] if tag == "script" else []
        self.links += [values["href"]] if tag == "a" else []
        self.ids += [values["id"]] if "id" in values else []
        self.handlers += [name for name in values if name.startswith("on")]


def html(path):
    parser = Addresses()
    body = living(texts()[path].split("---", 2)[2], path, {page.path for page in plan(dossier())})
    parser.feed(Markdown(extensions=["attr_list", "tables", "toc"]).convert(body))
    return parser


def test_links_lead_to_pages_and_to_ids_that_are_there():
    others = {page.path for page in plan(dossier())}
    ids = {path: html(path).ids for path in texts()}
    for path in texts():
        assert len(ids[path]) == len(set(ids[path])), f"an id stands twice on {path}"
        for link in html(path).links:
            if link.startswith("https://"):
                continue
            target, _, fragment = link.partition("#")
            where = posixpath.normpath(posixpath.join("/", path, target)).strip("/") if target else path.strip("/")
            if target.endswith("png"):  # made when the site is written
                continue
            if target.endswith(("json", "csv", "svg", "txt", "bib", "ris")):
                assert posixpath.basename(target) in {file.name for file in pages()[path].files}
                continue
            where = f"{where}/" if where else ""
            assert where in others, f"{path} -> {link}: no kind of page makes it"
            assert not fragment or where not in ids or fragment in ids[where], f"{path} -> {link}"


def test_titles_of_strangers_stay_text():
    whole = "".join(texts().values())
    assert HOSTILE[:20] not in whole
    for path in (
        "2026-03/r/in-article/",
        "2026-03/reports/",
        "2026-03/symptom/timeout/",
        "2026-03/surface/claude-code/",
    ):
        found = html(path)
        assert {src for src in found.scripts if not src.endswith("assets/figures.js")} == set()
        assert not found.handlers
        assert not any(link.startswith("javascript") for link in found.links)


# ---- simulated evidence is in no number ----


def test_simulated_evidence_changes_no_byte_of_these_pages():
    assert rendered(planned(dossier(packs=(evidence(simulated=True),)))) == rendered(pages())


def test_own_evidence_is_counted_apart_from_public_reports():
    found = planned(dossier(packs=(evidence(simulated=False),)))
    counts = found["2026-03/surface/claude-code/"].context.counts
    assert (counts.logs, counts.findings) == (1, 7)
    assert counts.users == context("2026-03/surface/claude-code/").counts.users
    assert found["2026-03/surface/cowork/"].context.counts.logs == 0
    dark = [surface.id for surface in found["2026-03/"].context.gaps.dark_surfaces]
    assert dark == ["claude-ai", "api", "cowork", "enterprise"]


# ---- home ----


def test_home_answers_in_three_columns_with_claims_and_their_grades():
    columns = context("2026-03/").columns
    assert [column.text for column in columns] == [answer.text for answer in LIBRARY.case.answers]
    page = texts()["2026-03/"]
    for column in columns:
        assert column.title in page
        assert all(f"c/{claim.id}/" in page for claim in column.claims)
    assert page.index("What is established") < page.index("What is plausible") < page.index("What is not supported")


def test_home_counts_repeats_and_echoes_nowhere():
    holdings, gaps = context("2026-03/").holdings, context("2026-03/").gaps
    assert (holdings.claims, holdings.reports, holdings.users) == (3, 8, 6)
    assert sum(len(claims) for _, claims in context("2026-03/").strip) == 3
    assert (gaps.not_checkable, gaps.with_logs, gaps.unopened) == (3, 1, 1)


def test_home_says_that_there_is_no_log_only_while_there_is_none():
    assert "<li>We have no log of real use." in texts()["2026-03/"]
    own = rendered(planned(dossier(packs=(evidence(simulated=False),))))["2026-03/index.md"].decode()
    assert "<li>We have no log of real use." not in own
    assert "7 findings" in own


# ---- counts ----


def test_matrix_counts_user_reports_in_their_week_and_each_once_in_the_sum():
    found = matrix(LIBRARY.reports, LIBRARY.symptoms, LIBRARY.case)
    assert [row.symptom.id for row in found.rows] == ["runaway-usage", "timeout"], (
        "a symptom nobody reported has no row"
    )
    week = weeks(LIBRARY.case.window_start, LIBRARY.case.window_end).index(date(2026, 3, 16))
    assert [row.cells[week].count for row in found.rows] == [2, 1]
    assert found.all[week] == 2
    assert sum(found.all) == found.periods.window == 4
    assert (found.periods.before, found.periods.after) == (1, 1)
    assert [head.label for head in found.weeks if head.article] == ["16 Mar", "23 Mar"]


def test_shade_of_a_cell_means_the_same_on_every_page():
    many = [report(f"many-{number}", date(2026, 3, 3)) for number in range(9)]
    few = matrix(many[:1], LIBRARY.symptoms, LIBRARY.case).rows[0].cells
    more = matrix(many, LIBRARY.symptoms, LIBRARY.case).rows[0].cells
    assert max(cell.level for cell in few) == 1
    assert max(cell.level for cell in more) == 4


@given(st.lists(st.sampled_from(LIBRARY.reports)))
def test_periods_count_user_reports_and_nothing_else(found):
    counts = periods(found)
    kept = [one for one in found if one.evidence_class is EvidenceClass.USER_REPORT and one.echo_of is None]
    assert counts.before + counts.window + counts.after == len(kept)


def test_reports_page_names_the_one_place_most_reports_stand_in():
    assert context("2026-03/reports/").venue == "github.com/example/client"
    assert context("2026-03/reports/").venue_share == 1
    assert "How this was collected" in texts()["2026-03/reports/"]


def test_reports_page_lists_every_report_once_also_what_it_does_not_count():
    page = texts()["2026-03/reports/"]
    assert all(page.count(f'href="../r/{found.id}/"') == 1 for found in LIBRARY.reports)


def test_surface_counts_its_variants_and_leaves_out_incidents_that_name_no_product():
    assert context("2026-03/surface/claude-ai/").counts.users.window == 1
    counts = context("2026-03/surface/claude-code/").counts
    assert (counts.incidents, counts.unnamed, counts.claims) == (1, 1, 2)
    assert "No user report names this surface" in texts()["2026-03/surface/cowork/"]


def test_symptom_page_links_the_detectors_that_read_it_off_a_log():
    assert f"d/{DETECTORS[0].id}/" in texts()["2026-03/symptom/runaway-usage/"]
    assert "No detector of this site reads this symptom" in texts()["2026-03/symptom/timeout/"]


# ---- reports ----


def test_every_class_and_detail_has_its_sentence_of_what_a_report_can_and_cannot_show():
    assert set(reports.CAN_SHOW) == set(reports.CANNOT_SHOW) == set(EvidenceClass)
    assert set(reports.CHECKABLE) == set(Detail)


def test_report_page_says_paraphrase_host_and_that_the_layer_is_no_finding():
    page = texts()["2026-03/r/in-article/"]
    for words in (
        "our paraphrase",
        "github.com",
        "not a finding",
        "content/reports/in-article.yml",
        "3,200,000 to 88,000 tokens",
    ):
        assert words in page.replace("<wbr>", "")
    assert [claim.id for claim in context("2026-03/r/in-article/").citing] == ["C-001"]


def test_echo_points_to_what_it_repeats_and_is_pointed_to():
    assert context("2026-03/r/copy/").original.id == "in-article"
    assert [echo.id for echo in context("2026-03/r/in-article/").echoes] == ["copy", "user-echo"]
    assert "is in no count" in texts()["2026-03/r/copy/"]


def test_report_that_was_not_opened_says_so():
    assert "did not open the original" in texts()["2026-03/r/several/"]
    assert "did not open the original" not in texts()["2026-03/r/in-article/"]


# ---- timeline, incidents, sources ----


def test_timeline_stands_in_order_with_the_article_window_marked():
    items = [item for month in context("2026-03/timeline/").months for item in month.items]
    assert [item.anchor for item in items if not item.anchor.startswith("r-")] == [
        "i-inc0", "E-001", "window-begins", "i-inc1", "E-002", "E-003", "window-ends", "i-inc2", "E-004",
    ]  # fmt: skip
    page = texts()["2026-03/timeline/"]
    assert "Nine versions came out in those days. Being next to one is not evidence" in page
    assert '<ol class="wm-timeline"' in page


def test_entry_whose_hour_is_not_known_comes_first_in_its_day_and_shows_none():
    start = LIBRARY.events[1].start
    late = LIBRARY.events[1].model_copy(
        update={"id": "E-009", "start": start.replace(hour=0, minute=0), "day_only": True}
    )
    library = LIBRARY.model_copy(update={"events": (*LIBRARY.events, late)})
    found = planned(dossier(library=library))["2026-03/timeline/"].context
    anchors = [item.anchor for month in found.months for item in month.items]
    assert anchors.index("E-009") < anchors.index("i-inc1")
    page = texts()["2026-03/e/E-003/"]
    assert "hour not known" in page
    assert "00:00" not in page
    assert "22:28 UTC" in texts()["2026-03/e/E-002/"]


def test_months_outside_the_window_are_folded_away_and_still_there():
    folded = {month.anchor: month.folded for month in context("2026-03/timeline/").months}
    assert folded == {"m-2025-12": True, "m-2026-01": True, "m-2026-03": False, "m-2026-04": False, "m-2026-06": True}


def test_low_confidence_is_said_at_the_top_of_an_event():
    assert "Low confidence." in texts()["2026-03/e/E-003/"]
    assert "Low confidence." not in texts()["2026-03/e/E-002/"]


def test_every_kind_of_event_has_a_shape_and_a_word():
    kinds = set(type(LIBRARY.events[0]).model_fields["kind"].annotation.__args__)
    assert set(LOOKS) == set(KIND_WORDS) == kinds


def test_incident_without_end_claims_no_duration():
    assert "no end given" in texts()["2026-03/i/inc1/"]
    assert "2026-04-01 09:00 UTC" in texts()["2026-03/i/inc2/"]
    assert "10:00 UTC</time>, open for 1 h" in texts()["2026-03/i/inc2/"]
    assert context("2026-03/i/inc2/").products == (("Claude Code", "claude-code"), ("Console", ""))
    assert context("2026-03/i/inc1/").products == (("no product named", ""),)
    assert [found.id for found in context("2026-03/i/inc2/").reports] == ["status"]


def test_source_page_lists_all_that_leans_on_it():
    citing = context("2026-03/s/S-001/").citing
    assert [claim.id for claim in citing.claims] == ["C-001"]
    assert [event.id for event in citing.events] == ["E-001", "E-002", "E-003", "E-004"]
    assert "No claim and no event of this case rests on it." in texts()["2026-03/s/S-002/"]


def test_long_address_is_cut_after_its_host():
    assert place("https://www.example.org/a/") == "example.org/a"
    long = place("https://" + "h" * 90 + ".example/path")
    assert long == "h" * 90 + ".example\u2026"
    assert len(place("https://example.org/" + "p" * 200)) == 72


@given(st.lists(st.integers(), unique=True))
def test_neighbours_walk_the_list_both_ways(items):
    walked = list(neighbours(items))
    assert [item for _, item, _ in walked] == items
    assert [before for before, _, _ in walked][1:] == items[:-1]
    assert [after for _, _, after in walked][:-1] == items[1:]


def test_case_without_public_material_still_has_its_pages():
    bare = LIBRARY.model_copy(update={"reports": (), "incidents": (), "events": (), "sources": ()})
    found = planned(dossier(library=bare))
    assert "2026-03/incidents/" in found
    assert rendered(found)
    assert not re.search(r"\bnan\b", rendered(found)["2026-03/reports/index.md"].decode())
