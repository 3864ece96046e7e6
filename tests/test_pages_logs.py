"""Pages about logs: one for each format, what each can answer, and that all of it follows from importers and detectors."""

from __future__ import annotations

import dataclasses
import json
import posixpath
import re
from datetime import date
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import jinja2.meta
import pytest
from public_library import dossier

from generator.detectors import DETECTORS
from generator.detectors.shared.needs import COUNTERS, METER, NEEDS, REQUESTED_MODEL, TOKENS
from generator.importers import IMPORTERS
from generator.importers.guide import Verified
from generator.pages import check, detectors, logs, surfaces
from generator.pages.parts.coverage import Kind, answered, answering, giving, kinds, lacking, of_surface
from generator.site.render import SiteContext, render, template_environment

ROOT = Path(__file__).parent.parent
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0")
HUB, TABLE = "2026-03/logs/", "2026-03/logs/detectors/"


@cache
def pages():
    kinds_of_pages = (logs, detectors, check, surfaces)
    return {page.path: page for kind in kinds_of_pages for page in kind.KIND.pages(dossier())}


@cache
def texts():
    files = render(pages().values(), templates=ROOT / "templates", site_context=SITE)
    return {file.path.removesuffix("index.md"): file.content.decode() for file in files if file.path.endswith(".md")}


class Read(HTMLParser):
    """Links, ids and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.links, self.ids, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, _tag, attrs):
        values = dict(attrs)
        self.links += [values["href"]] if values.get("href") else []
        self.ids += [values["id"]] if values.get("id") else []

    def handle_data(self, data):
        self.text.append(data)


@cache
def html(path):
    return Read(texts()[path])


def targets(path):
    """Pages that the page links, by their path in the site."""
    inside = (link.partition("#")[0] for link in html(path).links if "://" not in link)
    return {posixpath.normpath(posixpath.join("/", path, link)).strip("/") + "/" for link in inside if link}


def badge(importer):
    """The word for what its reader was checked against, as it stands on a page behind a shape."""
    return f"</i>{escape(importer.guide.verified.words.capitalize(), quote=True).replace('&#x27;', '&#39;')}</span>"


def words(text):
    return " ".join(text.split())


# ---- the join ----


def test_a_format_answers_a_detector_exactly_if_it_gives_all_its_needs():
    for importer in IMPORTERS:
        for detector in DETECTORS:
            wanted = {need.id for need in detector.needs}
            assert (detector in answered(importer)) == (wanted <= importer.gives)
            assert {need.id for need in lacking(importer, detector)} == wanted - importer.gives
            assert (importer in answering(detector)) == (wanted <= importer.gives)


def test_every_need_names_the_formats_that_give_it_the_surest_first():
    for need in NEEDS.values():
        given = giving(need)
        assert set(given) == {importer for importer in IMPORTERS if need.id in importer.gives}
        sure = [list(Verified).index(importer.guide.verified) for importer in given]
        assert sure == sorted(sure)


def test_what_a_log_holds_follows_from_what_it_gives():
    for importer in IMPORTERS:
        held = kinds(importer)
        assert (Kind.CALLS in held) == (TOKENS.id in importer.gives)
        assert (Kind.METERS in held) == (METER.id in importer.gives)
        assert (Kind.COUNTERS in held) == (COUNTERS.id in importer.gives)
        assert (Kind.REPORTS in held) == importer.reports
        assert held == (Kind.ACTIVITY,) or Kind.ACTIVITY not in held


def test_a_new_importer_shows_everywhere_by_itself(monkeypatch):
    """Registered is enough: hub, page, table, surface, detectors that it can feed, and the check page's count."""
    new = dataclasses.replace(IMPORTERS[0], id="brand-new", title="Brand new logs", authority=1)
    for module in ("generator.pages.parts.coverage", "generator.pages.logs", "generator.pages.check"):
        monkeypatch.setattr(f"{module}.IMPORTERS", (*IMPORTERS, new))
    made = [page for kind in (logs, detectors, check, surfaces) for page in kind.KIND.pages(dossier())]
    found = {file.path: file.content.decode() for file in render(made, templates=ROOT / "templates", site_context=SITE)}
    assert "2026-03/logs/brand-new/index.md" in found
    for path in ("logs/", "logs/detectors/", f"surface/{new.surface.value}/", f"d/{answered(new)[0].id}/"):
        assert "Brand new logs" in found[f"2026-03/{path}index.md"], path
    assert f"each of {len(IMPORTERS) + 1} formats" in found["2026-03/check/index.md"]


