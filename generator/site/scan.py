"""One pass over a built page, by the parser of a browser: all that the policy and the site checker want to know of it.

Lexbor builds the tree that the HTML standard asks of browsers (https://html.spec.whatwg.org/#parsing): a script here is
a script there, with the text that a browser hashes. A tag of the source that no element comes from is reported, because
another browser might keep it. The tree knows no lines; `line_of` finds them where there is something to report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

DATA_TYPES = frozenset({"application/json", "application/ld+json"})
"""Types of <script> that no browser runs."""

ADDRESSES = frozenset(
    (
        "action", "background", "data", "formaction", "href", "imagesrcset", "ping", "poster", "src", "srcset",
        "xlink:href",
    )
)  # fmt: skip
"""Attributes that name something to load or to go to."""

CHARSET_WITHIN = 1024
"""Bytes in which a browser looks for <meta charset> (https://html.spec.whatwg.org/#charset)."""

_OPENING = 4096  # characters that hold the policy, which comes first
_READ = frozenset({"base", "img", "meta", "script", "style", "title"})
_ACTIVE = ("style", "srcdoc")
_IMAGE = ("alt", "width", "height")
_START_TAG = re.compile(r"<([A-Za-z][^\s/>]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Spot(NamedTuple):
    """An element of a page: the `number`th of its tag, from 0."""

    tag: str
    number: int


class Attribute(NamedTuple):
    """An attribute of an element."""

    spot: Spot
    name: str
    value: str
    rel: str = ""
    """What the <link> that holds it means by it."""


class Opening(NamedTuple):
    """How a page begins: the policy in the first element of its head, and is the charset in the first 1,024 bytes?"""

    policy: str | None
    charset: bool


@dataclass(frozen=True)
class ScannedPage:
    """What one page offers, refers to and would run."""

    opening: Opening
    title: str
    headings: int
    described: bool
    ids: frozenset[str]
    doubles: tuple[Attribute, ...]
    """Ids that the page has given before."""
    addresses: tuple[Attribute, ...]
    scripts: tuple[tuple[Spot, str], ...]
    """Inline ones that a browser would run or read, with the text that it hashes."""
    active: tuple[Attribute, ...]
    """Attributes that hold a script, a style or a page."""
    incomplete: tuple[Attribute, ...]
    """What pictures lack."""
    forbidden: tuple[Spot, ...]
    """Elements that no page may have: those that move its addresses or its reader, and styles of its own."""
    dropped: tuple[str, ...]
    """Tags of the source that fewer elements come from than there are tags."""

    @property
    def script_texts(self) -> tuple[str, ...]:
        """Text of each inline script."""
        return tuple(text for _, text in self.scripts)


def scan(page: str) -> ScannedPage:
    """Parse a whole page once."""
    seen = _Seen()
    for node in _elements(LexborHTMLParser(page)):
        seen.add(node)
    return ScannedPage(
        opening=opening(page),
        title=seen.title,
        headings=seen.counts["h1"],
        described=seen.described,
        ids=frozenset(seen.ids),
        doubles=tuple(seen.doubles),
        addresses=tuple(seen.addresses),
        scripts=tuple(seen.scripts),
        active=tuple(seen.active),
        incomplete=tuple(seen.incomplete),
        forbidden=tuple(seen.forbidden),
        dropped=_dropped(page, seen),
    )


def opening(page: str) -> Opening:
    """What the first letters of a page say; a parser reads from the front, so they are enough."""
    charset = b"charset" in page[:CHARSET_WITHIN].encode()[:CHARSET_WITHIN]
    head = LexborHTMLParser(page[:_OPENING]).head
    first = next((node for node in head.iter() if node.is_element_node), None) if head is not None else None
    if first is None or first.tag != "meta":
        return Opening(None, charset)
    values = first.attributes
    is_policy = (values.get("http-equiv") or "").lower() == "content-security-policy"
    return Opening((values.get("content") or "") if is_policy else None, charset)


def _elements(tree: LexborHTMLParser | LexborNode) -> Iterator[LexborNode]:
    """Every element; a tree does not hold what its templates hold."""
    root = tree.root if isinstance(tree, LexborHTMLParser) else tree
    if root is not None:
        yield from root.traverse()
    for fragment in tree.template_fragments():
        yield from _elements(fragment)


class _Seen:
    """What has been found so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.title = ""
        self.described = False
        self.ids: set[str] = set()
        self.doubles: list[Attribute] = []
        self.addresses: list[Attribute] = []
        self.scripts: list[tuple[Spot, str]] = []
        self.data: list[str] = []
        self.active: list[Attribute] = []
        self.incomplete: list[Attribute] = []
        self.forbidden: list[Spot] = []

    def add(self, node: LexborNode) -> None:
        """Note one element."""
        tag = node.tag or ""
        number = self.counts[tag]
        self.counts[tag] = number + 1
        values = node.attributes
        if values:
            self._attributes(tag, number, values)
        if tag in _READ:
            self._element(Spot(tag, number), values, node)

    def _element(self, spot: Spot, values: dict[str, str | None], node: LexborNode) -> None:
        match spot.tag:
            case "script":
                self._script(spot, values, node.text(deep=False))
            case "title":
                self.title = self.title or node.text(deep=False)
            case "meta":
                self.described |= values.get("name") == "description" and bool(values.get("content"))
                if (values.get("http-equiv") or "").strip().lower() == "refresh":
                    self.forbidden.append(spot)
            case "base" | "style":
                self.forbidden.append(spot)
            case "img":
                self.incomplete += [Attribute(spot, name, "") for name in _IMAGE if name not in values]

    def _script(self, spot: Spot, values: dict[str, str | None], text: str) -> None:
        if "src" in values:
            return
        if (values.get("type") or "") in DATA_TYPES:
            self.data.append(text)
        else:
            self.scripts.append((spot, text))

    def _attributes(self, tag: str, number: int, values: dict[str, str | None]) -> None:
        for name, value in values.items():
            if name == "id":
                if value in self.ids:
                    self.doubles.append(Attribute(Spot(tag, number), name, value or ""))
                self.ids.add(value or "")
            elif name in ADDRESSES:
                rel = (values.get("rel") or "").lower() if tag == "link" else ""
                self.addresses.append(Attribute(Spot(tag, number), name, value or "", rel))
            elif name[:2] == "on" or name in _ACTIVE:
                self.active.append(Attribute(Spot(tag, number), name, ""))


def _dropped(page: str, seen: _Seen) -> tuple[str, ...]:
    """Tags that the parser left out: where they may not stand, for instance."""
    source = _COMMENT.sub("", page) if "<!--" in page else page
    more = _counted(source)
    for tag, number in seen.counts.items():
        more[tag.lower()] -= number
    more = +more
    if more:
        for text in (*seen.data, *(text for _, text in seen.scripts)):
            more -= _counted(text)
    return tuple(sorted(more))


def _counted(source: str) -> Counter[str]:
    return Counter(map(str.lower, _START_TAG.findall(source)))


def lines_of(page: str, spots: Iterable[Spot]) -> dict[Spot, int]:
    """Line of each start tag in the source, 1-based; 0 for an element that no tag of the source made."""
    lines = _Lines()
    lines.feed(page)
    lines.close()
    return {spot: lines.found.get(Spot(spot.tag.lower(), spot.number), 0) for spot in spots}


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[Spot, int] = {}
        self._counts: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.found[Spot(tag, self._counts[tag])] = self.getpos()[0]
        self._counts[tag] += 1
