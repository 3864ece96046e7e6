"""The menu of mkdocs.yml: eight tabs at most, no page in it twice, and a row for the section that a reader is in."""

import re
from pathlib import Path

import pytest
import stub_site
import yaml

from generator.site.menu import fitting
from generator.site.publish import run_mkdocs, write_docs

CONFIG = (stub_site.REPOSITORY / "mkdocs.yml").read_text("utf-8")
NAV = yaml.safe_load(re.split(r"(?m)^nav:\n", CONFIG)[1].partition("not_in_nav:")[0])
TABS = 8
GONE = "2026-03/headline/index.md"


def paths(entries: list[dict[str, object]]) -> list[str]:
    """Every page in these entries of the menu, in order."""
    return [
        path
        for entry in entries
        for value in entry.values()
        for path in ([value] if isinstance(value, str) else paths(value))  # type: ignore[arg-type]
    ]


def test_there_are_eight_tabs_at_most_and_no_page_twice():
    assert len(NAV) <= TABS
    found = paths(NAV)
    assert len(found) == len(set(found))
    for wanted in ("headline", "incidents", "sources", "article", "wanted", "promises", "corrections"):
        assert f"2026-03/{wanted}/index.md" in found


def test_the_menu_leaves_out_what_a_case_does_not_have(tmp_path: Path):
    for path in paths(NAV):
        if path != GONE:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("x")
    fitted = fitting(CONFIG, tmp_path)
    assert GONE not in fitted
    assert len(fitted.splitlines()) == len(CONFIG.splitlines())
    assert paths(yaml.safe_load(re.split(r"(?m)^nav:\n", fitted)[1].partition("not_in_nav:")[0])) == [
        path for path in paths(NAV) if path != GONE
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stub site without the page of the two explanations."""
    layout = stub_site.make_root(tmp_path_factory.mktemp("menu"))
    files = [file for file in stub_site.stub_files(layout) if not file.path.startswith(GONE.removesuffix("index.md"))]
    write_docs(files, layout)
    run_mkdocs(layout, stub_site.SITE.built)
    return layout.built


def rows(page: Path) -> list[list[str]]:
    """Titles of the tabs, row by row; one that is lit is in brackets."""
    menu = page.read_text("utf-8").split('<nav class="md-tabs"')[1].split("</nav>")[0]
    return [
        [
            f"[{title}]" if lit else title
            for lit, title in re.findall(r'item( md-tabs__item--active)?">.*?>([^<]+)</a>', row)
        ]
        for row in menu.split("<ul")[1:]
    ]


def test_a_page_of_a_section_has_both_rows(built: Path):
    first, second = rows(built / "2026-03" / "incidents" / "index.html")
    assert first == ["[Records]" if "Records" in entry else next(iter(entry)) for entry in NAV]
    assert "[Incidents]" in second
    assert sum(title.startswith("[") for title in second) == 1


@pytest.mark.parametrize(("item", "tab", "list_"), [("f", "Findings", "Findings"), ("c", "Claims", "Claims")])
def test_an_item_lights_the_list_that_it_belongs_to(built: Path, item: str, tab: str, list_: str):
    (folder,) = list((built / "2026-03" / item).iterdir())[:1]
    first, second = rows(folder / "index.html")
    assert f"[{tab}]" in first
    assert f"[{list_}]" in second


def test_what_is_missing_is_in_no_row_and_the_page_outside_has_one(built: Path):
    first, second = rows(built / "2026-03" / "index.html")
    assert "[Short answer]" in first
    assert second[0] == "[Short answer]"
    assert "Two explanations" not in second
    assert len(rows(built / "404.html")) == 1
