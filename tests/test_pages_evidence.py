"""Pages of claims, findings, detectors, evidence, method, data, check and contribute."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import posixpath
import re
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2.meta
import pytest
from markdown import Markdown

from generator.curated.base_rates import MeasuredBreaks, MeasuredDetector, Measurement
from generator.curated.case import Answer, Case, Person, Words
from generator.curated.checking import checked
from generator.curated.claims import Claim, ClaimEvidence
from generator.curated.examples import Example
from generator.curated.kinds import Library
from generator.curated.library import load_kind
from generator.curated.models import Event, Report, Source, SurfaceText, Symptom
from generator.curated.yamlfile import parse
from generator.detectors import DETECTORS, run
from generator.dossier import Dossier
from generator.grading import RULES, WEIGHTS
from generator.ledger.explanations import EXPLANATIONS, UNDECIDABLE
from generator.packs.examine import examine
from generator.pages import check, claims, contribute, data, detectors, evidence, findings, method, reconciled
from generator.pages.parts.breaks import break_rows
from generator.pages.parts.cite import cite
from generator.pages.parts.deciding import SETTLED
from generator.records.results import Level, Outcome
from generator.records.rows import LogData, Tally
from generator.site.render import SiteContext, render, template_environment

ROOT = Path(__file__).parent.parent
KINDS = (claims, findings, detectors, evidence, reconciled, method, data, check, contribute)
HOSTILE = "</td><script>alert(1)</script> [x](javascript:alert(1)) {: onclick=alert(1) } {{ 7*7 }}"
URL = "https://example.org/report"
EXAMPLES = load_kind(ROOT / "content", Example)


def claim(number: int, **more) -> Claim:
    defaults = {
        "id": f"C-{number:03}",
        "section": "1. Common backend",
        "lines": str(10 + number),
        "statement": f"Statement {number}.",
        "kind": "event",
        "grade": "supported",
        "confidence": "high",
        "reason": "A reason.",
    }
    return Claim(**(defaults | more))


SOURCE_OF = {"changelog": "S-002", "machine-summary": "S-003", "blog": "S-004", "press": "S-005"}


def item(kind: str, stance: str, shows: str = "What it shows.", **where) -> ClaimEvidence:
    return ClaimEvidence(source=SOURCE_OF[kind], stance=stance, shows=shows, **where)


CLAIMS = (
    claim(1, sources=(URL,), symptoms=("cache-miss",), surfaces=("api",),
          evidence=(item("changelog", "for", event="E-001"), item("machine-summary", "for", event="E-001"))),
    claim(2, grade="not_checkable", symptoms=("cache-miss",), tested_by=("cache-break",)),
    claim(3, grade="not_checkable", kind="inference", section=f"2. {HOSTILE[:80]}", looked=f"Nowhere. {HOSTILE}"),
    claim(4, statement=HOSTILE, reason=HOSTILE, grade="contradicted", section="3. Meaning", withdrawn=HOSTILE,
          sources=(URL,), evidence=(item("blog", "for", HOSTILE), item("press", "against", HOSTILE),
                                    ClaimEvidence(report="r-1", stance="context", shows=HOSTILE))),
    claim(5, same_as="C-001", sources=(URL,)),
)  # fmt: skip


def text(model: type, **fields):
    """A record whose other text fields hold one letter."""
    blank = {name: "x" for name, field in model.model_fields.items() if field.is_required() and name not in fields}
    return model(**(blank | fields))


@cache
def library() -> Library:
    report = Report(
        id="r-1", title=f"=1+1 {HOSTILE[:60]}", date=date(2026, 3, 18), date_basis="posted", period="window", surfaces=("api",),
        symptoms=("cache-miss",), url=URL, source_type="issue", detail="none", evidence_class="user-report",
        independence="independent", opened=True, provenance="x", supports=("C-001",),
    )  # fmt: skip
    event = Event(
        id="E-001", start=datetime(2026, 3, 18, tzinfo=UTC), day_only=True, surfaces=(), kind="statement", title="An event",
        url=URL, source_type="issue", official=False, confidence="low",
    )  # fmt: skip
    case = text(
        Case, id="2026-03", title="The case", window_start=date(2026, 3, 17), window_end=date(2026, 3, 23),
        article_window_start=date(2026, 2, 5), article_window_end=date(2026, 3, 31), caution="No log is the author's.",
        author_packs=("mine",), answers=(Answer(text="t", claims=("C-001",)),) * 3, repository="https://example.org/repository",
        people=(Person(role="Publisher", statement="Has a subscription."),),
    )  # fmt: skip
    return Library(
        case=case,
        claims=CLAIMS,
        reports=(report,),
        incidents=(),
        events=(event,),
        sources=(
            Source(
                id="S-001", url=URL, kind="narrative-issue", opened=True, read_how="in full", reliability="user report"
            ),
            *(
                Source(
                    id=id,
                    url=f"https://{kind}.example.org/",
                    kind=kind,
                    opened=True,
                    read_how="in full",
                    reliability="any",
                )
                for kind, id in SOURCE_OF.items()
            ),
        ),
        surfaces=(text(SurfaceText, id="api", title="API"),),
        elsewhere=(),
        symptoms=(text(Symptom, id="cache-miss", title="Cache miss"),),
    )


def body(name: str, *, simulated: bool, level: Level = Level.FINDINGS, prefix: str | None = None, examples=EXAMPLES):
    """The examples as one log; their sessions are named after the body, so that two bodies share no finding."""
    prefix = name if prefix is None else prefix
    readings = [example.model_copy(update={"name": f"{prefix}-{example.name}"}).reading() for example in examples]
    requests = tuple(row for reading in readings for row in reading.requests)
    marks = tuple(note for reading in readings for note in reading.marks)
    lines = len(requests) + len(marks)
    tally = Tally(
        label="log-0001",
        importer="claude-code",
        bytes=9000,
        read=lines + 4,
        used=lines,
        other=3,
        blank=1,
        usage_lines=lines,
    )
    reading = LogData(requests=requests, marks=marks, tallies=(tally,))
    return examine(reading, id=name, simulated=simulated, level=level, tool_version="0.1.0")


def dossier_of(*bodies, measurements=()) -> Dossier:
    return Dossier(
        library=library().model_copy(update={"examples": EXAMPLES, "measurements": measurements}), packs=bodies,
        detectors=DETECTORS, built=datetime(2026, 11, 24, 12, tzinfo=UTC), version="0.1.0",
    )  # fmt: skip


MEASURED = Measurement(
    id="public", title="A public set", url="https://example.org/set", licence="MIT", requests=900, steps=880,
    breaks=(MeasuredBreaks(reason="unexplained", count=2, excess_tokens=9000, usd=0.05),),
    detectors=(MeasuredDetector(id="cache-break", examined=880, findings=2, naive=37),),
    measured=date(2026, 11, 24), command="witnessmark scan set/",
)  # fmt: skip


@cache
def dossier() -> Dossier:
    shown = {
        "cache-break",
        "doubled-call",
        "short-prompt-overbilled",
        "idle-advance",
        "synthetic-refusal",
        "tier-change",
    }
    some = [example for example in EXAMPLES if example.detector in shown and not example.benign]
    few = [example for example in EXAMPLES if example.detector in {"cache-break", "doubled-call", "idle-advance"}]
    own, made = body("mine", simulated=False, examples=some), body("specimen", simulated=True, examples=few)
    return dossier_of(own, made, measurements=(MEASURED,))


@cache
def pages():
    return tuple(page for kind in KINDS for page in kind.KIND.pages(dossier()))


@cache
def rendered() -> dict[str, str]:
    return {path: content.decode() for path, content in built(pages()).items() if path.endswith(".md")}


def built(wanted) -> dict[str, bytes]:
    words = Words(drafted="with a language model")
    site = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0", words=words)
    return {file.path: file.content for file in render(wanted, templates=ROOT / "templates", site_context=site)}


def page_at(path: str):
    return next(page for page in pages() if page.path == f"2026-03/{path}")


def markdown(path: str) -> str:
    return rendered()[f"2026-03/{path}index.md"]


def download(page, name: str) -> bytes:
    return next(file.content for file in page.downloads if file.name == name)


def simulated_ids() -> set[str]:
    return {finding.id for pack in dossier().packs if pack.simulated for run in pack.runs for finding in run.findings}


def own_ids() -> set[str]:
    return {view.finding.id for view in dossier().findings}


def test_the_fields_of_a_context_are_exactly_the_variables_of_its_template(subtests):
    contexts = {page.template: page.context for page in pages()}
    assert len(contexts) > 10
    for template, context in contexts.items():
        with subtests.test(template):
            compare_variables(template, context)


def compare_variables(template, context):
    source = (ROOT / "templates" / template).read_text("utf-8")
    used = jinja2.meta.find_undeclared_variables(template_environment(ROOT / "templates").parse(source))
    macros = set(re.findall(r"{% macro (\w+)", source))
    assert used - {"page", "site", "wm", "citing", "public", "logs", "parts", "ref", "url", "v"} - macros == {
        field.name for field in dataclasses.fields(context)
    }


def test_contexts_are_frozen():
    for page in pages():
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(page.context, dataclasses.fields(page.context)[0].name, None)


def test_a_case_without_evidence_reports_or_repository_has_all_pages():
    """The site must be whole before the first log arrives."""
    empty = dataclasses.replace(
        dossier_of(),
        library=library().model_copy(update={"case": library().case.model_copy(update={"repository": None})}),
    )
    files = built([page for kind in KINDS for page in kind.KIND.pages(empty)])
    for name in ("claims", "findings", "detectors", "evidence", "method", "data", "check", "contribute"):
        assert f"2026-03/{name}/index.md" in files
    assert b"No log is on this site yet" in files["2026-03/findings/index.md"]


def test_links_between_these_pages_lead_somewhere():
    paths = {page.path for page in pages()}
    mine = re.compile(r"2026-03/(claims|c|findings|f|detectors|d|evidence|method|data|check|contribute)/")
    for page in pages():
        text = rendered()[f"{page.path}index.md"]
        anchors = {f"{page.path}index.md": text}
        assert not re.search(r"\]\(\.", text), "MkDocs takes a Markdown link for the path of a file"
        for target in re.findall(r'href="([^"]+)"', text):
            address = target.replace("&amp;", "&")
            if re.match(r"[a-z]+:", address):
                continue
            file, _, fragment = address.partition("#")
            path = posixpath.normpath(posixpath.join("/" + page.path, file or ".")).lstrip("/")
            if file.endswith("/") or not file or file == ".":
                path += "/"
                if mine.match(path):
                    assert path in paths, (page.path, address)
                if fragment and path in paths:
                    there = anchors.get(f"{path}index.md") or rendered()[f"{path}index.md"]
                    assert re.search(rf'#{re.escape(fragment)}[ }}]|id="{re.escape(fragment)}"', there), (
                        page.path,
                        address,
                    )
            elif not (path.startswith("2026-03/g/") or path.endswith(".png")):  # made with all pages: test_figures.py
                assert path in {f"{page.path}{file.name}" for page in pages() for file in page.files}, (
                    page.path,
                    address,
                )


OUR_SCRIPTS = ("assets/figures.js", "assets/filter.js", "assets/verify.js")


class Live(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        ours = (dict(attrs).get("src") or "").endswith(OUR_SCRIPTS)
        self.found += [tag] if tag == "script" and not ours else []
        self.found += [
            name for name, value in attrs if name.startswith("on") or (value or "").strip().startswith("javascript:")
        ]


def test_text_of_strangers_is_inert_once_mkdocs_has_read_the_page():
    extensions = ["attr_list", "tables", "admonition", "pymdownx.superfences", "toc", "meta"]
    for page in pages():
        html = Markdown(extensions=extensions).convert(rendered()[f"{page.path}index.md"])
        live = Live()
        live.feed(html)
        assert live.found == [], page.path
        if page.path.endswith("c/C-004/"):
            assert "alert(1)" in html  # the text is there, and only as text


# ---- claims ----


def test_repeats_are_listed_and_not_counted():
    context = page_at("claims/").context
    assert (context.total, context.distinct, context.repeats) == (5, 4, 1)
    assert [row.claim.id for section in context.sections for row in section.rows] == [c.id for c in CLAIMS[:2]] + [
        "C-003",
        "C-004",
        "C-005",
    ]
    assert "same as" in markdown("claims/")
    assert sum(len(group) for _, group in context.by_rules) == 4
    assert all("C-005" not in {c.id for c in group} for _, group in context.by_rules)


def test_sections_follow_the_article():
    assert [section.title[0] for section in page_at("claims/").context.sections] == ["1", "2", "3", "1"]


def test_a_claim_shows_what_is_tied_to_its_sources():
    context = page_at("c/C-001/").context
    assert [cited.source.id for cited in context.sources] == ["S-001", "S-002", "S-003"]
    assert [report.id for report in context.reports] == ["r-1"]
    assert context.events == ()  # E-001 stands among the evidence
    assert [other.id for other in context.repeats] == ["C-005"]
    record = json.loads(download(page_at("c/C-001/"), "index.json"))["record"]
    assert (record["reports"], record["events"]) == (["r-1"], ["E-001"])


def test_a_claim_names_outcomes_on_own_logs_and_never_simulated_ones():
    context = page_at("c/C-001/").context
    mine = {run.detector: run for run in next(pack for pack in dossier().packs if pack.id == "mine").runs}
    assert context.answers
    for answer in context.answers:
        run = mine[answer.detector.id]
        assert (answer.found, answer.examined) == (run.found, run.examined)
        assert answer.logs == (run.outcome in {Outcome.FOUND, Outcome.QUIET})
    record = json.loads(download(page_at("c/C-001/"), "index.json"))["record"]
    shown = {view.finding.id for answer in context.answers for view, _ in answer.on_its_days}
    assert {id for row in record["detectors"] for id in row["findings_on_its_days"]} == shown <= own_ids()
    for page in pages():
        if page.path.startswith("2026-03/c/"):
            text = rendered()[f"{page.path}index.md"]
            assert not any(id in text for id in simulated_ids())
            assert "specimen" not in text


def test_a_claim_that_is_open_says_what_would_decide_it():
    for page in pages():
        if page.path.startswith("2026-03/c/"):
            grade = page.context.weighed.verdict.grade
            assert bool(page.context.checkable_by) == (grade not in SETTLED), page.path
    assert "experiment" in page_at("c/C-003/").context.checkable_by


def columns(path: str) -> tuple[str, str]:
    """The two sides of the evidence on a claim's page."""
    inside = markdown(path).partition('<div class="wm-weigh">')[2].partition("</div>")[0]
    return tuple(inside.split("</section>")[:2])


