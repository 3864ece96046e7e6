"""The golden site: a small case with simulated evidence must render to exactly the files in expected/.

One page of each template stands for all of its kind, with the twin and the tables beside it. A few are kept as MkDocs
gets them; in the others the shared frame and macros are written as calls (`shorthand.py`), so that one word in a base
template changes few files. That every other page renders, and has its parts, is tested below without golden files.

A difference is left beside them in expected-changed/; `make golden` accepts it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from counts_read import faults_of_json, faults_of_text
from counts_read import text_of as text_of_page
from shorthand import names, shorthand

from generator.build import read_content, render_site
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.pages import PAGE_KINDS, figures
from generator.records.results import Level
from generator.simulator import FaultRates, simulate

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
CASE = Path(__file__).parent / "sites" / "small"
EXPECTED = CASE / "expected"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXTS = (".md", ".json", ".csv", ".txt", ".bib", ".ris", ".cff")
CHOSEN = {
    "claim.md.j2": "2026-03/c/C-064/",
    "detector.md.j2": "2026-03/d/premature-expiry/",
    "event.md.j2": "2026-03/e/E-090/",
    "evidence.md.j2": "2026-03/evidence/specimen/",
    "report.md.j2": "2026-03/r/cc-46829/",
}
"""Instead of the first page of the template: it has more of the parts that such a page can have."""
PUBLIC = "agentv"
"""A small public log, so that pages of findings are there: simulated ones have none."""
CITED = "2026-03/c/C-064/"
"""The page whose citations are golden files; all others say the same with another title and address."""
LEFT_OUT = {"logs_detectors.md.j2", "manual.md.j2", "manual_fields.md.j2"}
"""Every question with every format, 180 kB that any detector and any importer changes; test_pages_logs holds it."""
NOT_IN_THE_CASE = {
    *("analysis_section.md.j2", "headline.md.j2", "measurement.md.j2", "special.md.j2"),
    *("changes.md.j2", "changes_between.md.j2", "gone.md.j2", "own.md.j2"),
}
"""Templates that need content that the small case does not have; test_pages_analysis, _measurements, test_special,
test_permanence and test_init render them."""
IN_FULL = (
    "2026-03/c/C-064/",
    "2026-03/claims/",
    "2026-03/corrections/",
    "2026-03/d/premature-expiry/",
    "2026-03/e/E-090/",
    "2026-03/evidence/",
    "2026-03/evidence/specimen/",
    "2026-03/f/F-7BRBRXYP/",
    "2026-03/g/incidents-by-month/",
    "2026-03/r/cc-46829/",
)
"""Pages that are kept with frame and macros as they are. Together they have every macro that the small case uses."""


@dataclass(frozen=True)
class Small:
    """The small case: its pages by path, and all files, with macros as they are and as calls."""

    kinds: dict  # templates by kind
    pages: dict
    files: dict
    short: dict


def planned(root, folder):
    """The dossier of the case, and its pages, from logs written into `folder`."""
    faults = FaultRates({"cache-break": 1, "premature-expiry": 1})
    made = simulate(2, sessions=2, start=datetime(2026, 8, 3, tzinfo=UTC), faults=faults)
    for name, data in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    reading = read(discover([folder]).claimed, key=b"golden")
    evidence = examine(reading, id="specimen", simulated=True, level=Level.FINDINGS, tool_version="0.1.0")
    dossier = read_content(root, (evidence,), now=NOW, version="0.1.0")
    kinds = {kind.id: tuple(kind.pages(dossier)) for kind in PAGE_KINDS}
    made = [page for pages in kinds.values() for page in pages]
    return dossier, {**kinds, "figures": tuple(figures.pages(dossier, made))}


def rendered(dossier, pages, templates=TEMPLATES):
    return {file.path: file.content for file in render_site(dossier, pages, templates)}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The case as a repository of its own, with the worked examples of the real one."""
    root = tmp_path_factory.mktemp("golden")
    shutil.copytree(CASE / "content", root / "content")
    shutil.copytree(ROOT / "content" / "examples", root / "content" / "examples")
    shutil.copytree(ROOT / "content" / "evidence" / PUBLIC, root / "content" / "evidence" / PUBLIC)
    (root / "content" / "origins").mkdir()
    shutil.copy(ROOT / "content" / "origins" / f"{PUBLIC}.yml", root / "content" / "origins")
    return root


