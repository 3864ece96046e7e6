"""Which web addresses a record may carry: those that lead a stranger to a public host, and to no other."""

from __future__ import annotations

import unicodedata

from pydantic import AnyUrl
from pydantic_core import PydanticCustomError

# Names that are never public: RFC 6761, RFC 6762, RFC 7686, RFC 8375, and what routers hand out.
PRIVATE_ENDINGS = ("arpa", "corp", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test")

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