def test_evidence_stands_in_two_columns_with_kind_weight_origin_and_link():
    supports, opposes = columns("c/C-001/")
    assert "For (2)" in supports
    assert "Against (0)" in opposes
    assert "Nothing on record." in opposes
    assert "<b>Changelog</b>, strong. Origin: the vendor." in supports
    assert "not counted: machine-made text" in supports
    assert 'href="../../e/E-001/"' in supports
    supports, opposes = columns("c/C-004/")
    assert 'href="https://blog.example.org/"' in supports
    assert "weak" in supports
    assert "medium" in opposes
    assert "## Good to know" in markdown("c/C-004/")
    assert 'href="../../r/r-1/"' in markdown("c/C-004/").partition("## Good to know")[2]


def test_a_claim_opens_with_one_grade_and_shows_its_rule_the_reader_and_what_would_change_it():
    text = markdown("c/C-001/")
    head = text.partition("## For and against")[0]
    assert head.count("wm-grade--") == 1
    assert "wm-grade--supported" in head
    assert "A reading apart from the rules, drafted with a language model, gave: supported." in text
    assert "Firm evidence is for it, and at least twice as much as against it." in text
    assert "method/#rule-firmly-for" in text
    verdict = page_at("c/C-001/").context.weighed.verdict
    assert verdict.raises
    assert verdict.lowers
    assert all(sentence in text.replace("&#39;", "'") for sentence in (*verdict.raises, *verdict.lowers))
    assert "Rules and that reading differ" not in text
    assert "Rules and that reading differ" in markdown("c/C-003/")


