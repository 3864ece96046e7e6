"""Pictures and stylesheets of a site are read as a browser reads them: text is text, however it looks, and what runs
or fetches is found, however it is written. What pages may not hold beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.base.drawing import draw
from generator.charts.base import dark
from generator.site.check import check_site
from generator.site.csp import guarded
from generator.site.pictures import fetches, picture_flaw

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
HARMLESS = (
    "The page says onfocus=alert(1) in its log",
    'A title with src="x.png" and href="https://evil.example/"',
    "onload = 1, javascript:alert(1), url(//evil.example/x) and @import 'x'",
    "<script>alert(1)</script> <!DOCTYPE svg> <!ENTITY x 'y'> ]]>",
    "<a href=x> <image/> <use/> <style> <set> onbegin=",
    "a onclick=\"b\" 'c' & d",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_title_that_looks_like_an_attribute_is_text_in_a_picture(text):
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"name": "rows"},
        "mark": {"type": "text", "tooltip": True},
        "encoding": {name: {"field": "text", "type": "nominal"} for name in ("y", "color", "text", "tooltip")},
    }
    svg = draw(spec, {"rows": [{"text": text}]}).svg
    assert picture_flaw(svg.encode()) == ""
    assert picture_flaw(dark(svg).encode()) == ""


@pytest.mark.parametrize(
    "inside",
    [
        "<text>onfocus=1 src=&quot;x&quot; href='y' url(//x)</text>",
        "<title><![CDATA[<script onload=x> <!DOCTYPE>]]></title>",
        "<!-- <script>x()</script> --><path d='M0 0'/>",
        "<defs><clipPath id='a'><rect/></clipPath></defs><g clip-path='url(#a)'/>",
        "<g clip-path='url( \"#a\" )' fill='url(#b)'/>",
        "<g aria-label='onload=x javascript:x url(//x)'/>",
        "<g class='onload' opacity='1'/>",
    ],
)
def test_a_picture_that_only_draws_passes(inside):
    assert picture_flaw(SVG.format(inside).encode()) == ""


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<script>x()</script>", "<script>"),
        ("<SCRIPT>x()</SCRIPT>", "<SCRIPT>"),
        ("<x:script xmlns:x='http://www.w3.org/2000/svg'>x()</x:script>", "<script>"),
        ("<script xmlns='http://www.w3.org/1999/xhtml'>x()</script>", "<script>"),
        ("<g xmlns='http://www.w3.org/1999/xhtml'/>", "<g>"),
        ("<foreignObject/>", "<foreignObject>"),
        ("<animate/>", "<animate>"),
        ("<animateTransform/>", "<animateTransform>"),
        ("<animateMotion/>", "<animateMotion>"),
        ("<set/>", "<set>"),
        ("<style>@import '//x'</style>", "<style>"),
        ("<a/>", "<a>"),
        ("<image/>", "<image>"),
        ("<use/>", "<use>"),
        ("<feImage/>", "<feImage>"),
        ("<g onload='x()'/>", "the attribute onload"),
        ("<g\tonfocus\n=\n'x()'/>", "the attribute onfocus"),
        ("<g OnClick='x()'/>", "the attribute onclick"),
        ("<path href='https://x/'/>", "the attribute href"),
        ("<path xlink:href='data:x'/>", "the attribute href"),
        ("<g xml:base='https://x/'/>", "the attribute base"),
        ("<text src='x'/>", "the attribute src"),
        ("<g fill='url(https://x/#a)'/>", "an address in the attribute fill"),
        ("<g fill='u\\72l(//x)'/>", "an address in the attribute fill"),
        ("<g fill='&#117;rl(//x)'/>", "an address in the attribute fill"),
        ("<g style='background:image-set(\"//x\" 1x)'/>", "an address in the attribute style"),
        ("<?xml-stylesheet href='//x'?>", "a processing instruction"),
        ("<g>", "what is not XML"),
        ("&unknown;", "what is not XML"),
    ],
)
def test_what_runs_or_fetches_in_a_picture_is_told_by_its_name(inside, told):
    assert picture_flaw(SVG.format(inside).encode()) == told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<!DOCTYPE svg><svg/>", "a document type"),
        (b"<!DOCTYPE svg [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>", "a document type"),
        (b"", "what is not XML"),
        (b"<svg>\xff</svg>", "what is not XML"),
        (b"<?xml version='1.0' encoding='utf-7'?><svg/>", "what is not XML"),
        (b"<?xml version='1.0' encoding='nonsense'?><svg/>", "what is not XML"),
        ("<?xml version='1.0'?><svg onload='x'/>".encode("utf-16"), "the attribute onload"),
        (b"<html/>", "<html>"),
        (b"<svg/>", ""),
    ],
)
def test_a_picture_as_a_whole(data, told):
    assert picture_flaw(data) == told


@pytest.mark.parametrize(
    "css",
    [
        "@import url(//evil.example/x.css);",
        '@import "x.css";',
        '@import"//evil.example"',
        "@import/**/'//evil.example'",
        "@IMPORT 'x'",
        "@\\69mport 'x'",
        "a{background:url(https://evil.example/x)}",
        "a{background:url( '//evil.example/x' )}",
        "a{background:u\\72l(//evil.example/x)}",
        "a{background:\\75 rl(//evil.example/x)}",
        "a{background:url(\\68ttps://evil.example/x)}",
        "a{background:url(\\\\\\\\evil.example/x)}",
        "a{background:url(/\\/evil.example/x)}",
        "a{background:url('ht\ttps://evil.example')}",
        "a{background:URL(HTTPS:evil.example)}",
        "a{background:image-set('x.png' 1x, '//evil.example/x' 2x)}",
        "a{background:-webkit-image-set(url(//evil.example/x) 1x)}",
        "@font-face{src:url(https://evil.example/x.woff2)}",
        "a{content:'/*';background:url(//evil.example);content:'*/'}",
        "a{background:url(data:text/css,x)}",
        "a{background:url(javascript:x)}",
    ],
)
def test_a_stylesheet_that_loads_from_elsewhere_is_found(css):
    assert fetches(css)


@pytest.mark.parametrize(
    "css",
    [
        "a{background:url(x.png)}",
        "a{background:url('../fonts/x.woff2')}",
        'a{background:url("data:image/svg+xml;charset=utf-8,<svg xmlns=\\"http://www.w3.org/2000/svg\\"/>")}',
        "a{mask:url(#a)} /* import what you like: https://x */",
        "a::before{content:'https://example.org'}",
        "a{background:image-set('x.png' 1x, 'y.png' 2x)}",
    ],
)
def test_a_stylesheet_that_stays_at_home_passes(css):
    assert not fetches(css)


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title><meta name="description" content="d">
</head><body><h1>T</h1>{}</body></html>"""


