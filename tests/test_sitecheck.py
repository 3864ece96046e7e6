"""Rules of sitecheck.py: each defect is found on its page, and a sound page has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.site.check import check_site
from generator.site.csp import guarded, script_id
from generator.site.hosting import headers_file
from generator.site.scan import scan

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title><meta name="description" content="d">
<link rel="canonical" href="https://a.example/x/"><link rel="stylesheet" href="../s.css"></head><body>
<h1 id="top">T</h1>
{}
</body></html>"""


def check(tmp_path: Path, body: str, page: str = SOUND, scripts: frozenset[str] = frozenset()) -> list[tuple[str, int]]:
    for name, text in {
        "index.html": SOUND.format('<a href="x/">x</a><a href="y/">y</a>').replace("../s.css", "s.css"),
        "x/index.html": page.format(body),
        "y/index.html": SOUND.format('<p id="there">y</p>'),
        "s.css": "",
        "pic.svg": "<svg/>",
        "data.json": "{}",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(guarded(text, scan(text).script_texts, scripts) if path.suffix == ".html" else text, "utf-8")
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


def problems_of(tmp_path: Path, **bodies: str) -> set[tuple[str, str]]:
    """Problems of a site of pages with these bodies; `home` is the home page."""
    for name, body in bodies.items():
        path = tmp_path / {"home": "index.html", "missing": "404.html"}.get(name, f"{name}/index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = SOUND.replace('<link rel="stylesheet" href="../s.css">', "").format(body)
        path.write_text(guarded(text, ()), "utf-8")
    (tmp_path / "_headers").write_text(headers_file(()))
    return {(problem.path, problem.code) for problem in check_site(tmp_path)}


def test_a_page_that_no_link_leads_to_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, home='<a href="x/">x</a>', x="", y="") == {("y/index.html", "S217")}


def test_pages_that_lead_to_each_other_alone_are_refused(tmp_path: Path) -> None:
    found = problems_of(tmp_path, home="", x='<a href="../y/">y</a>', y='<a href="../x/">x</a>')
    assert found == {("x/index.html", "S217"), ("y/index.html", "S217")}


@pytest.mark.parametrize(
    "way",
    ['<a href="y/">y</a>', '<a href="/y/index.html#top">y</a>', '<a href="x/">x</a>', '<map><area href="y/"></map>'],
)
def test_a_page_is_reached_over_any_links(tmp_path: Path, way: str) -> None:
    found = problems_of(tmp_path, home=way + '<a href="x/">x</a>', x='<a href="../y/">y</a>', y="", missing="")
    assert found == set()


def test_a_link_that_only_the_browser_follows_leads_nobody(tmp_path: Path) -> None:
    home = '<link rel="next" href="x/"><link rel="prefetch" href="x/">'
    assert problems_of(tmp_path, home=home, x="") == {("x/index.html", "S217")}


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("<template><img src=https://cdn.example/x.png alt='' width=1 height=1></template>", {"S207"}),
        ("<template><template><script>x()</script></template></template>", {"S203"}),
        ("<noscript><p onclick='x()'>x</p></noscript>", {"S202"}),
        ("<svg/onload=x()></svg>", {"S202"}),
        ("<svg><image xlink:href=//cdn.example/x /></svg>", {"S207"}),
        ("<math><mi href=//cdn.example/x>x</mi></math>", {"S207"}),
        ("<table background=//cdn.example/x></table>", {"S207"}),
        ("<link rel=preload imagesrcset='//cdn.example/x 2x'>", {"S207"}),
        ("<a href=https://a.example/ href=javascript:x()>x</a>", set()),  # a browser takes the first
        ("<a href=javascript:x() href=https://a.example/>x</a>", {"S208"}),
        ("<img src=//cdn.example/x src=../pic.svg alt='' width=1 height=1>", {"S207"}),
        ("<a href='http://[x'>x</a>", {"S210"}),
        ("<p></p><!-- <script>x()</script> -->", set()),
        ('<script type="application/json">{{"a": "<img>"}}</script>', set()),
        ("<tr><td>x</td></tr>", {"S218"}),
        ("<form action='../y/'><form action='../y/'></form></form>", {"S218"}),
        ("<svg><script>x()</script></svg>", {"S203"}),
        ("<a id=b></a><template><a id=b></a></template>", {"S201"}),
    ],
)  # fmt: skip
def test_the_page_is_read_as_a_browser_reads_it(tmp_path: Path, body: str, codes: set[str]) -> None:
    assert {code for code, _line in check(tmp_path, body)} == codes


def test_a_script_is_hashed_with_the_text_of_the_browser(tmp_path: Path) -> None:
    """Newlines made one, references kept, NUL replaced: https://html.spec.whatwg.org/#preprocessing-the-input-stream."""
    page = "<script>\r\n1 &lt; 2\r<b>\0</b><!-- <script> --></script><script src=x>y</script>"
    assert scan(page).script_texts == ("\n1 &lt; 2\n<b>\ufffd</b><!-- <script> -->",)


@pytest.mark.parametrize(
    "begin", ["<body><head>", "<head><script></script>", "<!-- <head> --><p>", "<head><title>T</title>"]
)
def test_a_policy_that_is_not_first_in_the_head_binds_nothing(begin: str) -> None:
    meta = '<meta http-equiv="Content-Security-Policy" content="x">'
    assert scan(f"<!doctype html>{begin}{meta}").opening.policy is None
    assert scan(f"<!doctype html><html><head> {meta}").opening.policy == "x"


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