def test_a_claim_without_evidence_says_where_was_looked():
    assert "Nothing on record speaks for or against it. Nowhere." in markdown("c/C-003/")


def test_findings_in_the_authors_logs_are_evidence_and_lead_to_detector_and_pack():
    supports, opposes = columns("c/C-002/")
    assert "Finding in own logs" in supports
    assert 'href="../../d/cache-break/"' in supports
    assert 'href="../../evidence/mine/"' in supports
    assert "Against (0)" in opposes
    assert "On the author's logs, these would answer:" in markdown("c/C-002/")
    nobody = library().model_copy(update={"case": library().case.model_copy(update={"author_packs": ()})})
    without = dataclasses.replace(dossier(), library=nobody)
    assert without.verdicts["C-002"].rule.id == "private"


def test_a_withdrawn_claim_says_so_first():
    assert markdown("c/C-004/").index("wm-banner--withdrawn") < markdown("c/C-004/").index("## For and against")
    assert page_at("c/C-004/").context.weighed.verdict.grade.value == "withdrawn"


def test_a_repeat_says_which_claim_was_weighed():
    assert "Weighed for C-001" in markdown("c/C-005/")


def test_machine_forms_carry_the_computed_grade_and_the_reviewers():
    twin = json.loads(download(page_at("c/C-003/"), "index.json"))
    assert (twin["record"]["grade"], twin["record"]["grade_by"]) == ("unsupported", "rules")
    assert twin["record"]["reviewed_grade"] == "not_checkable"
    assert (twin["record"]["computed"]["grade"], twin["record"]["computed"]["rule"]) == ("unsupported", "nothing-found")
    assert twin["record"]["grades_agree"] is False
    rows = json.loads(download(page_at("data/"), "api/v1/claims.json"))["records"]
    assert [(row["reviewed_grade"], row["grade"]) for row in rows[:3]] == [
        ("supported", "supported"),
        ("not_checkable", "supported"),
        ("not_checkable", "unsupported"),
    ]
    assert all(row["grade"] == row["computed"]["grade"] for row in rows)