# ---- pages ----


def test_there_is_a_hub_a_table_and_a_page_for_every_importer():
    made = {path for path in pages() if path.startswith(HUB)}
    assert made == {HUB, TABLE, *(f"{HUB}{importer.id}/" for importer in IMPORTERS)}


@pytest.mark.parametrize("path", [HUB, TABLE, f"{HUB}{IMPORTERS[0].id}/"])
def test_context_holds_exactly_the_variables_of_its_template(path):
    page = pages()[path]
    source = (ROOT / "templates" / page.template).read_text("utf-8")
    used = jinja2.meta.find_undeclared_variables(template_environment(ROOT / "templates").parse(source))
    assert used - {"page", "site", "wm", "logs", "ref", "url"} == {
        field.name for field in dataclasses.fields(page.context)
    }
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(page.context, dataclasses.fields(page.context)[0].name, None)


def test_the_hub_links_every_format_and_says_what_it_was_checked_against():
    assert {f"{HUB}{importer.id}/" for importer in IMPORTERS} <= targets(HUB)
    assert TABLE in targets(HUB)
    text = texts()[HUB]
    rows = re.findall(r'<li><span class="wm-records__main">.*', text)
    assert len(rows) == len(IMPORTERS)
    for row in rows:
        (importer,) = [one for one in IMPORTERS if f'{one.id}/">' in row]
        assert badge(importer) in row
        assert f"answers {len(answered(importer))} of {len(DETECTORS)} questions" in row


def test_the_hub_says_what_each_word_for_a_reader_means():
    text = words("".join(html(HUB).text))
    for verified in Verified:
        assert f"Reader: {verified.words.capitalize()}{verified.meaning}" in text


def test_every_problem_of_the_hub_is_met_by_logs_that_speak_to_it():
    """Advice is kept by hand, so it is held to what the formats give."""
    wanted = {
        "A counter": Kind.COUNTERS,
        "My limit": Kind.METERS,
        "What I was charged": Kind.REPORTS,
        "The bill": Kind.REPORTS,
    }
    for choice in pages()[HUB].context.choices:
        kind = next((kind for words, kind in wanted.items() if choice.problem.text.startswith(words)), Kind.CALLS)
        for importer in (choice.first, *choice.others):
            assert kind in kinds(importer), (choice.problem.text, importer.id)
            if choice.problem.text.startswith("Another model"):
                assert REQUESTED_MODEL.id in importer.gives


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.id)
def test_a_format_s_page_holds_its_whole_guide(importer):
    path = f"{HUB}{importer.id}/"
    text = words("".join(html(path).text)).replace("`", "")
    guide = importer.guide
    for said in (importer.how, guide.where, *guide.get, *guide.shows, *guide.hides, guide.private):
        assert words(said).replace("`", "") in text
    assert set(guide.sources) <= set(html(path).links)
    assert badge(importer) in texts()[path]
    assert guide.verified.meaning in text
    assert ("Tried on" in text) == bool(guide.tried)
    assert words(guide.tried) in text
    twin = json.loads(next(file.content for file in pages()[path].downloads if file.name == "index.json"))
    assert (twin["record"]["verified"], twin["record"]["tried"]) == (guide.verified.value, guide.tried)
    assert "witnessmark scan FILE" in texts()[path]


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.id)
def test_a_format_s_page_names_every_detector_once_as_answered_or_with_what_is_missing(importer):
    path = f"{HUB}{importer.id}/"
    alone, rest = texts()[path].split("## Questions it does not answer alone")
    alone = alone.split("## Questions it answers alone")[1]
    for detector in DETECTORS:
        link = f'd/{detector.id}/">'
        missing = lacking(importer, detector)
        assert (link in alone, rest.count(link)) == (not missing, len(missing))
    for need in {need.id: need for one in DETECTORS for need in lacking(importer, one)}.values():
        assert f"Missing: {need.text}" in words("".join(html(path).text))
        assert {f"{HUB}{one.id}/" for one in giving(need)} <= targets(path)
    twin = json.loads(next(file.content for file in pages()[path].downloads if file.name == "index.json"))
    assert twin["record"]["answers_alone"] == [one.id for one in answered(importer)]


