"""Pseudonyms, and the two vocabularies that may leave a log in clear: model ids and client versions.

Nothing else of a log's text has a way into a record. A pseudonym is keyed, so that two people with the same
session id (or a guesser with a list of ids) cannot be matched without the key.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache

from generator.records import ModelId, Pseudonym, Version

SEPARATOR = "\x1f"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648, in lower case
PAIRS = tuple(one + two for one in ALPHABET for two in ALPHABET)  # 10 bits each; 8 of them are 80 bits
SHIFTS = range(70, -1, -10)

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
    bits = int.from_bytes(digest[:10])
    return "".join([PAIRS[bits >> shift & 1023] for shift in SHIFTS])


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
