"""Text that strangers wrote, made safe for the two Markdown engines and the browser behind them.

Jinja's escaping is not enough here, because MkDocs reads the page as Markdown once more (`[x](javascript:...)`
survives HTML escaping). So such text stands either in a raw HTML block, escaped by Jinja; or inline through
`txt`, where no character is left that Markdown knows; or in full through `render_untrusted`.
"""

from __future__ import annotations

import re
import string
import textwrap
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from generator.curated.scalars import HIDDEN

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_BYTES = 16 * 1024
"""Cap of one field. Longer text is refused by the content schema long before."""

_REFERENCES = {ord(sign): f"&#{ord(sign)};" for sign in string.punctuation}

# Controls, bidirectional overrides, invisible characters, halves of characters and tags: they have no place in
# any field, and MkDocs keeps its own bookkeeping between U+0002 and U+0003. Content is refused for the same ones.
_UNSEEN = re.compile(rf"(?![\t\n]){HIDDEN.pattern}")
_HASH = re.compile(r"[0-9a-f]{32,}")
_JOINT = re.compile(r"(?<=[/_:?&=])(?=[^\s/_:?&=])")
_SPACES = re.compile(r"\s+")
_TITLE_SIGNS = str.maketrans(
    {
        "<": "\u2039",
        ">": "\u203a",
        "&": "+",
        '"': "\u201d",
        "'": "\u2019",
        "`": "\u2019",
        "{": "(",
        "}": ")",
        "[": "(",
        "]": ")",
    }
)

_TAGS = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"https"}
_LINK_REL = "noopener noreferrer nofollow ugc"


def txt(text: object) -> Markup:
    """Text for a Markdown heading, list or sentence: every ASCII punctuation sign as a numeric reference."""
    seen = _SPACES.sub(" ", _UNSEEN.sub("", str(text)))
    return Markup(seen.translate(_REFERENCES))  # noqa: S704  no sign is left that HTML or Markdown knows


def breakable(text: object) -> Markup:
    """An address, a path or a hash with places where a line may break: after a sign, or each eight hex digits.

    Only for a raw HTML block. What is copied from the page has no sign more than the text.
    """
    seen = _JOINT.sub("\0", _HASH.sub(_eights, _UNSEEN.sub("", str(text))))
    return Markup("<wbr>").join(seen.split("\0"))


def _eights(found: re.Match[str]) -> str:
    return "\0".join(textwrap.wrap(found[0], 8))


def plain_title(text: str) -> str:
    """One line for `<title>`, description and front matter, which MkDocs prints unescaped."""
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip().translate(_TITLE_SIGNS)


def render_untrusted(text: str) -> Markup:
    """Markdown of strangers as sanitised HTML; stands only in a raw HTML block. Raises ValueError over 16 KB."""
    import nh3

    if len(text.encode()) > MAX_BYTES:
        raise ValueError(f"text is over {MAX_BYTES} bytes")
    html = nh3.clean(
        _engine().render(_UNSEEN.sub("", text)),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=_LINK_REL,
    )
    return Markup(html)  # noqa: S704  nh3 has taken out everything off its list


def web_url(url: object) -> str:
    """An https address as browsers read it (WHATWG), its host in punycode.

    Raises ValueError for any other and for one with a user name.
    """
    from pydantic_core import Url

    parsed = Url(str(url))
    if parsed.scheme not in _SCHEMES or parsed.username or parsed.password or not parsed.host:
        raise ValueError("not a plain web address")
    return str(parsed)


def host(url: object) -> str:
    """Host of a web address in punycode, so that a look-alike letter shows."""
    from pydantic_core import Url

    return (Url(web_url(url)).host or "").removeprefix("www.")


@cache
def _engine() -> MarkdownIt:
    from markdown_it import MarkdownIt

    engine = MarkdownIt("commonmark", {"html": False})
    engine.disable(["image", "heading", "lheading"])
    engine.validateLink = _is_web_link  # type: ignore[method-assign]  # the documented way
    return engine


def _is_web_link(url: str) -> bool:
    try:
        web_url(url)
    except ValueError:
        return False
    return url.startswith("https://")  # as written: a browser would read `https:x` too
