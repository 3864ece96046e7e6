"""Measurements, corrections and replies: their records, their pages, and the counts of reports that stand beside them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
import real_case
from conftest import CORPORA
from public_library import HOSTILE, LIBRARY, REPORTS, dossier, outside, report

from generator.base.problems import ContentError
from generator.charts import published_chart
from generator.curated.library import load_kind
from generator.curated.measurements import Published
from generator.curated.voices import Correction, Reply
from generator.curated.yamlfile import parse
from generator.importers import discover, read
from generator.pages import claims, corrections, data, measurements, reports, surfaces, symptoms, timeline
from generator.pages.parts.matrix import counted, matrix, surface_matrix
from generator.pages.parts.report_lists import report_months
from generator.pages.parts.sampling_bias import collected, spans
from generator.site.render import SiteContext, render

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SITE = SiteContext(id="2026-03", title="The case", built=date(2026, 11, 24), version="0.1.0")
KINDS = (measurements, corrections, claims, reports, timeline, surfaces, symptoms, data)
RECORD = """\
- id: one
  title: A measurement
  result: Three of four.
  by: Somebody
  url: https://example.org/data
  period: March 2026
  sample: Four calls.
  method: They were counted.
  raw: public
  raw_where: At the address.
  shows: That it can be counted.
  shows_not: Anything else.
  judgement: Fair.
  symptoms: [runaway-usage]
  surfaces: [claude-code]
  bears_on:
    - {claim: C-001, says: It bears.}
  tables:
    - id: table
      title: A table
      columns: [What, Count]
      rows:
        - [first, 3]
        - [second, 1]
      plot: {kind: bars, label: What, values: [Count], axis: Calls, sentence: Three and one.}
