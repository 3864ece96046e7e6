"""Which web addresses a record may carry: those that lead a stranger to a public host, and to no other."""

from __future__ import annotations

from pydantic import AnyUrl
from pydantic_core import PydanticCustomError

# Names that are never public: RFC 6761, RFC 6762, RFC 7686, RFC 8375, and what routers hand out.
PRIVATE_ENDINGS = ("arpa", "corp", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test")


def public(url: AnyUrl) -> AnyUrl:
    """The same address, or an error of type url_*; the parser has already turned 2130706433 into 127.0.0.1."""
    if url.username or url.password:
        raise PydanticCustomError("url_user", "an address must not carry a user name or password")
    labels = (url.host or "").rstrip(".").split(".")
    if len(labels) < 2 or not labels[-1].isascii() or not labels[-1][:1].isalpha():  # noqa: PLR2004  name and ending
        raise PydanticCustomError("url_host", "the host must be a public name, not a number or a local name")
    if labels[-1] in PRIVATE_ENDINGS:
        raise PydanticCustomError("url_host", "the host must be a public name, not a private one")
    return url
