"""What a person has to know of a log format: where it lies, how it is exported, what it can and cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verified(StrEnum):
    """What this importer was checked against, the surest first."""

    REAL_FILES = "real-files"
    DOCUMENTED = "documented"
    THIRD_PARTY = "third-party"

    @property
    def words(self) -> str:
        """As `scan` and the pages on logs call it."""
        return _WORDS[self]

    @property
    def meaning(self) -> str:
        """What to make of it, in sentences."""
        return _MEANINGS[self]


_WORDS = {
    Verified.REAL_FILES: "tried on real files",
    Verified.DOCUMENTED: "written from documents",
    Verified.THIRD_PARTY: "written from others' code",
}
_MEANINGS = {
    Verified.REAL_FILES: "The reader was tried on files that people published.",
    Verified.DOCUMENTED: "The reader follows the documentation. No real file was at hand, so a detail may differ from "
    "yours.",
    Verified.THIRD_PARTY: "No documentation and no real file was found. The reader follows what other programs read "
    "or write, or what people showed of their files; take its result with care.",
}


@dataclass(frozen=True)
class Guide:
    """Text of the page "how to get this log", written for somebody who has never looked for one.

    `where`: where it lies, or who has it. `get`: steps to export or record it. `shows` and `hides`: what it can and
    cannot tell, with the traps of reading it by hand. `private`: what it holds that nobody else should see.
    `tried`: whose real files the reader was tried on, how many, and with what result; empty where there were none.
    `sources`: addresses of the specification.
    """

    where: str
    get: tuple[str, ...]
    shows: tuple[str, ...]
    hides: tuple[str, ...]
    private: str
    verified: Verified
    tried: str = ""
    sources: tuple[str, ...] = ()