@pytest.fixture(scope="module")
def small(root, tmp_path_factory):
    dossier, kinds = planned(root, tmp_path_factory.mktemp("logs"))
    pages = tuple(page for made in kinds.values() for page in made)
    calls = shorthand(TEMPLATES, tmp_path_factory.mktemp("templates") / "short")
    shutil.copytree(TEMPLATES / "assets", calls / "assets")
    templates = {kind: {page.template for page in made} for kind, made in kinds.items()}
    by_path = {page.path: page for page in pages}
    return Small(templates, by_path, rendered(dossier, pages), rendered(dossier, pages, calls))


def representatives(pages):
    """One page of each template: the first that was planned, or the one chosen."""
    first = {}
    for page in pages.values():
        first.setdefault(page.template, page)
    return [pages[CHOSEN.get(template, page.path)] for template, page in first.items() if template not in LEFT_OUT]


def golden(small):
    """What expected/ must hold."""
    files = {path: data for path, data in small.files.items() if "/" not in path and path.endswith(TEXTS)}
    files |= {path: data for path, data in small.files.items() if "/data/api/" in path and path.endswith(TEXTS)}
    for page in representatives(small.pages):
        source = small.files if page.path in IN_FULL else small.short
        beside = [
            page.path + file.name
            for file in (page.files if page.path == CITED else page.downloads)
            if file.name.endswith(TEXTS)
        ]
        files |= {path: source[path] for path in (f"{page.path}index.md", *beside)}
    return files


def test_the_golden_site_is_as_expected(small, request):
    files = golden(small)
    changed = CASE / "expected-changed"
    shutil.rmtree(changed, ignore_errors=True)
    target = EXPECTED if request.config.getoption("--update-golden") else changed
    before = {
        path.relative_to(EXPECTED).as_posix(): path.read_bytes() for path in EXPECTED.rglob("*") if path.is_file()
    }
    if before == files:
        return
    shutil.rmtree(target, ignore_errors=True)
    for path, data in files.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    different = sorted(path for path in before.keys() | files.keys() if before.get(path) != files.get(path))
    assert target == EXPECTED, (
        f"{len(different)} golden files differ, see {changed.relative_to(ROOT)}/: {different[:10]}; "
        "if that is what you want, run `make golden`"
    )


def test_every_macro_stands_in_a_page_that_is_kept_in_full(small):
    """Otherwise a change of it would show nowhere."""
    used = {name for name in names(TEMPLATES) for data in small.short.values() if f"<wm-{name}".encode() in data}
    full = {name for name in used for path in IN_FULL if f"<wm-{name}".encode() in small.short[f"{path}index.md"]}
    assert full == used
    assert set(IN_FULL) <= {page.path for page in representatives(small.pages)}
    assert len(IN_FULL) <= 10


def test_calls_have_the_arguments_and_no_word_of_the_macros(small):
    page = small.short["2026-03/c/C-103/index.md"].decode()
    assert "<wm-prevnext previous=(" in page
    assert "Previous" not in page
    assert "Permalink" not in page


def test_every_kind_of_page_has_a_golden_page(small):
    """A new kind is in the golden site without being named anywhere."""
    shown = {page.template for page in representatives(small.pages)}
    assert {path.name for path in TEMPLATES.glob("[!_]*.md.j2")} == shown | LEFT_OUT | NOT_IN_THE_CASE
    assert {kind for kind, templates in small.kinds.items() if not templates & shown} == {
        "changes",
        "gone",
        "headline",
        "manual",
        "special",
    }


# ---- twins ----


