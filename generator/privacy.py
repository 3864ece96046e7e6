"""Pseudonyms, and the two vocabularies that may leave a log in clear: model ids and client versions.

Nothing else of a log's text has a way into a record. A pseudonym is keyed, so that two people with the same
session id (or a guesser with a list of ids) cannot be matched without the key.
"""

from __future__ import annotations

import base64
import hmac
import re
from functools import lru_cache

from generator.records import ModelId, Pseudonym, Version

SEPARATOR = "\x1f"
LETTERS = 16  # of base32: 80 bits

_MODEL = re.compile(
    r"claude(?:-(?:[0-9]{1,2}(?:\.[0-9]{1,2})?|20[0-9]{6}|instant|haiku|sonnet|opus|fable|mythos|latest|fast)){1,5}"
)
_SUFFIX = re.compile(r"\[[0-9a-z]{1,4}\]$")
_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,5}")


def pseudonym(kind: str, raw: str, key: bytes) -> Pseudonym:
    """First 16 base32 letters of HMAC-SHA256(key, kind + 0x1f + raw); "" for an empty `raw`."""
    if not raw:
        return ""
    message = f"{kind}{SEPARATOR}{raw}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(key, message, "sha256")
    return base64.b32encode(digest[:10]).decode("ascii").lower()[:LETTERS]


@lru_cache(maxsize=1024)
def known_model(raw: str) -> ModelId:
    """Public id of a Claude model without a context suffix such as `[1m]`; anything else is "other".

    The pattern spells families and suffixes out, because a gateway may serve "claude-<company>".
    """
    name = _SUFFIX.sub("", raw)
    return name if _MODEL.fullmatch(name) else "other"


@lru_cache(maxsize=1024)
def known_version(raw: str) -> Version:
    """`raw` if it is major.minor.patch, else ""."""
    return raw if _VERSION.fullmatch(raw) else ""
