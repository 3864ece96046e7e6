"""Grades by section, and the two grades of each claim: squares and cells are the counts, and can be read in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import real_case
from public_library import LIBRARY, dossier

from generator.charts import agreement_chart, base, grades_chart
from generator.charts.card import card_svg
from generator.charts.grades import LOOKS
from generator.charts.squares import LOOKS as ALL_LOOKS
from generator.curated.claims import Grade
from generator.grading import ComputedGrade as G
from generator.grading.agreement import cross_table
from generator.pages import analysis, claims, method

SECTIONS = (
    ("Overview", {G.ESTABLISHED: 2, G.PLAUSIBLE: 1}),
    ("Empty", {}),
    ("Logs", {G.NOT_CHECKABLE: 3, G.CONTRADICTED: 1}),
)
PAIRS = [
    (G.ESTABLISHED, Grade.SUPPORTED), (G.PLAUSIBLE, Grade.PARTLY_SUPPORTED), (G.PLAUSIBLE, Grade.PARTLY_SUPPORTED),
    (G.PLAUSIBLE, Grade.SUPPORTED), (G.NOT_CHECKABLE, Grade.NOT_CHECKABLE),
]  # fmt: skip
ROOT = Path(__file__).parent.parent
DARK_PAGE = "#16191b"


def caught(make):
    seen = []

    def draw(spec, data):
        seen.append(data)
        return ("<svg/>", 1, 1)

    return make(draw), seen


def luminance(rgb):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rgb(colour):
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("look", ALL_LOOKS)
@pytest.mark.parametrize(
    ("theme", "page"), [(lambda c: c, "#ffffff"), (base._DARK.get, DARK_PAGE)], ids=["light", "dark"]
)
def test_words_on_squares_can_be_read_in_both_themes(look, theme, page):
    fill = [
        look.opacity * over + (1 - look.opacity) * under
        for over, under in zip(rgb(theme(look.fill)), rgb(page), strict=True)
    ]
    assert contrast(rgb(theme(look.text)), fill) >= 4.5


def test_every_grade_has_a_look_and_a_letter_of_its_own():
    assert set(LOOKS) == set(G)
    assert len(set(LOOKS.values())) == len({grade.value[0] for grade in G}) == len(G)


TONES = {
    G.ESTABLISHED: "good", G.SUPPORTED: "good", G.PLAUSIBLE: "fair", G.UNSUPPORTED: "weak", G.CONTRADICTED: "bad",
    G.NOT_CHECKABLE: "mute", G.WITHDRAWN: "mute",
}  # fmt: skip


@pytest.mark.parametrize("grade", list(G))
def test_a_grade_has_the_tone_of_its_badge_in_pictures_and_on_cards_in_both_themes(grade):
    style = (ROOT / "templates/assets/witnessmark.css").read_text()
    light, dark = re.findall(rf"--wm-{TONES[grade]}: (#[0-9a-f]{{6}});", style)[:2]
    assert LOOKS[grade].stroke == light
    assert base._DARK[light] == dark
    assert f'fill="{light}"' in card_svg("It is so.", over="Claim", grade=grade.value.replace("_", " "))
    rules = [line for line in style.splitlines() if f".wm-grade--{grade.value}" in line and "--tone: var(" in line]
    assert all(f"var(--wm-{TONES[grade]})" in line for line in rules if ":is(" in line)


def test_live_pictures_know_the_dark_colours_of_all():
    script = (ROOT / "templates/assets/figures.js").read_text()
    assert {*re.findall(r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"', script)} == {*base._DARK.items()}


def test_each_claim_is_a_square_with_the_letter_of_its_grade_in_the_order_of_grades():
    chart, seen = caught(lambda draw: grades_chart(SECTIONS, drawn=draw))
    assert chart.columns == ("Section", "Established", "Plausible", "Contradicted", "Not checkable", "All")
    assert chart.rows == (("Overview", 2, 1, 0, 0, 3), ("Logs", 0, 0, 1, 3, 4))
    for data in seen:
        letters = "".join(square["word"] for square in data["squares"])
        assert letters == "EPCN" + "EEP" + "CNNN"  # the key first
        assert all(square["x2"] <= base.WIDTH for square in data["squares"])
    assert all(square["x2"] <= base.NARROW for square in seen[1]["squares"])
    assert chart.sentence == (
        "7 claims: 2 established, 1 plausible, 1 contradicted and 3 not checkable. The section with most that nobody "
        "outside can check is \u201cLogs\u201d: 3 of 4."
    )


def test_cells_are_the_counts_and_sums_are_beside_them():
    chart, seen = caught(lambda draw: agreement_chart(cross_table(PAIRS), drawn=draw))
    assert chart.rows == (
        ("Established", 1, 0, 0, 0, 0, 1), ("Plausible", 1, 2, 0, 0, 0, 3), ("Not checkable", 0, 0, 0, 0, 1, 1),
    )  # fmt: skip
    for data in seen:
        assert [int(square["word"]) for square in data["squares"]] == [n for row in chart.rows for n in row[1:-1]]
        bold = [int(square["word"]) for square in data["squares"] if square["weight"] == "bold"]
        assert sum(bold) == 4
    assert chart.sentence == (
        "Rules and reviewer agree on 4 of 5 claims. They differ on 1: 1 plausible by rules and supported by the reviewer."
    )
    same = agreement_chart(cross_table(PAIRS[:3]))
    assert same.sentence == "Rules and reviewer agree on 3 of 3 claims."


def test_no_claim_no_picture():
    with pytest.raises(ValueError, match="no claim"):
        grades_chart((("Empty", {}),))
    with pytest.raises(ValueError, match="no claim"):
        agreement_chart(cross_table(()))
    bare = dossier(library=LIBRARY.model_copy(update={"claims": ()}))
    for kind in (claims, analysis):
        assert next(kind.pages(bare)).context.figure is None


def test_pictures_use_the_colours_that_have_a_dark_twin():
    for chart in (grades_chart(SECTIONS), agreement_chart(cross_table(PAIRS))):
        for svg in (chart.svg, chart.narrow.svg):
            assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= set(base._DARK)
        assert chart.narrow.width <= base.NARROW + 20


@pytest.mark.slow
def test_real_pages_show_them_with_the_counts_that_they_print():
    real = real_case.dossier()
    ledger, sections = next(claims.pages(real)), next(analysis.pages(real))
    assert ledger.context.figure.svg == sections.context.figure.svg
    assert sum(row[-1] for row in ledger.context.figure.rows) == ledger.context.distinct == sections.context.total
    page = next(method.pages(real))
    crossed = page.context.crossed
    assert sum(row[-1] for row in crossed.rows) == page.context.claims
    assert f"differ on {len(page.context.differing)}:" in crossed.sentence
    assert crossed.csv in {file.name for file in page.downloads}
