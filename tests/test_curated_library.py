"""The library: every mistake of every file at once, each at its line and column, and no mistake let through."""

from __future__ import annotations

import random
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import real_case
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import drawn

from generator.base.problems import ContentError
from generator.curated.case import Case
from generator.curated.checking import checked
from generator.curated.claims import Claim
from generator.curated.codes import CODES
from generator.curated.entries import Outside
from generator.curated.library import load
from generator.curated.models import Event, Incident, Report, Source, SurfaceText, Symptom, Variant
from generator.curated.yamlfile import parse

REAL = Path(__file__).parents[1] / "content"
RECORD_FOLDERS = ("claims", "reports", "events", "incidents")

CASE = """\
id: 2026-03
title: A case
question: What happened?
article: An article
window_start: 2026-03-17
window_end: 2026-03-31
article_window_start: 2026-03-17
article_window_end: 2026-03-24
answers:
  - {text: One., claims: [C-001]}
  - {text: Two., claims: [C-002]}
  - {text: Three., claims: []}
caution: Simulated for a test.
vendor_addresses:
  - {address: 'https://example.org/i', kinds: [admission]}
people:
  - {role: maintainer, statement: None.}
"""
SURFACES = """\
surfaces:
  - id: claude-code
    title: Claude Code
    summary: s
    client: c
    logs: l
    have: h
    missing: m
    variants:
      - {id: claude-code-web, title: On the web}
elsewhere:
  - {id: console, title: Console}
"""
SYMPTOMS = """\
- id: runaway-usage
  title: Runaway usage
  question: Does it run away?
  definition: d
  looks_like: l
  layer_note: n
  detectors: [cache-break]
"""
SOURCES = """\
- id: S-001
  url: https://example.org/a
  kind: blog
  opened: true
  read_how: all of it
  reliability: high
"""
CLAIM = """\
id: {id}
section: Overview
lines: '6'
statement: Usage ran away.
surfaces: [claude-code-web]
symptoms: [runaway-usage]
dates:
  start: 2026-03-17
  end: 2026-03-23
  text: 17 to 23 March
kind: event
grade: supported
confidence: high
reason: r
sources:
  - https://example.org/a
"""
REPORT = """\
id: {id}
title: A report
date: {date}
date_basis: posted
period: window
surfaces: [claude-code, console]
client_version: '2.10'
symptoms: [runaway-usage]
url: https://example.org/{id}
source_type: issue
detail: none
evidence_class: user-report
independence: independent
opened: true
provenance: test
supports: [C-001]
"""
INCIDENTS = """\
- id: later
  start: 2026-03-18T10:00:00Z
  end: 2026-03-18T11:00:00Z
  title: t
  impact: minor
  scope: [claude-code]
  url: https://example.org/i
- id: early
  start: 2026-03-17T10:00:00Z
  end: 2026-03-17T11:00:00Z
  title: t
  impact: minor
  scope: [console]
  url: https://example.org/i
"""
EVENTS = """\
- id: E-001
  start: 2026-03-17T00:00:00Z
  day_only: true
  surfaces: [claude-code]
  kind: statement
  title: t
  url: https://example.org/e
  source_type: issue
  official: false
  confidence: high
"""
TREE = {
    "case.yml": CASE, "surfaces.yml": SURFACES, "symptoms.yml": SYMPTOMS, "sources.yml": SOURCES,
    "claims/C-001.yml": CLAIM.format(id="C-001"), "claims/C-002.yml": CLAIM.format(id="C-002"),
    "reports/aa-2.yml": REPORT.format(id="aa-2", date="2026-03-18"),
    "reports/bb-1.yml": REPORT.format(id="bb-1", date="2026-03-17"),
    "reports/cc-1.yml": REPORT.format(id="cc-1", date="2026-03-17"),
    "incidents/2026-03.yml": INCIDENTS, "events/2026-03.yml": EVENTS,
}  # fmt: skip
DETECTORS = Outside(ids={"detector": frozenset({"cache-break"})})


@pytest.fixture
def content(tmp_path):
    """A small sound content folder."""
    for name, text in TREE.items():
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "content"


