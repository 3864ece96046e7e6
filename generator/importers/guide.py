"""What a person has to know of a log format: where it lies, how it is exported, what it can and cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verified(StrEnum):
    """What this importer was checked against."""

    REAL_FILES = "real-files"
    DOCUMENTED = "documented"  # the vendor's documentation; no real file was at hand
    THIRD_PARTY = "third-party"  # code or issues of others; no documentation and no real file


@dataclass(frozen=True)
class Guide:
    """Text of the page "how to get this log", written for somebody who has never looked for one.

    `where`: where it lies, or who has it. `get`: steps to export or record it. `shows` and `hides`: what it can and
    cannot tell, with the traps of reading it by hand. `private`: what it holds that nobody else should see.
    `sources`: addresses of the specification.
    """

    where: str
    get: tuple[str, ...]
    shows: tuple[str, ...]
    hides: tuple[str, ...]
    private: str
    verified: Verified
    sources: tuple[str, ...] = ()
