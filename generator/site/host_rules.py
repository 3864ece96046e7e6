"""Rules of `_headers` and `_redirects` as they are in a built site, also where somebody has written more of them.

Forms: https://developers.cloudflare.com/pages/configuration/headers/ and .../redirects/,
https://docs.netlify.com/manage/routing/headers/. What other hosts have no word for is refused at its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from generator.base.problems import ContentError, Problem
from generator.site.hosting import HEADERS_FILE, REDIRECTS_FILE

_NAME = re.compile(r"[A-Za-z0-9-]+")
_FIELDS = 3  # of a redirect: the old path, the new one, the status
_PLACEHOLDER = re.compile(r"[*]|/:[A-Za-z]")
_BY_HAND = "write it into the configuration of the host by hand"


@dataclass(frozen=True)
class Rules:
    """What `_headers` and `_redirects` of one site say."""

    everywhere: tuple[tuple[str, str], ...]  # header and value
    below: tuple[tuple[str, str, str], ...]  # folder, header and value
    moved: tuple[tuple[str, str], ...]  # path from the root of the host, decoded, and where it is now


def rules_of(site: Path) -> Rules:
    """The rules of a built site. Raises ContentError where there is none, and with every rule that is none."""
    if not (site / HEADERS_FILE).is_file():
        raise ContentError(Problem(str(site), 0, 0, "W-file", "holds no built site", "run `witnessmark build` first"))
    reading = _Reading()
    reading.headers(_lines(site / HEADERS_FILE, reading))
    if (site / REDIRECTS_FILE).is_file():
        reading.redirects(_lines(site / REDIRECTS_FILE, reading))
    if reading.problems:
        raise ContentError(*reading.problems)
    return Rules(tuple(reading.everywhere), tuple(reading.below), tuple(reading.moved))


def _lines(path: Path, reading: _Reading) -> Iterator[tuple[int, str]]:
    """Number and text of each line that says something."""
    for number, data in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = data.decode().rstrip()
        except UnicodeDecodeError as error:
            place = len(data[: error.start].decode("utf-8", "replace")) + 1
            reading.problems.append(Problem(path.name, number, place, "W-char", "is not UTF-8"))
            continue
        if line and not line.lstrip().startswith("#"):
            yield number, line


@dataclass
class _Reading:
    """The rules so far, and what is wrong with others."""

    everywhere: list[tuple[str, str]] = field(default_factory=list)
    below: list[tuple[str, str, str]] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def headers(self, lines: Iterator[tuple[int, str]]) -> None:
        """Places, and below each its headers further in."""
        place: str | None = None
        names: dict[str, str] = {}  # one spelling a header, as case counts for none
        for number, line in lines:
            if not line[0].isspace():
                place = unquote(line)
                if fault := _fault_of_place(place):
                    self._wrong(HEADERS_FILE, number, *fault)
                    place = None
            elif place is not None:
                name, sign, value = (part.strip() for part in line.partition(":"))
                name = names.setdefault(name.casefold(), name)
                folder = place.removesuffix("*")
                fault = _fault_of_header(name, sign, value) or self._doubled(folder, name)
                if fault:
                    self._wrong(HEADERS_FILE, number, *fault)
                elif place == "/*":
                    self.everywhere.append((name, value))
                else:
                    self.below.append((folder, name, value))
            elif not self.problems:
                self._wrong(HEADERS_FILE, number, "is a header without a place above it", "a line such as /*")

    def _doubled(self, folder: str, name: str) -> tuple[str, str] | None:
        """Is the header in another rule for one address too? Hosts join the values, or take one of them."""
        others = [other for other, header, _ in self.below if header == name]
        others += ["/" for header, _ in self.everywhere if header == name]
        if any(folder.startswith(other) or other.startswith(folder) for other in others):
            return "sends a header that another rule sends for the same address", "one rule a header and place"
        return None

    def redirects(self, lines: Iterator[tuple[int, str]]) -> None:
        """An old path, a new one and the status."""
        taken: set[str] = set()
        for number, line in lines:
            parts = line.split()
            if fault := _fault_of_redirect(parts):
                self._wrong(REDIRECTS_FILE, number, *fault)
                continue
            old = unquote(parts[0])
            if (
                old.casefold() in taken
            ):  # nginx compares without case: https://nginx.org/en/docs/http/ngx_http_map_module.html
                self._wrong(
                    REDIRECTS_FILE, number, "is of an address that has a rule above (case counts for none)", "keep one"
                )
                continue
            taken.add(old.casefold())
            self.moved.append((old, parts[1]))

    def _wrong(self, path: str, number: int, message: str, hint: str) -> None:
        self.problems.append(Problem(path, number, 1, "W-value", message, hint))


def _fault_of_place(place: str) -> tuple[str, str] | None:
    if not place.startswith("/") or not place.endswith("*") or _PLACEHOLDER.search(place.removesuffix("*")):
        return "is not a folder of the site", "a path that begins with / and ends with *, without other stars or names"
    return _unsayable(place)


def _fault_of_header(name: str, sign: str, value: str) -> tuple[str, str] | None:
    if not _NAME.fullmatch(name):
        return "has not the name of a header", "letters, digits and hyphens, then a colon"
    if not sign or not value:
        return "is a header without a value", "write Name: value"
    return _unsayable(value)


def _fault_of_redirect(parts: list[str]) -> tuple[str, str] | None:
    if len(parts) != _FIELDS or parts[2] != "301":
        return "is not a redirect of three fields with the status 301", "write /old/ /new/ 301"
    if not parts[0].startswith("/") or _PLACEHOLDER.search(parts[0]):
        return "is not of one path of the site", _BY_HAND
    if not parts[1].startswith(("/", "https://")) or "/:splat" in parts[1]:
        return "does not lead to a path of the site, or to an https address", _BY_HAND
    return _unsayable(unquote(parts[0])) or _unsayable(parts[1])


def _unsayable(text: str) -> tuple[str, str] | None:
    """A dollar would begin a variable of nginx, and a character that cannot be seen would end its line."""
    return ("is a rule that other hosts cannot be told", _BY_HAND) if "$" in text or not text.isprintable() else None
