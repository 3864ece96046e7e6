"""Corrections of figures, ids of figures that are too long, and days in the wrong order, each told at its field."""

from __future__ import annotations

from pathlib import Path

import pytest
from public_library import outside
from story_of_snapshots import FIRST, SECOND, content, run, small_root
from test_pages_measurements import RECORD, written

from generator.base.problems import ContentError
from generator.build import plan
from generator.curated.library import load_kind
from generator.curated.locked import Locked
from generator.curated.measurements import Published
from generator.curated.voices import Correction
from generator.pages import corrections
from generator.site.feeds import feed_files
from generator.site.render import SiteContext, render

TEMPLATES = Path(__file__).parent.parent / "templates"
FIX = "- id: a-fix\n  page: g/{id}\n  date: 2026-12-01\n  was: Nine.\n  now: Ten.\n  why: A typo.\n"


def corrected(root, id):
    (root / "content" / "corrections.yml").write_text(FIX.format(id=id), "utf-8")
    return root


def places(load):
    with pytest.raises(ContentError) as caught:
        load()
    return [(problem.path, problem.line, problem.column, problem.code) for problem in caught.value.problems]


def page_of(dossier):
    [page] = corrections.KIND.pages(dossier)
    case = dossier.library.case
    site = SiteContext(id=case.id, title=case.title, built=dossier.day, version="0.1.0")
    return "".join(file.content.decode() for file in render([page], templates=TEMPLATES, site_context=site))


@pytest.mark.slow
def test_a_corrected_figure_is_named_by_its_title(tmp_path):
    root = small_root(tmp_path)
    run(root, FIRST, "lock")
    dossier = content(corrected(root, "reports-by-week"))
    [row] = [row for row in dossier.library.locked if row.place == "g/reports-by-week"]
    assert f">{row.title}</a></dt>" in page_of(dossier)
    assert not any(b"Withdrawn: reports-by-week" in text for _, text in feed_files(dossier))


def test_a_corrected_figure_is_known_before_the_first_list_of_ids(tmp_path):
    dossier = content(corrected(small_root(tmp_path), "reports-by-week"))
    assert ">g/reports-by-week</a></dt>" in page_of(dossier)
    assert "2026-03/g/reports-by-week/" in {page.path for page in plan(dossier)}


@pytest.mark.slow
def test_a_correction_of_a_withdrawn_report_is_named_by_its_last_title(tmp_path):
    root = small_root(tmp_path)
    run(root, FIRST, "lock")
    run(root, SECOND, "bury", "r/cc-24048", "--reason", "Its author took it down.")
    (root / "content" / "corrections.yml").write_text(FIX.format(id="").replace("g/", "r/cc-24048"), "utf-8")
    dossier = content(root)
    [row] = [row for row in dossier.library.locked if row.place == "r/cc-24048"]
    assert f">{row.title}</a></dt>" in page_of(dossier)


@pytest.mark.slow
@pytest.mark.parametrize("locked", [True, False])
def test_a_correction_of_an_unknown_figure_is_refused_at_its_field(tmp_path, locked):
    root = small_root(tmp_path)
    if locked:
        run(root, FIRST, "lock")
        assert places(lambda: content(corrected(root, "no-such"))) == [("content/corrections.yml", 2, 9, "W-ref")]
    else:
        dossier = content(corrected(root, "no-such"))
        assert places(lambda: plan(dossier)) == [("content/corrections.yml", 0, 0, "W-ref")]


def test_an_id_of_a_figure_that_is_too_long_to_keep_is_refused_at_the_table(tmp_path):
    text = RECORD.replace("id: table", f"id: {'a-' * 30}tab").replace("id: one", "id: other-one")
    assert places(lambda: load_kind(written(tmp_path, text), Published, outside())) == [
        ("content/measurements/published.yml", 19, 11, "W-length")
    ]


@pytest.mark.slow
def test_long_titles_of_figures_are_locked(tmp_path):
    root = small_root(tmp_path)
    text = RECORD.replace("A table", "T" * 300).replace("A measurement", "M" * 300)
    text = text.replace("C-001", "C-008") + text.replace("C-001", "C-008").replace("id: one", "id: two")
    written(root / "content", text)
    run(root, FIRST, "lock")
    assert {len(row.title) for row in load_kind(root / "content", Locked) if row.id in {"one-table", "two-table"}} == {
        300
    }


@pytest.mark.parametrize(
    ("model", "file", "text", "place"),
    [
        (Published, "measurements/published.yml",
         RECORD + "  applied: {first: 2026-03-02, last: 2026-03-01, says: It was so.}\n", "2026-03-01"),
        (Correction, "corrections.yml", FIX.format(id="ab") + "  since: 2026-12-02\n", "2026-12-01"),
        (Locked, "ids.lock.yml",
         "- kind: claim\n  id: C-001\n  first: 2026-03-02\n  title: T\n  gone: {day: 2026-03-01, reason: R}\n", "2026-03-01"),
    ],
)  # fmt: skip
def test_an_end_before_its_start_is_refused(tmp_path, model, file, text, place):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    with pytest.raises(ContentError) as caught:
        load_kind(tmp_path, model, outside())
    [problem] = caught.value.problems
    assert problem.code == "W-order"
    assert text.splitlines()[problem.line - 1][problem.column - 1 :].startswith(place)
