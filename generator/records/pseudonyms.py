"""Pseudonyms, and client versions: what may leave a log beside the public names of models.

Nothing else of a log's text has a way into a record. A pseudonym is keyed, so that two people with the same
session id (or a guesser with a list of ids) cannot be matched without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from functools import lru_cache

from generator.records.rows import Pseudonym, Version
from generator.records.vocabulary import VERSION

SEPARATOR = "\x1f"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648, in lower case
PAIRS = tuple(one + two for one in ALPHABET for two in ALPHABET)  # 10 bits each; 8 of them are 80 bits
BLOCK_BYTES = 64  # of SHA-256
_VERSION = re.compile(VERSION)
CLOCK = b"witnessmark clock 1"  # so that the shift and pseudonyms share no key
MINUTE = 60_000  # milliseconds, the finest that packs hold


def pseudonym(kind: str, raw: str, key: bytes) -> Pseudonym:
    """First 16 base32 letters of HMAC-SHA256(key, kind + 0x1f + raw); "" for an empty `raw`."""
    if not raw:
        return ""
    inner_start, outer_start = _keyed(kind, key)
    inner, outer = inner_start.copy(), outer_start.copy()
    inner.update(raw.encode("utf-8", "surrogatepass"))
    outer.update(inner.digest())
    n = int.from_bytes(outer.digest()[:10])
    return (
        f"{PAIRS[n >> 70]}{PAIRS[n >> 60 & 1023]}{PAIRS[n >> 50 & 1023]}{PAIRS[n >> 40 & 1023]}"
        f"{PAIRS[n >> 30 & 1023]}{PAIRS[n >> 20 & 1023]}{PAIRS[n >> 10 & 1023]}{PAIRS[n & 1023]}"
    )


def clock_shift(key: bytes) -> timedelta:
    """How far the times of packs made with this key are put back: less than a minute, the same for every log and day.

    One shift for all, so that neither the cut of a log nor the order of two threads tells anything about it.
    """
    return timedelta(milliseconds=int.from_bytes(hmac.digest(key, CLOCK, "sha256")[:16]) % MINUTE)


@lru_cache(maxsize=64)
def _keyed(kind: str, key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Both halves of HMAC (RFC 2104) with key and kind put in; done once, it takes a third of the time."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    inner.update(f"{kind}{SEPARATOR}".encode("utf-8", "surrogatepass"))
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


@lru_cache(maxsize=1024)
def known_version(raw: str) -> Version:
    """`raw` if it is major.minor.patch as clients have them (2.1.104), else "": longer numbers may be anything."""
    return raw if _VERSION.fullmatch(raw) else ""