def change(content, name, old, new):
    """Make one change that surely changes something."""
    text = (content / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    (content / name).write_text(text.replace(old, new), encoding="utf-8")


def mistakes(content, detectors=DETECTORS):
    """Problems of a folder that must be refused."""
    with pytest.raises(ContentError) as caught:
        load(content, detectors)
    return caught.value.problems


def test_sound_folder_is_sorted(content):
    """Order of records depends on what they say, never on the disk."""
    library = load(content, DETECTORS)
    assert [claim.id for claim in library.claims] == ["C-001", "C-002"]
    assert [report.id for report in library.reports] == ["bb-1", "cc-1", "aa-2"]
    assert [incident.id for incident in library.incidents] == ["early", "later"]
    assert [variant.id for variant in library.elsewhere] == ["console"]


def test_ten_kinds_of_mistakes_at_once(content):
    """Ten mistakes in ten files: ten problems, each at its line and column, in one go."""
    change(content, "claims/C-001.yml", "kind: event\n", "kind: event\nkind: event\n")
    change(content, "reports/aa-2.yml", "client_version: '2.10'", "client_version: 2.10")
    change(content, "claims/C-002.yml", "confidence: high", "confidense: high\nconfidence: high")
    change(content, "reports/bb-1.yml", "date: 2026-03-17", "date: 2026-02-30")
    change(content, "sources.yml", "url: https://example.org/a", "url: https://user:pw@example.org/a")
    change(content, "reports/cc-1.yml", "id: cc-1\n", "id: cc-2\n")
    change(content, "incidents/2026-03.yml", "scope: [console]", "scope: [consol]")
    change(content, "symptoms.yml", "  title: Runaway", "\ttitle: Runaway")
    change(content, "events/2026-03.yml", "day_only: true", "day_only: 'true'")
    change(
        content,
        "surfaces.yml",
        "- {id: console, title: Console}",
        "- {id: console, title: C}\n  - {id: console, title: D}",
    )
    change(content, "incidents/2026-03.yml", "[consol]", "[claude-cod]")
    expected = [
        ("content/claims/C-001.yml", 12, 1, "W-twice"),
        ("content/claims/C-002.yml", 13, 1, "W-field"),
        ("content/events/2026-03.yml", 3, 13, "W-type"),
        ("content/incidents/2026-03.yml", 13, 11, "W-ref"),
        ("content/reports/aa-2.yml", 7, 17, "W-type"),
        ("content/reports/bb-1.yml", 3, 7, "W-date"),
        ("content/reports/cc-1.yml", 1, 5, "W-name"),
        ("content/sources.yml", 2, 8, "W-url"),
        ("content/surfaces.yml", 13, 10, "W-unique"),
        ("content/symptoms.yml", 2, 1, "W-char"),
    ]
    problems = mistakes(content)
    assert [(p.path, p.line, p.column, p.code) for p in problems] == expected
    hints = {p.path: p.hint for p in problems}
    assert hints["content/incidents/2026-03.yml"] == 'did you mean "claude-code"?'
    assert hints["content/claims/C-002.yml"] == 'did you mean "confidence"?'
    assert hints["content/reports/aa-2.yml"] == "put it in quotes"


ITEM = "kind: event\nevidence:\n  - {stance: for, shows: s, "
# file, what stands there, what is written instead, then line, column and code of the only problem
ONE = [
    ("claims/C-001.yml", "end: 2026-03-23", "end: 2026-03-16", 9, 8, "W-order"),
    ("claims/C-001.yml", "end: 2026-03-23", "end: 2031-03-16", 9, 8, "W-date"),
    ("claims/C-001.yml", "start: 2026-03-17", "start: 2022-03-17", 8, 10, "W-date"),
    ("claims/C-001.yml", "start: 2026-03-17", "start: 20260317", 8, 10, "W-type"),
    ("claims/C-001.yml", "start: 2026-03-17", "start: '1773705600'", 8, 10, "W-date"),
    ("claims/C-001.yml", "kind: event", "kind: evnt", 11, 7, "W-value"),
    ("claims/C-001.yml", "kind: event", "kind: event\nsame_as: C-001", 12, 10, "W-self"),
    ("claims/C-001.yml", "kind: event", "kind: event\nsame_as: C-009", 12, 10, "W-ref"),
    ("claims/C-001.yml", "reason: r", "reason: ''", 14, 9, "W-length"),
    ("claims/C-001.yml", "kind: event", ITEM + "report: aa-9}", 13, 37, "W-ref"),
    ("claims/C-001.yml", "kind: event", ITEM + "incident: early, event: E-009}", 13, 53, "W-ref"),
    ("claims/C-001.yml", "kind: event", ITEM + "incident: earl}", 13, 39, "W-ref"),
    ("claims/C-001.yml", "kind: event", ITEM + "measurement: none}", 13, 42, "W-ref"),
    ("claims/C-001.yml", "kind: event", ITEM + "event: E-001, incident: early, report: aa-2}", 13, 53, "W-source"),
    ("claims/C-001.yml", "kind: event", ITEM + "event: E-001}", 13, 5, "W-source"),
    ("claims/C-001.yml", "kind: event", ITEM + "source: S-009}", 13, 37, "W-ref"),
    ("claims/C-001.yml", "kind: event", ITEM + "source: S-001, event: E-001, relays: aa-2}", None, None, None),
    ("claims/C-001.yml", "kind: event", ITEM + "source: S-001, relays: nobody}", 13, 52, "W-ref"),
    ("claims/C-001.yml", "kind: event", ITEM + "source: S-001, kind: changelog}", 13, 44, "W-field"),
    ("claims/C-001.yml", "kind: event", ITEM + "source: S-001, lowered: {to: strong, why: w}}", 13, 58, "W-value"),
    ("claims/C-001.yml", "kind: event", ITEM[:-2] + "}", 13, 5, "W-source"),
    ("claims/C-001.yml", "kind: event", ITEM + "colour: red}", 13, 29, "W-field"),
    (
        "claims/C-001.yml",
        "kind: event",
        "kind: event\nsame_as: C-002\nwanted: {record: r, holder: h}",
        13,
        9,
        "W-twice",
    ),
    ("sources.yml", "example.org/a\n  kind: blog", "example.org/aa-2\n  kind: press", 3, 9, "W-twice"),
    ("reports/aa-2.yml", "opened: true", "kind: open-measurement\nopened: true", 14, 7, "W-source"),
    ("reports/aa-2.yml", "opened: true", "kind: own-finding\nopened: true", 14, 7, "W-source"),
    ("reports/aa-2.yml", "source_type: issue", "source_type: blog\nrelays: nobody", 11, 9, "W-ref"),
    ("claims/C-001.yml", "kind: event", "kind: event\ntested_by: [cache-brake]", 12, 13, "W-ref"),
    ("case.yml", "people:", "author_packs: [no-pack]\npeople:", 16, 16, "W-ref"),
    ("claims/C-001.yml", "reason: r\n", "", 1, 1, "W-missing"),
    ("claims/C-001.yml", "text: 17 to 23 March", "text: |\n    17\n    23", 10, 9, "W-value"),
    ("claims/C-001.yml", "surfaces: [claude-code-web]", "surfaces: claude-code-web", 5, 11, "W-type"),
    ("reports/aa-2.yml", "opened: true", "opened: yes", 14, 9, "W-type"),
    ("reports/aa-2.yml", "supports: [C-001]", "supports: [C-001, C-001]", 16, 19, "W-twice"),
    ("reports/aa-2.yml", "supports: [C-001]", "contradicts: [C-003]", 16, 15, "W-ref"),
    ("reports/aa-2.yml", "supports: [C-001]", "echo_of: aa-2", 16, 10, "W-self"),
    ("reports/aa-2.yml", "[runaway-usage]", "[runway-usage]", 8, 12, "W-ref"),
    ("events/2026-03.yml", "start: 2026-03-17T00:00:00Z", "start: 2026-04-17T00:00:00Z", 2, 10, "W-name"),
    ("events/2026-03.yml", "start: 2026-03-17T00:00:00Z", "start: 2026-04-01T00:30:00+02:00", None, None, None),
    ("events/2026-03.yml", "start: 2026-03-17T00:00:00Z", "start: 2026-03-17T00:00:00", 2, 10, "W-date"),
    ("events/2026-03.yml", "start: 2026-03-17T00:00:00Z", "start: 2026-03-17", 2, 10, "W-date"),
    ("events/2026-03.yml", "  kind: statement", "  end: 2026-03-16T00:00:00Z\n  kind: statement", 5, 8, "W-order"),
    ("events/2026-03.yml", "  kind: statement", "  ended_by: E-001\n  kind: statement", 5, 13, "W-order"),
    ("incidents/2026-03.yml", "- id: early", "- id: later", 8, 7, "W-unique"),
    ("incidents/2026-03.yml", "- id: early", "- id: nul", 8, 7, "W-unique"),
    ("symptoms.yml", "[cache-break]", "[cache-brake]", 7, 15, "W-ref"),
    ("case.yml", "claims: [C-002]", "claims: [C-020]", 11, 27, "W-ref"),
    ("case.yml", "  - {text: Three., claims: []}\n", "", 10, 3, "W-length"),
    ("surfaces.yml", "elsewhere:", "elsewere: []\nelsewhere:", 11, 1, "W-field"),
    ("surfaces.yml", "{id: claude-code-web, ", "{id: claude-code, ", 10, 14, "W-unique"),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "column", "code"), ONE)
