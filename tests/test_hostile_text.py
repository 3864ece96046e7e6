"""Strangers' text through every sink of the site: 0 dangerous by an allow-list over what a parser sees.

The oracle of this file is Python's html.parser and xml.etree; test_hostile_browser.py asks Chromium.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser

import hostile
import markdown
import pytest
import stub_site
import yaml
from promises import record

from generator.base.drawing import draw
from generator.charts.files import csv_bytes
from generator.pages.parts.base import Page
from generator.site.render import render
from generator.site.untrusted import MAX_BYTES, plain_title, render_untrusted

pytestmark = pytest.mark.slow

CONFIG = yaml.load((stub_site.REPOSITORY / "mkdocs.yml").read_text("utf-8"), yaml.BaseLoader)
MARK = "WITNESS{:05}MARK"
SINKS = {
    "block": '<div class="wm-text">{{ text|untrusted }}</div>\n\n',
    "cell": "<table><tbody><tr><td>{{ text }}</td></tr></tbody></table>\n\n",
    "heading": "## {{ text|txt }} { #x }\n\n",
    "list": "- {{ text|txt }}\n\nBetween.\n\n",
    "attribute": '<p title="{{ text }}">x</p>\n\n',
    "link": '<p><a class="wm-out" href="https://a.example/" title="{{ text }}">{{ text }}</a></p>\n\n',
}


def extensions():
    names, settings = [], {}
    for entry in CONFIG["markdown_extensions"]:
        name = next(iter(entry)) if isinstance(entry, dict) else entry
        names.append(name)
        if isinstance(entry, dict) and name != "toc":
            settings[name] = entry[name] or {}
    return names, settings


def page(tmp_path, template, texts, suffix=""):
    """The texts in one template, rendered by the generator as any page is."""
    (tmp_path / "t.md.j2").write_text(f"{{% for text in texts %}}\n{template}{{% endfor %}}\n", "utf-8")
    made = Page("x/", "t.md.j2", "T", "d", stub_site.context(texts=tuple(texts)))
    return render((made,), templates=tmp_path, site_context=stub_site.SITE)[0].content.decode().split("---\n", 2)[2]


def html_of(body):
    names, settings = extensions()
    return markdown.markdown(body, extensions=names, extension_configs=settings)


def seen(text):
    """Text without what the site takes out of it, and with spaces as one."""
    from generator.site.untrusted import _UNSEEN

    return re.sub(r"\s+", " ", _UNSEEN.sub("", text)).strip()


def without_controls(text):
    return re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", text)  # render.py refuses them; content never holds them


@pytest.fixture(scope="module")
def payloads():
    found = [without_controls(text) for text in hostile.xss()]
    assert len(found) > 1_500
    return found


def test_no_text_is_dangerous_in_any_sink_of_a_page(payloads, tmp_path):
    """Every line of the lists in a block, cell, heading, list, attribute and link: only listed tags and attributes."""
    bad = {}
    for name, template in SINKS.items():
        size = 200  # so that one text that swallows its neighbours is found near its place
        for start in range(0, len(payloads), size):
            part = payloads[start : start + size]
            found = hostile.dangers(html_of(page(tmp_path, template, part)))
            if found:
                bad[name, start] = found[:5]
    record(
        "xss-parser",
        trials=len(payloads) * len(SINKS),
        failures=len(bad),
        note="parser oracle: Python's html.parser with an allow-list",
    )
    assert bad == {}


def test_the_text_of_a_cell_is_the_text_that_was_written(payloads, tmp_path):
    """Safe because nothing is left of it would be no achievement."""

    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.cells = []

        def handle_starttag(self, tag, attrs):  # noqa: ARG002  the parser gives both
            if tag == "td":
                self.cells.append("")

        def handle_data(self, data):
            if self.cells:
                self.cells[-1] += data

    parser = Cells()
    parser.feed(html_of(page(tmp_path, SINKS["cell"], payloads)))
    assert len(parser.cells) == len(payloads)
    wrong = [(a, b) for a, b in zip(payloads, parser.cells, strict=True) if " ".join(a.split()) != " ".join(b.split())]
    assert wrong == []


def test_the_oracle_sees_raw_text(payloads):
    """The same walk over the raw lists finds hundreds of dangers; an oracle that sees none proves nothing."""
    assert sum(bool(hostile.dangers(f"<p>{text}</p>")) for text in payloads) > 1_000
    assert sum(bool(hostile.dangers(markdown.markdown(text))) for text in payloads) > 1_000


def test_no_title_is_dangerous(payloads):
    """MkDocs prints titles and descriptions as they are, into <title>, <meta> and the header."""
    bad = [text for text in payloads if set(plain_title(text)) & set("<>&\"'`{}[]\n")]
    record("xss-title", trials=len(payloads), failures=len(bad))
    assert bad == []


def test_feed_and_json_ld_keep_text_as_text(payloads, tmp_path):
    """What the environment of all templates does in XML and in a JSON block; any feed or JSON-LD is made there."""
    feed = page(tmp_path, "<title>{{ text }}</title>", payloads)
    tree = ET.fromstring(f"<feed>{feed}</feed>")  # our own bytes
    assert [child.tag for child in tree] == ["title"] * len(payloads)
    wrong = [one for one, other in zip(payloads, tree, strict=True) if seen(one) != seen(other.text or "")]
    block = page(tmp_path, '<script type="application/ld+json">{{ {"name": text}|tojson }}</script>\n', payloads)
    assert len(re.findall(r"</?script|<!--", block, re.IGNORECASE)) == 2 * len(payloads)
    bodies = re.findall(r">(.*)</script>", block)
    wrong += [one for one, body in zip(payloads, bodies, strict=True) if json.loads(body)["name"] != one]
    record("xss-feed-json", trials=2 * len(payloads), failures=len(wrong))
    assert wrong == []


def drawn(texts):
    """A picture with a text in every place that data reaches: axis, legend, mark and tooltip."""
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"name": "rows"},
        "mark": {"type": "text", "tooltip": True},
        "encoding": {
            "y": {"field": "text", "type": "nominal", "sort": None},
            "color": {"field": "text", "type": "nominal"},
            "text": {"field": "text"},
            "tooltip": {"field": "text"},
        },
    }
    return draw(spec, {"rows": [{"text": text} for text in texts]}).svg


def pictures(texts, size):
    safe = {
        "svg",
        "g",
        "path",
        "text",
        "rect",
        "line",
        "defs",
        "clipPath",
        "title",
        "desc",
        "tspan",
        "linearGradient",
        "stop",
    }
    bad = []
    for start in range(0, len(texts), size):
        svg = drawn(texts[start : start + size])
        for node in ET.fromstring(svg).iter():
            tag = node.tag.rpartition("}")[2]
            if tag not in safe:
                bad.append((start, tag))
            bad += [
                (start, name) for name in node.attrib if name.lower().startswith("on") or name.endswith(("href", "src"))
            ]
    return bad


def test_no_text_is_dangerous_in_a_picture(payloads):
    """50 texts as names on an axis, in a legend, as marks and tooltips: text stays text."""
    some = payloads[:: max(1, len(payloads) // 50)][:50]
    bad = pictures(some, 25)
    record("xss-svg", trials=len(some), failures=len(bad), note="parser oracle: xml.etree with an allow-list")
    assert bad == []


@pytest.mark.full
def test_no_text_of_the_lists_is_dangerous_in_a_picture(payloads):
    bad = pictures(payloads, 25)
    record("xss-svg", trials=len(payloads), failures=len(bad), note="parser oracle: xml.etree with an allow-list")
    assert bad == []


def test_texts_near_the_cap_end_in_time():
    """Shapes that make other engines quadratic, 16 KB of each; no limit on time but the suite's own."""
    for shape in (
        "[",
        "![",
        "*a ",
        "_",
        "`",
        "> ",
        "- ",
        "<!--",
        "&#",
        "[a](",
        "<a ",
        "***",
        "1. ",
        "\\",
        "[a]: b\n",
        "a\n=\n",
    ):
        text = (shape * MAX_BYTES)[:MAX_BYTES]
        assert hostile.dangers(str(render_untrusted(text))) == []


