"""Rules of sitecheck.py: each defect is found on its page, and a sound page has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.site.check import check_site
from generator.site.csp import guarded, headers_file, script_id

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title><meta name="description" content="d">
<link rel="canonical" href="https://a.example/x/"><link rel="stylesheet" href="../s.css"></head><body>
<h1 id="top">T</h1>
{}
</body></html>"""


def check(tmp_path: Path, body: str, page: str = SOUND, scripts: frozenset[str] = frozenset()) -> list[tuple[str, int]]:
    for name, text in {
        "x/index.html": page.format(body),
        "y/index.html": SOUND.format('<p id="there">y</p>'),
        "s.css": "",
        "pic.svg": "<svg/>",
        "data.json": "{}",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(guarded(text, scripts) if path.suffix == ".html" else text, "utf-8")
    return [(problem.code, problem.line) for problem in check_site(tmp_path, scripts) if problem.path == "x/index.html"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<a href="../y/">y</a> <a href="../y/#there">y</a> <a href="../y/index.html#there">y</a> <a href="#top">t</a> <a href="./">self</a> <a href="/y/">y</a>',
        '<a href="https://a.example/#any">out</a> <a href="mailto:a@a.example">m</a>',
        '<img src="../pic.svg" alt="" width="1" height="1"> <img src="data:image/png;base64,AA==" alt="" width="1" height="1">',
        '<img srcset="../pic.svg 1x, ../pic.svg 2x" src="../pic.svg" alt="" width="1" height="1">',
        '<script type="application/json">{"a":1}</script>',
        '<a href="../y/#there:~:text=word">y</a>',
        '<a href="../data.json">json</a>',
    ],
)
def test_a_sound_page_has_no_problem(tmp_path: Path, body: str) -> None:
    assert check(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<a id="a"></a><a id="a"></a>', "S201"),
        ('<img src="../pic.svg" width="1" height="1">', "S202"),
        ('<img src="../pic.svg" alt="" height="1">', "S202"),
        ('<p onclick="x()">x</p>', "S202"),
        ("<script>alert(1)</script>", "S203"),
        ("<h1>Two</h1>", "S205"),
        ('<script src="https://cdn.example/x.js"></script>', "S207"),
        ('<img src="//cdn.example/x.png" alt="" width="1" height="1">', "S207"),
        ('<link rel="preconnect" href="https://fonts.example">', "S207"),
        ('<iframe src="https://cdn.example/"></iframe>', "S207"),
        (
            '<img srcset="../pic.svg 1x, https://cdn.example/x.png 2x" src="../pic.svg" alt="" width="1" height="1">',
            "S207",
        ),
        ('<a href="javascript:alert(1)">x</a>', "S208"),
        ('<a href="">x</a>', "S209"),
        ('<a href="../z/">x</a>', "S210"),
        ('<a href="../y">x</a>', "S210"),
        ('<a href="../../../../etc/passwd">x</a>', "S210"),
        ('<img src="none.svg" alt="" width="1" height="1">', "S210"),
        ('<a href="../y/#nowhere">x</a>', "S211"),
        ('<a href="#nowhere">x</a>', "S211"),
    ],
)
def test_each_defect_is_found_with_its_line(tmp_path: Path, body: str, code: str) -> None:
    found = check(tmp_path, body)
    assert [found_code for found_code, _line in found] == [code]
    assert found[0][1] == (0 if code == "S205" else 4)


@pytest.mark.parametrize(
    ("cut", "code"),
    [("<title>T</title>", "S204"), ('<h1 id="top">T</h1>', "S205"), ('<meta name="description" content="d">', "S206")],
)
def test_a_page_needs_title_heading_and_description(tmp_path: Path, cut: str, code: str) -> None:
    assert check(tmp_path, "", SOUND.replace(cut, "")) == [(code, 0)]


@pytest.mark.parametrize("content", ["{", "NaN", '{"a": Infinity}', ""])
def test_json_of_the_site_parses_everywhere(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    (tmp_path / "_headers").write_text(headers_file(()))
    assert [problem.code for problem in check_site(tmp_path)] == ["S212"]


def test_a_known_script_passes_at_any_depth_and_not_when_changed(tmp_path: Path) -> None:
    known = frozenset({script_id('__md_scope=new URL("..",location),x()')})
    assert check(tmp_path, '<script>__md_scope=new URL("../../..",location),x()</script>', scripts=known) == []
    assert check(tmp_path, '<script>__md_scope=new URL("../../..",location),y()</script>', scripts=known) == [
        ("S203", 4)
    ]


def test_the_stub_site_is_sound_and_its_scripts_are_the_themes(small_site) -> None:
    assert check_site(small_site.published) == ()
    codes = {problem.code for problem in check_site(small_site.published, frozenset())}
    assert codes == {"S203", "S213", "S214"}