def test_one_mistake_gives_one_problem(content, name, old, new, line, column, code):  # noqa: PLR0917  a table's columns
    """The place is that of the mistake, and nothing is reported twice."""
    if (name, code) == ("surfaces.yml", "W-unique"):
        for claim in ("claims/C-001.yml", "claims/C-002.yml"):
            change(content, claim, "[claude-code-web]", "[console]")
    change(content, name, old, new)
    if code is None:
        load(content, DETECTORS)
        return
    found = [(p.path, p.line, p.column, p.code) for p in mistakes(content)]
    assert found == [(f"content/{name}", line, column, code)]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/reports/x", "//example.org/x", "example.org",
        "ftp://example.org/", "https://user@example.org/", "https://user:pw@example.org/", "http://127.0.0.1/",
        "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://192.168.0.1/", "http://8.8.8.8/",
        "http://localhost/", "http://localhost./", "http://printer.local/", "http://db.internal/", "https://intranet/",
        "https:///x", "https://", "https://a b.org/", "https://example.org/" + "x" * 2048,
    ],
)  # fmt: skip
def test_address_that_is_not_public_is_refused(content, url):
    """Only absolute http(s) addresses of public names reach a page."""
    change(content, "sources.yml", "url: https://example.org/a", f"url: '{url}'")
    assert [(p.path, p.line, p.column, p.code) for p in mistakes(content)] == [("content/sources.yml", 2, 8, "W-url")]