def test_every_twin_says_day_snapshot_and_licence_and_holds_to_its_schema(small):
    """Every page of the case; a kind without a schema of its own holds to the one of all."""
    api = "2026-03/data/api/v1/"
    named = json.loads(small.files[f"{api}index.json"])["twins"]["schemas"]
    checkers = {
        kind: jsonschema.Draft202012Validator(json.loads(small.files[api + path])) for kind, path in named.items()
    }
    twins = {path: json.loads(data) for path, data in small.files.items() if re.fullmatch(r".+/index\.json", path)}
    twins = {path: twin for path, twin in twins.items() if "/api/" not in path and not path.startswith("api/")}
    assert len(twins) > 100
    for path, twin in twins.items():
        checker = checkers.get(twin["kind"], checkers["any other"])
        assert [error.message for error in checker.iter_errors(twin)] == [], path
        assert twin["generated"] == twin["snapshot"] == "2026-11-24"
        assert twin["licence"].startswith("CC BY 4.0")
    own = {twin["kind"] for twin in twins.values()} & set(named)
    assert own == set(named) - {"any other", "measurement"}


# ---- pages that are not in the golden site ----


def text_of(small, page):
    return small.files[f"{page.path}index.md"].decode()


def test_no_page_says_a_share_of_nothing_or_over_all_or_one_of_a_plural(small):
    """What a reader sees of the pages, and the numbers of the JSON beside them."""
    wrong = []
    for path, data in small.files.items():
        if path.endswith(".md"):
            wrong += [(path, said) for said in faults_of_text(text_of_page(data.decode()))]
        elif path.endswith(".json"):
            wrong += [(path, said) for said in faults_of_json(json.loads(data))]
    assert wrong == []


def test_no_finding_or_evidence_of_the_simulator_has_an_interval(small):
    shown = {"2026-03/evidence/specimen/": small.files["2026-03/evidence/specimen/index.md"].decode()}
    for path in small.pages:
        if path.startswith("2026-03/d/"):
            text = small.files[f"{path}index.md"].decode()
            shown[path] = text.partition("{ #specimen")[2].partition("## Worked examples")[0]
    assert sum(map(bool, shown.values())) > 2
    for path, text in shown.items():
        assert "interval " not in text_of_page(text).replace("95 % interval,", ""), path


def test_every_page_has_its_frame_and_its_parts(small):
    for page in small.pages.values():
        text = text_of(small, page)
        assert text.startswith("---\ntitle: "), page.path
        assert text.count("{ #top }") == 1, page.path
        assert text.count('<nav class="wm-crumbs"') == (page.template != "cases.md.j2"), page.path
        ids = re.findall(r"\{ #([\w-]+) \}|\bid=\"([\w-]+)\"", text)
        assert len(ids) == len(set(ids)), page.path
        assert not re.search(r">\s*None\s*<|\bUndefined\b|object at 0x", text), page.path


ITEMS = {
    *("claim.md.j2", "finding.md.j2", "report.md.j2", "event.md.j2", "incident.md.j2", "source.md.j2"),
    *("detector.md.j2", "surface.md.j2", "symptom.md.j2", "log.md.j2", "evidence.md.j2"),
}
"""Templates of one record; the small case has no measurement and no section, which have the same macros."""
BARE = re.compile(r"[CEFS]-[0-9A-Z]+|[0-9a-z]{12}")


def test_a_page_of_a_record_leads_to_the_case_its_list_and_its_neighbours_by_title(small):
    """An id tells a stranger nothing, so no neighbour is named by one."""
    named = set()
    for page in small.pages.values():
        if page.template not in ITEMS:
            continue
        text = text_of(small, page)
        crumbs = text.partition('<nav class="wm-crumbs"')[2].partition("</nav>")[0]
        assert crumbs.count("<li>") >= 3, page.path
        assert "The March 2026" in crumbs.partition("</li>")[0], page.path
        around = text.partition('<nav class="wm-prevnext"')[2].partition("</nav>")[0]
        assert 'class="wm-up"' in around, page.path
        titles = re.findall(r"<b>(.*?)</b>", around)
        assert not [title for title in titles if BARE.fullmatch(title) or not title], page.path
        named |= {page.template} if titles else set()
    assert named >= ITEMS - {"surface.md.j2"}, "of each kind one page has a neighbour"


def test_no_two_pages_have_one_title(small):
    titles = [page.title for page in small.pages.values()]
    assert len(titles) == len(set(titles))