def test_the_table_has_a_cell_for_every_pair_and_says_why_not_in_text():
    """Numbers of the missing inputs stand in the cell: neither a colour nor a hover is needed."""
    body = texts()[TABLE].split("<tbody>")[1].split("</tbody>")[0]
    rows = [line for line in body.splitlines() if line.startswith("<tr>")]
    order = [row.importer for row in pages()[TABLE].context.totals]
    assert {one.id for one in order} == {one.id for one in IMPORTERS}
    numbers = {id: place for place, id in enumerate(NEEDS, start=1)}
    assert len(rows) == len(DETECTORS)
    for detector, row in zip(DETECTORS, rows, strict=True):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
        for importer, cell in zip(order, cells, strict=True):
            missing = lacking(importer, detector)
            shown = re.findall(r">(\d+)</abbr>", cell)
            assert shown == [str(number) for number in sorted(numbers[need.id] for need in missing)]
            assert ("measurable" in cell) == (not missing)
    for number, id in enumerate(NEEDS, start=1):
        assert f'id="input-{number}"><b>{id.replace("-", " ")}</b>' in texts()[TABLE]


def test_a_detector_s_page_links_the_logs_that_can_answer_it():
    for detector in DETECTORS:
        path = f"2026-03/d/{detector.id}/"
        part = texts()[path].split("## Which logs can answer this")[1].split("\n## ")[0]
        linked = set(re.findall(r'/logs/([a-z0-9-]+)/">', part)) - {"detectors"}
        wanted = answering(detector) or [one for need in detector.needs for one in giving(need)]
        assert linked == {one.id for one in wanted}, detector.id


def test_a_surface_s_page_lists_the_logs_of_that_surface_and_no_others():
    for surface in dossier().library.surfaces:
        part = texts()[f"2026-03/surface/{surface.id}/"].split("### Logs of this surface")[1].split("\n## ")[0]
        assert set(re.findall(r'/logs/([a-z0-9-]+)/">', part)) == {one.id for one in of_surface(surface.id)}


def test_the_check_page_leads_to_the_hub():
    assert HUB in targets("2026-03/check/")


def test_links_of_these_pages_lead_to_pages_and_ids_stand_once():
    hubs = {f"2026-03/{hub}/" for hub in ("", "contribute", "method")} | {"2026-03/"}
    for path in (path for path in texts() if path.startswith(HUB)):
        ids = html(path).ids + re.findall(r"\{ #([\w-]+) \}", texts()[path])
        assert len(ids) == len(set(ids)), path
        for target in targets(path):
            if not target.endswith("json/"):
                assert target in pages() or target in hubs, (path, target)
        for link in html(path).links:
            assert not link.startswith("#") or link[1:] in ids, (path, link)


def test_every_surface_of_an_importer_has_its_place_on_the_hub():
    assert {importer.surface for importer in IMPORTERS} <= set(logs.SURFACES) == set(logs.NAMES)