def test_foreign_host_is_kept_in_ascii(content):
    """A letter that only looks like another shows: the host is stored in its xn-- form."""
    change(content, "sources.yml", "https://example.org/a", "https://\u0430\u0440\u0440\u04cf\u0435.org/a")
    assert str(load(content, DETECTORS).sources[0].url) == "https://xn--80ak6aa92e.org/a"


def test_host_of_two_scripts_is_refused(content):
    """One foreign letter in a familiar name has no honest use."""
    change(content, "sources.yml", "https://example.org/a", "https://ex\u0430mple.org/a")
    assert [problem.code for problem in mistakes(content)] == ["W-url"]


def test_nothing_but_plain_yml_files(content):
    """Links, other suffixes, folders and odd names are refused where records live; links are not followed."""
    reports = content / "reports"
    (reports / "link.yml").symlink_to(reports / "aa-2.yml")
    (reports / "folder").mkdir()
    (reports / "page.html").write_text("<script>")
    (reports / "aa 3.yml").write_text("id: x")
    (reports / "con.yml").write_text(REPORT.format(id="con", date="2026-03-17"))
    (content / "report").mkdir()
    (content / "reports.yml").write_text("[]")
    (content / "notes").symlink_to("/etc")
    found = [(p.path, p.code) for p in mistakes(content)]
    assert found == [
        ("content/notes", "W-file"),
        ("content/report", "W-file"),
        ("content/reports.yml", "W-file"),
        ("content/reports/aa 3.yml", "W-file"),
        ("content/reports/con.yml", "W-unique"),
        ("content/reports/folder", "W-file"),
        ("content/reports/link.yml", "W-file"),
        ("content/reports/page.html", "W-file"),
    ]