def found(folder: Path, body: str) -> set[tuple[str, int]]:
    (folder / "index.html").write_text(guarded(PAGE.format(body), ()), "utf-8")
    return {(problem.code, problem.line) for problem in check_site(folder) if problem.path == "index.html"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<meta http-equiv="refresh" content="0;url=https://evil.example/">', "S202"),
        ("<META HTTP-EQUIV=' Refresh ' content=5>", "S202"),
        ("<svg><title><meta http-equiv=refresh content=0></title></svg>", "S202"),
        ("<style>a{}</style>", "S202"),
        ("<svg><style>a{}</style></svg>", "S202"),
        ("<template><style>a{}</style></template>", "S202"),
        ('<a href=" java\nscript:alert(1)">x</a>', "S208"),
        ("<svg><a xlink:href='javascript:x()'>x</a></svg>", "S208"),
        ("<area href='JavaScript:x()'>", "S208"),
        ("<form action='javascript:x()'></form>", "S210"),
        ("<iframe src='javascript:x()'></iframe>", "S210"),
    ],
)
def test_what_takes_a_reader_away_or_runs_is_refused_with_its_line(tmp_path, body, code):
    assert found(tmp_path, body) == {(code, 2)}


def test_a_page_that_speaks_of_refresh_and_scripts_passes(tmp_path):
    body = "<p>&lt;meta http-equiv=refresh&gt; javascript:x() @import &lt;style&gt;</p><a href='./'>javascript:</a>"
    assert found(tmp_path, body) == set()


@pytest.mark.parametrize("name", ["x.svg", "x.css"])
def test_bytes_that_are_no_text_end_in_no_traceback(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xff\xfe\xfa")
    check_site(tmp_path)