def test_the_list_shows_one_grade_of_each_claim_and_how_many_differ():
    context = page_at("claims/").context
    assert context.differ == 2
    row = markdown("claims/").partition('<tr id="C-003"')[2].partition("</tr>")[0]
    assert "wm-grade--unsupported" in row
    assert "wm-grade--not_checkable" not in row


def test_the_method_prints_every_rule_every_weight_and_every_difference():
    text, context = markdown("method/").replace("&#39;", "'"), page_at("method/").context
    places = [text.index(f'id="rule-{rule.id}"') for rule in RULES]
    assert places == sorted(places)
    assert all(rule.text in text for rule in RULES)
    assert all(weight.why in text for weight in WEIGHTS)
    assert sum(row[-1] for row in context.crossed.rows) == context.claims == 4
    assert sum(count for _, _, count in context.rules) == 4
    assert [item.claim.id for item in context.differing] == ["C-002", "C-003"]
    listed = text.partition("whose two grades differ")[2].partition("</details>")[0]
    assert all(item.sentence in listed and item.claim.id in listed for item in context.differing)


def test_claims_are_chained_in_order():
    assert page_at("c/C-001/").context.previous is None
    assert page_at("c/C-002/").context.previous.id == "C-001"
    assert page_at("c/C-005/").context.next is None