def test_a_host_of_digests_has_no_press(content):
    """One record says that its texts are made by a machine; a second one cannot call them press."""
    more = "- {id: S-002, url: 'https://example.org/b', kind: machine-summary, opened: true, read_how: r, reliability: low}\n"
    sources = content / "sources.yml"
    sources.write_text(sources.read_text() + more)
    problems = mistakes(content)
    assert [(one.path, one.line, one.code) for one in problems] == [("content/sources.yml", 3, "W-twice")]


def test_ids_that_differ_in_case_only_are_taken(content):
    """Two such pages would be one file on Windows and macOS."""
    change(content, "incidents/2026-03.yml", "- id: early", "- id: LATER")
    assert [(p.line, p.column, p.code) for p in mistakes(content)] == [(8, 7, "W-unique"), (8, 7, "W-value")]


def test_linked_folder_is_refused(content):
    """A record folder that is a link would bring in files from elsewhere."""
    shutil.move(content / "reports", content.parent / "outside")
    (content / "reports").symlink_to(content.parent / "outside")
    assert [(p.path, p.code) for p in mistakes(content)] == [("content/reports", "W-file")]


def test_missing_files_are_named_once(tmp_path):
    """An empty folder is answered with what must be there."""
    (tmp_path / "content").mkdir()
    found = [(p.path, p.code) for p in mistakes(tmp_path / "content")]
    names = ("case", "sources", "surfaces", "symptoms")
    assert found == [(f"content/{name}.yml", "W-missing") for name in names]


def test_unreadable_file_brings_no_dangling_references(content):
    """One mistake is one problem, not one more for each record that refers to the broken one."""
    for name in ("claims/C-001.yml", "symptoms.yml", "surfaces.yml"):
        (content / name).write_text("x: [")
    found = {(p.path, p.code) for p in mistakes(content)}
    assert found == {(f"content/{name}", "W-syntax") for name in ("claims/C-001.yml", "symptoms.yml", "surfaces.yml")}


def test_ring_of_claims_is_refused(content):
    """A -> B -> A has no first statement."""
    change(content, "claims/C-001.yml", "kind: event", "kind: event\nsame_as: C-002")
    change(content, "claims/C-002.yml", "kind: event", "kind: event\nsame_as: C-001")
    assert [(p.path, p.line, p.code) for p in mistakes(content)] == [
        ("content/claims/C-001.yml", 12, "W-self"),
        ("content/claims/C-002.yml", 12, "W-self"),
    ]


def test_detectors_are_unchecked_without_a_list(content):
    """Whoever reads the library alone need not know the detectors."""
    change(content, "symptoms.yml", "[cache-break]", "[anything]")
    assert load(content).symptoms[0].detectors == ("anything",)


def test_every_code_is_in_the_table_and_every_row_is_used():
    """The page "Contribute" prints the table; a code outside it would be unexplained."""
    folder = Path(__file__).parents[1] / "generator" / "curated"
    used = set()
    for path in folder.rglob("*.py"):
        if path.name != "codes.py":
            used |= set(re.findall(r'"(W-[a-z]+)"', path.read_text(encoding="utf-8")))
    assert used == set(CODES)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3000), st.floats(-5, 5), st.text(max_size=12),
              st.sampled_from(["2026-03-17", "C-001", "claude-code", "https://example.org/", "9999-99-99"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(
        ["id", "start", "end", "url", "dates", "surfaces", "variants", "answers", "claims", "x"]), inner, max_size=5)),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=drawn(150), deadline=None)
