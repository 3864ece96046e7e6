"""The publish gate: what must never stand on the site is looked for in every file before any is written.

Allow-listing by type is the wall (records hold no free text); this is the smoke alarm behind it. The problem names
the file and the kind of thing, never the thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.base.problems import Problem
from generator.base.wording import n
from generator.guard.decode import uncoded
from generator.guard.hosts import digests_in, hosts_in
from generator.guard.secrets import PATTERNS, Finder, Pattern
from generator.guard.sources import Source
from generator.site.render import RenderedFile

TEXT_SUFFIXES = (".atom", ".md", ".json", ".csv", ".svg", ".txt", ".bib", ".ris", ".cff", ".xml")
"""Files made from data. Stylesheets and scripts are the theme's own and hashed by the site checker."""
OWN_HOSTS = frozenset({"www.w3.org", "schema.org"})  # name spaces, never asked for anything
MOST_OF_A_KIND = 50  # strings of one kind on one page that are told apart
MOST_TRACED = 200  # strings that are looked for in the repository; the pages of more are named

__all__ = ["PATTERNS", "TEXT_SUFFIXES", "Allowed", "Pattern", "allow", "gate"]


@dataclass(frozen=True)
class Allowed:
    """What may stand on a page though it looks private: parts of cited URLs, hosts, and known digests."""

    matches: frozenset[str] = frozenset()
    hosts: frozenset[str] = OWN_HOSTS
    digests: frozenset[str] = frozenset()


class Digests:
    """Digests that are published on purpose, and the shown beginnings of them."""

    def __init__(self, whole: frozenset[str]) -> None:
        self._whole = whole
        self._begun: dict[int, frozenset[str]] = {}

    def __contains__(self, digest: str) -> bool:
        if digest in self._whole:
            return True
        length = len(digest)
        if length not in self._begun:
            self._begun[length] = frozenset(one[:length] for one in self._whole if len(one) > length)
        return digest in self._begun[length]


def allow(*, cited: Iterable[str], reviewed: Iterable[str] = (), digests: Iterable[str] = ()) -> Allowed:
    """What the URLs that content cites, and other reviewed texts (templates, code), make public by choice."""
    matches: set[str] = set()
    hosts, known = set(OWN_HOSTS), set(digests)
    for url in set(cited):
        matches.update(found for pattern in PATTERNS for found, _ in Finder.of(pattern).finds(url))
        hosts.update(host for host, _ in hosts_in(url))
        known.update(digest for digest, _ in digests_in(url))
    for text in reviewed:
        hosts.update(host for host, _ in hosts_in(text))
        known.update(digest for digest, _ in digests_in(text))
    return Allowed(frozenset(matches), frozenset(hosts), frozenset(known))


def gate(
    files: Sequence[RenderedFile], allowed: Allowed, sources: Callable[[str], Sequence[Source]] = lambda _found: ()
) -> Iterator[Problem]:
    """Problems of all files: one a place that `sources` names; of what it names none for, one of each kind a file."""
    digests = Digests(allowed.digests | {hashlib.sha256(file.content).hexdigest() for file in files})
    hits: dict[tuple[str, str], list[Problem]] = {}
    for file in files:
        for found, problem in _hits(file, allowed, digests):
            hits.setdefault((problem.code, found), []).append(problem)
    untraced: dict[tuple[str, str], Problem] = {}
    for number, ((_, found), problems) in enumerate(hits.items()):
        places = sources(found) if number < MOST_TRACED else ()
        for place in places:
            yield _at_source(place, problems)
        for problem in () if places else problems:
            untraced.setdefault((problem.path, problem.code), problem)
    yield from untraced.values()


def _hits(file: RenderedFile, allowed: Allowed, digests: Digests) -> Iterator[tuple[str, Problem]]:
    """What may not leave, each thing once, with its problem on the page."""
    if not file.path.endswith(TEXT_SUFFIXES):
        return
    text = file.content.decode("utf-8", "replace")
    plain = uncoded(text)
    known = set()
    for found, problem in (*_secrets(file.path, text, allowed), *_strangers(file.path, text, allowed, digests)):
        known.add(problem.code)
        yield found, problem
    if plain != text:  # HTML, URL and JSON coding undone; a line of it may differ by what was coded
        again = (*_secrets(file.path, plain, allowed), *_strangers(file.path, plain, allowed, digests))
        yield from ((found, problem) for found, problem in again if problem.code not in known)


def _secrets(path: str, text: str, allowed: Allowed) -> Iterator[tuple[str, Problem]]:
    if not Finder.any_of(text):
        return
    for pattern in PATTERNS:
        for found, place in _once(Finder.of(pattern).finds(text)):
            if found not in allowed.matches:
                yield found, _problem(path, text, place, pattern.code, f"would publish {pattern.what}")


def _strangers(path: str, text: str, allowed: Allowed, digests: Digests) -> Iterator[tuple[str, Problem]]:
    for host, place in _once(hosts_in(text)):
        if host not in allowed.hosts:
            words = "names a host that nothing in content, templates or code cites"
            yield host, _problem(path, text, place, "W-gate-host", words)
    for digest, place in _once(digests_in(text)):
        if digest not in digests:
            yield digest, _problem(path, text, place, "W-gate-digest", "holds a digest of nothing that is published")


def _once(found: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Each string where it is first, up to MOST_OF_A_KIND of them."""
    first: dict[str, int] = {}
    for string, place in found:
        first.setdefault(string, place)
        if len(first) == MOST_OF_A_KIND:
            break
    return iter(first.items())


def _at_source(place: Source, problems: Sequence[Problem]) -> Problem:
    """The same problem where it was written, with the pages that it reaches."""
    pages = sorted({problem.path for problem in problems})
    more = f" and {n(len(pages) - 1)} more" if len(pages) > 1 else ""
    return Problem(*place, problems[0].code, f"{problems[0].message}, on {pages[0]}{more}", "remove it here")


def _problem(path: str, text: str, place: int, code: str, message: str) -> Problem:
    return Problem(path, text.count("\n", 0, place) + 1, 0, code, message, "remove it at its source")