# ---- citations ----


def test_a_citation_has_one_line_and_a_bibtex_entry_that_balances():
    made = cite(dossier(), "2026-03/c/C-004/", f"100 % {{of}} it_all & #1 \\ {HOSTILE}")
    bib = next(file for file in made.downloads if file.name == "cite.bib").content.decode()
    assert bib.count("{") == bib.count("}")
    assert "\\%" in bib
    assert "\\_" in bib
    assert "date = {2026-11-24}" in bib
    assert "\n" not in made.text
    assert "snapshot 2026-11-24" in made.text


# ---- findings ----

LADDER_IDS = {explanation.id for explanation in EXPLANATIONS} | {id for id, _ in UNDECIDABLE}
BLOCKS = ("figure", "lines", "explanations", "reproduce")


def test_a_finding_page_has_five_blocks_and_no_empty_one():
    """The sentence with its numbers stands above the first heading."""
    for id in own_ids():
        text = markdown(f"f/{id}/")
        assert tuple(re.findall(r"^##+ .*\{ #([a-z-]+)", text, re.MULTILINE)) == BLOCKS
        for block in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]:
            assert len(re.sub(r"<[^>]+>|\s+", " ", block).split()) > 5


def test_a_simulated_finding_has_no_page_and_one_of_each_detector_is_an_example():
    paths = {page.path for page in pages()}
    assert simulated_ids()
    assert not [id for id in simulated_ids() if f"2026-03/f/{id}/" in paths]
    for name in ("findings/", "data/", "method/", "check/"):
        assert not any(id in markdown(name) for id in simulated_ids())
    shown = {id: view for id, view in dossier().specimens.items() if id in {"cache-break", "doubled-call"}}
    assert len(shown) == 2
    for id in shown:
        page, text = page_at(f"d/{id}/"), markdown(f"d/{id}/")
        example = text.partition("{ #specimen")[2].partition("## Worked examples")[0]
        assert example.count("wm-banner--simulated") == 1
        assert "witnessmark simulate" in example
        assert page.simulated
        assert "simulated: true" in text.partition("# ")[0]
    assert not page_at("findings/").simulated
    assert not page_at("evidence/specimen/").searchable