@given(VALUES)
def test_any_value_is_answered_with_problems(value):
    """No shape of record makes a model or its words throw; each problem has a known code and a place."""
    import json

    text = json.dumps(value).encode()
    try:
        document = parse(text, "content/x.yml")
    except ContentError:
        return
    for model in (Case, Claim, Event, Incident, Report, Source, SurfaceText, Symptom, Variant):
        found = checked(model, document)
        for problem in found if isinstance(found, list) else ():
            assert problem.code in CODES
            assert problem.line == 1
            assert 1 <= problem.column <= len(text)


@settings(max_examples=drawn(60), deadline=None)
@given(st.sampled_from(sorted(TREE)), VALUES)
def test_any_file_is_answered_with_content_error(tmp_path_factory, name, value):
    """A file of any shape in a sound folder: a library, or ContentError and nothing else."""
    import json

    content = tmp_path_factory.mktemp("any") / "content"
    for other, text in TREE.items():
        path = content / other
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value) if other == name else text, encoding="utf-8")
    try:
        load(content, DETECTORS)
    except ContentError as error:
        assert error.problems  # noqa: PT017  a sound library is an answer too
    shutil.rmtree(content.parent)


def _seeded(lines, chance):
    """One mistake in a file of records: (changed lines, 1-based line of the mistake, code)."""
    number = chance.choice([n for n, line in enumerate(lines) if re.match(r"[ -]*[a-z_]+: \S", line)])
    line = lines[number]
    indent, key, value = re.match(r"([ -]*)([a-z_]+): (.*)", line).groups()
    plain = indent.replace("-", " ")
    kinds = [([f"{indent}{key}:\t{value}"], 0, "W-char"), ([f"{indent}{key}: &a {value}"], 0, "W-alias")]
    kinds.append(([f"{indent}{key}: !x {value}"], 0, "W-tag"))
    kinds.append(([f"{indent}{key}: *a"], 0, "W-alias") if value not in (">-", "|", "|-", ">") else kinds[0])
    if value not in (">-", "|", "|-", ">"):
        kinds.append(([line, f"{plain}{key}: x"], 1, "W-twice"))
        kinds.append(([line, f"{plain}coluor: x"], 1, "W-field"))
        kinds.append(([f"{indent}{key}: 010"], 0, "W-number"))
        kinds.append(([f"{indent}{key}: {{a: 1}}"], 0, None))
    new, at, code = chance.choice(kinds)
    return [*lines[:number], *new, *lines[number + 1 :]], number + 1 + at, code


@pytest.mark.slow
def test_sixty_seeded_mistakes_in_the_real_content(tmp_path):
    """One mistake in each of sixty real files, all at once: each is reported at its line, and no other line is."""
    chance = random.Random(20260317)
    content = tmp_path / "content"
    content.mkdir()
    for path in REAL.glob("*.yml"):
        shutil.copy(path, content)
    for folder in (*RECORD_FOLDERS, "measurements"):  # which claims name as evidence
        shutil.copytree(REAL / folder, content / folder)
    files = sorted(path for folder in ("claims", "reports") for path in (content / folder).glob("*.yml"))
    expected = {}
    for path in chance.sample(files, 60):
        lines, line, code = _seeded(path.read_text(encoding="utf-8").split("\n"), chance)
        path.write_text("\n".join(lines), encoding="utf-8")
        expected[f"content/{path.parent.name}/{path.name}"] = (line, code)
    mine = ("content/claims/", "content/reports/")  # the files that were changed; the next test minds the others
    problems = [problem for problem in mistakes(content, None) if problem.path.startswith(mine)]
    found = {(p.path, p.line): p.code for p in problems}
    assert {path for path, _ in found} == set(expected)
    for path, (line, code) in expected.items():
        assert (path, line) in found, (path, line, code, [str(p) for p in problems if p.path == path])
        assert code is None or found[path, line] == code
    assert len(found) == 60


def test_real_content_is_sound():
    """What is published is checked by the rules that bind contributors."""
    real_case.library()