"""


def written(tmp_path, text):
    (tmp_path / "measurements").mkdir(exist_ok=True)
    (tmp_path / "measurements" / "published.yml").write_text(text, encoding="utf-8")
    return tmp_path


def mistakes(load):
    with pytest.raises(ContentError) as caught:
        load()
    return [(problem.line, problem.code, problem.message) for problem in caught.value.problems]


def one(**fields):
    """The record above, with other fields."""
    given = {
        "id": "one", "title": "A measurement", "result": "Three of four.", "by": "Somebody", "url": "https://example.org/",
        "period": "March", "sample": "Four.", "method": "Counted.", "raw": "no", "raw_where": "Nowhere.", "shows": "It.",
        "shows_not": "More.", "judgement": "Fair.", "symptoms": ("runaway-usage",), "surfaces": ("claude-code",),
        "bears_on": ({"claim": "C-001", "says": "It bears on it."},),
        "tables": ({"id": "table", "title": "A table", "columns": ("What", "Count"), "rows": (("first", 3),),
                    "plot": {"kind": "bars", "label": "What", "values": ("Count",), "axis": "Calls", "sentence": "Three."}},),
    }  # fmt: skip
    return Published(**(given | fields))


def pages(**fields):
    whole = dossier(**fields)
    return {page.path: page for kind in KINDS for page in kind.KIND.pages(whole)}


def texts(**fields):
    files = render(pages(**fields).values(), templates=ROOT / "templates", site_context=SITE)
    return {file.path.removesuffix("index.md"): file.content.decode() for file in files if file.path.endswith(".md")}


def reply(**fields):
    given = {
        "id": "an-answer", "page": "c/C-001", "date": "2026-11-20", "by": "A person", "stands": "author",
        "text": "It was otherwise.", "received": "By letter.",
    }  # fmt: skip
    return Reply.model_validate(given | fields)


def correction(**fields):
    given = {
        "id": "a-fix",
        "page": "r/in-article",
        "date": "2026-11-21",
        "was": "Nine.",
        "now": "Ten.",
        "why": "A typo.",
    }
    return Correction.model_validate(given | fields)


# ---- records ----


def test_sound_record_is_read(tmp_path):
    found = load_kind(written(tmp_path, RECORD), Published, outside(detector=frozenset({"cache-break"})))
    assert [(record.id, record.tables[0].rows) for record in found] == [("one", (("first", 3), ("second", 1)))]
    assert load_kind(tmp_path / "nowhere", Published) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[second, 1]", "[second]", "W-length"),
        ("[second, 1]", "[second, many]", "W-type"),
        ("[second, 1]", "[second, [1]]", "W-value"),
        ("values: [Count]", "values: [Counts]", "W-ref"),
        ("label: What", "low: Count, label: What", "W-missing"),
        ("columns: [What, Count]", "columns: [What, What]", "W-twice"),
        ("C-001", "C-999", "W-ref"),
        ("[runaway-usage]", "[run-away]", "W-ref"),
        ("raw: public", "raw: perhaps", "W-value"),
        ("judgement: Fair.", "opinion: Fair.", "W-field"),
        ("raw: public", "raw: public\n  licence: do what you like", "W-value"),
        ("kind: bars", "kind: months", "W-date"),
        ("kind: bars", "kind: spans", "W-length"),
    ],
)
def test_each_mistake_stands_at_its_line(tmp_path, old, new, code):
    """A row too short, a word where a figure is drawn, a column or claim that is not there: all named with their line."""
    assert old in RECORD
    text = RECORD.replace(old, new, 1)
    folder = written(tmp_path, text)
    found = mistakes(lambda: load_kind(folder, Published, outside()))
    lines = text.splitlines()
    where = "[first, 3]" if code == "W-date" else new.rpartition("\n  ")[2]  # a month that is none stands in its row
    line = next(number for number, words in enumerate(lines, start=1) if where in words)
    assert (line, code) in [(at, kind) for at, kind, _ in found], found


def test_wrong_cell_is_one_mistake(tmp_path):
    """Not one for a number, one for a word and one for nothing."""
    folder = written(tmp_path, RECORD.replace("[second, 1]", "[second, [1]]"))
    assert len(mistakes(lambda: load_kind(folder, Published))) == 1


def test_two_measurements_may_not_share_an_id(tmp_path):
    folder = written(tmp_path, RECORD + RECORD)
    assert [code for _, code, _ in mistakes(lambda: load_kind(folder, Published))] == ["W-unique"]


def test_reply_needs_a_page_that_is_there_and_its_own_name(tmp_path):
    folder = tmp_path / "replies"
    folder.mkdir()
    (folder / ".gitkeep").touch()
    body = "page: c/C-999\ndate: 2026-11-20\nby: A\nstands: vendor\ntext: No.\nreceived: By letter.\n"
    (folder / "first.yml").write_text("id: second\n" + body, encoding="utf-8")
    (folder / "note.txt").write_text("x", encoding="utf-8")
    found = mistakes(lambda: load_kind(tmp_path, Reply, outside()))
    assert {code for _, code, _ in found} == {"W-name", "W-ref", "W-file"}
    (folder / "note.txt").unlink()
    (folder / "first.yml").write_text("id: first\n" + body.replace("C-999", "C-001"), encoding="utf-8")
    assert [(found.id, found.page) for found in load_kind(tmp_path, Reply, outside())] == [("first", "c/C-001")]


def test_page_of_a_correction_is_checked_only_where_its_records_could_be_read(tmp_path):
    """What was not read, or could not be, must not be reported again at every correction."""
    fix = "- {{id: fix, page: {}, date: 2026-11-20, was: a, now: b, why: c}}\n"
    for page in ("c/C-999", "e/E-999", "r/none", "f/F-none", "m/none", "i/none", "s/S-999"):
        (tmp_path / "corrections.yml").write_text(fix.format(page), encoding="utf-8")
        assert load_kind(tmp_path, Correction)[0].page == page
        unknown = mistakes(lambda: load_kind(tmp_path, Correction, outside(finding=frozenset({"F-1"}))))
        assert unknown == [(1, "W-ref", f'unknown page "{page}"')]


def test_corrections_are_read_newest_first(tmp_path):
    text = "".join(
        f"- {{id: fix-{day}, page: c/C-001, date: 2026-11-{day}, was: a, now: b, why: c}}\n" for day in (20, 22, 21)
    )
    (tmp_path / "corrections.yml").write_text(text, encoding="utf-8")
    found = load_kind(tmp_path, Correction, outside())
    assert [one.id for one in found] == ["fix-22", "fix-21", "fix-20"]
    (tmp_path / "corrections.yml").write_text("[]\n", encoding="utf-8")
    assert load_kind(tmp_path, Correction) == ()


# ---- pages ----


@pytest.mark.slow
def test_every_measurement_has_a_page_with_method_limits_and_claims():
    found = texts(published=(one(),))
    page = found["2026-03/m/one/"]
    for words in ("Counted.", "It does not show", "Our judgement", "the raw data is not public", "It bears on it."):
        assert words in page
    assert "c/C-001/" in page
    assert "m/one/" in found["2026-03/measurements/"]
    names_of_files = {file.name for file in pages(published=(one(),))["2026-03/m/one/"].downloads}
    assert {"table.csv", "table-light.svg", "table-dark.svg", "table-narrow-light.svg", "index.json"} <= names_of_files


@pytest.mark.parametrize("licence", ["MIT", "not stated", "MIT AND Apache-2.0 AND CC0-1.0"])
def test_the_page_of_a_measurement_names_the_licence_of_its_data(licence):
    path = "2026-03/m/one/"
    assert f"<dt>Licence of the data</dt><dd>{licence}</dd>" in texts(published=(one(licence=licence),))[path]
    assert "Licence of the data" not in texts(published=(one(),))[path]


def test_the_licence_of_a_public_set_is_that_of_its_origin():
    """What a measurement of this site says of its data is what the records of the logs say."""
    library = real_case.library()
    licences = {str(origin.repository): origin.licence for origin in library.origins}
    for one in library.published:
        told = {licences[str(url)] for url in (one.url, *one.more_urls) if str(url) in licences}
        if one.licence and told:
            assert told <= set(one.licence.split(" AND ")), one.id


def test_claim_symptom_and_surface_name_the_measurements_that_bear_on_them():
    found = texts(published=(one(),))
    for path in ("c/C-001/", "symptom/runaway-usage/", "surface/claude-code/"):
        assert "m/one/" in found[f"2026-03/{path}"], path
    for path in ("c/C-002/", "symptom/timeout/", "surface/api/"):
        assert "m/one/" not in found[f"2026-03/{path}"], path


def test_words_of_strangers_in_a_measurement_stay_text():
    page = texts(published=(one(title=HOSTILE, result=HOSTILE, judgement=HOSTILE, by=HOSTILE),))["2026-03/m/one/"]
    assert "<script" not in page.replace('<script src="../../../assets/figures.js" defer></script>', "")
    assert 'href="javascript' not in page


@pytest.mark.slow
def test_every_drawn_table_of_this_site_has_a_picture_for_each_theme_and_for_phones():
    for record in real_case.library().published:
        for table in record.tables:
            if table.plot:
                chart = published_chart(table, table.plot)
                assert chart.width <= 644
                assert chart.narrow is not None
                assert chart.narrow.width <= 328
                assert str(table.rows[0][0]).split(",")[0] in chart.svg or table.plot.kind == "months"
                assert chart.rows == table.rows


# ---- replies and corrections ----


def test_page_says_that_no_reply_is_on_record():
    found = texts(published=(one(),))
    for path in ("c/C-001/", "e/E-001/", "r/in-article/", "m/one/"):
        assert "No reply on record." in found[f"2026-03/{path}"], path
    assert "No reply on record." not in found["2026-03/reports/"]


@pytest.mark.parametrize("key", ["c/C-001", "e/E-001", "r/in-article", "m/one"])
def test_reply_stands_before_the_body_of_the_page_it_answers(key):
    """As prominent as the statement: in the same frame, before the first section, and in full."""
    found = texts(published=(one(),), replies=(reply(page=key),))
    page = found[f"2026-03/{key}/"]
    headings = re.findall(r"^## .*\{ #([a-z-]+)", page, re.MULTILINE)
    assert headings[0] == "replies"
    assert headings.count("replies") == 1
    assert '<section class="wm-head wm-reply"' in page
    assert "It was otherwise." in page
    assert "No reply on record" not in page
    others = [path for path, text in found.items() if "It was otherwise." in text]
    assert others == [f"2026-03/{key}/"]
    assert f"{key}/" in found["2026-03/corrections/"]


def test_reply_that_the_page_shows_as_a_model_is_sound():
    """Whoever copies it and changes its words gets no complaint."""
    assert Reply.model_validate(parse(corrections.TEMPLATE.encode(), "a reply").value).page == "c/C-064"


def test_reply_of_a_stranger_stays_text():
    page = texts(replies=(reply(text=HOSTILE, by=HOSTILE),))["2026-03/c/C-001/"]
    assert "<script" not in page
    assert 'href="javascript' not in page


def test_correction_says_what_stood_there_on_the_page_and_in_the_list():
    found = texts(corrections=(correction(),))
    for path in ("r/in-article/", "corrections/"):
        told = " ".join(re.sub(r"<[^>]*>", " ", found[f"2026-03/{path}"]).split())
        assert re.search(r"Before\b.{0,60}: ?Nine\. .{0,20}Now ?: Ten\. .{0,20}Why ?: A typo\.", told), path
    assert "Nine." not in found["2026-03/r/press/"]
    assert "No correction on record" in texts()["2026-03/corrections/"]


def test_who_made_this_says_machine_help_and_that_a_person_has_to_confirm():
    """The site may not look as if a person had read every page."""
    said = {person.role: person.statement for person in real_case.dossier().library.case.people}
    assert "with the help of language models" in said["Use of language models"]
    assert "before they are published" in " ".join(said["Confirmation by a person"].split())
    assert not real_case.library().replies, "a reply is on record: name it here, and see that it is real"


def test_data_files_hold_measurements_replies_and_corrections():
    page = pages(published=(one(),), replies=(reply(),), corrections=(correction(),))["2026-03/data/"]
    files = {file.name: file.content for file in page.downloads}
    for name in ("measurements", "replies", "corrections"):
        assert len(json.loads(files[f"api/v1/{name}.json"])["records"]) == 1


# ---- counts of reports ----


def test_report_with_a_number_is_a_user_report_that_was_opened_and_states_a_figure():
    figure = {"metric": "tokens", "value": "3"}
    day = date(2026, 3, 18)
    many = (
        report("with", day, figures=(figure,)),
        report("without", day),
        report("unopened", day, figures=(figure,), opened=False),
        report("echo", day, figures=(figure,), echo_of="with"),
        report("press", day, figures=(figure,), evidence_class="press-or-blog"),
        report("earlier", date(2026, 1, 8), figures=(figure,), period="control-before"),
    )
    counts = counted(many)
    assert (counts.all.before, counts.all.window) == (1, 3)
    assert (counts.numbered.before, counts.numbered.window) == (1, 1)
    table = matrix(many, LIBRARY.symptoms, LIBRARY.case)
    assert (table.rows[0].numbered.window, table.numbered.before) == (1, 1)


def test_symptom_by_surface_counts_a_report_in_each_surface_it_names_and_echoes_in_none():
    table = surface_matrix(REPORTS, dossier())
    columns = [surface.id for surface in table.surfaces]
    cells = {row.symptom.id: dict(zip(columns, row.cells, strict=True)) for row in table.rows}
    assert cells["runaway-usage"]["claude-code"].periods.window == 3
    assert cells["runaway-usage"]["api"].periods.window == 1
    assert cells["runaway-usage"]["claude-ai"].periods.window == 1
    assert cells["timeout"]["claude-code"].periods.after == 1
    assert [counts.window for counts in table.all] == [1, 3, 1, 0, 0]


def test_echo_is_folded_under_what_it_repeats():
    rows = [row for month in report_months(REPORTS, dossier()) for row in month.rows]
    assert "copy" not in {row.report.id for row in rows}
    original = next(row for row in rows if row.report.id == "in-article")
    assert [echo.id for echo in original.echoes] == ["copy", "user-echo"]
    alone = report_months([found for found in REPORTS if found.id == "copy"], dossier())
    assert [row.report.id for month in alone for row in month.rows] == ["copy"], "an echo without its original is shown"


def test_control_periods_say_how_long_they_are():
    found = spans(real_case.dossier().library)
    assert [(span.months, span.text) for span in (found.before, found.window, found.after)] == [
        (3, "November 2025 to January 2026"),
        (3, "February to April 2026"),
        (4, "May to August 2026"),
    ]


def test_reports_by_month_stand_beside_issues_filed_and_are_counted_anew():
    """Removing a report changes the count of its month; what was filed and found stays what was measured."""
    rows = {row.month: row for row in collected(real_case.dossier())}
    march = rows["2026-03"]
    assert (march.filed, march.hits, march.users) == (12_000, 35, 69)
    assert march.hits_per_1000 == pytest.approx(2.92, abs=0.01)
    assert [row.period for row in rows.values()].count("window") == 3
    library = real_case.dossier().library
    gone = next(found for found in library.reports if found.id == "cc-38335")
    fewer = library.model_copy(update={"reports": tuple(one for one in library.reports if one != gone)})
    less = {row.month: row for row in collected(dossier(library=fewer, published=real_case.library().published))}
    month = f"{gone.date:%Y-%m}"
    assert less[month].users == rows[month].users - 1
    assert collected(dossier()) == (), "no measurement of what was filed, no rates"


def test_every_page_with_a_count_of_reports_has_the_control_months_beside_it():
    found = texts()
    paths = ("reports/", "surfaces/", "surface/claude-code/", "symptoms/", "symptom/runaway-usage/")
    for path in paths:
        assert "Before: January 2026" in found[f"2026-03/{path}"], path
    figure = next(reports.pages(dossier())).context.chart.sentence
    assert "Control months: 1 before the window, 1 after it." in figure


def test_every_surface_and_symptom_of_this_site_says_what_looks_like_it():
    library = real_case.dossier().library
    assert all(surface.looks_like and surface.missing for surface in library.surfaces)
    assert all(symptom.looks_like and symptom.layer_note for symptom in library.symptoms)
    cowork = next(surface for surface in library.surfaces if surface.id == "cowork")
    assert "No first-hand log of March from Cowork" in cowork.missing


# ---- the figures ----


def record(id):
    return next(found for found in real_case.library().published if found.id == id)


def rows_of(measurement, table):
    return next(found for found in record(measurement).tables if found.id == table).rows


def test_sums_of_the_published_tables_agree_with_their_sentences():
    causes = rows_of("breaks-by-cause", "causes")
    assert sum(row[1] for row in causes) == 737
    assert sum(row[1] for row in causes if row[3] == "none") == 140
    assert sum(row[3] for row in rows_of("breaks-by-cause", "sets")) == 27_169


@pytest.mark.corpora
def test_weights_of_the_meter_follow_from_the_ninety_windows():
    """The figures of the page are those that its command gives."""
    import numpy as np
    from scipy.optimize import nnls

    windows = json.loads((CORPORA.parent / "meter" / "windows-90.json").read_text())["windows"]
    assert len(windows) == 90
    kept = [window for window in windows if window["q5h_max"] < 1]
    meter = np.array([100 * window["q5h_max"] for window in kept])
    kinds = {
        "Output": "output_M",
        "Cache write": "cache_create_M",
        "Uncached input": "input_M",
        "Cache read": "cache_read_M",
    }
    tokens = np.array([[window[column] for column in kinds.values()] for window in kept])
    weights, _ = nnls(tokens, meter)
    published = rows_of("meter-weights", "weights")
    assert [row[0] for row in published] == list(kinds)
    assert [row[1] for row in published] == pytest.approx(list(weights), rel=0.02)

    def explained(design):
        left = meter - design @ nnls(design, meter)[0]
        return 1 - (left @ left) / ((meter - meter.mean()) @ (meter - meter.mean()))

    def priced(*prices):
        return (tokens @ np.array(prices))[:, None]

    fits = [row[1] for row in rows_of("meter-weights", "fits")]
    wanted = [
        explained(tokens),
        *(explained(priced(25, write, 5, read)) for write, read in ((6.25, 0), (10, 0.5), (6.25, 0.5))),
    ]
    wanted += [explained(priced(1, 1, 1, 1)), explained(priced(0, 0, 0, 1))]
    assert fits == pytest.approx(wanted, abs=0.001)


@pytest.mark.corpora
def test_lifetimes_by_version_follow_from_the_public_transcripts():
    """Calls and share of hour writes of each row, added up again from the two sets."""
    measured = defaultdict(lambda: [0, 0, 0])
    for name in ("entire", "spotter"):
        for call in read(discover([CORPORA / name]).claimed, key=b"key of a test").requests:
            if not call.agent:
                sums = measured[name, call.version, call.first_seen.date().isoformat()]
                sums[0] += 1
                sums[1] += call.cache_write_1h_tokens or 0
                sums[2] += call.cache_write_tokens
    own = {"2.0.76 to 2.1.14": {"2.0.76", "2.1.1", "2.1.5", "2.1.14"}, "2.1.22, 2.1.25": {"2.1.22", "2.1.25"}}
    for label, _, first, last, calls, share, name in rows_of("lifetime-by-version", "measured"):
        versions = own.get(label, {label})
        found = [
            sums for (where, version, day), sums in measured.items()
            if where == name and version in versions and first <= day <= last
        ]  # fmt: skip
        assert sum(sums[0] for sums in found) == calls, label
        assert sum(sums[1] for sums in found) / sum(sums[2] for sums in found) == pytest.approx(share), label
    assert sum(row[4] for row in rows_of("lifetime-by-version", "measured")) == sum(
        sums[0] for sums in measured.values()
    )