def test_a_refusal_has_no_picture_of_cache_reads():
    for view in dossier().findings:
        figure = page_at(f"f/{view.finding.id}/").context.figure
        reads = {"expected-read", "prompt-before"} & {quantity.name for quantity in view.finding.quantities}
        if figure is not None and figure.id == "chain-chart":
            assert reads, view.detector.id


def test_every_outcome_is_an_answer_in_the_list():
    failed = dataclasses.replace(DETECTORS[1], rule=lambda _thread: iter([1 / 0]))
    quiet = next(example for example in EXAMPLES if example.name == "quiet" and example.detector == "cache-break")
    threads = quiet.subjects()
    runs = (run(DETECTORS[0], threads), run(failed, threads), *(run(detector, threads) for detector in DETECTORS[2:]))
    shown = body("mine", simulated=False)
    mixed = dossier_of(type(shown)(**{name: getattr(shown, name) for name in shown.__struct_fields__} | {"runs": runs}))
    files = built(findings.KIND.pages(mixed))
    text = files["2026-03/findings/index.md"].decode()
    assert {one.outcome for one in runs} == {Outcome.QUIET, Outcome.FAILED, Outcome.NOT_MEASURABLE}
    for word in ("Quiet", "failed", "Not measurable", "zerodivisionerror"):
        assert word in text


def test_the_sentence_has_number_unit_and_period_and_the_price_is_no_bill():
    view = next(view for view in dossier().findings if view.detector.id == "short-prompt-overbilled")
    said = findings.sentence(view)
    assert said.startswith("A prompt of 9 words: ")
    assert "tokens were paid for again" in said
    text = markdown(f"f/{view.finding.id}/")
    assert "A list price is not a bill" in text
    assert "2026-03-17" in text
    assert view.detector.counterfactual in text.replace("&#39;", "'")


def test_findings_about_the_same_call_name_each_other():
    short = next(view for view in dossier().findings if view.detector.id == "short-prompt-overbilled")
    others = page_at(f"f/{short.finding.id}/").context.related
    assert {other.detector.id for other in others} == {"cache-break"}
    assert all(other.pack is short.pack for other in others)


def test_a_cited_line_is_a_card_with_its_fields():
    view = next(view for view in dossier().findings if view.detector.id == "cache-break")
    lines = markdown(f"f/{view.finding.id}/").partition("{ #lines }")[2].partition("## Explanations")[0]
    assert lines.count('<section class="wm-record"') == 2
    assert "log-0001 line" in lines
    assert f"of {view.rows[-1].expected:,} expected" in lines
    assert "sha256sum" not in lines  # its log is private