def test_pages_of_one_template_have_the_sections_that_the_template_always_writes(small):
    """Headings outside every condition and loop of the template, and neighbours where there are any."""
    by_template = defaultdict(list)
    for page in small.pages.values():
        by_template[page.template].append(page)
    checked = 0
    for template, pages in by_template.items():
        always = tuple(sections((TEMPLATES / template).read_text("utf-8")))
        for page in pages:
            text = text_of(small, page)
            for heading in always:
                checked += 1
                assert f"{{ #{heading} }}" in text, (page.path, heading)
    assert checked > 500


def sections(source):
    """Ids of the headings of a template that no condition, loop or macro holds."""
    depth = 0
    for token in re.finditer(r"\{% (end)?(if|for|macro) ?|^##+ .*\{ #([a-z-]+) \}", source, re.MULTILINE):
        if token[3]:
            if depth == 0:
                yield token[3]
        else:
            depth += -1 if token[1] else 1


@pytest.mark.parametrize(
    "template",
    [
        "claim.md.j2", "detector.md.j2", "event.md.j2", "finding.md.j2", "incident.md.j2", "log.md.j2", "report.md.j2",
        "source.md.j2", "surface.md.j2", "symptom.md.j2",
    ],
)  # fmt: skip
def test_items_lead_to_their_neighbours_in_both_directions(small, template):
    """Previous of the next is the page itself, along the whole list."""
    pages = [page for page in small.pages.values() if page.template == template]
    links = {}
    for page in pages:
        (nav,) = re.findall(r'<nav class="wm-prevnext".*?</nav>', text_of(small, page), re.DOTALL)
        links[page.path] = dict(re.findall(r'rel="(prev|next)" href="([^"]+)"', nav))
    ends = [[path for path, link in links.items() if way not in link] for way in ("prev", "next")]
    assert [len(end) for end in ends] == [1, 1], ends
    for path, link in links.items():
        if "next" in link:
            after = resolved(path, link["next"])
            assert resolved(after, links[after]["prev"]) == path


def resolved(path, address):
    """The path of the page that a relative address on `path` leads to."""
    parts = path.rstrip("/").split("/")
    for step in address.rstrip("/").split("/"):
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts) + "/"


def test_twins_tables_and_citations_can_be_read_and_lead_to_pages_that_exist(small):
    kinds = defaultdict(int)
    for page in small.pages.values():
        for file in page.files:
            kinds[file.name.rsplit(".", 1)[-1]] += 1
            match file.name.rsplit(".", 1)[-1]:
                case "json":
                    led = set(re.findall(r'"(2026-03/[^"#]*/)(?:#[^"]*)?"', file.content.decode()))
                    assert led <= small.pages.keys(), page.path
                    assert json.loads(file.content), page.path
                case "csv":
                    rows = list(csv.reader(io.StringIO(file.content.decode())))
                    assert {len(row) for row in rows} == {len(rows[0])}, page.path
                case "bib":
                    assert re.match(r"@\w+\{[\w.-]+,\n", file.content.decode()), page.path
                case "txt":
                    assert page.path.split("/")[0] in file.content.decode(), page.path
    assert min(kinds[kind] for kind in ("json", "csv", "bib", "txt")) >= 3


@pytest.mark.slow
def test_two_renderings_are_the_same_bytes(small, root, tmp_path):
    dossier, kinds = planned(root, tmp_path)
    assert rendered(dossier, tuple(page for made in kinds.values() for page in made)) == small.files


def test_pages_with_simulated_data_say_so_and_no_simulated_finding_has_one(small):
    told = {path for path, page in small.pages.items() if page.simulated}
    assert len(told) > 3
    for path in small.pages:
        text = small.files[f"{path}index.md"].decode()
        assert ("wm-banner--simulated" in text) == (path in told), path
        assert ("\nsimulated: true\n" in text.partition("\n---\n")[0] + "\n") == (path in told), path
    twins = [
        json.loads(data)["record"] for path, data in small.files.items() if re.search(r"/f/F-\w+/index\.json$", path)
    ]
    assert len(twins) > 5
    assert {twin["evidence"] for twin in twins} == {PUBLIC}