# Records of the first case as its research counted them; reports and incidents grow, numbered ids never vanish.
FIRST_CASE = {"claims": 119, "events": 139, "sources": 139, "incidents": 219, "reports": 486}


def test_nothing_of_the_first_case_is_lost():
    """Every record that was collected is there, and the numbered ones run from 001 without a gap."""
    library = real_case.library()
    assert {
        name: len(getattr(library, name)) for name in FIRST_CASE if len(getattr(library, name)) < FIRST_CASE[name]
    } == {}
    for name, letter in (("claims", "C"), ("events", "E"), ("sources", "S")):
        ids = sorted(record.id for record in getattr(library, name))
        assert ids == [f"{letter}-{number:03d}" for number in range(1, len(ids) + 1)]


def test_first_case_counts_what_its_research_counts():
    """28 of the first 449 reports repeat another one, and 40 were seen in an index only; 31 of these were opened later."""
    library = real_case.library()
    assert sum(report.echo_of is not None for report in library.reports) >= 28
    assert sum(not report.opened for report in library.reports if report.provenance.startswith("index:")) == 9
    assert "could not be opened" in " ".join(one.statement for one in library.case.people)


def test_each_address_of_claims_and_events_is_a_source():
    """sources.yml says how each document was read; one that is missing there would be cited blindly."""
    library = real_case.library()
    listed = {str(source.url) for source in library.sources}
    cited = {str(url) for claim in library.claims for url in claim.sources}
    cited |= {str(url) for event in library.events for url in (event.url, *event.more_urls)}
    assert cited - listed == set()


def test_files_name_their_schema():
    """Editors complete and check a record only if its first line says which schema it has."""
    kinds = {"claims": "claim", "reports": "report"}
    for folder, kind in kinds.items():
        line = f"# yaml-language-server: $schema=../schemas/{kind}.json\n"
        silent = [p.name for p in (REAL / folder).glob("*.yml") if not p.read_text(encoding="utf-8").startswith(line)]
        assert silent == []


# ---- one document once, days where they belong ----


def at(content, today=None):
    found = mistakes(content, Outside(ids=DETECTORS.ids, today=today))
    return [(p.path.removeprefix("content/"), p.line, p.code) for p in found]


@pytest.mark.parametrize(
    ("change_of", "told"),
    [
        ("", True),
        ("date_basis: comment-date", False),
        ("echo_of: aa-2", False),
        ("relays: vendor", False),
        ("author: somebody-else", True),
    ],
)
def test_a_report_of_a_known_address_says_what_else_it_is(content, change_of, told):
    for url in (
        "https://example.org/aa-2?utm_source=x",
        "https://web.archive.org/web/20260318000000/https://www.example.org/aa-2/",
    ):
        text = REPORT.format(id="bb-1", date="2026-03-17").replace("https://example.org/bb-1", url)
        if change_of.startswith("date_basis"):
            text = text.replace("date_basis: posted", change_of)
        elif change_of:
            text += change_of + "\n"
        (content / "reports" / "bb-1.yml").write_text(text)
        if not told:
            load(content, DETECTORS)
            continue
        (problem,) = mistakes(content)
        assert (problem.path, problem.line, problem.code) == ("content/reports/bb-1.yml", 9, "W-twice")
        assert '"aa-2"' in problem.message
        assert "content/reports/aa-2.yml:9" in problem.hint


def test_two_comments_of_a_thread_have_two_days(content):
    for id, day in (("bb-1", "2026-03-17"), ("cc-1", "2026-03-17")):
        text = REPORT.format(id=id, date=day).replace(f"https://example.org/{id}", "https://example.org/aa-2")
        (content / "reports" / f"{id}.yml").write_text(text.replace("date_basis: posted", "date_basis: comment-date"))
    assert at(content) == [("reports/cc-1.yml", 9, "W-twice")]
    change(content, "reports/cc-1.yml", "date: 2026-03-17", "date: 2026-03-19")
    load(content, DETECTORS)