def test_open_and_ruled_out_explanations_are_listed_with_what_they_say():
    view = next(view for view in dossier().findings if view.finding.ruled_out and view.finding.not_ruled_out)
    block = markdown(f"f/{view.finding.id}/").partition("{ #explanations }")[2].partition("Client or service?")[0]
    open_, ruled_out = block.split("<details", 1)
    assert open_.count('<td class="wm-long">') == len(view.finding.not_ruled_out)
    assert ruled_out.count('<td class="wm-long">') == len(view.finding.ruled_out)


def test_rows_mark_the_cited_ones_in_page_and_csv():
    view = next(view for view in dossier().findings if view.detector.id == "cache-break")
    page = page_at(f"f/{view.finding.id}/")
    rows = list(csv.DictReader(io.StringIO(download(page, "data.csv").decode())))
    assert sum(row["cited"] == "True" for row in rows) == 2 == len(page.context.cards)
    assert rows[-1]["reason"] == "unexplained"
    assert markdown(f"f/{view.finding.id}/").count("<b>cited</b>") == 2


def test_two_packs_of_one_log_make_one_page_a_finding_and_a_simulated_one_makes_none():
    few = [example for example in EXAMPLES if example.detector in {"cache-break", "doubled-call"}]
    own = body("mine", simulated=False, examples=few)
    again = body("twice", simulated=False, prefix="mine", examples=few)
    single, double = dossier_of(own), dossier_of(own, again)
    assert len(single.findings) > 5
    assert [view.finding.id for view in single.findings] == [view.finding.id for view in double.findings]
    labelled = dossier_of(own, body("specimen", simulated=True, prefix="mine", examples=few))
    assert labelled.findings == ()
    built(findings.KIND.pages(double))


# ---- detectors ----


def test_each_explanation_of_a_detector_has_its_example_on_the_page():
    for view in dossier().detector_views:
        context = page_at(f"d/{view.detector.id}/").context
        shown = [*context.decidable, *context.undecidable]
        assert [item.benign.id for item in shown] == [*view.detector.decidable, *view.detector.undecidable]
        borrowed = {item.benign.id for item in shown if item.worked is None}
        assert borrowed <= LADDER_IDS
        assert not borrowed or view.detector.id != "cache-break"
        text = markdown(f"d/{view.detector.id}/")
        assert all(f"../cache-break/#{id}" in text for id in borrowed)
        for item in shown:
            if item.worked is not None:
                assert item.worked.outcome == ("quiet" if item.benign.decidable else "found")


def test_an_explanation_settled_while_reading_is_not_called_a_candidate():
    shown = {item.benign.id: item.worked for item in page_at("d/doubled-call/").context.decidable}
    assert not shown["streaming-lines"].explained
    assert shown["other-size"].explained
    assert "never becomes a candidate" in markdown("d/doubled-call/")


def test_the_table_of_an_example_puts_marks_between_requests():
    context = page_at("d/cache-break/").context
    rows = next(item.worked.rows for item in context.decidable if item.benign.id == "compaction")
    assert [row[1] for row in rows] == ["request", "compaction (auto, 60,000)", "request"]
    assert rows[2][:4] == ("1 min", "request", 60_000, 20_000)


def test_a_detector_page_shows_rule_results_and_the_naive_count():
    view = dossier().detector_views[0]
    text = markdown("d/cache-break/")
    result = next(run for evidence, run, _ in view.runs if evidence.id == "mine")
    assert f'<td class="wm-num">{result.naive:,}</td>' in text
    assert "95 % interval" in text
    for parameter in view.detector.parameters:
        assert parameter.quantity.name.replace("-", " ") in text


def test_detector_pages_list_the_findings_of_real_logs():
    for view in dossier().detector_views:
        context = page_at(f"d/{view.detector.id}/").context
        assert not any(item.view.pack.simulated for item in context.found)
        assert context.specimen is None or context.specimen.view.pack.simulated


