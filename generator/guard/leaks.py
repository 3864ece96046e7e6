"""Is text of private logs on the finished site? What of the site does not come from public files is looked for in them.

The site is small and the logs are not, so the site is indexed and the logs flow past: four words in a row (words of
grammar left out) and single values such as paths, addresses and ids. What stands in content, templates and code is
public already and never alarms; typed cells (dates, versions, model ids) neither. A problem names the page and the
place in the log, never the text. Reworded, translated, hashed or encrypted text is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.base.problems import ContentError, Problem
from generator.base.wording import n, plural
from generator.guard.decode import folded
from generator.guard.index import Hit, Index, Public, blocks, index_site, site_files
from generator.guard.logs import Piece, Unreadable, pieces

SHORTEST_CANARY = 6  # letters; shorter ones stand on any page
MOST_PROBLEMS = 50  # pages that are named; one is enough to refuse
PAGE = ".html"
_HINT = "find what put it there; `witnessmark check-leaks LOGS --files` says which file that is"

__all__ = [
    "MOST_PROBLEMS",
    "SHORTEST_CANARY",
    "find_canaries",
    "find_leaks",
    "find_private",
    "is_site",
    "read_canaries",
]


@dataclass
class _Leaks:
    """What one page has in common with logs; the first place and how many there are."""

    first: tuple[str, int]
    places: set[tuple[str, int]] = field(default_factory=set)
    words: bool = False
    values: bool = False

    def add(self, label: str, line: int, hit: Hit) -> None:
        """One more place."""
        self.places.add((label, line))
        self.words |= hit.words
        self.values |= not hit.words

    def problem(self, page: str) -> Problem:
        """All of it in one line."""
        what = " and ".join(word for word, there in (("words", self.words), ("a value", self.values)) if there)
        label, line = self.first
        more = f", and of {plural(len(self.places) - 1, 'more line')}" if len(self.places) > 1 else ""
        return Problem(page, 0, 0, "W-leak", f"would publish {what} of {label} line {line}{more}", _HINT)


def is_site(folder: Path) -> bool:
    """Is there a page in it? Of an empty folder nothing can be said."""
    return any(path.suffix == PAGE for path in site_files(folder))


def find_leaks(site: Path, logs: Sequence[Path], public: Iterable[Path]) -> Iterator[Problem]:
    """A problem for each page with text of the logs, up to MOST_PROBLEMS, and for what cannot be looked through."""
    index = index_site(site, Public(public))
    found: dict[str, _Leaks] = {}
    looked = False
    for piece in pieces(logs):
        looked = True
        if isinstance(piece, Unreadable):
            hint = "unpack it, or leave it out"
            yield Problem(piece.label, 0, 0, "W-leak-unread", "cannot be looked through for leaks", hint)
            continue
        for line, hit in _places(piece, index):
            found.setdefault(hit.page, _Leaks((piece.label, line))).add(piece.label, line, hit)
    if not looked:
        yield Problem("LOGS", 0, 0, "W-leak-unread", "hold no file that is not empty", "name the logs or their folder")
    pages = sorted(found)
    yield from (found[page].problem(page) for page in pages[:MOST_PROBLEMS])
    if len(pages) > MOST_PROBLEMS:
        yield Problem("site", 0, 0, "W-leak", f"{n(len(pages) - MOST_PROBLEMS)} more pages hold text of the logs")


def find_private(
    site: Path, logs: Sequence[Path], canaries: Sequence[str], public: Callable[[], Iterable[Path]]
) -> Iterator[Problem]:
    """Problems for canaries on the site, and for text of the logs, if there are any; `public` is asked only then."""
    yield from find_canaries(site, canaries)
    if logs:
        yield from find_leaks(site, logs, public())


def _places(found: Piece, index: Index) -> Iterator[tuple[int, Hit]]:
    """Lines with what each has in common with a page; the first line for what runs over several."""
    whole = index.hits(found.text)
    if not whole:
        return
    for number, text in enumerate(found.text.split("\n"), found.line):
        for hit in sorted(index.hits(text), key=lambda hit: (hit.page, hit.words)):
            whole.discard(hit)
            yield number, hit
    for hit in sorted(whole, key=lambda hit: (hit.page, hit.words)):
        yield found.line, hit


def read_canaries(path: Path) -> tuple[str, ...]:
    """Strings of a file, one a line, that must never be published. Raises ContentError for one that is too short."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    short = [number for number, line in enumerate(lines, 1) if line and len(folded(line)) < SHORTEST_CANARY]
    if short:
        message = f"is shorter than {SHORTEST_CANARY} characters"
        raise ContentError(*(Problem(path.name, number, 0, "W-canary", message) for number in short))
    if not any(lines):
        raise ContentError(Problem(path.name, 0, 0, "W-canary", "holds no string to look for", "one a line"))
    return tuple(line for line in lines if line)


def find_canaries(site: Path, canaries: Sequence[str]) -> Iterator[Problem]:
    """A problem for each file with strings that must never be published, however they are coded; they are numbered."""
    wanted = [(number, folded(canary)) for number, canary in enumerate(canaries, 1)]
    held: dict[int, frozenset[int]] = {}  # by block: what it holds
    for path in site_files(site) if wanted else ():
        found: set[int] = set()
        for block in blocks(path.read_bytes()):
            known = hash(block)
            if known not in held:
                text = folded(block)
                held[known] = frozenset(number for number, canary in wanted if canary in text)
            found |= held[known]
        if found:
            which = f"{'canary' if len(found) == 1 else 'canaries'} {', '.join(map(str, sorted(found)))}"
            name = path.relative_to(site).as_posix()
            yield Problem(name, 0, 0, "W-canary", f"would publish {which}", "find what put it there")