def test_a_source_an_event_and_an_incident_are_there_once(content):
    change(
        content,
        "sources.yml",
        "- id: S-001",
        SOURCES.replace("S-001", "S-002").replace("https:", "https:", 1) + "- id: S-001",
    )
    change(content, "events/2026-03.yml", "- id: E-001", EVENTS.replace("E-001", "E-002") + "- id: E-001")
    change(content, "incidents/2026-03.yml", "2026-03-18T10:00:00Z", "2026-03-17T10:00:00Z")
    assert [code for _, _, code in at(content)] == ["W-twice"] * 3
    change(
        content,
        "incidents/2026-03.yml",
        "- id: early\n  start: 2026-03-17T10:00:00Z",
        "- id: early\n  start: 2026-03-17T09:00:00Z",
    )
    assert len(at(content)) == 2  # one page of a vendor tells many


@pytest.mark.parametrize(
    ("day", "period", "right"),
    [
        ("2026-03-16", "window", False),
        ("2026-03-16", "control-before", True),
        ("2026-03-16", "before-control", True),
        ("2026-03-16", "control-after", False),
        ("2026-03-17", "window", True),
        ("2026-03-31", "window", True),
        ("2026-03-31", "control-after", False),
        ("2026-04-01", "window", False),
        ("2026-04-01", "after-control", True),
        ("2029-03-23", "window", False),
    ],
)
def test_the_period_of_a_report_is_where_its_date_is(content, day, period, right):
    change(content, "reports/aa-2.yml", "date: 2026-03-18", f"date: {day}")
    change(content, "reports/aa-2.yml", "period: window", f"period: {period}")
    if right:
        load(content, DETECTORS)
    else:
        assert at(content) == [("reports/aa-2.yml", 5, "W-period")]


def test_nothing_is_to_come_but_the_end_of_an_event(content):
    today = date(2026, 3, 17)
    change(content, "events/2026-03.yml", "  day_only: true", "  end: 2026-06-01T00:00:00Z\n  day_only: true")
    assert at(content, today - timedelta(days=2)) == [
        ("events/2026-03.yml", 2, "W-date"),
        *(("incidents/2026-03.yml", line, "W-date") for line in (2, 3, 9, 10)),
        *((f"reports/{name}.yml", 3, "W-date") for name in ("aa-2", "bb-1", "cc-1")),
    ]
    load(content, Outside(ids=DETECTORS.ids, today=today))  # where the sun rises first it is tomorrow
    load(content, DETECTORS)  # nobody said what day it is


def test_a_list_with_a_wrong_entry_is_not_called_too_short(content):
    change(content, "case.yml", "claims: [C-001]", "claims: [C-1]")
    assert {(p.line, p.code) for p in mistakes(content)} == {(10, "W-value"), (10, "W-ref")}
    change(content, "case.yml", "  - {text: Two., claims: [C-002]}\n", "")
    assert {p.code for p in mistakes(content)} == {"W-value", "W-ref", "W-length"}
    change(content, "case.yml", "claims: [C-1]", "claims: [C-001]")
    (problem,) = mistakes(content)
    assert problem.message == '"answers" has 2 entries and needs 3 or more'


def test_a_part_that_is_missing_is_called_by_its_name(content):
    change(content, "surfaces.yml", "elsewhere:\n  - {id: console, title: Console}\n", "")
    (problem,) = mistakes(content)
    assert (problem.code, problem.message) == ("W-missing", 'field "elsewhere" is missing')


@pytest.mark.parametrize(
    ("source", "target", "word"),
    [("reports/aa-2.yml", "claims/aa-2.yml", "report"), ("claims/C-001.yml", "reports/c-001.yml", "claim"),
     ("reports/aa-2.yml", "analysis/aa-2.yml", "report")],
)  # fmt: skip
def test_a_misplaced_record_is_one_mistake(content, source, target, word):
    (content / target).parent.mkdir(exist_ok=True)
    shutil.copy(content / source, content / target)
    found = [p for p in mistakes(content) if p.path == f"content/{target}"]
    assert [(p.code, p.message.split(",")[0]) for p in found] == [("W-file", f"looks like a {word}")]