# ---- evidence and method ----


def test_break_shares_are_of_all_breaks_and_add_up():
    for evidence_ in dossier().packs:
        rows = break_rows(evidence_.breaks)
        assert sum(row.share for row in rows) == pytest.approx(1)
        assert sum(row.excess_share for row in rows) == pytest.approx(1)
        assert sum(row.count for row in rows) == page_at(f"evidence/{evidence_.id}/").context.break_count


def test_an_evidence_page_accounts_for_every_line():
    context = page_at("evidence/mine/").context
    assert context.sums.read == context.sums.used + context.sums.other + context.sums.blank
    assert context.sums.balances
    assert len(context.answers) == len(DETECTORS)


def test_aggregate_evidence_has_a_page_and_no_finding_pages():
    sums = dossier_of(body("sums", simulated=False, level=Level.AGGREGATE))
    files = built([page for kind in (findings, evidence) for page in kind.KIND.pages(sums)])
    assert not [path for path in files if path.startswith("2026-03/f/")]
    assert b"published as sums only" in files["2026-03/findings/index.md"]
    assert b"Sums only" in files["2026-03/evidence/sums/index.md"]


def test_the_method_opens_with_what_the_evidence_cannot_show():
    headings = re.findall(r"^## .*\{ #([a-z-]+)", markdown("method/"), re.MULTILINE)
    assert headings[0] == "cannot"
    assert "No log is the author" in markdown("method/").partition("## Grades")[0]


def test_the_method_has_the_whole_ladder_in_order_and_what_no_log_decides():
    text = markdown("method/")
    places = [text.index(f'id="rung-{explanation.id}"') for explanation in EXPLANATIONS]
    assert places == sorted(places)
    assert all(words.replace("(", "").split()[0] in text for _, words in UNDECIDABLE)


def test_base_rates_carry_their_interval_and_their_command():
    (item,) = page_at("method/").context.measured
    assert (item.unexplained_rate.hits, item.unexplained_rate.trials) == (2, 880)
    assert "witnessmark scan set/" in markdown("method/")


# ---- data, check, contribute ----


def test_public_files_have_one_frame_and_the_printed_checksums_are_true():
    page = page_at("data/")
    names = {file.name for file in page.context.files}
    assert names == {
        "claims.json",
        "reports.json",
        "reports.csv",
        "measurements.json",
        "corrections.json",
        "replies.json",
        "asked.json",
        "incidents.json",
        "events.json",
        "sources.json",
        "findings.json",
        "origins.json",
    }
    for file in page.context.files:
        content = download(page, file.path)
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert len(content) == file.bytes
        assert file.sha256 in markdown("data/")
        if file.name.endswith(".json"):
            document = json.loads(content)
            assert list(document) == ["schema", "generated", "snapshot", "case", "licence", "records"]
            assert document["licence"] == "CC BY 4.0 for text and data, MIT for code"
            assert len(document["records"]) == file.rows


def test_public_findings_say_first_whether_they_are_simulated():
    records = json.loads(download(page_at("data/"), "api/v1/findings.json"))["records"]
    assert {record["id"] for record in records} == own_ids()
    assert not any(record["simulated"] for record in records)
    assert all(next(iter(record)) == "simulated" for record in records)


def test_a_spreadsheet_runs_nothing_of_a_title():
    rows = list(csv.DictReader(io.StringIO(download(page_at("data/"), "api/v1/reports.csv").decode())))
    assert rows[0]["title"].startswith("'=1+1")


def test_the_check_page_asks_each_detectors_question():
    text = markdown("check/").replace("&#39;", "'")
    for detector in DETECTORS:
        assert detector.question in text


def test_the_template_for_a_report_is_valid():
    """Whoever fills it in must not fail on the template itself."""
    written = contribute._example(dossier())
    assert isinstance(checked(Report, parse(written.encode(), "template")), Report)
    assert written.strip() in markdown("contribute/")


def test_pages_of_the_same_dossier_have_the_same_bytes():
    assert built(pages()) == built(tuple(page for kind in KINDS for page in kind.KIND.pages(dossier())))
