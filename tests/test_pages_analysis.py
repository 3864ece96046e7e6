"""The article retold and the headline question: every claim reached, every fact with its source, both sides alike."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import jinja2.meta
import pytest
import real_case
import yaml
from public_library import HOSTILE, LIBRARY
from public_library import dossier as small_dossier
from public_library import outside as ids_of

from generator.base.problems import ContentError
from generator.curated.analysis import Section
from generator.curated.headline import SIDES, Headline, Leaning
from generator.curated.library import load, load_kind
from generator.detectors import DETECTORS
from generator.dossier import Dossier
from generator.pages import analysis, headline, home
from generator.site.render import SiteContext, render, template_environment

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
SITE = SiteContext(id="2026-03", title="The case", built=datetime(2026, 11, 24, tzinfo=UTC).date(), version="0.1.0")
HUB = "2026-03/analysis/"
HEADLINE = "2026-03/headline/"

# What issue 4 asks to show: section page, words of the fact, an address of its source.
MUST_SHOW = (
    ("rollout", ("research preview", "not generally available"), "support.claude.com/en/articles/12138966-release-notes"),
    ("symptom-clusters", ("preview", "not generally available"), "support.claude.com/en/articles/12138966-release-notes"),
    ("common-back-end", ("Kairos", "unreleased background agent"), "dev.to/kevinzy189/"),
    ("symptom-clusters", ("Kairos", "unreleased background agent"), "dev.to/kevinzy189/"),
    ("claude-code-loudest", ("Cowork is built on the architecture of Claude Code",), "support.claude.com/en/articles/13345190"),
    ("corroboration", ("promotion", "until the night of 27 March"), "support.claude.com/en/articles/14063676"),
    ("failure-timeline", ("48 days, not six weeks",), "github.com/anthropics/claude-code/issues/24048"),
    ("claude-code-loudest", ("postmortem", "three faults of the products"), "anthropic.com/engineering/april-23-postmortem"),
    ("meaning", ("postmortem", "faults of the products"), "anthropic.com/engineering/april-23-postmortem"),
    ("log-analysis", ("cache-lifetime change", "6 to 8 March"), "github.com/anthropics/claude-code/issues/46829"),
    ("meaning", ("do not fit a client-only story", "containers pinned"), "github.com/anthropics/claude-code/issues/37394"),
    ("meaning", ("do not fit a client-only story", "92.7 percent"), "github.com/anthropics/claude-code/issues/38357"),
    ("meaning", ("do not fit a client-only story", "refused at 18 percent"), "github.com/anthropics/claude-code/issues/41212"),
    ("meaning", ("do not fit a client-only story", "refused as a limit"), "github.com/anthropics/claude-code/issues/39648"),
    ("meaning", ("do not fit a client-only story", "118 percent"), "github.com/anthropics/claude-code/issues/32544"),
    ("meaning", ("do not fit a client-only story", "Cowork alone"), "github.com/anthropics/claude-code/issues/33120"),
)  # fmt: skip


def told():
    return real_case.library()


def joined(**fields):
    given = {
        "library": real_case.library(), "packs": (), "detectors": DETECTORS,
        "built": datetime(2026, 11, 24, tzinfo=UTC), "version": "0.1.0",
    }  # fmt: skip
    return Dossier(**(given | fields))


def rendered(whole, *kinds):
    pages = [page for kind in kinds for page in kind.KIND.pages(whole)]
    files = render(pages, templates=ROOT / "templates", site_context=SITE)
    return {file.path.removesuffix("index.md"): file.content.decode() for file in files if file.path.endswith(".md")}


@cache
def texts():
    return rendered(joined(), analysis, headline)


def retold(text):
    """What stands before the first fact or item of evidence: the sentences."""
    return text.split("## What the record adds")[0].split("## The section retold")[1]


def plain(text):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


# ---- the sections ----


def test_all_claims_are_reached_from_the_retelling():
    """Each of the 113 assertions is linked from a sentence, not only from the lists below it."""
    reached = {
        claim
        for path, text in texts().items()
        if path.startswith(HUB) and path != HUB
        for claim in re.findall(r'href="[./]*/c/(C-\d{3})/"', retold(text))
    }
    assert reached == {claim.id for claim in real_case.library().claims}
    assert len(reached) >= 113


def test_a_claim_stands_on_the_page_of_its_own_section():
    named = {claim.id: claim.section for claim in real_case.library().claims}
    for section in told().sections:
        for sentence in section.sentences:
            assert {named[claim] for claim in sentence.claims} == {section.section}, sentence.text


def test_the_ten_sections_and_the_overview_are_in_the_order_of_the_article():
    assert [section.number for section in told().sections] == list(range(11))


def test_each_sentence_is_followed_by_its_claims_with_their_computed_grades():
    whole = joined()
    for section in told().sections:
        lines = re.findall(
            r"<p><span>(.*?)</span> (<span class=\"wm-cites\">.*?)</p>", texts()[f"{HUB}{section.id}/"], re.DOTALL
        )
        said = {plain(text): badges for text, badges in lines}
        for sentence in section.sentences:
            badges = said[" ".join(sentence.text.split())]
            found = re.findall(r"/c/(C-\d{3})/.*?wm-grade--([a-z_]+)", badges)
            assert found == [(claim, whole.verdicts[claim].grade.value) for claim in sentence.claims]


def test_the_grade_beside_a_sentence_is_computed_anew():
    """Whoever takes a claim back changes the page, though nobody edits the retelling."""
    claims = tuple(
        claim.model_copy(update={"withdrawn": "Taken back."}) if claim.id == "C-024" else claim
        for claim in real_case.library().claims
    )
    changed = joined(library=real_case.library().model_copy(update={"claims": claims}))
    badge = re.compile(r"/c/C-024/.{0,200}?wm-grade--(\w+)", re.DOTALL)
    before = badge.search(retold(texts()[f"{HUB}rollout/"]))[1]
    after = badge.search(retold(rendered(changed, analysis)[f"{HUB}rollout/"]))[1]
    assert (before != "withdrawn", after) == (True, "withdrawn")


@pytest.mark.parametrize(("section", "words", "source"), MUST_SHOW)
def test_named_facts_stand_on_their_page_beside_their_source(section, words, source):
    text = texts()[f"{HUB}{section}/"].split("## What the record adds")[1].split("## Evidence for")[0]
    facts = [item for item in text.split("<li>") if all(word in plain(item) for word in words)]
    assert facts, words
    assert any(re.search(r'href="https://(?:www\.)?' + re.escape(source), fact) for fact in facts)


def test_what_stands_on_each_side_is_the_evidence_of_the_claims():
    whole = joined()
    for section in told().sections:
        text = texts()[f"{HUB}{section.id}/"]
        sides = text.split('id="against"')
        stands = {"for": plain(sides[0].split('id="for"')[1]), "against": plain(sides[1].split("## What nobody")[0])}
        counts = dict.fromkeys(stands, 0)
        for claim in {claim for sentence in section.sentences for claim in sentence.claims}:
            if whole.claims[claim].same_as is not None:
                continue
            for item in whole.verdicts[claim].items:
                if item.stance.value in stands:
                    counts[item.stance.value] += 1
                    assert " ".join(item.shows.split()) in stands[item.stance.value], (claim, item.shows)
        for side, count in counts.items():
            assert f"({count})" in stands[side][:60]


def test_each_section_says_what_nobody_can_check():
    for section in told().sections:
        assert section.unknown
        after = plain(texts()[f"{HUB}{section.id}/"].split("## What nobody can check")[1])
        assert all(" ".join(sentence.text.split()) in after for sentence in section.unknown)


def test_claims_that_nothing_public_settles_are_named_as_such():
    whole = joined()
    text = texts()[f"{HUB}own-logs/"].split("{ #unchecked }")[1]
    named = set(re.findall(r"/c/(C-\d{3})/", text))
    open_ones = {
        claim for sentence in told().sections[4].sentences for claim in sentence.claims
        if whole.verdicts[claim].grade.value == "not_checkable"
    }  # fmt: skip
    assert named == open_ones
    assert open_ones


def test_the_list_counts_each_claim_once():
    whole = joined()
    context = next(page.context for page in analysis.pages(whole) if page.path == HUB)
    distinct = [claim for claim in real_case.library().claims if claim.same_as is None]
    assert context.total == len(distinct)
    assert sum(row.repeats for row in context.rows) == len(real_case.library().claims) - len(distinct)
    for row in context.rows:
        assert sum(count for _, count in row.counts) == row.claims
        assert f'href="{row.section.id}/"' in texts()[HUB]


def test_the_json_beside_a_section_says_the_same():
    page = next(page for page in analysis.pages(joined()) if page.path == f"{HUB}meaning/")
    twin = json.loads(next(file.content for file in page.downloads if file.name == "index.json"))
    section = next(section for section in told().sections if section.id == "meaning")
    assert [one["text"] for one in twin["record"]["sentences"]] == [sentence.text for sentence in section.sentences]


# ---- the headline ----


def test_both_explanations_have_equal_space():
    first, second = told().headline.hypotheses
    for side in SIDES:
        assert len(getattr(first, side)) == len(getattr(second, side))
    sizes = [
        sum(len(getattr(one, "text", one)) for side in SIDES for one in getattr(hypothesis, side))
        for hypothesis in (first, second)
    ]
    assert max(sizes) < 1.2 * min(sizes)


def test_every_point_of_both_explanations_is_on_the_page():
    text = plain(texts()[HEADLINE])
    for hypothesis in told().headline.hypotheses:
        for side in SIDES:
            for one in getattr(hypothesis, side):
                assert " ".join(getattr(one, "text", one).split()) in text


def test_tests_stand_in_a_table_with_both_predictions_and_the_observation():
    table = re.search(r'<table class="wm-table wm-trials".*?</table>', texts()[HEADLINE], re.DOTALL)[0]
    rows = dict(re.findall(r'<tr id="test-([a-z-]+)".*?(<th.*?)</tr>', table, re.DOTALL))
    assert list(rows) == [test.id for test in told().headline.tests]
    assert len(rows) >= 8
    for test in told().headline.tests:
        cells = [plain(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", rows[test.id], re.DOTALL)]
        assert cells[:2] == [" ".join(test.first.split()), " ".join(test.second.split())]
        assert cells[2].startswith(" ".join(test.observed.split()))
        assert " ".join(test.decide.split()) in cells[3]


def test_an_observation_that_leans_has_its_source_beside_it():
    for test in told().headline.tests:
        row = texts()[HEADLINE].split(f'id="test-{test.id}"')[1].split("</tr>")[0]
        assert test.leaning is Leaning.OPEN or re.search(r'<a [^>]*href="', row), test.id


def test_what_the_vendor_says_of_itself_is_marked_so():
    text = plain(texts()[HEADLINE])
    assert "It is the vendor on itself" in text
    assert "nobody outside has verified that" in text


@pytest.mark.slow
def test_case_home_and_navigation_lead_to_both():
    text = rendered(joined(), home)["2026-03/"]
    assert 'href="analysis/"' in text
    assert 'href="headline/"' in text
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    (answer,) = [entry["Short answer"] for entry in nav if "Short answer" in entry]
    pages = [path for entry in answer for path in entry.values()]
    assert pages[:2] == ["2026-03/index.md", "2026-03/headline/index.md"]
    assert "2026-03/analysis/index.md" in pages


def test_a_case_without_analysis_has_a_list_and_no_headline():
    files = rendered(small_dossier(), analysis, headline, home)
    assert HUB in files
    assert HEADLINE not in files
    assert 'href="headline/"' not in files["2026-03/"]


def test_text_of_content_is_never_markup():
    section = Section.model_validate_json(json.dumps(one_section() | {
        "title": HOSTILE, "summary": HOSTILE, "unknown": [{"text": HOSTILE, "claims": ["C-001"]}],
        "paragraphs": [{"heading": HOSTILE, "sentences": [{"text": HOSTILE, "claims": ["C-001"]}]}],
        "record": [{"text": HOSTILE, "claims": ["C-001"]}],
    }))  # fmt: skip
    text = rendered(small_dossier(sections=(section,)), analysis)[f"{HUB}first/"]
    assert "<script" not in text
    assert 'href="javascript' not in text


# ---- the loaders ----


def one_section():
    return {
        "id": "first", "number": 1, "title": "The first", "section": "Overview", "summary": "What it says.",
        "paragraphs": [{"sentences": [{"text": "The author saw it.", "claims": ["C-001"]}]}],
    }  # fmt: skip


def written(folder, files):
    (folder / "analysis").mkdir(parents=True)
    for name, value in files.items():
        (folder / name).write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))
    return folder


def mistakes(content, kind, library):
    with pytest.raises(ContentError) as caught:
        load_kind(content, kind, ids_of(library))
    return {(problem.code, problem.line > 0) for problem in caught.value.problems}


def test_a_sound_section_is_read(tmp_path):
    content = written(tmp_path, {"analysis/first.yml": one_section()})
    assert [section.id for section in load_kind(content, Section, ids_of(LIBRARY))] == ["first"]
    assert load_kind(content, Headline, ids_of(LIBRARY)) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "other"}, "W-name"),
        ({"section": "Nowhere"}, "W-ref"),
        ({"paragraphs": [{"sentences": [{"text": "It is so.", "claims": ["C-999"]}]}]}, "W-ref"),
        ({"paragraphs": [{"sentences": [{"text": "It is so.", "claims": ["C-001", "C-001"]}]}]}, "W-twice"),
        ({"paragraphs": [{"sentences": [{"text": "It is so.", "claims": []}]}]}, "W-length"),
        ({"record": [{"text": "It is so.", "sources": [{"report": "no-such"}]}]}, "W-ref"),
        ({"record": [{"text": "It is so.", "sources": [{"event": "E-999"}]}]}, "W-ref"),
        ({"record": [{"text": "It is so.", "sources": [{"incident": "no-such"}]}]}, "W-ref"),
        ({"record": [{"text": "It is so.", "sources": [{}]}]}, "W-source"),
        ({"record": [{"text": "It is so."}]}, "W-source"),
        ({"unknown": [{"text": "It is so.", "claims": ["C-999"]}]}, "W-ref"),
        ({"colour": "red"}, "W-field"),
    ],
)
def test_each_mistake_of_a_section_is_named_with_its_place(tmp_path, change, code):
    content = written(tmp_path, {"analysis/first.yml": one_section() | change})
    assert mistakes(content, Section, LIBRARY) == {(code, True)}


def test_two_files_cannot_retell_one_section(tmp_path):
    second = one_section() | {"id": "second"}
    content = written(tmp_path, {"analysis/first.yml": one_section(), "analysis/second.yml": second})
    assert mistakes(content, Section, LIBRARY) == {("W-unique", True)}


def real_headline():
    return yaml.safe_load((CONTENT / "hypotheses.yml").read_text())


@pytest.mark.parametrize("side", SIDES)
def test_unequal_space_is_refused(tmp_path, side):
    """One entry less for either explanation, and the site does not build."""
    for place in (0, 1):
        value = real_headline()
        value["hypotheses"][place][side].pop()
        content = written(tmp_path / f"{side}-{place}", {"hypotheses.yml": value})
        assert mistakes(content, Headline, real_case.library()) == {("W-length", True)}


def test_a_leaning_without_an_observation_is_refused(tmp_path):
    value = real_headline()
    value["tests"][0] |= {"sources": [], "leaning": "first"}
    assert mistakes(written(tmp_path, {"hypotheses.yml": value}), Headline, real_case.library()) == {("W-source", True)}


def test_mistakes_of_both_files_are_told_at_once(tmp_path):
    value = real_headline()
    value["tests"][0]["sources"] = [{"report": "no-such"}]
    broken = one_section() | {"section": "Nowhere"}
    content = written(tmp_path, {"hypotheses.yml": value, "analysis/first.yml": broken})
    with pytest.raises(ContentError) as caught:
        load(content)
    references = {Path(problem.path).name for problem in caught.value.problems if problem.code == "W-ref"}
    assert references == {"hypotheses.yml", "first.yml"}


def test_a_fact_may_rest_on_an_own_count_that_a_claim_explains(tmp_path):
    counted = one_section() | {"record": [{"text": "None was collected.", "claims": ["C-001"]}]}
    sections = load_kind(written(tmp_path, {"analysis/first.yml": counted}), Section, ids_of(LIBRARY))
    text = rendered(small_dossier(sections=sections), analysis)[f"{HUB}first/"]
    assert "Our own count." in text.split("None was collected.")[1]


def test_contexts_hold_exactly_the_variables_of_their_templates():
    environment = template_environment(ROOT / "templates")
    for page in {page.template: page for kind in (analysis, headline) for page in kind.KIND.pages(joined())}.values():
        source = environment.loader.get_source(environment, page.template)[0]
        wanted = jinja2.meta.find_undeclared_variables(environment.parse(source))
        wanted -= {"page", "site", "wm", "citing", "told", "public", "ref", "url"}
        wanted -= {"side", "both", "points", "facts"}  # set in the templates themselves
        assert {field.name for field in dataclasses.fields(page.context)} == wanted, page.template


def test_contexts_are_frozen():
    for kind in (analysis, headline):
        for page in kind.KIND.pages(joined()):
            assert dataclasses.is_dataclass(page.context)
            with pytest.raises(dataclasses.FrozenInstanceError):
                page.context.cite_text = ""
