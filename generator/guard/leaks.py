"""Is text of private logs on the finished site? What of the site does not come from public files is looked for in them.

The site is small and the logs are not, so the site is indexed and the logs flow past: four words in a row (words of
grammar left out) and single values such as paths, addresses and ids. What stands in content, templates and code is
public already and never alarms; typed cells (dates, versions, model ids) neither. A problem names the page and the
place in the log, never the text. Reworded, translated, hashed or encrypted text is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from generator.base.problems import ContentError, Problem
from generator.guard.decode import folded
from generator.guard.index import Hit, Index, Public, blocks, index_site, site_files
from generator.guard.logs import Piece, Unreadable, pieces

SHORTEST_CANARY = 6  # letters; shorter ones stand on any page
MOST_PROBLEMS = 50  # one is enough to refuse

__all__ = ["MOST_PROBLEMS", "SHORTEST_CANARY", "find_canaries", "find_leaks", "find_private", "read_canaries"]


def find_leaks(site: Path, logs: Sequence[Path], public: Iterable[Path]) -> Iterator[Problem]:
    """Problems for text of the logs on the site, and for logs that cannot be looked through; at most MOST_PROBLEMS."""
    index = index_site(site, Public(public))
    told: set[tuple[str, str, int]] = set()
    for found in pieces(logs):
        if len(told) >= MOST_PROBLEMS:
            return
        for problem in _problems(found, index):
            if (place := (problem.path, problem.message, problem.line)) not in told:
                told.add(place)
                yield problem


def find_private(
    site: Path, logs: Sequence[Path], canaries: Sequence[str], public: Callable[[], Iterable[Path]]
) -> Iterator[Problem]:
    """Problems for canaries on the site, and for text of the logs, if there are any; `public` is asked only then."""
    yield from find_canaries(site, canaries)
    if logs:
        yield from find_leaks(site, logs, public())


def _problems(found: Piece | Unreadable, index: Index) -> Iterator[Problem]:
    if isinstance(found, Unreadable):
        hint = "unpack it, or leave it out"
        yield Problem(found.label, 0, 0, "W-leak-unread", "cannot be looked through for leaks", hint)
        return
    for line, hit in _places(found, index):
        what = "words" if hit.words else "a value"
        message = f"would publish {what} of {found.label} line {line}"
        yield Problem(hit.page, 0, 0, "W-leak", message, "nothing was published; find what put it there")


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
    return tuple(line for line in lines if line)


def find_canaries(site: Path, canaries: Sequence[str]) -> Iterator[Problem]:
    """Problems for strings that must never be published, however they are coded; each with the line of its file."""
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
        for number in sorted(found):
            name = path.relative_to(site).as_posix()
            yield Problem(name, 0, 0, "W-canary", f"would publish canary {number}", "find what put it there")
