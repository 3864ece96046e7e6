"""Hosts and digests in a text: both must be known before they are published."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_HOST = (
    r"(?i)(?:\b(?:https?|wss?|ftp):(?:\\?/){2}|(?:src|href|action|poster)=[\"']//)"
    r"(?:[^\s/@\"'<>]{1,200}@)?([a-z0-9\[][a-z0-9.:\]-]*)"
)
_DIGEST = r"\b(?:[0-9a-f]{32,}|[0-9A-F]{32,})\b|\b(?:sha(?:256|384|512)-)?[A-Za-z0-9+/]{43}="


def hosts_in(text: str) -> Iterator[tuple[str, int]]:
    """Hosts of addresses, in small letters, and where each begins."""
    for match in _engine(_HOST).finditer(text):
        host = match.group(1).lower().rstrip(".:")
        yield host.partition(":")[0] if not host.startswith("[") else host, match.start()


def digests_in(text: str) -> Iterator[tuple[str, int]]:
    """Runs of hexadecimal that are long enough for a digest, and SHA-256 in base64, and where each begins."""
    for match in _engine(_DIGEST).finditer(text):
        yield match.group(0), match.start()


@lru_cache(maxsize=4)
def _engine(pattern: str) -> Any:
    import re2

    return re2.compile(pattern)
