"""Which web addresses a record may carry (those of public hosts), and when two of them are one document."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from pydantic import AnyUrl
from pydantic_core import PydanticCustomError

# Names that are never public: RFC 6761, RFC 6762, RFC 7686, RFC 8375, and what routers hand out.
PRIVATE_ENDINGS = ("arpa", "corp", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test")

_MAIL = re.compile(r"mailto:[A-Za-z0-9._%+-]{1,64}@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
_COMMENT = re.compile(r"issuecomment-[0-9]+")
_WRITTEN_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


def public(url: AnyUrl) -> AnyUrl:
    """The same address, or an error of type url_*; the parser has already turned 2130706433 into 127.0.0.1."""
    if url.username or url.password:
        raise PydanticCustomError("url_user", "an address must not carry a user name or password")
    labels = (url.host or "").rstrip(".").split(".")
    if len(labels) < 2 or not labels[-1].isascii() or not labels[-1][:1].isalpha():  # noqa: PLR2004  name and ending
        raise PydanticCustomError("url_host", "the host must be a public name, not a number or a local name")
    if labels[-1] in PRIVATE_ENDINGS:
        raise PydanticCustomError("url_host", "the host must be a public name, not a private one")
    if mixes_scripts(url.host or ""):
        raise PydanticCustomError("url_script", "the host mixes letters of two scripts, as look-alike addresses do")
    return url


def reachable(url: AnyUrl) -> AnyUrl:
    """The same address where people can be written to: a public page, or mailto: with one plain address."""
    if url.scheme != "mailto":
        return public(url)
    mail = _MAIL.fullmatch(str(url))
    if not mail:
        raise PydanticCustomError("url_mail", "a mail address is mailto: and one plain address, without a subject")
    if mail["host"].rpartition(".")[2].lower() in PRIVATE_ENDINGS:
        raise PydanticCustomError("url_host", "the host must be a public name, not a private one")
    return url


def mixes_scripts(host: str) -> bool:
    """True if a part of a host in punycode mixes scripts beyond one language (UTS 39, highly restrictive)."""
    return any(_is_mixed(label.removeprefix("xn--")) for label in host.lower().split(".") if label.startswith("xn--"))


def _is_mixed(coded: str) -> bool:
    try:
        letters = [letter for letter in coded.encode().decode("punycode") if letter.isalpha()]
    except UnicodeError:
        return True
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters}
    return len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER)


def canonical(url: str) -> str:
    """An address without what does not change the document: www., case, a query, an end of a path, a mark on the page.

    A comment of a thread keeps its mark: it may be of somebody else.
    """
    parts = urlsplit(url)
    path = unquote(parts.path).casefold().rstrip("/").replace("/pull/", "/issues/")
    comment = f"#{parts.fragment}" if _COMMENT.fullmatch(parts.fragment) else ""
    return f"{host_of(url)}{path}{'?' + parts.query if not path else ''}{comment}"


def host_of(url: str) -> str:
    """The host without www. and without a dot at its end."""
    return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")


def is_below(url: str, address: str) -> bool:
    """Is the first address the second, or below it? Hosts are compared whole, and paths by whole steps."""
    inner, outer = canonical(url).rstrip("?"), canonical(address).rstrip("?")
    return inner == outer or (
        inner.startswith((f"{outer}/", f"{outer}?", f"{outer}#")) and ".." not in inner.split("/")
    )