FORMULAS = [
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "|cmd", "%x", "\uff1d1", "\uff0b1", "\uff0d1",
    "\uff201", "'=1", '"=1', "=cmd|' /C calc'!A0", '=HYPERLINK("https://evil.example")', "-2+3+cmd|' /C calc'!A0",
    "\u00a0=1", "\ufeff=1", "=IMPORTXML(A1)", "@A1", "+cmd|x",
]  # fmt: skip


def test_no_cell_of_a_csv_file_is_a_formula(payloads):
    """Text that a spreadsheet could take for a formula begins with an apostrophe; numbers stay numbers."""
    texts = [*FORMULAS, *payloads]
    rows = list(csv.reader(io.StringIO(csv_bytes(("a", "b"), [(text, -1) for text in texts]).decode(), newline="")))
    bad = [row[0] for row in rows[1:] if re.match(r"[\s\ufeff\"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\t\r\n]", row[0])]
    record("csv-formula", trials=len(texts), failures=len(bad))
    assert bad == []
    assert {row[1] for row in rows[1:]} == {"-1"}
    assert [row[0][0] for row in rows[1 : len(FORMULAS) + 1]] == ["'"] * len(FORMULAS)


def test_template_text_of_the_lists_stays_literal(tmp_path):
    """Template injection: each text comes out as it went in, and no sum is ever done."""
    texts = [without_controls(text) for text in hostile.lines("ssti")]
    texts += [
        "{{ 7*7 }}",
        "{% for x in range(9) %}x{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ config }}",
        "${7*7}",
        "#{7*7}",
    ]
    assert len(texts) >= 112
    wrong = []
    for name in ("cell", "block", "heading", "list", "attribute"):
        for text in texts:
            body = page(tmp_path, SINKS[name], [text])
            shown = seen(unescape(re.sub(r"<[^>]*>", "", body))) if name != "attribute" else seen(unescape(body))
            needles = [seen(text)] if name in {"cell", "attribute", "list"} else []
            wrong += [(name, text) for needle in needles if needle not in shown and "<" not in text]
            wrong += [(name, text) for sum_ in ("49", "1787569") if sum_ in shown and sum_ not in text]
    record("template-injection", trials=5 * len(texts), failures=len(wrong))
    assert wrong == []
