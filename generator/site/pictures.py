"""What an SVG or a stylesheet of the site would run or fetch, read as a browser reads it and not as text.

A picture is XML: a title that says `onload=` is a text node there and no attribute. Names and attributes that only draw
are allowed, all others are told (https://www.w3.org/TR/SVG2/eltindex.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

SVG = "http://www.w3.org/2000/svg"
LONGEST = 40  # characters of a name that is told
_DRAWING = frozenset(
    (
        "circle", "clippath", "defs", "desc", "ellipse", "g", "line", "lineargradient", "path", "polygon", "polyline",
        "radialgradient", "rect", "stop", "svg", "text", "title", "tspan",
    )
)  # fmt: skip
_SPOKEN = "aria-"  # words for a screen reader; a browser does nothing else with them
_ADDRESS = re.compile(r"url\((?!\s*[\"']?\s*#)|image-set|javascript:|@import", re.IGNORECASE)
_REFERENCES = frozenset({"href", "src", "base"})

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_LOADS = re.compile(r"@import|(?:url|src|image)\(\s*[\"']?([^\"')]*)", re.IGNORECASE)
_SET = re.compile(r"image-set\([^;{}]*", re.IGNORECASE)
_QUOTED = re.compile(r"[\"']([^\"']*)")
_ELSEWHERE = re.compile(r"(?!data:image/)(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
_UNREAD = dict.fromkeys(range(0x20))
"""Controls: those around an address, and line ends and tabs in it, are left out (https://url.spec.whatwg.org/)."""


class _FoundError(Exception):
    """Something that no picture may hold."""


def picture_flaw(data: bytes) -> str:
    """What of an SVG is not drawing: "<script>", "onload", "a document type"; "" where all of it is."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = _element
    parser.StartDoctypeDeclHandler = lambda *_: _found("a document type")
    parser.ProcessingInstructionHandler = lambda *_: _found("a processing instruction")
    try:
        parser.Parse(data, True)  # noqa: FBT003  the parser's own
    except _FoundError as found:
        return str(found)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that is none
        return "what is not XML"
    return ""


def _element(name: str, attributes: Mapping[str, str]) -> None:
    space, _, tag = name.rpartition(" ")
    if space not in {"", SVG} or tag.lower() not in _DRAWING:
        _found(f"<{tag[:LONGEST]}>")
    for key, value in attributes.items():
        local = key.rpartition(" ")[2].lower()
        if local.startswith("on") or (local in _REFERENCES and not value.strip().startswith("#")):
            _found(f"the attribute {local[:LONGEST]}")
        if not local.startswith(_SPOKEN) and _ADDRESS.search(_without_escapes(value)):
            _found(f"an address in the attribute {local[:LONGEST]}")


def _found(what: Any) -> None:
    raise _FoundError(what)


def fetches(css: str) -> bool:
    """Does a stylesheet load anything that is not of this site? Any @import counts, the theme needs none.

    Comments and escapes are tried both ways, as either may hide the other.
    """
    bare = _COMMENT.sub("", css)
    return any(_names_elsewhere(text) for text in {css, bare, _without_escapes(css), _without_escapes(bare)})


def _names_elsewhere(css: str) -> bool:
    found = [match[1] for match in _LOADS.finditer(css)]
    found += [address for match in _SET.finditer(css) for address in _QUOTED.findall(match[0])]
    return any(address is None or _ELSEWHERE.match(address.translate(_UNREAD).lstrip()) for address in found)


def _without_escapes(css: str) -> str:
    """Escapes as the characters that they are (https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point)."""
    return _ESCAPE.sub(lambda match: chr(min(int(match[1], 16), 0x10FFFF)) if match[1] else match[2], css)
