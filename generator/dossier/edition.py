"""Which edition of the site a page is of: where it is published, and the digest of its records."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from generator.curated.address import PRIVATE_ENDINGS

RECORDS = "content/"
PUBLISHER = "Witnessmark"
"""Who made the site, in citations, feeds and lists of files: the project, as no person's name is on record."""
_RESERVED = ("example", *PRIVATE_ENDINGS)  # RFC 2606: names that are never anybody's
_RESERVED_HOSTS = frozenset({"example.com", "example.net", "example.org"})
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True)
class Edition:
    """What is known of a publication. All fields may be empty: a site can be read before anybody publishes it."""

    address: str = ""
    """Of the root of the site, with a slash at its end; "" while none is set that a reader could open."""
    records: str = ""
    """SHA-256 of the list of all files of content/, as `records_list` writes it, in hexadecimal."""
    stated: str = ""
    """The address that mkdocs.yml states, be it an example's: canonical links and feeds name it, as MkDocs does."""

    @classmethod
    def of(cls, address: str, inputs: Mapping[str, str]) -> Edition:
        """The edition published at `address`, made from files with these digests by path from the repository."""
        digest = records_digest(inputs)
        return cls(
            address.rstrip("/") + "/" if is_public(address) else "",
            digest,
            address.rstrip("/") + "/" if address else "",
        )

    def url(self, path: str) -> str:
        """Absolute address of a page; "" while the site has none. A frozen snapshot would answer with its own."""
        return self.address + path if self.address else ""


def records_list(inputs: Mapping[str, str]) -> str:
    """Digest and path of each file of content/, a line each, as `sha256sum -c` reads them."""
    return "".join(f"{inputs[name]}  {name}\n" for name in sorted(inputs) if name.startswith(RECORDS))


def records_digest(inputs: Mapping[str, str]) -> str:
    """SHA-256 of that list, in hexadecimal; "" where there is no record."""
    listed = records_list(inputs)
    return hashlib.sha256(listed.encode()).hexdigest() if listed else ""


def is_public(address: str) -> bool:
    """Could a reader open it? Not with a name that is reserved for examples, local, private or a bare number."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    labels = host.split(".")
    if parts.scheme not in _WEB or len(labels) < 2 or not labels[-1][:1].isalpha():  # noqa: PLR2004  name and ending
        return False
    return labels[-1] not in _RESERVED and ".".join(labels[-2:]) not in _RESERVED_HOSTS


UNPUBLISHED = Edition()
