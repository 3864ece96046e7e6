"""Hostile lists, and an oracle that says what a browser could run or fetch in a piece of HTML, XML or SVG."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

OWN = Path(__file__).parent / "payloads"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "payloads"

TAGS = {
    "p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "div", "table", "thead",
    "tbody", "tr", "th", "td", "h1", "h2", "span",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "rel", "class", "title"}, "ol": {"start"}, "h2": {"id"}, "div": {"class", "role", "aria-label", "tabindex"},
    "p": {"title"}, "th": {"scope", "class"}, "td": {"class"}, "table": {"class"},
}  # fmt: skip


def lines(folder: str) -> list[str]:
    """Every line of the public lists of a folder, as it stands. Absent lists are a failure wherever CI is set."""
    if not (SHARED / folder).is_dir():
        import os

        if os.environ.get("CI"):
            pytest.fail(f"../shared/payloads/{folder} is absent")
        pytest.skip("../shared/payloads is absent")
    texts = [path.read_bytes().decode("utf-8", "replace") for path in sorted((SHARED / folder).iterdir())]
    return [line for text in texts for line in text.split("\n") if line.strip()]


def xss() -> list[str]:
    """Each different line once: the public lists, then our own."""
    own = (OWN / "xss.txt").read_text("utf-8").split("\n")
    return list(dict.fromkeys([*lines("xss"), *filter(None, own)]))


class Dangers(HTMLParser):
    """Walks HTML and keeps every tag, attribute and address that is on no list."""

    def __init__(self, tags=TAGS, attributes=ATTRIBUTES):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.found, self.text, self.seen = tags, attributes, [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in self.tags:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.attributes.get(tag, set()):
                self.found.append(f"<{tag} {name}>")
            elif name == "href" and not (value or "").startswith(("https://", "#")):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):  # noqa: ARG002  the parser gives it
        self.found.append("comment")

    def handle_decl(self, decl):  # noqa: ARG002  the parser gives it
        self.found.append("declaration")

    unknown_decl = handle_pi = handle_decl


def dangers(html: str) -> list[str]:
    """What is dangerous in a piece of a page; [] is safe."""
    parser = Dangers()
    try:
        parser.feed(html)
        parser.close()
    except AssertionError:  # how html.parser ends at <![>
        parser.found.append("not to be parsed")
    return parser.found
